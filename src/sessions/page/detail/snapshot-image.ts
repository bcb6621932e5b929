import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../../../base/page/elements/icons';
import { styleProperties } from '../../../base/page/elements/style-properties';
import { sharedStyles } from '../../../base/page/elements/styles';
import { WhenSeen } from '../../../base/page/elements/when-seen';
import { frameStyles } from './frame-styles';

/**
 * A snapshot's image, read from the device when it comes into sight, given back when it is no longer in the page.
 *
 * @slot - what lies over the image, of which all is shown
 * @csspart picture - the image
 */
@customElement('sg-snapshot-picture')
export class SnapshotImage extends LitElement {
  static override styles = [
    sharedStyles,
    frameStyles,
    css`
      .part,
      img {
        width: 100%;
        height: 100%;
        object-fit: cover;
      }
      img {
        display: block;
      }
      /* The image's own shape, so that what lies over it fits. */
      .whole {
        position: relative;
        width: min(100%, var(--shape) * 60dvh);
        aspect-ratio: var(--shape);
      }
    `,
  ];

  /** Which image it is: another one is read anew. */
  @property() key = '';
  @property({ attribute: false }) image: (() => Promise<Blob>) | undefined;
  /** Shows all of it, not cut to the element's shape. */
  @property({ type: Boolean, reflect: true }) whole = false;
  @property() alt = '';
  @state() private address: string | undefined;
  /** Width by height. */
  @state() private shape = 4 / 3;
  #wanted = '';

  constructor() {
    super();
    new WhenSeen(this, () => void this.#load());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#clear();
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('key') && this.#wanted !== '' && this.#wanted !== this.key) void this.#load();
  }

  override render(): unknown {
    const { address, alt } = this;
    // What cannot be read, or is no image, leaves the sign of one.
    return address === undefined
      ? icon('pictures')
      : html`<div class=${this.whole ? 'whole' : 'part'} style=${styleProperties({ '--shape': String(this.shape) })}>
          <img part="picture" src=${address} alt=${alt} decoding="async" @load=${this.#onImage} @error=${() => this.#clear(this.key)} />
          ${this.whole ? html`<slot></slot>` : nothing}
        </div>`;
  }

  readonly #onImage = ({ target }: Event): void => {
    if (target instanceof HTMLImageElement && target.naturalHeight > 0) this.shape = target.naturalWidth / target.naturalHeight;
  };

  async #load(): Promise<void> {
    const { key, image } = this;
    if (this.#wanted === key || !image) return;
    this.#clear(key);
    const blob = await image().catch(() => undefined);
    if (blob && this.#wanted === key && this.isConnected) this.address = URL.createObjectURL(blob);
  }

  #clear(wanted = ''): void {
    this.#wanted = wanted;
    if (this.address !== undefined) URL.revokeObjectURL(this.address);
    this.address = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-snapshot-picture': SnapshotImage;
  }
}
