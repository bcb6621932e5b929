import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { ExampleRemoveEvent } from './events';
import { icon } from '../../base/page/elements/icons';
import { sharedStyles } from '../../base/page/elements/styles';

/**
 * The image of one example; pressed, it is deleted (which can be undone).
 *
 * @event sg-example-remove - the example is to be deleted
 * @csspart picture - the image
 */
@customElement('sg-thumbnail')
@localized()
export class Thumbnail extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        flex: none;
        width: 3.5rem;
        height: 3.5rem;
      }
      button {
        position: relative;
        width: 100%;
        height: 100%;
        min-height: 0;
        padding: 0;
        overflow: hidden;
        border-radius: var(--sg-radius-m);
        background: var(--sg-surface-2);
      }
      img {
        width: 100%;
        height: 100%;
        object-fit: cover;
      }
      button:disabled {
        opacity: 1;
      }
      button.wrong {
        border: 3px solid var(--sg-warning);
      }
      .cross {
        position: absolute;
        top: 0.15rem;
        right: 0.15rem;
        display: grid;
        padding: 0.15rem;
        border-radius: 50%;
        background: rgb(0 0 0 / 0.72);
        color: #fff;
      }
      .cross svg.icon {
        width: 0.8rem;
        height: 0.8rem;
        stroke-width: 3;
      }
      .none {
        color: var(--sg-muted);
        font-size: var(--sg-size-xs);
      }
    `,
  ];

  /** Undefined while the example is not kept yet: then it cannot be deleted. */
  @property() exampleId: string | undefined;
  @property({ type: Number }) number = 0;
  @property() taughtName = '';
  @property({ attribute: false }) image: Blob | undefined;
  @property({ type: Boolean }) wrong = false;
  @state() private url = '';
  #shown: string | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    // The blob is another object after each change of the list; the image of an example never changes.
    if (!this.image || (!changed.has('image') && this.url) || (this.url && this.#shown === this.exampleId)) return;
    this.#forget();
    this.#shown = this.exampleId;
    this.url = URL.createObjectURL(this.image);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate('image');
  }

  override render(): unknown {
    const image = this.url ? html`<img part="picture" src=${this.url} alt="" />` : html`<span class="none">${this.number}</span>`;
    if (this.exampleId === undefined) return html`<button disabled aria-label=${msg('New example')}>${image}</button>`;
    const words = msg(str`Delete example ${this.number} of ${this.taughtName}`);
    const wrong = msg('Held out, it was taken for something else');
    return html`<button
      class=${this.wrong ? 'wrong' : ''}
      aria-label=${this.wrong ? `${words}. ${wrong}` : words}
      title=${this.wrong ? wrong : nothing}
      @click=${() => this.dispatchEvent(new ExampleRemoveEvent(this.exampleId ?? ''))}
    >
      ${image}<span class="cross">${icon('close')}</span>
    </button>`;
  }

  #forget(): void {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = '';
    this.#shown = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-thumbnail': Thumbnail;
  }
}
