/** Bins of an {@link ActivationHistogram}. */
const BINS = 8192;
const HALF = BINS / 2;
/** First half-width; doubled as values need it, so any power of two will do. */
const FIRST_BOUND = 2 ** -10;

/**
 * How often values of one tensor came, over any number of images, in one pass: the bins cover -bound to bound, and
 * where a value lies outside, the bound doubles and neighbouring bins are merged. So between 2048 and 4096 bins lie
 * between zero and the largest magnitude, whatever came first.
 */
export class ActivationHistogram {
  /** Exact extremes, of finite values. */
  min = Infinity;
  max = -Infinity;
  /** Values that were exactly zero: every scheme keeps these, so they are counted apart and stand in no bin. */
  zeros = 0;
  /** All values, zeros included. */
  total = 0;
  #bound = FIRST_BOUND;
  readonly #counts = new Float64Array(BINS);

  /**
   * Counts values in.
   * @throws RangeError where one is not finite: weights or image are damaged
   */
  add(values: Float32Array): void {
    let low = Infinity;
    let high = -Infinity;
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
      // NaN compares false with everything: it would pass unseen.
      if (value - value !== 0) throw new RangeError(`An activation is ${value}. The weights or the picture are damaged.`);
    }
    if (values.length === 0) return;
    this.min = Math.min(this.min, low);
    this.max = Math.max(this.max, high);
    this.total += values.length;
    while (low < -this.#bound || high >= this.#bound) this.#double();
    const perUnit = HALF / this.#bound;
    for (const value of values) {
      if (value === 0) this.zeros++;
      else this.#counts[Math.floor(value * perUnit) + HALF]++;
    }
  }

  /** Width of one bin. */
  get binWidth(): number {
    return this.#bound / HALF;
  }

  /** Counts of the magnitudes, zeros left out: index i holds i to i + 1 bin widths, as far as the largest magnitude. */
  magnitudes(): Float64Array {
    const counts = new Float64Array(HALF);
    for (let i = 0; i < HALF; i++) counts[i] = this.#counts[HALF + i] + this.#counts[HALF - 1 - i];
    return counts.slice(0, counts.findLastIndex((count) => count > 0) + 1);
  }

  /**
   * The value below which a share of all values lies, to within a bin.
   * @param share 0 to 1
   */
  quantile(share: number): number {
    const wanted = share * this.total;
    let seen = 0;
    for (let i = 0; i < BINS; i++) {
      if (i === HALF) {
        seen += this.zeros;
        if (seen >= wanted) return 0;
      }
      seen += this.#counts[i];
      // The far end of the bin, seen from zero; the extremes themselves are known exactly.
      if (seen >= wanted && this.#counts[i] > 0) {
        return Math.min(this.max, Math.max(this.min, (i < HALF ? i - HALF : i + 1 - HALF) * this.binWidth));
      }
    }
    return this.max;
  }

  #double(): void {
    const merged = new Float64Array(BINS);
    for (let i = 0; i < BINS; i++) merged[BINS / 4 + (i >> 1)] += this.#counts[i];
    this.#counts.set(merged);
    this.#bound *= 2;
  }
}
