import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { localized, msg } from '@lit/localize';
import type { Preprocessing } from '../../contract/model';
import { visibleSquare } from '../../domain/preprocess/geometry';
import { sharedStyles } from '../shared/styles';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Share of the stage that the reticle may take, so that its corners stay in sight. */
const RETICLE_SHARE = 0.94;

/**
 * The camera's picture, as large as it can be with the whole square that the network sees in sight, and that square
 * drawn as a reticle.
 *
 * @slot - what lies over the picture
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
        display: block;
        overflow: hidden;
        background: var(--sg-stage);
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
        filter: drop-shadow(0 0 2px rgb(0 0 0 / 0.7));
      }
    `,
  ];

  @property({ attribute: false }) stream: MediaStream | undefined;
  @property({ type: Boolean }) mirrored = false;
  @property({ type: Boolean }) frozen = false;
  @property({ attribute: false }) preprocessing: Preprocessing | undefined;
  @state() private stage: Size = { width: 0, height: 0 };
  @state() private picture: Size = { width: 0, height: 0 };
  @query('video') readonly video!: HTMLVideoElement;
  readonly #observer = new ResizeObserver(([entry]) => {
    this.stage = { width: entry.contentRect.width, height: entry.contentRect.height };
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer.disconnect();
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('stream')) {
      this.video.srcObject = this.stream ?? null;
      if (!this.stream) this.picture = { width: 0, height: 0 };
    }
    if ((changed.has('stream') || changed.has('frozen')) && this.stream) {
      if (this.frozen) this.video.pause();
      // A play that is cut short by the next stream is no fault.
      else void this.video.play().catch(() => undefined);
    }
  }

  override render(): unknown {
    const layout = this.#layout();
    return html`
      <div
        class="picture ${this.mirrored ? 'mirrored' : ''}"
        style=${styleMap(layout?.picture ?? { width: '1px', height: '1px', visibility: 'hidden' })}
      >
        <video
          part="video"
          muted
          playsinline
          disablepictureinpicture
          aria-label=${msg('Camera picture')}
          @loadedmetadata=${this.#onSize}
          @resize=${this.#onSize}
        ></video>
        ${layout ? html`<div class="reticle" part="reticle" style=${styleMap(layout.reticle)}></div>` : nothing}
      </div>
      <slot></slot>
    `;
  }

  /** The picture covers the stage unless that would push the reticle out of it. */
  #layout(): { picture: Record<string, string>; reticle: Record<string, string> } | undefined {
    const { width, height } = this.picture;
    if (width === 0 || this.stage.width === 0 || !this.preprocessing) return undefined;
    const square = visibleSquare(width, height, this.preprocessing);
    const cover = Math.max(this.stage.width / width, this.stage.height / height);
    const inSight = (RETICLE_SHARE * Math.min(this.stage.width, this.stage.height)) / Math.max(square.width, square.height);
    const contain = Math.min(this.stage.width / width, this.stage.height / height);
    const scale = Math.max(contain, Math.min(cover, inSight));
    const px = (value: number): string => `${(value * scale).toFixed(1)}px`;
    return {
      picture: { width: px(width), height: px(height), transform: 'translate(-50%, -50%)' },
      reticle: { left: px(square.x), top: px(square.y), width: px(square.width), height: px(square.height) },
    };
  }

  #onSize(): void {
    this.picture = { width: this.video.videoWidth, height: this.video.videoHeight };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-camera-stage': CameraStage;
  }
}
