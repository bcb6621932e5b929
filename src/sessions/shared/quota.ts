/** Kept free for what ends a recording: the last fragment, the labels, the container's index. Bytes. */
export const RESERVE_BYTES = 2_000_000;
/** The reserve also covers so many seconds at the present rate. */
const RESERVE_SECONDS = 3;
/** The rate is measured over so long, milliseconds. */
const WINDOW_MS = 10_000;

/** Room for so long is taken ahead where there is as much, seconds: when it gets less, a person is told. */
const HELD_SECONDS = 90;

/** Reckons how long can still be recorded. */
export class QuotaMeter {
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = [];
  bytesLeft: number | undefined;

  /** @param bytesLeft bytes that may still be written; undefined where nobody knows, because all that was wanted could be taken */
  update(atMs: number, bytes: number, bytesLeft: number | undefined): void {
    this.#samples.push({ atMs, bytes });
    while (this.#samples.length > 2 && this.#samples[1].atMs <= atMs - WINDOW_MS) this.#samples.shift();
    this.bytesLeft = bytesLeft;
  }

  /** Bytes a second, 0 before it is known. */
  get rate(): number {
    const first = this.#samples.at(0);
    const last = this.#samples.at(-1);
    if (!first || !last || last.atMs - first.atMs < 1000) return 0;
    return ((last.bytes - first.bytes) * 1000) / (last.atMs - first.atMs);
  }

  /** Bytes that should be held now: what the end needs, and what tells early that room gets scarce. */
  get wanted(): number {
    return RESERVE_BYTES + (RESERVE_SECONDS + HELD_SECONDS) * this.rate;
  }

  get #usable(): number | undefined {
    return this.bytesLeft === undefined ? undefined : this.bytesLeft - RESERVE_BYTES - RESERVE_SECONDS * this.rate;
  }

  /** Undefined where nobody knows. */
  get secondsLeft(): number | undefined {
    const usable = this.#usable;
    return usable === undefined || this.rate === 0 ? undefined : Math.max(0, usable / this.rate);
  }

  /** Whether a recording has to end now, so that it can end whole. */
  get full(): boolean {
    return (this.#usable ?? Infinity) <= 0;
  }
}
