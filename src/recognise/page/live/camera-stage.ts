import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { localized, msg } from '@lit/localize';
import { type Preprocessing, visibleSquare } from '../../../engine/index';
import { videoFault, type VideoFile } from '../camera/video-file';
import type { CameraLens } from '../camera/camera-lens';
import { FocusPointEvent, ImageFaultEvent, ZoomEvent } from '../events';
import { styleProperties } from '../../../base/page/elements/style-properties';
import { sharedStyles } from '../../../base/page/elements/styles';
import { StageGestures } from './stage-gestures';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Share of the stage that the reticle may take, so that its corners stay in sight. */
const RETICLE_SHARE = 0.94;

/**
 * The image of the camera, screen or video, as large as it can be with the whole square that the network sees in sight,
 * and that square drawn as a reticle. A pinch zooms, a tap focuses, where the camera can.
 *
 * @event sg-zoom - a pinch asks for another zoom
 * @event sg-focus-point - a tap asks for focus and exposure
 * @event sg-picture-fault - the video cannot be played on
 * @slot - what lies over the image
 * @csspart video - the video element
 * @csspart reticle - the square that the network sees
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
      ::slotted(*) {
        position: relative;
        grid-area: 1 / 1;
        min-width: 0;
      }
      .picture {
        position: absolute;
        left: 50%;
        top: 50%;
      }
      video {
        display: block;
        width: 100%;
        height: 100%;
      }
      .gestures {
        touch-action: none;
      }
      .ring {
        position: absolute;
        width: 4.5rem;
        height: 4.5rem;
        margin: -2.25rem;
        border: 2px solid #ffe08a;
        border-radius: 50%;
        opacity: 0;
        pointer-events: none;
        animation: ring 1.2s ease-out;
      }
      @keyframes ring {
        from {
          opacity: 1;
          scale: 1.35;
        }
        30%,
        80% {
          opacity: 1;
          scale: 1;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .ring {
          animation-timing-function: step-start;
        }
      }
      .mirrored video {
        transform: scaleX(-1);
      }
      .reticle {
        position: absolute;
        border-radius: 1rem;
        pointer-events: none;
        --c: rgb(255 255 255 / 0.95);
        background:
          linear-gradient(var(--c) 0 0) 0 0 / 2rem 3px,
          linear-gradient(var(--c) 0 0) 0 0 / 3px 2rem,
          linear-gradient(var(--c) 0 0) 100% 0 / 2rem 3px,
          linear-gradient(var(--c) 0 0) 100% 0 / 3px 2rem,
          linear-gradient(var(--c) 0 0) 0 100% / 2rem 3px,
          linear-gradient(var(--c) 0 0) 0 100% / 3px 2rem,
          linear-gradient(var(--c) 0 0) 100% 100% / 2rem 3px,
          linear-gradient(var(--c) 0 0) 100% 100% / 3px 2rem;
        background-repeat: no-repeat;
        forced-color-adjust: none;
        filter: drop-shadow(0 0 2px rgb(0 0 0 / 0.7));
      }
    `,
  ];

  @property({ attribute: false }) stream: MediaStream | undefined;
  @property({ attribute: false }) videoFile: VideoFile | undefined;
  @property({ attribute: false }) lens: CameraLens | undefined;
  @property({ type: Boolean }) mirrored = false;
  @property({ type: Boolean }) frozen = false;
  @property({ attribute: false }) preprocessing: Preprocessing | undefined;
  @state() private stage: Size = { width: 0, height: 0 };
  @state() private image: Size = { width: 0, height: 0 };
  /** Where a tap was, in shares of the shown image. */
  @state() private tapped: { readonly x: number; readonly y: number; readonly count: number } | undefined;
  @query('.picture') private readonly frame!: HTMLElement;
  @query('video') readonly video!: HTMLVideoElement;
  readonly #observer = new ResizeObserver(([entry]) => {
    this.stage = { width: entry.contentRect.width, height: entry.contentRect.height };
  });

  constructor() {
    super();
    new StageGestures(this, {
      zoom: () => this.lens?.zoom,
      onZoom: (zoom) => this.dispatchEvent(new ZoomEvent(zoom)),
      onTap: (x, y) => this.#onTap(x, y),
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
    const layout = this.#layout();
    const gestures = this.lens && (this.lens.abilities.zoom ?? this.lens.abilities.point);
    return html`
      <div
        class="picture ${this.mirrored ? 'mirrored' : ''} ${gestures ? 'gestures' : ''}"
        style=${styleProperties(layout?.image ?? { width: '1px', height: '1px', visibility: 'hidden' })}
      >
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
        ${layout ? html`<div class="reticle" part="reticle" style=${styleProperties(layout.reticle)}></div>` : nothing}
        ${this.#ring()}
      </div>
      <slot></slot>
    `;
  }

  /** The image covers the stage unless that would push the reticle out of it. */
  #layout(): { image: Record<string, string>; reticle: Record<string, string> } | undefined {
    const { width, height } = this.image;
    if (width === 0 || this.stage.width === 0 || !this.preprocessing) return undefined;
    const square = visibleSquare(width, height, this.preprocessing);
    const cover = Math.max(this.stage.width / width, this.stage.height / height);
    const inSight = (RETICLE_SHARE * Math.min(this.stage.width, this.stage.height)) / Math.max(square.width, square.height);
    const contain = Math.min(this.stage.width / width, this.stage.height / height);
    const scale = Math.max(contain, Math.min(cover, inSight));
    const px = (value: number): string => `${(value * scale).toFixed(1)}px`;
    return {
      image: { width: px(width), height: px(height), transform: 'translate(-50%, -50%)' },
      // The crop need not lie in the very middle: mirrored, it lies as far from the other edge.
      reticle: { left: px(this.mirrored ? width - square.x - square.width : square.x), top: px(square.y), width: px(square.width), height: px(square.height) },
    };
  }

  #ring(): unknown {
    if (!this.tapped) return nothing;
    const { x, y, count } = this.tapped;
    return keyed(
      count,
      html`<div
        class="ring"
        style=${styleProperties({ left: `${(x * 100).toFixed(1)}%`, top: `${(y * 100).toFixed(1)}%` })}
        @animationend=${() => (this.tapped = undefined)}
      ></div>`,
    );
  }

  #onTap(clientX: number, clientY: number): void {
    if (!this.lens?.abilities.point) return;
    const box = this.frame.getBoundingClientRect();
    const x = (clientX - box.left) / box.width;
    const y = (clientY - box.top) / box.height;
    if (x < 0 || x > 1 || y < 0 || y > 1) return;
    this.tapped = { x, y, count: (this.tapped?.count ?? 0) + 1 };
    this.dispatchEvent(new FocusPointEvent(this.mirrored ? 1 - x : x, y));
  }

  #onError(): void {
    if (this.videoFile) this.dispatchEvent(new ImageFaultEvent(videoFault(this.video.error)));
  }

  #onSize(): void {
    this.image = { width: this.video.videoWidth, height: this.video.videoHeight };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-camera-stage': CameraStage;
  }
}
