import { css, html, LitElement, nothing, type PropertyValues, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { clock } from '../../../base/page/elements/format';
import { drawnIcon, icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import { ControlEvent } from '../events';

const FORTH = svg`<path d="M9 5l7 7-7 7"/>`;

/** What makes the bar out of date. */
const MEDIA_EVENTS = ['timeupdate', 'seeking', 'seeked', 'durationchange', 'play', 'pause'] as const;

/**
 * Plays, pauses and seeks a video in a video element.
 *
 * @event sg-control - the next video is wanted
 */
@customElement('sg-film-bar')
@localized()
export class VideoBar extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        padding: 0 1rem 0 0;
        border-radius: 999px;
        background: var(--sg-glass);
        color: #fff;
        backdrop-filter: blur(12px);
        font-variant-numeric: tabular-nums;
      }
      button {
        border-color: transparent;
        background: none;
      }
      @media (hover: hover) {
        button:hover {
          background: rgb(255 255 255 / 0.16);
        }
      }
      input {
        flex: 1;
        min-width: 0;
        height: 2.75rem;
        margin: 0;
        accent-color: #fff;
      }
    `,
  ];

  @property({ attribute: false }) video: HTMLVideoElement | undefined;
  /** The video's name, for the slider's label. */
  @property() name = '';
  /** The videos that come after it. */
  @property({ attribute: false }) waiting: readonly Pick<File, 'name'>[] = [];
  @state() private paused = false;
  @state() private time = 0;
  @state() private duration = 0;
  #followed: HTMLVideoElement | undefined;

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('video')) this.#follow(this.video);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow(this.video);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#follow(undefined);
  }

  override render(): unknown {
    const label = this.paused ? msg('Play the video') : msg('Pause the video');
    const text = `${clock(this.time)} / ${clock(this.duration)}`;
    return html`<button class="icon" aria-label=${label} title=${label} @click=${this.#onPlay}>
        ${icon(this.paused ? 'play' : 'pause')}
      </button>
      <input
        type="range"
        min="0"
        max=${this.duration}
        step="any"
        .value=${String(this.time)}
        aria-label=${`${msg('Position')}, ${this.name}`}
        aria-valuetext=${text}
        @input=${this.#onSeek}
      />
      <span aria-hidden="true">${text}</span>
      ${this.waiting.length > 0 ? this.#next(this.waiting) : nothing}`;
  }

  #next([{ name }, ...more]: VideoBar['waiting']): unknown {
    const words = more.length > 0 ? msg(str`Next video: ${name} (${more.length} more)`) : msg(str`Next video: ${name}`);
    return html`<button class="icon" aria-label=${words} title=${words} @click=${() => this.dispatchEvent(new ControlEvent('next-video'))}>${drawnIcon(FORTH)}</button>`;
  }

  #follow(video: HTMLVideoElement | undefined): void {
    for (const type of MEDIA_EVENTS) {
      this.#followed?.removeEventListener(type, this.#onMedia);
      video?.addEventListener(type, this.#onMedia);
    }
    this.#followed = video;
    this.#onMedia();
  }

  readonly #onMedia = (): void => {
    const video = this.#followed;
    if (!video) return;
    this.paused = video.paused;
    this.time = video.currentTime;
    // Some recordings do not know how long they are.
    this.duration = Number.isFinite(video.duration) ? video.duration : video.currentTime;
  };

  #onPlay(): void {
    const video = this.video;
    if (!video) return;
    if (video.paused) void video.play().catch(() => undefined);
    else video.pause();
  }

  #onSeek(event: Event): void {
    if (this.video && event.target instanceof HTMLInputElement) this.video.currentTime = event.target.valueAsNumber;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-film-bar': VideoBar;
  }
}
