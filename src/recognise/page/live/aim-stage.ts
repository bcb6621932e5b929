import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { TORCHVISION_PREPROCESSING, type Preprocessing } from '../../../engine/index';
import { isScrollable } from '../../../base/page/elements/scrolling';
import { styleProperties } from '../../../base/page/elements/style-properties';
import { sharedStyles } from '../../../base/page/elements/styles';
import { Follower } from '../../../base/page/shared-controller';
import type { FrameSize } from '../../shared/aim';
import type { AimController } from './aim-controller';
import type { TappedPoint } from './aim-reticle';
import { StageGestures } from './stage-gestures';
import { stageLayout } from './stage-layout';
import './aim-reticle';

/**
 * An image as large as it can be with the whole middle square in sight, and the square that the network looks at drawn as a reticle. A
 * tap aims the square, a drag moves it, a pinch or a wheel zooms round it, a double tap brings it back to the middle.
 *
 * @slot - the image, and what lies over it, just as large and mirrored with it
 * @csspart reticle - the square that the network looks at
 */
@customElement('sg-aim-stage')
export class AimStage extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        position: relative;
        display: block;
        overflow: hidden;
        background: var(--sg-stage);
      }
      .picture {
        position: absolute;
      }
      .image,
      ::slotted(video),
      ::slotted(img) {
        display: block;
        width: 100%;
        height: 100%;
      }
      .image {
        pointer-events: none;
      }
      .gestures {
        touch-action: none;
      }
      /* What can be scrolled stays so; a finger moves the square from side to side. */
      .gestures.scrolls {
        touch-action: pan-y;
      }
      .mirrored .image {
        transform: scaleX(-1);
      }
    `,
  ];

  @property({ attribute: false }) aim!: AimController;
  /** Of the image, its own pixels; 0 x 0 while there is none. */
  @property({ attribute: false }) size: FrameSize = { width: 0, height: 0 };
  /** Whether what gives the image can focus where it is told to. */
  @property({ type: Boolean }) focuses = false;
  @property({ type: Boolean }) mirrored = false;
  @property({ attribute: false }) preprocessing: Preprocessing = TORCHVISION_PREPROCESSING;
  @state() private stage: FrameSize = { width: 0, height: 0 };
  @state() private scrolls = false;
  @state() private tapped: TappedPoint | undefined;
  @query('.picture') private readonly picture!: HTMLElement;
  readonly #observer = new ResizeObserver(([entry]) => {
    this.stage = { width: entry.contentRect.width, height: entry.contentRect.height };
    this.scrolls = isScrollable(this);
  });

  constructor() {
    super();
    new Follower(this, () => [this.aim]);
    new StageGestures(this, {
      zoom: () => (this.#empty ? undefined : this.aim.zoom),
      scrolls: () => this.scrolls,
      onZoom: (zoom) => this.aim.zoomTo(zoom),
      onTap: (x, y) => this.#onTap(x, y),
      onDoubleTap: () => void this.aim.reset(),
      onDrag: (dx, dy) => this.#onDrag(dx, dy),
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer.disconnect();
  }

  override willUpdate(): void {
    if (!this.#empty) this.aim.frame = this.size;
  }

  override render(): unknown {
    const { stage, size, preprocessing, aim, mirrored } = this;
    const layout = this.#empty || stage.width === 0 ? undefined : stageLayout(stage, size, preprocessing, aim.square, mirrored);
    const px = (value: number): string => `${value.toFixed(1)}px`;
    const place = layout && { left: px(layout.image.x), top: px(layout.image.y), width: px(layout.image.width), height: px(layout.image.height) };
    return html`<div
      class="picture ${mirrored ? 'mirrored' : ''} ${layout ? 'gestures' : ''} ${this.scrolls ? 'scrolls' : ''}"
      style=${styleProperties(place ?? { width: '1px', height: '1px', visibility: 'hidden' })}
    >
      <div class="image"><slot></slot></div>
      ${layout
        ? html`<sg-aim-reticle exportparts="reticle" .square=${layout.square} ?aimed=${aim.square !== undefined} .tapped=${this.tapped}></sg-aim-reticle>`
        : nothing}
    </div>`;
  }

  /** The square that the network looks at, on the page; undefined while there is no image. */
  get square(): DOMRectReadOnly | undefined {
    return this.renderRoot.querySelector('sg-aim-reticle')?.renderRoot.querySelector('.reticle')?.getBoundingClientRect();
  }

  get #empty(): boolean {
    return this.size.width === 0;
  }

  #onTap(clientX: number, clientY: number): void {
    const box = this.picture.getBoundingClientRect();
    const x = (clientX - box.left) / box.width;
    const y = (clientY - box.top) / box.height;
    if (this.#empty || x < 0 || x > 1 || y < 0 || y > 1) return;
    if (this.focuses) this.tapped = { x, y, count: (this.tapped?.count ?? 0) + 1 };
    this.aim.lookAt(this.mirrored ? 1 - x : x, y);
  }

  #onDrag(dx: number, dy: number): void {
    const { width, height } = this.picture.getBoundingClientRect();
    if (!this.#empty) this.aim.move((this.mirrored ? -dx : dx) / width, dy / height);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-aim-stage': AimStage;
  }
}
