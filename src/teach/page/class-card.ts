import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { localized, msg, str } from '@lit/localize';
import type { NewExample, TaughtClass } from '../shared/teach';
import { nameOf } from '../../base/shared/labels/label-ref';
import { LONGEST_NAME } from '../shared/classes-file';
import { momentsOf } from '../shared/moments';
import { type ClassAction, ClassEvent, ClassNameEvent, ClassImagesEvent } from './events';
import { icon } from '../../base/page/elements/icons';
import { sharedStyles } from '../../base/page/elements/styles';
import './thumbnail';

/** With fewer examples than this a class is learned, but not well. */
const FEWEST_EXAMPLES = 5;

/**
 * One taught class: its name, its examples, and ways to more of them.
 *
 * @event sg-thing - it was chosen, is to be deleted, or gets examples from a session
 * @event sg-thing-name - it was given another name
 * @event sg-thing-pictures - image files were chosen for it
 */
@customElement('sg-thing-card')
@localized()
export class ClassCard extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        padding: 0.6rem 0.6rem 0.6rem 0.75rem;
        border: 2px solid var(--sg-line);
        border-radius: var(--sg-radius-l);
        background: var(--sg-surface);
      }
      :host([chosen]) {
        border-color: var(--sg-accent);
      }
      .head {
        display: flex;
        align-items: center;
        gap: 0.35rem;
      }
      .names {
        flex: 1;
        min-width: 0;
      }
      input[type='text'] {
        width: 100%;
        min-height: 44px;
        padding: 0;
        border: 0;
        border-bottom: 1px dashed var(--sg-line);
        background: none;
        color: inherit;
        font: 600 var(--sg-size-m)/1.3 var(--sg-font);
        text-overflow: ellipsis;
      }
      h2 {
        margin: 0;
        font-size: var(--sg-size-m);
      }
      p {
        margin: 0.1rem 0 0;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
      p.few {
        color: var(--sg-warning);
      }
      label.file {
        display: grid;
        place-content: center;
        width: 2.75rem;
        height: 2.75rem;
        border: 1px solid var(--sg-line);
        border-radius: 50%;
        cursor: pointer;
      }
      label.file:focus-within {
        outline: 3px solid var(--sg-focus);
        outline-offset: 2px;
      }
      label.file:has(:disabled) {
        opacity: 0.45;
        cursor: default;
      }
      .examples {
        display: flex;
        gap: 0.4rem;
        margin: 0.5rem 0 0;
        padding: 2px 2px 0.35rem;
        overflow-x: auto;
        list-style: none;
        scrollbar-width: thin;
      }
      .choose {
        width: 100%;
        margin-top: 0.35rem;
        min-height: 2.75rem;
      }
      .choose span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  @property({ attribute: false }) taughtClass!: TaughtClass;
  /** Examples on their way to it. */
  @property({ attribute: false }) coming: readonly NewExample[] = [];
  /** Ids of examples that were taken for something else when they were held out. */
  @property({ attribute: false }) wrong: ReadonlySet<string> = new Set();
  /** Whether what the camera shows goes to this class. */
  @property({ type: Boolean, reflect: true }) chosen = false;
  /** Whether it takes no examples now: others are being looked at, or the model that runs gives no features. */
  @property({ type: Boolean }) closed = false;

  override render(): unknown {
    const { taughtClass, chosen } = this;
    return html`
      <div class="head">
        <div class="names">${taughtClass.other ? html`<h2>${taughtClass.name}</h2>` : this.#name()}${this.#words()}</div>
        <label class="file" title=${msg('Add pictures')}>
          ${icon('addPicture')}<span class="visually-hidden">${msg(str`Add pictures to ${taughtClass.name}`)}</span>
          <input class="visually-hidden" type="file" accept="image/*" multiple ?disabled=${this.closed} @change=${this.#onFiles} />
        </label>
        ${this.#button('session', 'film', msg(str`Add frames of a recorded session to ${taughtClass.name}`))}
        ${this.#button('delete', 'trash', msg(str`Delete ${taughtClass.name}`))}
      </div>
      ${this.#examples()}
      ${chosen
        ? nothing
        : html`<button class="choose" @click=${() => this.#send('choose')}>
            ${icon('camera')}<span>${msg(str`Show ${taughtClass.name} to the camera`)}</span>
          </button>`}
    `;
  }

  #name(): unknown {
    return html`<input
      type="text"
      aria-label=${msg('Name of the thing')}
      maxlength=${LONGEST_NAME}
      autocomplete="off"
      enterkeyhint="done"
      .value=${this.taughtClass.name}
      @change=${this.#onName}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Enter') (event.target as HTMLElement).blur();
      }}
    />`;
  }

  #words(): unknown {
    const { taughtClass: { examples, other }, coming } = this;
    const count = examples.length + coming.length;
    if (count === 0) return html`<p>${other ? msg('Show the surroundings without your things.') : msg('No examples yet')}</p>`;
    if (count < FEWEST_EXAMPLES && !other) return html`<p class="few">${msg(str`${count} of at least ${FEWEST_EXAMPLES} examples`)}</p>`;
    const now = Date.now();
    const moments = new Set(momentsOf([...examples, ...coming.map(({ group, source }) => ({ group, source, addedAt: now }))])).size;
    if (moments === 1 && count > 1) {
      return html`<p class="few">${msg(str`${count} examples of 1 moment. Show it once more, elsewhere or in other light.`)}</p>`;
    }
    return html`<p>${moments === count ? msg(str`${count} examples`) : msg(str`${count} examples of ${moments} moments`)}</p>`;
  }

  #examples(): unknown {
    const { taughtClass, coming } = this;
    if (taughtClass.examples.length + coming.length === 0) return nothing;
    const kept = taughtClass.examples.map((e, i) => ({ key: e.id, id: e.id, image: e.image, number: i + 1, wrong: this.wrong.has(e.id) }));
    const fresh = coming.map((e, i) => ({ key: `new-${i}`, id: undefined, image: e.image, number: kept.length + i + 1, wrong: false }));
    // The newest first: it is the one that was just made, and in sight.
    return html`<ul class="examples" aria-label=${msg(str`Examples of ${taughtClass.name}`)}>
      ${repeat(
        [...kept, ...fresh].reverse(),
        (e) => e.key,
        (e) => html`<li>
          <sg-thumbnail .exampleId=${e.id} .image=${e.image} number=${e.number} .taughtName=${taughtClass.name} ?wrong=${e.wrong}></sg-thumbnail>
        </li>`,
      )}
    </ul>`;
  }

  #button(action: ClassAction, name: 'film' | 'trash', words: string): unknown {
    return html`<button
      class="icon"
      data-action=${action}
      aria-label=${words}
      title=${words}
      ?disabled=${this.closed && action === 'session'}
      @click=${() => this.#send(action)}
    >
      ${icon(name)}
    </button>`;
  }

  #onFiles(event: Event): void {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    if (files.length > 0) this.dispatchEvent(new ClassImagesEvent(this.taughtClass.id, files));
    input.value = '';
  }

  #onName(event: Event): void {
    const input = event.target as HTMLInputElement;
    const name = nameOf(input.value);
    // An empty or a taken name is not accepted: what it was called stands there again.
    input.value = this.taughtClass.name;
    if (name !== '' && name !== this.taughtClass.name) this.dispatchEvent(new ClassNameEvent(this.taughtClass.id, name));
  }

  #send(action: ClassAction): void {
    this.dispatchEvent(new ClassEvent(this.taughtClass.id, action));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-thing-card': ClassCard;
  }
}
