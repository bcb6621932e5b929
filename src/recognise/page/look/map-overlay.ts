import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { LookField } from '../../shared/look-field';
import type { FrameSize } from '../../shared/aim';
import type { LookMap } from '../../shared/recogniser';
import { paintHeat } from './heat-colours';

/**
 * Where the network looked, as a heat map over an image whose box it fills. From one answer to the next it goes smoothly, unless less
 * motion is wished for. Says nothing to a screen reader: `sg-map-legend` has the words.
 *
 * @csspart map - the canvas
 */
@customElement('sg-map-overlay')
export class MapOverlay extends LitElement {
  static override styles = css`
    :host {
      position: absolute;
      inset: 0;
      pointer-events: none;
    }
    canvas {
      display: block;
      width: 100%;
      height: 100%;
    }
  `;

  /** The newest answer's; undefined for nothing to show. */
  @property({ attribute: false }) look: LookMap | undefined;
  /** The frame's that it is of, pixels. */
  @property({ attribute: false }) frame: FrameSize | undefined;
  /** Whether each answer stands for itself: nothing of the one before stays where a square beside it was looked at. */
  @property({ type: Boolean }) still = false;
  @query('canvas') private readonly canvas!: HTMLCanvasElement;
  #field: LookField | undefined;
  #image: ImageData | undefined;
  #request = 0;
  #paintedAt = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#request);
    this.#request = 0;
  }

  override updated(changed: PropertyValues<this>): void {
    if (!changed.has('look')) return;
    const { look, frame } = this;
    if (!look || !frame) {
      this.#field = undefined;
      this.canvas.getContext('2d')?.clearRect(0, 0, this.canvas.width, this.canvas.height);
      return;
    }
    const begins = !this.#field?.fits(frame);
    if (begins) {
      this.#field = new LookField(frame);
      this.canvas.width = this.#field.width;
      this.canvas.height = this.#field.height;
      this.#image = new ImageData(this.#field.width, this.#field.height);
    }
    this.#field?.add(look, this.still ? 0 : undefined);
    if (begins || matchMedia('(prefers-reduced-motion: reduce)').matches) this.#paint(Infinity);
    else if (this.#request === 0) {
      this.#paintedAt = performance.now();
      this.#request = requestAnimationFrame(this.#onFrame);
    }
  }

  override render(): unknown {
    return html`<canvas part="map" aria-hidden="true"></canvas>`;
  }

  readonly #onFrame = (now: number): void => {
    this.#request = 0;
    const goesOn = this.#paint(Math.max(0, now - this.#paintedAt));
    this.#paintedAt = now;
    if (goesOn) this.#request = requestAnimationFrame(this.#onFrame);
  };

  /** @returns whether there is more to come */
  #paint(ms: number): boolean {
    if (!this.#field || !this.#image) return false;
    const goesOn = this.#field.step(ms);
    paintHeat(this.#field.values, this.#image.data);
    this.canvas.getContext('2d')?.putImageData(this.#image, 0, 0);
    return goesOn;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-map-overlay': MapOverlay;
  }
}
