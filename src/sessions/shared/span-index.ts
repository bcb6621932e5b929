/** What has a begin and an end, microseconds. */
interface Timed {
  /** Inclusive. */
  readonly startUs: number;
  /** Exclusive. */
  readonly endUs: number;
}

/**
 * Finds the spans of a time among thousands in a time that grows with the logarithm of their number: a balanced tree over the sorted list,
 * whose root is its middle, with the latest end of each part (an augmented interval tree; Cormen et al., Introduction to Algorithms, 14.3).
 */
export class SpanIndex<T extends Timed> {
  /** Latest end in the part whose middle is at the same place. */
  readonly #latest: Float64Array;

  /** @param spans by start */
  constructor(readonly spans: readonly T[]) {
    this.#latest = new Float64Array(spans.length);
    this.#fill(0, spans.length);
  }

  /** Those that have a moment of a time, by start: places in the list. @param endUs exclusive */
  places(startUs: number, endUs: number): number[] {
    const found: number[] = [];
    this.#gather(0, this.spans.length, startUs, endUs, found);
    return found;
  }

  /** Those that have a moment of a time, by start. @param endUs exclusive */
  within(startUs: number, endUs: number): T[] {
    return this.places(startUs, endUs).map((place) => this.spans[place]);
  }

  /** Those that hold at a time, by start. */
  at(timeUs: number): T[] {
    return this.within(timeUs, timeUs + 1).filter((span) => span.startUs <= timeUs && timeUs < span.endUs);
  }

  #fill(from: number, to: number): number {
    if (from >= to) return -Infinity;
    const middle = (from + to) >>> 1;
    return (this.#latest[middle] = Math.max(this.spans[middle].endUs, this.#fill(from, middle), this.#fill(middle + 1, to)));
  }

  #gather(from: number, to: number, startUs: number, endUs: number, found: number[]): void {
    if (from >= to) return;
    const middle = (from + to) >>> 1;
    if (this.#latest[middle] <= startUs) return;
    this.#gather(from, middle, startUs, endUs, found);
    const span = this.spans[middle];
    if (span.startUs >= endUs) return;
    if (span.endUs > startUs) found.push(middle);
    this.#gather(middle + 1, to, startUs, endUs, found);
  }
}
