import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { LONGEST_LABEL, nameOf, type LabelRef } from '../../shared/labels/label-ref';
import { allClassNames, labelText, loadAllClassNames } from '../language';
import { IMAGENET_LABELS } from '../../shared/labels/imagenet';
import { searchLabels } from '../../shared/labels/names';
import { LabelChoiceEvent } from './events';
import { ON_ITS_SIDE, sharedStyles } from './styles';

/** More results than this nobody reads while recording. */
const MOST_FLOATING = 6;
/** Names that fit a list which is looked at, not scrolled for long. */
const MOST_LISTED = 30;

/** What an arrow or page key moves the choice by. */
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

interface Choice {
  readonly label: LabelRef;
  /** As it is shown, in the reader's language. */
  readonly shown: string;
  /** What is said beside it: whose it is, or which class of two with one name. */
  readonly hint: string;
  /** The name that it was found by, in whichever language. */
  readonly found: string;
  readonly isNew?: true;
}

/**
 * A field that finds a label: among the 1000 names and one's own, or takes what was written as a new one. Its list is always
 * open below it, or, where it is `floating`, opens above it while something is typed.
 *
 * @event sg-label-choice - a label was chosen
 * @csspart list - what was found
 */
@customElement('sg-label-search')
@localized()
export class LabelSearch extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        position: relative;
        display: block;
      }
      input {
        width: 100%;
      }
      ul {
        display: grid;
        gap: 0.25rem;
        margin: 0.5rem 0 0;
        padding: 0;
        max-height: min(22rem, 45dvh);
        overflow: auto;
        list-style: none;
      }
      :host([floating]) ul {
        position: absolute;
        z-index: 3;
        inset: auto 0 calc(100% + 0.35rem);
        display: block;
        max-height: none;
        margin: 0;
        padding: 0.35rem;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-l);
        background: var(--sg-surface);
        box-shadow: 0 8px 30px rgb(0 0 0 / 0.35);
      }
      /* Above it there is less room than below. */
      @media ${ON_ITS_SIDE} {
        :host([floating]) ul {
          inset: calc(100% + 0.35rem) 0 auto;
        }
      }
      li {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        min-height: 2.75rem;
        padding: 0.25rem 0.75rem;
        border-radius: var(--sg-radius-m);
        cursor: pointer;
        overflow-wrap: anywhere;
      }
      li[aria-selected='true'] {
        background: var(--sg-surface-2);
      }
      small {
        flex: none;
        color: var(--sg-muted);
      }
      .fault {
        margin: 0.35rem 0 0;
        color: var(--sg-warning);
        font-size: var(--sg-size-s);
      }
    `,
  ];

  /** The person's own labels, newest first. */
  @property({ attribute: false }) own: readonly string[] = [];
  /** Offered before anything is typed: what the network said, what was chosen last. */
  @property({ attribute: false }) suggestions: readonly LabelRef[] = [];
  @property({ type: Boolean, reflect: true }) floating = false;
  @state() private text = '';
  @state() private at = 0;
  @query('input') private readonly input!: HTMLInputElement;

  override connectedCallback(): void {
    super.connectedCallback();
    void loadAllClassNames().then(() => this.requestUpdate());
  }

  override focus(): void {
    this.input.focus();
  }

  /** Empties it for the next search. */
  clear(): void {
    this.text = '';
    this.at = 0;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('at')) this.renderRoot.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  override render(): unknown {
    const choices = this.#choices();
    const open = choices.length > 0;
    return html`
      <input
        class="field"
        type="text"
        role="combobox"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        enterkeyhint="done"
        aria-invalid=${this.#tooLong ? 'true' : nothing}
        aria-describedby=${this.#tooLong ? 'fault' : nothing}
        aria-label=${msg('Find a label, or write your own')}
        placeholder=${msg('Find a label, or write your own')}
        aria-expanded=${open ? 'true' : 'false'}
        aria-controls=${open ? 'list' : nothing}
        aria-autocomplete="list"
        aria-activedescendant=${open ? `choice-${this.at}` : nothing}
        .value=${this.text}
        @input=${this.#onInput}
        @keydown=${this.#onKey}
        @blur=${this.#onBlur}
      />
      ${open
        ? html`<ul id="list" role="listbox" part="list" aria-label=${msg('Labels')}>
            ${choices.map(
              (choice, i) => html`<li
                id="choice-${i}"
                role="option"
                aria-selected=${i === this.at ? 'true' : 'false'}
                @pointerdown=${(event: Event) => event.preventDefault()}
                @click=${() => this.#pick(choice)}
              >
                <span>${choice.isNew ? msg(str`Use “${choice.shown}”`) : choice.shown}</span>
                ${choice.hint ? html`<small>${choice.hint}</small>` : nothing}
              </li>`,
            )}
          </ul>`
        : nothing}
      <div role="alert">${this.#tooLong ? html`<p id="fault" class="fault">${msg(str`A label has ${LONGEST_LABEL} characters at most; this one has ${this.#wanted.length}.`)}</p>` : nothing}</div>
      <span class="visually-hidden" role="status">${this.text ? msg(str`${choices.length} labels`) : ''}</span>
    `;
  }

  /** What was typed, as a label would be named. */
  get #wanted(): string {
    return nameOf(this.text);
  }

  get #tooLong(): boolean {
    return this.#wanted.length > LONGEST_LABEL;
  }

  /** The first one is what Enter takes: the label of the very name that was typed, or else a new one of that name. */
  #choices(): Choice[] {
    const text = this.#wanted;
    if (text === '') return this.suggestions.map((label) => ({ label, shown: labelText(label), hint: '', found: '' }));
    const most = this.floating ? MOST_FLOATING : MOST_LISTED;
    const own = searchLabels(text, [this.own], 2).map(({ name }): Choice => ({ label: { name }, shown: name, hint: msg('own label'), found: name }));
    const classes = searchLabels(text, allClassNames(), most - own.length - 1).map(({ index, name }): Choice => {
      const label = { index, name: IMAGENET_LABELS[index] };
      const shown = labelText(label);
      // Found by its name in another language, which tells why it is here.
      return { label, shown, hint: name === shown ? '' : name, found: name };
    });
    // Two classes may share a name ("crane"): told apart by their numbers.
    const twice = new Set(classes.map(({ shown }) => shown).filter((name, i, all) => all.indexOf(name) !== i));
    const told = classes.map((choice) => (twice.has(choice.shown) ? { ...choice, hint: msg(str`class ${choice.label.index ?? ''}`) } : choice));
    const isTyped = ({ found: name }: Choice): boolean => name.toLowerCase() === text.toLowerCase();
    const known = [...own, ...told];
    const typed = known.filter(isTyped);
    if (typed.length === 0 && !this.#tooLong) typed.push({ label: { name: text }, shown: text, hint: msg('new label'), found: text, isNew: true });
    return [...typed, ...known.filter((choice) => !isTyped(choice))];
  }

  #onInput(): void {
    this.text = this.input.value;
    this.at = 0;
  }

  #onKey(event: KeyboardEvent): void {
    const choices = this.#choices();
    // Enter that ends the composition of a character is no choice.
    if (event.isComposing || choices.length === 0) return;
    const at = Math.min(this.at, choices.length - 1);
    const step = STEPS[event.key];
    if (step !== undefined) this.at = Math.max(0, Math.min(choices.length - 1, at + step));
    else if (event.key === 'Enter') this.#pick(choices[at]);
    else if (event.key === 'Escape' && this.text) this.clear();
    else return;
    event.preventDefault();
  }

  #pick({ label }: Choice): void {
    this.clear();
    this.dispatchEvent(new LabelChoiceEvent(label));
  }

  readonly #onBlur = (): void => {
    if (this.floating) this.clear();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-label-search': LabelSearch;
  }
}
