import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { Preprocessing } from '../../../engine/index';
import { videoFault, type VideoFile } from '../camera/video-file';
import { ImageFaultEvent } from '../events';
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
 * The image of the camera, screen or video, as large as it can be with the whole middle square in sight, and the square that the
 * network looks at drawn as a reticle. A tap aims the square, a drag moves it, a pinch or a wheel zooms round it, a double tap brings it
 * back to the middle.
 *
 * @event sg-picture-fault - the video cannot be played on
 * @slot - what lies over the stage
 * @slot image - what lies over the image, just as large and mirrored with it
 * @csspart video - the video element
 * @csspart reticle - the square that the network looks at
 */
@customElement('sg-camera-stage')
@localized()
export class CameraStage extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        position: relative;
        display: grid;
        overflow: hidden;
        background: var(--sg-stage);
      }
      /* In the flow, one over the other: the stage is at least as large as what lies over it. */
      ::slotted(:not([slot])) {
        position: relative;
        grid-area: 1 / 1;
        min-width: 0;
      }
      .picture {
        position: absolute;
      }
      .image,
      video {
        display: block;
        width: 100%;
        height: 100%;
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

  @property({ attribute: false }) stream: MediaStream | undefined;
  @property({ attribute: false }) videoFile: VideoFile | undefined;
  @property({ attribute: false }) aim!: AimController;
  /** Whether the camera can focus where it is told to. */
  @property({ type: Boolean }) focuses = false;
  @property({ type: Boolean }) mirrored = false;
  @property({ type: Boolean }) frozen = false;
  @property({ attribute: false }) preprocessing: Preprocessing | undefined;
  @state() private stage: FrameSize = { width: 0, height: 0 };
  @state() private image: FrameSize = { width: 0, height: 0 };
  @state() private scrolls = false;
  @state() private tapped: TappedPoint | undefined;
  @query('.picture') private readonly frame!: HTMLElement;
  @query('video') readonly video!: HTMLVideoElement;
  readonly #observer = new ResizeObserver(([entry]) => {
    this.stage = { width: entry.contentRect.width, height: entry.contentRect.height };
    this.scrolls = isScrollable(this);
  });

  constructor() {
    super();
    new Follower(this, () => [this.aim]);
    new StageGestures(this, {
      zoom: () => (this.image.width > 0 ? this.aim.zoom : undefined),
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

  override updated(changed: PropertyValues<this>): void {
    const other = changed.has('stream') || changed.has('videoFile');
    if (other) {
      this.video.srcObject = this.stream ?? null;
      if (this.videoFile) this.video.src = this.videoFile.url;
      else this.video.removeAttribute('src');
      if (!this.#hasSource) this.image = { width: 0, height: 0 };
    }
    if ((other || changed.has('frozen')) && this.#hasSource) {
      if (this.frozen) this.video.pause();
      // A play that is cut short by the next stream is no fault.
      else void this.video.play().catch(() => undefined);
    }
  }

  get #hasSource(): boolean {
    return this.stream !== undefined || this.videoFile !== undefined;
  }

  override render(): unknown {
    const { stage, image, preprocessing, aim, mirrored } = this;
    const layout = image.width > 0 && stage.width > 0 && preprocessing ? stageLayout(stage, image, preprocessing, aim.square, mirrored) : undefined;
    const px = (value: number): string => `${value.toFixed(1)}px`;
    const place = layout && { left: px(layout.image.x), top: px(layout.image.y), width: px(layout.image.width), height: px(layout.image.height) };
    return html`
      <div
        class="picture ${mirrored ? 'mirrored' : ''} ${layout ? 'gestures' : ''} ${this.scrolls ? 'scrolls' : ''}"
        style=${styleProperties(place ?? { width: '1px', height: '1px', visibility: 'hidden' })}
      >
        <div class="image">
          <video
            part="video"
            muted
            playsinline
            ?loop=${this.videoFile !== undefined}
            disablepictureinpicture
            aria-label=${this.videoFile ? msg('Video') : msg('Camera picture')}
            @loadedmetadata=${this.#onSize}
            @resize=${this.#onSize}
            @error=${this.#onError}
          ></video>
          ${layout ? html`<slot name="image"></slot>` : nothing}
        </div>
        ${layout
          ? html`<sg-aim-reticle exportparts="reticle" .square=${layout.square} ?aimed=${aim.square !== undefined} .tapped=${this.tapped}></sg-aim-reticle>`
          : nothing}
      </div>
      <slot></slot>
    `;
  }

  #onTap(clientX: number, clientY: number): void {
    const box = this.frame.getBoundingClientRect();
    const x = (clientX - box.left) / box.width;
    const y = (clientY - box.top) / box.height;
    if (this.image.width === 0 || x < 0 || x > 1 || y < 0 || y > 1) return;
    if (this.focuses) this.tapped = { x, y, count: (this.tapped?.count ?? 0) + 1 };
    this.aim.lookAt(this.mirrored ? 1 - x : x, y);
  }

  #onDrag(dx: number, dy: number): void {
    const { width, height } = this.frame.getBoundingClientRect();
    if (this.image.width > 0) this.aim.move((this.mirrored ? -dx : dx) / width, dy / height);
  }

  #onError(): void {
    if (this.videoFile) this.dispatchEvent(new ImageFaultEvent(videoFault(this.video.error)));
  }

  #onSize(): void {
    this.image = { width: this.video.videoWidth, height: this.video.videoHeight };
    if (this.image.width > 0) this.aim.frame = this.image;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-camera-stage': CameraStage;
  }
}
