import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg, str } from '@lit/localize';
import type { Aim } from '../../engine/index';
import { labelText } from '../../base/page/language';
import { Fault } from '../../base/shared/fault';
import { predictedRunsOf, recognitionAt, type SessionData, type SessionManifest } from '../../sessions/shared/index';
import { sessionStoreContext, type SessionStore } from '../../sessions/page/index';
import { SpanChoiceEvent } from './events';
import type { VideoSpan } from './example-collector';
import { settingsContext, type SettingsStore } from '../../base/page/settings';
import { faultText } from '../../base/page/elements/fault-text';
import { sharedStyles } from '../../base/page/elements/styles';
import type { Sheet } from '../../base/page/elements/sheet';
import '../../base/page/elements/sheet';

/** A span that can be picked. */
interface Pick extends VideoSpan {
  readonly key: string;
  readonly name: string;
  /** Labelled by a person, or a run of the network's answers. */
  readonly human: boolean;
  /** Whether the network was not sure: then it has no name of its own. */
  readonly unsure?: boolean;
}

/** A run of answers shorter than this shows little, microseconds. */
const SHORTEST_RUN = 400_000;

function spansOf({ manifest, recognitions, human }: SessionData, certainty: number): Pick[] {
  const squareAt = (timeUs: number): Aim | undefined => recognitionAt(recognitions, timeUs)?.square;
  const labelled = human.spans.map(({ id, startUs, endUs, label }): Pick => ({ key: id, name: labelText(label), startUs, endUs, squareAt, human: true }));
  const runs = predictedRunsOf(recognitions, { durationUs: manifest.durationUs, certainty })
    .filter(({ startUs, endUs }) => endUs - startUs >= SHORTEST_RUN)
    .map(({ startUs, endUs, label, unsure = false }): Pick => {
      return { key: `run-${startUs}`, name: unsure ? msg('Not sure') : labelText(label), startUs, endUs, squareAt, human: false, unsure };
    });
  return [...labelled, ...runs];
}

