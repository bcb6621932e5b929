/** Not in TypeScript's library (W3C MediaStreamTrack Insertable Media Processing using Streams); Chromium has it in pages. */
type TrackProcessor = new (init: { track: MediaStreamTrack }) => { readonly readable: ReadableStream<VideoFrame> };

function trackProcessor(): TrackProcessor | undefined {
  return (globalThis as { MediaStreamTrackProcessor?: TrackProcessor }).MediaStreamTrackProcessor;
}

/**
 * Camera frames while the page is hidden, when a video element shows none: read from the track itself, where the browser
 * lets a page do so.
 */
export class HiddenFrames {
  #reader: ReadableStreamDefaultReader<VideoFrame> | undefined;
  #track: MediaStreamTrack | undefined;

  /** @param onFrame is given each frame, which is closed afterwards */
  constructor(private readonly onFrame: (frame: VideoFrame) => void) {}

  /** Whether this browser can do it. */
  static get possible(): boolean {
    return trackProcessor() !== undefined;
  }

  start(stream: MediaStream): void {
    this.stop();
    const Processor = trackProcessor();
    // A clone, so that the end of the reading does not end the camera.
    this.#track = stream.getVideoTracks().at(0)?.clone();
    if (!Processor || !this.#track) return;
    this.#reader = new Processor({ track: this.#track }).readable.getReader();
    void this.#read(this.#reader);
  }

  stop(): void {
    void this.#reader?.cancel().catch(() => undefined);
    this.#reader = undefined;
    this.#track?.stop();
    this.#track = undefined;
  }

  async #read(reader: ReadableStreamDefaultReader<VideoFrame>): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        try {
          if (reader === this.#reader) this.onFrame(value);
        } finally {
          value.close();
        }
      }
    } catch {
      // The track ended: the camera's owner tells.
    }
  }
}
