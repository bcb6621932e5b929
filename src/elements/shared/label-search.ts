import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import type { LabelRef } from '../../contract/session';
import { IMAGENET_LABELS } from '../../domain/labels/imagenet';
import { searchLabels } from '../../domain/labels/names';
import { LabelChoiceEvent } from '../events/label-choice-event';
import { sharedStyles } from './styles';

/** Names that fit a list which is looked at, not scrolled for long. */
const MOST = 30;
/** Longest label of one's own, characters. */
const LONGEST = 120;

interface Option {
  readonly label: LabelRef;
  readonly hint: string;
}

/**
 * A search over the 1000 class names, for choosing one or a name of one's own: a combobox with its list always open.
 *
 * @event sg-label-choice - a label was chosen
 * @csspart option - one of the list
 */
@customElement('sg-label-search')
@localized()
export class LabelSearch extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      input {
        width: 100%;
        min-height: 3rem;
        padding: 0 1rem;
        border: 1px solid var(--sg-line);
        border-radius: 1rem;
        background: var(--sg-surface);
        color: inherit;
        font: inherit;
      }
      [role='listbox'] {
        display: grid;
        gap: 0.25rem;
        margin: 0.5rem 0 0;
        padding: 0;
        max-height: min(22rem, 45dvh);
        overflow: auto;
      }
      [role='option'] {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        min-height: 2.75rem;
        padding: 0.35rem 1rem;
        border: 1px solid transparent;
        border-radius: 0.8rem;
        cursor: pointer;
        overflow-wrap: anywhere;
      }
      [role='option']:hover {
        background: var(--sg-surface-2);
      }
      [role='option'][aria-selected='true'] {
        border-color: var(--sg-accent);
        background: var(--sg-surface-2);
      }
      .hint {
        flex: none;
        color: var(--sg-muted);
        font-size: 0.8rem;
      }
    `,
  ];

  /** Offered before anything is typed: what the network said, what was chosen last. */
  @property({ attribute: false }) suggestions: readonly LabelRef[] = [];
  @state() private typed = '';
  @state() private at = 0;
  @query('input') private readonly input!: HTMLInputElement;

  override focus(): void {
    this.input.focus();
  }

  /** Empties it for the next search. */
  clear(): void {
    this.typed = '';
    this.at = 0;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('at')) this.renderRoot.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  override render(): unknown {
    const options = this.#options();
    const at = Math.min(this.at, options.length - 1);
    return html`<input
        role="combobox"
        aria-label=${msg('Label')}
        aria-expanded=${options.length > 0}
        aria-controls="options"
        aria-autocomplete="list"
        aria-activedescendant=${at >= 0 ? `option-${at}` : nothing}
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        maxlength=${LONGEST}
        placeholder=${msg('Search 1000 names, or type your own')}
        .value=${this.typed}
        @input=${this.#onInput}
        @keydown=${this.#onKey}
      />
      <div role="listbox" id="options" aria-label=${msg('Labels')}>
        ${options.map(
          ({ label, hint }, i) => html`<div
            role="option"
            part="option"
            id=${`option-${i}`}
            aria-selected=${i === at}
            @click=${() => this.#choose(label)}
          >
            <span>${label.name}</span>${hint ? html`<span class="hint">${hint}</span>` : nothing}
          </div>`,
        )}
      </div>
      <span class="visually-hidden" role="status">${this.typed ? msg(str`${options.length} labels`) : ''}</span>`;
  }

  #options(): Option[] {
    const typed = this.typed.trim();
    if (typed === '') return this.suggestions.map((label) => ({ label, hint: '' }));
    const found = searchLabels(typed, [IMAGENET_LABELS], MOST).map(({ index }): Option => {
      const name = IMAGENET_LABELS[index];
      return { label: { index, name }, hint: '' };
    });
    // Two classes may share a name: told apart by their numbers.
    const twice = new Set(found.map(({ label }) => label.name).filter((name, i, all) => all.indexOf(name) !== i));
    const told = found.map(({ label }): Option => ({ label, hint: twice.has(label.name) ? msg(str`class ${label.index ?? ''}`) : '' }));
    const own: Option = { label: { name: typed }, hint: msg('your own label') };
    return [...told, own];
  }

  #onInput(event: Event): void {
    this.typed = (event.target as HTMLInputElement).value;
    this.at = 0;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const options = this.#options();
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const step = steps[event.key];
    if (step !== undefined && options.length > 0) {
      this.at = Math.max(0, Math.min(options.length - 1, Math.min(this.at, options.length - 1) + step));
      event.preventDefault();
    } else if (event.key === 'Enter') {
      const option = options.at(Math.min(this.at, options.length - 1));
      if (option) this.#choose(option.label);
      event.preventDefault();
    }
  }

  #choose(label: LabelRef): void {
    this.dispatchEvent(new LabelChoiceEvent(label));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-label-search': LabelSearch;
  }
}
