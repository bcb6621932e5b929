import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { Preprocessing } from '../../../engine/index';
import { videoFault, type VideoFile } from '../camera/video-file';
import { ImageFaultEvent } from '../events';
import { sharedStyles } from '../../../base/page/elements/styles';
import type { FrameSize } from '../../shared/aim';
import type { AimController } from './aim-controller';
import './aim-stage';

/**
 * The image of the camera, screen or video, with the square that the network looks at.
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
      sg-aim-stage {
        position: absolute;
        inset: 0;
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
  @property({ attribute: false }) preprocessing!: Preprocessing;
  @state() private image: FrameSize = { width: 0, height: 0 };
  @query('video') readonly video!: HTMLVideoElement;

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

  /** The square that the network looks at, on the page; undefined while there is no image. */
  get square(): DOMRectReadOnly | undefined {
    return this.renderRoot.querySelector('sg-aim-stage')?.square;
  }

  get #hasSource(): boolean {
    return this.stream !== undefined || this.videoFile !== undefined;
  }

  override render(): unknown {
    return html`
      <sg-aim-stage
        exportparts="reticle"
        .aim=${this.aim}
        .size=${this.image}
        .preprocessing=${this.preprocessing}
        ?focuses=${this.focuses}
        ?mirrored=${this.mirrored}
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
        <slot name="image"></slot>
      </sg-aim-stage>
      <slot></slot>
    `;
  }

  #onError(): void {
    if (this.videoFile) this.dispatchEvent(new ImageFaultEvent(videoFault(this.video.error, this.videoFile.name)));
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
