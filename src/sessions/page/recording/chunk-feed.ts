import type { FrameInput } from '../../../recognise/shared/index';
import type { RecordedFrame } from '../../shared/recorder';
import { fittedInto } from '../../shared/squares';
import { CHUNK_TYPES, videoBitrate } from '../../shared/video/codecs';
import type { Feed } from './feed';
import type { RecorderClient } from './recorder-client';

/** MediaRecorder gives what it has so often, milliseconds: what a crash may cost. */
const CHUNK_MS = 500;
const KEY_FRAME_MS = 1000;
/**
 * Images that are drawn closer to each other may become one frame, of the later: the browser takes what the canvas shows when
 * it paints, milliseconds.
 */
const APART_MS = 20;
/**
 * Between the last bytes of the encoder before a pause and the recorder's own: Chromium gives frames that are still being encoded then one
 * and the same time. It is asked for them so often. The video shows the last image for as long, milliseconds.
 */
const DRAIN_MS = 400;
const DRAIN_ASKS_MS = 100;

/** Not in TypeScript's library yet (W3C MediaStream Recording, section 2.6). */
interface RecorderOptions extends MediaRecorderOptions {
  readonly videoKeyFrameIntervalDuration?: number;
}

/** The best type that this browser's MediaRecorder gives, undefined where it has none. */
export function chunkType(): string | undefined {
  if (typeof MediaRecorder === 'undefined' || !('captureStream' in HTMLCanvasElement.prototype)) return undefined;
  return CHUNK_TYPES.find((type) => MediaRecorder.isTypeSupported(type));
}

/**
 * For browsers without WebCodecs: draws each image into a canvas whose stream MediaRecorder records. So the video holds the
 * frames that were recognised and goes on over a change of camera or size. The video's times come from the browser's clock some
 * milliseconds after an image is drawn: the worker is told when each was drawn, and matches both at the end.
 */
