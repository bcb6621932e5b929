import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import type { LabelRef } from '../../contract/session';
import { IMAGENET_LABELS } from '../../domain/labels/imagenet';
import { searchLabels } from '../../domain/labels/names';
import { LabelPickEvent } from '../events/label-pick-event';
import { sharedStyles } from '../shared/styles';

/** More results than this nobody reads while filming. */
const MOST_FOUND = 6;

interface Choice {
  readonly label: LabelRef;
  /** As it is shown, in the reader's language. */
  readonly shown: string;
  readonly own: 'known' | 'new' | undefined;
}

/**
 * A field that finds a label: among the 1000 names and one's own, or takes what was written as a new one.
 *
 * @event sg-label-pick - a label was picked
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
        min-height: 2.75rem;
        padding: 0 1rem;
        border: 1px solid var(--sg-line);
        border-radius: 999px;
        background: var(--sg-surface);
        color: inherit;
        font: inherit;
      }
      input::placeholder {
        color: var(--sg-muted);
        opacity: 1;
      }
      ul {
        position: absolute;
        z-index: 3;
        inset: auto 0 calc(100% + 0.35rem);
        margin: 0;
        padding: 0.35rem;
        border: 1px solid var(--sg-line);
        border-radius: 1rem;
        background: var(--sg-surface);
        box-shadow: 0 8px 30px rgb(0 0 0 / 0.35);
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        min-height: 2.75rem;
        padding: 0.25rem 0.75rem;
        border-radius: 0.7rem;
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
    `,
  ];

  /** The person's own labels, newest first. */
  @property({ attribute: false }) own: readonly string[] = [];
  /** Names of the 1000 classes, one list a language, the reader's first. */
  @property({ attribute: false }) names: readonly (readonly string[])[] = [IMAGENET_LABELS];
  @state() private text = '';
  @state() private at = 0;
  @query('input') private readonly input!: HTMLInputElement;

  override focus(): void {
    this.input.focus();
  }

  override render(): unknown {
    const choices = this.#choices();
    const open = choices.length > 0;
    return html`
      <input
        type="text"
        role="combobox"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        enterkeyhint="done"
        aria-label=${msg('Find a label, or write your own')}
        placeholder=${msg('Find a label, or write your own')}
        aria-expanded=${open ? 'true' : 'false'}
        aria-controls=${open ? 'list' : nothing}
        aria-autocomplete="list"
        aria-activedescendant=${open ? `choice-${this.at}` : nothing}
        .value=${this.text}
        @input=${this.#onInput}
        @keydown=${this.#onKey}
        @blur=${this.#close}
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
                <span>${choice.own === 'new' ? msg(str`Use “${choice.shown}”`) : choice.shown}</span>
                ${choice.own ? html`<small>${choice.own === 'new' ? msg('new label') : msg('own label')}</small>` : nothing}
              </li>`,
            )}
          </ul>`
        : nothing}
    `;
  }

  #choices(): Choice[] {
    const text = this.text.trim().replace(/\s+/g, ' ');
    if (text === '') return [];
    const own = searchLabels(text, [this.own], 2).map(({ name }): Choice => ({ label: { name }, shown: name, own: 'known' }));
    const found = searchLabels(text, this.names, MOST_FOUND - own.length - 1).map(
      ({ index, name }): Choice => ({ label: { index, name: IMAGENET_LABELS[index] }, shown: this.names[0][index] ?? name, own: undefined }),
    );
    const known = [...own, ...found];
    const same = known.some((choice) => choice.shown.toLowerCase() === text.toLowerCase());
    return same ? known : [...known, { label: { name: text }, shown: text, own: 'new' }];
  }

  #onInput(): void {
    this.text = this.input.value;
    this.at = 0;
  }

  #onKey(event: KeyboardEvent): void {
    const choices = this.#choices();
    // Enter that ends the composition of a character is no choice.
    if (event.isComposing || choices.length === 0) return;
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        this.at = (this.at + (event.key === 'ArrowDown' ? 1 : choices.length - 1)) % choices.length;
        break;
      case 'Enter':
        this.#pick(choices[Math.min(this.at, choices.length - 1)]);
        break;
      case 'Escape':
        this.#close();
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  #pick({ label }: Choice): void {
    this.#close();
    this.dispatchEvent(new LabelPickEvent(label));
  }

  #close(): void {
    this.text = '';
    this.at = 0;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-label-search': LabelSearch;
  }
}
