import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { lastWhere } from '../../shared/label-times';
import type { FrameTimes } from '../../shared/session-export';

/** Time from frame to frame while the video's own times are not known, microseconds. */
const GUESSED_FRAME_US = 33_333;

/** Plays a video, a frame at a time if wanted. All times are microseconds from the video's first frame. */
export class VideoPlayer implements ReactiveController {
  #video: HTMLVideoElement | undefined;
  #address: string | undefined;
  #frames: Float64Array | undefined;
  /** Where the first frame stands in the video element's time, seconds. */
  #start = 0;
  #timeUs = 0;
  #durationUs = 0;
  #watch = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    /** Is told the time while it runs and after each seek, more often than the host is updated. */
    private readonly onTime: (timeUs: number) => void,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.close();
  }

  get timeUs(): number {
    return this.#timeUs;
  }

  get playing(): boolean {
    return this.#video !== undefined && !this.#video.paused && !this.#video.ended;
  }

  /** Opens a video in a video element. @param durationUs as the session has it: a WebM video's own may be unknown */
  open(video: HTMLVideoElement, file: File, durationUs: number): void {
    this.close();
    this.#video = video;
    this.#durationUs = durationUs;
    this.#address = URL.createObjectURL(file);
    video.src = this.#address;
    for (const type of ['play', 'pause', 'ended', 'seeked', 'timeupdate', 'loadeddata'] as const) video.addEventListener(type, this.#onEvent);
    this.#tell(0);
  }

  /** Times of all frames; until they are given, steps are guessed, and the video is taken to begin at 0. */
  setFrames(frames: FrameTimes | undefined): void {
    this.#frames = frames?.times;
    if (!frames || frames.start === this.#start) return;
    this.#start = frames.start;
    // What is shown by now was sought without it.
    this.seek(this.#timeUs);
  }

  close(): void {
    const video = this.#video;
    this.#video = undefined;
    this.#frames = undefined;
    this.#start = 0;
    cancelAnimationFrame(this.#watch);
    if (video) {
      for (const type of ['play', 'pause', 'ended', 'seeked', 'timeupdate', 'loadeddata'] as const) video.removeEventListener(type, this.#onEvent);
      video.pause();
      video.removeAttribute('src');
      video.load();
    }
    if (this.#address !== undefined) URL.revokeObjectURL(this.#address);
    this.#address = undefined;
    this.#timeUs = 0;
  }

  toggle(): void {
    const video = this.#video;
    if (!video) return;
    if (this.playing) video.pause();
    // A play that a seek or another video cuts short is no fault.
    else void video.play().catch(() => undefined);
  }

  pause(): void {
    this.#video?.pause();
  }

  /** Shows the frame in sight at a time. */
  seek(timeUs: number): void {
    const time = Math.max(0, Math.min(this.#durationUs, timeUs));
    const video = this.#video;
    if (!video) return;
    const at = this.#frameAt(time);
    // Into the middle of the frame: its very start, rounded, may be the end of the one before.
    const next = at === undefined ? undefined : this.#frames?.[at + 1];
    const start = at === undefined ? undefined : this.#frames?.[at];
    video.currentTime = this.#start + (start !== undefined && next !== undefined && time < start + 1 ? (start + next) / 2 : time) / 1e6;
    this.#tell(time);
  }

  /** Steps frames on, or back. */
  step(frames: number): void {
    this.pause();
    const at = this.#frameAt(this.#timeUs);
    if (at === undefined || !this.#frames) {
      this.seek(this.#timeUs + frames * GUESSED_FRAME_US);
      return;
    }
    this.seek(this.#frames[Math.max(0, Math.min(this.#frames.length - 1, at + frames))]);
  }

  /** Start of the frame that is in sight. */
  get frameUs(): number {
    const at = this.#frameAt(this.#timeUs);
    return at === undefined || !this.#frames ? this.#timeUs : this.#frames[at];
  }

  #frameAt(timeUs: number): number | undefined {
    const frames = this.#frames;
    if (!frames || frames.length === 0) return undefined;
    return Math.max(0, lastWhere(frames.length, (i) => frames[i] <= timeUs));
  }

  /** Where the video element is, from the video's first frame. */
  #playedUs({ currentTime }: HTMLVideoElement): number {
    return Math.max(0, (currentTime - this.#start) * 1e6);
  }

  #tell(timeUs: number): void {
    this.#timeUs = timeUs;
    this.onTime(timeUs);
  }

  readonly #onEvent = (event: Event): void => {
    const video = this.#video;
    if (!video) return;
    cancelAnimationFrame(this.#watch);
    if (this.playing) this.#follow();
    // After a seek of ours the time is what was asked for, not the middle of the frame.
    else if (event.type !== 'seeked' || Math.abs(this.#playedUs(video) - this.#timeUs) > 2 * GUESSED_FRAME_US) {
      if (event.type === 'pause' || event.type === 'ended') this.#tell(this.#playedUs(video));
    }
    this.host.requestUpdate();
  };

  readonly #follow = (): void => {
    const video = this.#video;
    if (!video) return;
    this.#tell(this.#playedUs(video));
    this.#watch = requestAnimationFrame(this.#follow);
  };
}
