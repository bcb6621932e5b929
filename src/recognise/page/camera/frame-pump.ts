/** A frame that the video element shows. */
export interface PresentedFrame {
  /** When the camera took it where the browser tells, else when it was presented; milliseconds, `performance.now()` clock. */
  readonly capturedAt: number;
  /** Frames presented since the one before, 1 or more. */
  readonly count: number;
}

/** Older than this a capture time is of another clock, milliseconds. */
const PLAUSIBLE_AGE = 2000;

function capturedAt(now: number, metadata: VideoFrameCallbackMetadata): number {
  const { captureTime } = metadata;
  if (captureTime !== undefined && captureTime <= now && now - captureTime < PLAUSIBLE_AGE) return captureTime;
  return Math.min(now, metadata.presentationTime);
}

/**
 * Calls back for each new frame of a video element: with requestVideoFrameCallback, else at each repaint that finds the
 * video further on. Calls nothing while the page is hidden (browsers stop both).
 */
export class FramePump {
  #handle = 0;
  #running = false;
  #presented = 0;
  #lastTime = -1;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly onFrame: (frame: PresentedFrame) => void,
  ) {}

  /** Whether the browser tells of each frame itself. */
  static get hasFrameCallback(): boolean {
    return 'requestVideoFrameCallback' in HTMLVideoElement.prototype;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#presented = 0;
    this.#request();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    if (FramePump.hasFrameCallback) this.video.cancelVideoFrameCallback(this.#handle);
    else cancelAnimationFrame(this.#handle);
  }

  #request(): void {
    this.#handle = FramePump.hasFrameCallback
      ? this.video.requestVideoFrameCallback((now, metadata) => this.#frame(now, metadata))
      : requestAnimationFrame((now) => this.#repaint(now));
  }

  #frame(now: number, metadata: VideoFrameCallbackMetadata): void {
    if (!this.#running) return;
    this.#request();
    const count = this.#presented > 0 ? Math.max(1, metadata.presentedFrames - this.#presented) : 1;
    this.#presented = metadata.presentedFrames;
    this.onFrame({ capturedAt: capturedAt(now, metadata), count });
  }

  #repaint(now: number): void {
    if (!this.#running) return;
    this.#request();
    const time = this.video.currentTime;
    if (time === this.#lastTime || this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    this.#lastTime = time;
    this.onFrame({ capturedAt: now, count: 1 });
  }
}