export class ChunkFeed implements Feed {
  readonly dropped = 0;
  readonly #canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D;
  readonly #track: CanvasCaptureMediaStreamTrack;
  readonly #recorder: MediaRecorder;
  readonly #distanceUs: number;
  #startedMs: number | undefined;
  /** Whether no image is wanted; the recorder itself pauses a little later. */
  #halted = false;
  #drain: ReturnType<typeof setTimeout> | undefined;
  /** When the encoder last gave something, or no image was wanted any more; `performance.now()`. */
  #drainedAtMs = -Infinity;
  #pausedAtMs: number | undefined;
  #pausedMs = 0;
  #lastUs = -1;
  /** When the last image was drawn, and until when none may be drawn over it; `performance.now()`. */
  #drawnAtMs = -Infinity;
  #keptUntilMs = -Infinity;
  /** When images were drawn since the last chunk, microseconds of video. */
  #drawnUs: number[] = [];
  #sent: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: RecorderClient,
    type: string,
    width: number,
    height: number,
    frameRate: number,
  ) {
    this.#distanceUs = 1e6 / frameRate;
    this.#canvas.width = width & ~1;
    this.#canvas.height = height & ~1;
    const context = this.#canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('This browser gives no 2D canvas.');
    this.#context = context;
    const stream = this.#canvas.captureStream(0);
    this.#track = stream.getVideoTracks()[0] as CanvasCaptureMediaStreamTrack;
    const options: RecorderOptions = {
      mimeType: type,
      videoBitsPerSecond: videoBitrate(width, height, frameRate),
      videoKeyFrameIntervalDuration: KEY_FRAME_MS,
    };
    this.#recorder = new MediaRecorder(stream, options);
    this.#recorder.addEventListener('dataavailable', ({ data }) => {
      const endUs = this.now();
      if (data.size === 0) return;
      this.#drainedAtMs = performance.now();
      const drawnUs = this.#drawnUs;
      this.#drawnUs = [];
      this.#sent = this.#sent.then(async () => this.client.chunk(await data.arrayBuffer(), endUs, drawnUs)).catch(() => undefined);
    });
    this.#recorder.start(CHUNK_MS);
  }

  plain(image: HTMLVideoElement | VideoFrame): void {
    if (this.#halted || performance.now() < this.#keptUntilMs || (this.#lastUs >= 0 && this.now() - this.#lastUs < this.#distanceUs * 0.7)) return;
    const [width, height] = image instanceof HTMLVideoElement ? [image.videoWidth, image.videoHeight] : [image.displayWidth, image.displayHeight];
    this.#draw(image, width, height);
  }

  wanted(image: FrameInput): number | undefined {
    // A recognition whose frame would cost another its frame has none itself.
    if (this.#halted || performance.now() < this.#keptUntilMs) return undefined;
    this.#keptUntilMs = performance.now() + APART_MS;
    if ('data' in image) {
      this.#context.putImageData(new ImageData(new Uint8ClampedArray(image.data), image.width, image.height), 0, 0);
      return this.#take();
    }
    return 'displayWidth' in image
      ? this.#draw(image, image.displayWidth, image.displayHeight)
      : this.#draw(image, image.width, image.height);
  }

  async still(video: HTMLVideoElement): Promise<{ frame: RecordedFrame; timeUs: number }> {
    // What was drawn just before gets its frame; nothing else is drawn meanwhile.
    const wait = this.#drawnAtMs + APART_MS - performance.now();
    this.#keptUntilMs = performance.now() + Math.max(0, wait) + APART_MS;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    this.#keptUntilMs = performance.now() + APART_MS;
    const timeUs = this.#draw(video, video.videoWidth, video.videoHeight);
    return { frame: await createImageBitmap(video), timeUs };
  }

  now(): number {
    if (this.#startedMs === undefined) return 0;
    return Math.max(0, Math.round(((this.#pausedAtMs ?? performance.now()) - this.#startedMs - this.#pausedMs) * 1000));
  }

  sourceChanged(): void {
    // The canvas is the source.
  }

  pause(): void {
    if (this.#halted) return;
    this.#halted = true;
    this.#drainedAtMs = performance.now();
    this.#pauseOnceDrained();
  }

  #pauseOnceDrained(): void {
    this.#drain = setTimeout(() => {
      const now = performance.now();
      if (now - this.#drainedAtMs < DRAIN_MS) {
        this.#recorder.requestData();
        this.#pauseOnceDrained();
      } else {
        this.#pausedAtMs = now;
        this.#recorder.pause();
      }
    }, DRAIN_ASKS_MS);
  }

  resume(): void {
    this.#halted = false;
    clearTimeout(this.#drain);
    if (this.#pausedAtMs === undefined) return;
    if (this.#startedMs !== undefined) this.#pausedMs += performance.now() - this.#pausedAtMs;
    this.#pausedAtMs = undefined;
    this.#recorder.resume();
  }

  async finish(): Promise<void> {
    this.#halted = true;
    clearTimeout(this.#drain);
    if (this.#recorder.state !== 'inactive') {
      const stopped = new Promise((resolve) => this.#recorder.addEventListener('stop', resolve, { once: true }));
      this.#recorder.stop();
      await stopped;
    }
    this.#track.stop();
    await this.#sent;
  }

  /** Draws an image whole into the middle. @returns its time in the video */
  #draw(image: CanvasImageSource, width: number, height: number): number {
    const { width: w, height: h } = this.#canvas;
    const at = fittedInto({ width, height }, this.#canvas);
    if (at.width < w - 1 || at.height < h - 1) this.#context.fillRect(0, 0, w, h);
    this.#context.drawImage(image, at.x, at.y, at.width, at.height);
    return this.#take();
  }

  #take(): number {
    this.#startedMs ??= performance.now();
    this.#track.requestFrame();
    // Whole milliseconds, as all video times.
    this.#lastUs = Math.max(this.#lastUs + 1000, Math.round(this.now() / 1000) * 1000);
    this.#drawnUs.push(this.#lastUs);
    this.#drawnAtMs = performance.now();
    return this.#lastUs;
  }
}
