/** The middle one of one value or more, the upper of two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** Counts events a second over a sliding window. */
export class RateMeter {
  readonly #times: number[] = [];

  /** @param windowMs length of the window, milliseconds */
  constructor(readonly windowMs = 2000) {}

  /** @param time milliseconds, never falling; @param count events at that moment */
  add(time: number, count = 1): void {
    for (let i = 0; i < count; i++) this.#times.push(time);
    this.#drop(time);
  }

  /** Events a second at `time`, 0 where fewer than two were seen. */
  rate(time: number): number {
    this.#drop(time);
    if (this.#times.length < 2) return 0;
    const span = Math.max(time - this.#times[0], 1);
    return ((this.#times.length - 1) * 1000) / span;
  }

  reset(): void {
    this.#times.length = 0;
  }

  #drop(time: number): void {
    let old = 0;
    while (old < this.#times.length && time - this.#times[old] > this.windowMs) old++;
    if (old > 0) this.#times.splice(0, old);
  }
}

/** Percentiles of the last values, in a ring that is allocated once. */
export class RecentValues {
  readonly #ring: Float64Array;
  readonly #sorted: Float64Array;
  #next = 0;
  #count = 0;

  /** @param capacity how many values are looked back on */
  constructor(capacity = 120) {
    this.#ring = new Float64Array(capacity);
    this.#sorted = new Float64Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    this.#ring[this.#next] = value;
    this.#next = (this.#next + 1) % this.#ring.length;
    this.#count = Math.min(this.#count + 1, this.#ring.length);
  }

  reset(): void {
    this.#next = 0;
    this.#count = 0;
  }

  /**
   * The value below which a share of the values lies (nearest rank), undefined where there are none.
   * @param share 0..1, for example 0.95
   */
  percentile(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    const values = this.#sorted.subarray(0, this.#count);
    values.set(this.#ring.subarray(0, this.#count));
    values.sort();
    return values[Math.max(0, Math.ceil(share * this.#count) - 1)];
  }
}

/** Wilson's interval of a share at 95 %, 0..1 (E. B. Wilson 1927). */
export function interval(right: number, count: number): readonly [low: number, high: number] {
  const z = 1.959964;
  const p = right / count;
  const middle = (p + (z * z) / (2 * count)) / (1 + (z * z) / count);
  const half = (z / (1 + (z * z) / count)) * Math.sqrt((p * (1 - p)) / count + (z * z) / (4 * count * count));
  return [middle - half, middle + half];
}
