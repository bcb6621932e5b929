import type { RecognitionEntry } from './session';

/** After this a recognition no longer comes, microseconds of video: the client gives up after 30 s. */
const FORGOTTEN_US = 40_000_000;

/**
 * Brings recognitions and frames together: a recognition is written once its frame has left the encoder, so that each entry
 * of the track has its frame in the video. A frame has one entry: an image that stands still, as at the end of a video file, is looked at again, and
 * what is seen then is of no other moment of the video.
 */
export class RecognitionWriter {
  written = 0;
  /** Recognitions whose frame did not make it. */
  lost = 0;
  readonly #frames = new Map<number, 'in-encoder' | 'in-film' | 'written'>();
  /** Frames leave the encoder in the order of their times. */
  #encodedUs = -1;
  readonly #waiting = new Map<number, RecognitionEntry>();

  /** @param write appends an entry to the file */
  constructor(private readonly write: (entry: RecognitionEntry) => void) {}

  /** A frame whose recognition may come was given to the encoder, or was taken before. */
  expect(timeUs: number): void {
    if (!this.#frames.has(timeUs)) this.#frames.set(timeUs, timeUs <= this.#encodedUs ? 'in-film' : 'in-encoder');
    for (const old of this.#frames.keys()) {
      if (old > timeUs - FORGOTTEN_US) break;
      this.#frames.delete(old);
    }
  }

  /** A frame has left the encoder. */
  encoded(timeUs: number): void {
    this.#encodedUs = timeUs;
    if (this.#frames.get(timeUs) === 'in-encoder') this.#frames.set(timeUs, 'in-film');
    const entry = this.#waiting.get(timeUs);
    if (!entry) return;
    this.#waiting.delete(timeUs);
    this.#put(entry);
  }

  recognised(entry: RecognitionEntry): void {
    switch (this.#frames.get(entry.timeUs)) {
      case 'in-film':
        this.#put(entry);
        break;
      case 'in-encoder':
        this.#waiting.set(entry.timeUs, entry);
        break;
      case 'written':
        break;
      case undefined:
        this.lost++;
    }
  }

  #put(entry: RecognitionEntry): void {
    this.write(entry);
    this.#frames.set(entry.timeUs, 'written');
    this.written++;
  }
}