function clock(timeUs: number): string {
  const tenths = Math.round(timeUs / 1e5);
  return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, '0')}.${tenths % 10}`;
}

/**
 * Picks spans of a recorded session as examples.
 *
 * @event sg-span-choice - spans were picked
 */
@customElement('sg-session-sheet')
@localized()
export class SessionSheet extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      ul {
        display: grid;
        gap: 0.35rem;
        margin: 0 0 1rem;
        padding: 0;
        list-style: none;
      }
      li > button {
        width: 100%;
        justify-content: space-between;
        border-radius: var(--sg-radius-m);
        text-align: start;
      }
      label {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        min-height: 2.75rem;
        padding: 0.3rem 0.6rem;
        border-radius: var(--sg-radius-m);
        background: var(--sg-surface);
        cursor: pointer;
      }
      input {
        flex: none;
        width: 1.25rem;
        height: 1.25rem;
        accent-color: var(--sg-accent);
      }
      .name {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .time {
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
        font-variant-numeric: tabular-nums;
      }
      fieldset {
        display: grid;
        gap: 0.35rem;
        margin: 0 0 1rem;
        padding: 0;
        border: 0;
      }
      legend {
        margin-bottom: 0.35rem;
        padding: 0;
        font-weight: 600;
      }
      .primary {
        width: 100%;
        min-height: 3rem;
      }
      p[role='alert'] {
        color: var(--sg-warning);
      }
    `,
  ];

  /** Name of the class that the spans are for. */
  @property() taughtName = '';
  /** Whether they may become classes of their own names as well. */
  @property({ type: Boolean }) other = false;
  @state() private sessions: readonly SessionManifest[] | undefined;
  @state() private opened: { readonly data: SessionData; readonly video: File; readonly spans: readonly Pick[] } | undefined;
  @state() private fault: Fault | undefined;
  @state() private picked: ReadonlySet<string> = new Set();
  @state() private ownNames = false;
  @query('sg-sheet') private readonly sheet!: Sheet;
  @consume({ context: settingsContext }) readonly settings!: SettingsStore;
  @consume({ context: sessionStoreContext }) readonly store!: SessionStore;
  #call = 0;

  async show(): Promise<void> {
    const call = ++this.#call;
    this.sessions = this.opened = this.fault = undefined;
    this.picked = new Set();
    this.ownNames = false;
    await this.sheet.show();
    await this.#try(async () => {
      const sessions = await this.store.list();
      if (call === this.#call) this.sessions = sessions.filter((s) => s.state !== 'recording');
    });
  }

  override render(): unknown {
    return html`<sg-sheet heading=${this.opened ? this.opened.data.manifest.name : msg('From a recorded session')}>
      ${this.fault ? html`<p role="alert">${faultText(this.fault.code).title}. ${faultText(this.fault.code).advice}</p>` : nothing}
      ${this.opened ? this.#spans(this.opened.spans) : this.#list()}
    </sg-sheet>`;
  }

  #list(): unknown {
    if (!this.sessions) return this.fault ? nothing : html`<p role="status">${msg('One moment')}</p>`;
    if (this.sessions.length === 0) return html`<p>${msg('There are no recorded sessions yet. Record one under Live; its labelled frames can be examples then.')}</p>`;
    return html`<ul>
      ${this.sessions.map(
        (session) => html`<li>
          <button @click=${() => void this.#open(session.id)}>
            <span class="name">${session.name}</span><span class="time">${clock(session.durationUs)}</span>
          </button>
        </li>`,
      )}
    </ul>`;
  }

  /** What is picked; not what has no name, where things are made of their own names. */
  get #chosen(): readonly Pick[] {
    return (this.opened?.spans ?? []).filter(({ key, unsure }) => this.picked.has(key) && !(unsure && this.ownNames));
  }

  #spans(spans: readonly Pick[]): unknown {
    if (spans.length === 0) return html`<p>${msg('Nothing in this session is labelled.')}</p>`;
    return html`
      <ul>
        ${spans.map(
          ({ key, name, startUs, endUs, human, unsure }) => html`<li>
            <label>
              <input
                type="checkbox"
                .checked=${this.picked.has(key) && !(unsure && this.ownNames)}
                ?disabled=${unsure && this.ownNames}
                @change=${() => this.#toggle(key)}
              />
              <span class="name">${name}${human ? '' : html` <span class="time">${msg('as recognised')}</span>`}</span>
              <span class="time">${clock(startUs)}–${clock(endUs)}</span>
            </label>
          </li>`,
        )}
      </ul>
      ${this.other
        ? nothing
        : html`<fieldset>
            <legend>${msg('They are examples of')}</legend>
            ${this.#radio(false, this.taughtName)} ${this.#radio(true, msg('things of their own names'))}
          </fieldset>`}
      <button class="primary" ?disabled=${this.#chosen.length === 0} @click=${this.#onAdd}>
        ${msg(str`Add frames of ${this.#chosen.length} spans`)}
      </button>
    `;
  }

  #radio(value: boolean, words: string): unknown {
    return html`<label>
      <input type="radio" name="names" .checked=${this.ownNames === value} @change=${() => (this.ownNames = value)} />
      <span class="name">${words}</span>
    </label>`;
  }

  async #open(id: string): Promise<void> {
    const call = ++this.#call;
    await this.#try(async () => {
      const [data, video] = await Promise.all([this.store.open(id), this.store.video(id)]);
      if (call === this.#call) this.opened = { data, video, spans: spansOf(data, this.settings.value.certainty) };
    });
  }

  async #try(act: () => Promise<void>): Promise<void> {
    this.fault = undefined;
    try {
      await act();
    } catch (error) {
      this.fault = Fault.from(error, 'storage-failed');
    }
  }

  #toggle(key: string): void {
    const picked = new Set(this.picked);
    if (!picked.delete(key)) picked.add(key);
    this.picked = picked;
  }

  #onAdd(): void {
    if (!this.opened) return;
    const spans = [...this.#chosen].sort((a, b) => a.startUs - b.startUs);
    this.dispatchEvent(new SpanChoiceEvent({ video: this.opened.video, spans, ownNames: this.ownNames }));
    this.sheet.close();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-session-sheet': SessionSheet;
  }
}
