import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import { WhenSeen } from '../../../base/page/elements/when-seen';
import { frameStyles } from '../detail/frame-styles';

/** Quality of a picture that is kept while it is out of sight, 0..1. */
const QUALITY = 0.8;

/** Longer side of a thumbnail, pixels. */
const SIDE = 320;
/** How long a video may take to show a frame, milliseconds: a slow machine's is not a damaged one. */
const PATIENCE = 20_000;

/** One video is opened at a time: browsers allow few players. */
let queue: Promise<void> = Promise.resolve();

function inTurn(job: () => Promise<void>): void {
  queue = queue.then(job).catch(() => undefined);
}

/** Waits for an event of a video element. @throws Error where the video fails or takes too long */
function once(video: HTMLVideoElement, type: 'loadeddata' | 'seeked'): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The film gave no ${type} in time.`)), PATIENCE);
    const end = (act: () => void) => () => {
      clearTimeout(timer);
      act();
    };
    video.addEventListener(type, end(resolve), { once: true });
    video.addEventListener('error', end(() => reject(new Error(video.error?.message))), { once: true });
  });
}

/**
 * A frame of a video, drawn when it comes into sight. Out of sight it takes no more than a small JPEG: a long list would hold all of them.
 *
 * @csspart picture - the canvas
 */
@customElement('sg-film-thumbnail')
export class VideoThumbnail extends LitElement {
  static override styles = [
    sharedStyles,
    frameStyles,
    css`
      /* As high as its place and no higher: else its lower part would be cut off. */
      :host {
        grid-template: minmax(0, 1fr) / minmax(0, 1fr);
      }
      canvas,
      svg {
        grid-area: 1 / 1;
      }
      canvas {
        width: 100%;
        height: 100%;
        object-fit: cover;
      }
      /* Upright: a strip out of its middle would show too little of it. */
      canvas.upright {
        object-fit: contain;
      }
      canvas[hidden] {
        display: none;
      }
    `,
  ];

  /** Gives the video when it is wanted. */
  @property({ attribute: false }) video: (() => Promise<Blob>) | undefined;
  /** Which video it is: a new one is drawn anew. */
  @property() key = '';
  /** Seconds into the video. */
  @property({ type: Number }) at = 0;
  @state() private drawn = false;
  @query('canvas') private readonly canvas!: HTMLCanvasElement;
  #wanted = '';
  #seen = false;
  /** The picture as it was drawn, while it is out of sight. */
  #kept: Blob | undefined;

  constructor() {
    super();
    new WhenSeen(this, () => {
      this.#seen = true;
      this.#want();
    }, () => {
      this.#seen = false;
      void this.#release();
    });
  }

  override updated(changed: PropertyValues<this>): void {
    if (!changed.has('key') || this.#wanted === '' || this.#wanted === this.key) return;
    this.drawn = false;
    this.#kept = undefined;
    this.#want();
  }

  override render(): unknown {
    return html`${icon('film')}<canvas part="picture" ?hidden=${!this.drawn}></canvas>`;
  }

  #want(): void {
    const { key, video } = this;
    if (this.#kept) return void this.#redraw(this.#kept);
    if (this.#wanted === key || !video) return;
    this.#wanted = key;
    inTurn(async () => {
      // Scrolled past meanwhile: it is drawn when it is seen again.
      if (this.isConnected && this.key === key && this.#seen) await this.#draw(await video());
      else if (this.#wanted === key) this.#wanted = '';
    });
  }

  async #redraw(kept: Blob): Promise<void> {
    const image = await createImageBitmap(kept);
    if (this.#kept === kept && this.#seen) this.#show(image, image.width, image.height);
    image.close();
  }

  /** Gives the canvas's memory back. */
  async #release(): Promise<void> {
    const { canvas, key } = this;
    if (!this.drawn || canvas.width === 0) return;
    this.#kept ??= (await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY))) ?? undefined;
    if (this.#seen || this.key !== key || !this.#kept) return;
    canvas.width = canvas.height = 0;
  }

  #show(image: CanvasImageSource, width: number, height: number): void {
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.classList.toggle('upright', height > width);
    this.canvas.getContext('2d')?.drawImage(image, 0, 0, width, height);
    this.drawn = true;
  }

  async #draw(file: Blob): Promise<void> {
    const address = URL.createObjectURL(file);
    const video = document.createElement('video');
    try {
      video.muted = true;
      video.preload = 'auto';
      const loaded = once(video, 'loadeddata');
      video.src = address;
      await loaded;
      if (this.at > 0) {
        const seeked = once(video, 'seeked');
        video.currentTime = this.at;
        await seeked;
      }
      const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
      this.#show(video, Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale));
      if (!this.#seen) void this.#release();
    } finally {
      video.removeAttribute('src');
      video.load();
      URL.revokeObjectURL(address);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-film-thumbnail': VideoThumbnail;
  }
}
