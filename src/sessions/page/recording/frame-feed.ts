import type { FrameInput } from '../../../recognise/shared/index';
import type { RecordedFrame } from '../../shared/recorder';
import { VideoClock } from '../../shared/video/video-clock';
import type { Feed } from './feed';
import type { RecorderClient } from './recorder-client';

/** Frames on their way to the worker: more than this wait nowhere, they are dropped. */
const IN_FLIGHT = 3;
/** Cameras are not exact: a frame that comes this share of the distance early is still one of the wished rate. */
const EARLY = 0.7;

const nowUs = (): number => performance.now() * 1000;

/** A frame of an image that travels without one: where the recogniser cannot read frames. */
function frameOf(image: Exclude<FrameInput, VideoFrame>, timestamp: number): VideoFrame {
  if (!('data' in image)) return new VideoFrame(image, { timestamp });
  const { data, width: codedWidth, height: codedHeight } = image;
  return new VideoFrame(data, { format: 'RGBX', codedWidth, codedHeight, timestamp });
}

/** Sends camera frames to the recorder worker, which encodes them. */
export class FrameFeed implements Feed {
  dropped = 0;
  readonly #clock: VideoClock;
  readonly #distanceUs: number;
  #inFlight = 0;
  #paused = false;

  /** @param frameRate frames a second at most; recognised ones come on top */
  constructor(
    private readonly client: RecorderClient,
    frameRate: number,
  ) {
    this.#distanceUs = 1e6 / frameRate;
    this.#clock = new VideoClock(this.#distanceUs);
  }

  plain(image: HTMLVideoElement | VideoFrame): void {
    if (this.#paused) return;
    const last = this.#clock.lastUs;
    if (last !== undefined && this.#clock.at(nowUs()) - last < this.#distanceUs * EARLY) return;
    if (this.#inFlight >= IN_FLIGHT) {
      this.dropped++;
      return;
    }
    const frame = image instanceof VideoFrame ? image.clone() : new VideoFrame(image);
    this.#send(frame, this.#clock.time(frame.timestamp, nowUs()), false);
  }

  wanted(image: FrameInput): number | undefined {
    if (this.#paused) return undefined;
    const stamped = image instanceof VideoFrame;
    const timeUs = stamped ? this.#clock.time(image.timestamp, nowUs()) : this.#clock.unstamped(nowUs());
    this.#send(stamped ? image.clone() : frameOf(image, timeUs), timeUs, true);
    return timeUs;
  }

  still(video: HTMLVideoElement): Promise<{ frame: RecordedFrame; timeUs: number }> {
    const frame = new VideoFrame(video);
    return Promise.resolve({ frame, timeUs: this.#clock.time(frame.timestamp, nowUs()) });
  }

  now(): number {
    return Math.round(this.#clock.at(nowUs()));
  }

  sourceChanged(): void {
    this.#clock.sourceChanged();
  }

  pause(): void {
    this.#paused = true;
    this.#clock.paused();
  }

  resume(): void {
    this.#paused = false;
  }

  finish(): Promise<void> {
    this.#paused = true;
    return Promise.resolve();
  }

  #send(frame: VideoFrame, timeUs: number, wanted: boolean): void {
    this.#inFlight++;
    // A failed recorder is told of by its client; the frame is gone either way.
    void this.client
      .frame(frame, timeUs, wanted)
      .catch(() => undefined)
      .finally(() => this.#inFlight--);
  }
}
