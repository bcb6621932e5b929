import type { ActivationHistogram } from './histogram';

/** Values that a tensor's integers are to cover; zero always lies within, as padding must be exact. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** How a range is taken from what was observed. */
export type RangeMethod =
  | { readonly kind: 'minmax' }
  /** Per cent of all values to keep, 50 to 100. */
  | { readonly kind: 'percentile'; readonly percent: number }
  | { readonly kind: 'entropy' };

/** Per cent that onnxruntime keeps unless told otherwise (quantization/calibrate.py, PercentileCalibrater). */
export const DEFAULT_PERCENT = 99.999;

/** Stands for a probability of zero in the divergence (quantization/calibrate.py, smooth_distribution). */
const EPSILON = 1e-4;

function withZero(low: number, high: number): Range {
  return { low: Math.min(0, low), high: Math.max(0, high) };
}

/**
 * Kullback-Leibler divergence of a histogram that is clipped after its first `kept` bins and then told in `levels` steps
 * from what it was: `kept` is at least `levels`.
 */
function divergence(counts: Float64Array, kept: number, levels: number, outliers: number, total: number): number {
  const inside = total - outliers;
  if (inside <= 0) return Infinity;
  let sum = 0;
  for (let level = 0; level < levels; level++) {
    const from = Math.floor((level * kept) / levels);
    const to = Math.floor(((level + 1) * kept) / levels);
    let mass = 0;
    let filled = 0;
    for (let i = from; i < to; i++) {
      mass += counts[i];
      if (counts[i] > 0) filled++;
    }
    // A level's mass is spread evenly over those of its bins that were not empty.
    const q = filled > 0 ? mass / filled / inside : 0;
    for (let i = from; i < to; i++) {
      const clipped = i === kept - 1 ? outliers : 0;
      const p = (counts[i] + clipped) / total;
      if (p > 0) sum += p * Math.log(p / (counts[i] > 0 ? q : EPSILON));
    }
  }
  return sum;
}

/**
 * The magnitude to clip at so that the fewest bits of information are lost: TensorRT's calibration by entropy (Szymon
 * Migacz, 8-bit Inference with TensorRT, GTC 2017, pages 38 and 39), as onnxruntime's calibrate.py does it. Exact zeros are
 * left out, as in NVIDIA's pytorch-quantization: they cost nothing, and after a ReLU they would drown the rest.
 *
 * @param counts of magnitudes, equal bins from zero up
 * @param levels steps that a magnitude is told in: 128 where values have a sign, else as many as there are integers
 * @returns bins to keep, `levels` at least (or all of them)
 */
export function entropyClip(counts: Float64Array, levels: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let best = counts.length;
  let least = Infinity;
  let outliers = 0;
  for (let kept = counts.length; kept >= levels; kept--) {
    const lost = divergence(counts, kept, levels, outliers, total);
    if (lost < least) {
      least = lost;
      best = kept;
    }
    outliers += counts[kept - 1];
  }
  return best;
}

/** Half as many bins, so that the search takes a quarter of the time; 1024 to 2048 are left of a histogram's. */
function coarser(counts: Float64Array): Float64Array {
  const half = new Float64Array(Math.ceil(counts.length / 2));
  for (const [i, count] of counts.entries()) half[i >> 1] += count;
  return half;
}

/**
 * The range of a tensor by one of the methods.
 *
 * @param levels integers that there are for the range, less one: 255 or 127
 * @throws RangeError where nothing was observed
 */
export function rangeOf(histogram: ActivationHistogram, method: RangeMethod, levels: number): Range {
  if (histogram.total === 0) throw new RangeError('No picture was seen: there is nothing to take a range from.');
  const { min, max } = histogram;
  if (method.kind === 'minmax') return withZero(min, max);
  if (method.kind === 'percentile') {
    const cut = (100 - method.percent) / 200;
    return withZero(histogram.quantile(cut), histogram.quantile(1 - cut));
  }
  const signed = min < 0 && max > 0;
  const counts = coarser(histogram.magnitudes());
  const clip = entropyClip(counts, signed ? 128 : levels + 1) * 2 * histogram.binWidth;
  return withZero(Math.max(min, -clip), Math.min(max, clip));
}
