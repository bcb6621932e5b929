import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { APP_SHORTCUTS, appActionWords, type AppAction } from '../app-shortcuts';
import { AIM_SHORTCUTS, aimActionWords, LIVE_SHORTCUTS, liveActionWords } from '../../../recognise/page/index';
import type { Sheet } from '../../../base/page/elements/sheet';
import { sharedStyles } from '../../../base/page/elements/styles';
import '../../../base/page/elements/sheet';

interface Row {
  readonly keys: readonly string[];
  readonly words: string;
}

/** Shortcuts by what they do, in the order of the table. */
function rows<Action extends string>(shortcuts: Readonly<Record<string, Action>>, words: (action: Action) => string | undefined): Row[] {
  const keys = new Map<string, string[]>();
  for (const [key, action] of Object.entries(shortcuts)) {
    const text = words(action);
    if (text !== undefined) keys.set(text, [...(keys.get(text) ?? []), key]);
  }
  return [...keys].map(([text, list]) => ({ keys: list, words: text }));
}

const ARROWS: Readonly<Record<string, string>> = { arrowleft: '←', arrowright: '→', arrowup: '↑', arrowdown: '↓' };

function keyName(key: string): string {
  if (key === ' ') return msg('Space');
  if (key === 'escape') return 'Esc';
  return ARROWS[key] ?? key.toUpperCase();
}

/** What is written on the keys, each key once: "Shift ← →". */
function keyNames(keys: readonly string[]): string[] {
  return [...new Set(keys.flatMap((key) => (key.startsWith('shift+') ? ['Shift', keyName(key.slice('shift+'.length))] : [keyName(key)])))];
}

/** A sheet that tells what each key does. */
@customElement('sg-shortcut-sheet')
@localized()
export class ShortcutSheet extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      h3 {
        margin: 0.75rem 0 0.25rem;
        font-size: var(--sg-size-m);
      }
      dl {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0.4rem 1rem;
        margin: 0;
      }
      dd {
        margin: 0;
        text-align: end;
      }
      kbd {
        display: inline-block;
        min-width: 1.9rem;
        padding: 0.1rem 0.5rem;
        border: 1px solid var(--sg-line);
        border-bottom-width: 2px;
        border-radius: var(--sg-radius-s);
        background: var(--sg-surface);
        font: inherit;
        text-align: center;
      }
      p {
        margin: 1rem 0 0;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
    `,
  ];

  /** Names of the views, in the order of their keys. */
  @property({ attribute: false }) views: readonly string[] = [];
  @query('sg-sheet') private readonly sheet!: Sheet;

  async show(): Promise<void> {
    await this.updateComplete;
    await this.sheet.show();
  }

  override render(): unknown {
    return html`<sg-sheet plain .heading=${msg('Keyboard shortcuts')}>
      <h3>${msg('Live')}</h3>
      ${this.#table([...rows(LIVE_SHORTCUTS, liveActionWords), ...rows(AIM_SHORTCUTS, aimActionWords)])}
      <h3>${msg('While recording')}</h3>
      <dl>
        <dt>${msg('Tap: keep a picture with the label of that number. Hold: label what is filmed')}</dt>
        <dd><kbd>1</kbd> – <kbd>9</kbd></dd>
      </dl>
      <h3>${msg('Everywhere')}</h3>
      ${this.#table(rows(APP_SHORTCUTS, (action) => this.#appWords(action)))}
      <p>${msg('The settings can switch single keys off.')}</p>
    </sg-sheet>`;
  }

  #table(list: readonly Row[]): unknown {
    return html`<dl>
      ${list.map(
        ({ keys, words }) =>
          html`<dt>${words}</dt>
            <dd>${keyNames(keys).map((key) => html`<kbd>${key}</kbd> `)}</dd>`,
      )}
    </dl>`;
  }

  /** Of the views' keys only those that lead somewhere. */
  #appWords(action: AppAction): string | undefined {
    const view = /^view-(\d)$/.exec(action);
    if (!view) return appActionWords(action as Exclude<AppAction, `view-${number}`>);
    return this.views.length > 1 ? this.views[Number(view[1]) - 1] : undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-shortcut-sheet': ShortcutSheet;
  }
}
