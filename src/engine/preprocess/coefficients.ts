import type { Preprocessing } from '../model.ts';

/** Resampling weights of one axis for a run of output pixels, in fixed point. */
export interface Coefficients {
  /** First source pixel of each output pixel, relative to the whole source axis. */
  readonly starts: Int32Array;
  /** Taps of each output pixel. */
  readonly counts: Int32Array;
  /** `taps` weights an output pixel, scaled by 2^{@link PRECISION_BITS}. */
  readonly weights: Int32Array;
  /** Row length of `weights`. */
  readonly taps: number;
}

/** Pillow's `PRECISION_BITS` for 8-bit images: 32 bits less 8 for the pixel and 2 for overshoot (libImaging/Resample.c). */
export const PRECISION_BITS = 32 - 8 - 2;

interface Filter {
  /** Half width at scale 1, in source pixels. */
  readonly support: number;
  readonly weight: (x: number) => number;
}

/** Keys' cubic with a = -0.5, as in Pillow's `bicubic_filter`. */
const CUBIC_A = -0.5;

const FILTERS: Record<Preprocessing['interpolation'], Filter> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    weight: (signed) => {
      const x = Math.abs(signed);
      if (x < 1) return ((CUBIC_A + 2) * x - (CUBIC_A + 3)) * x * x + 1;
      if (x < 2) return (((x - 5) * x + 8) * x - 4) * CUBIC_A;
      return 0;
    },
  },
};

/**
 * Weights that resize a part of an axis of `inSize` pixels to `outSize`, for the output pixels `first` to `first + length - 1` only.
 * The same arithmetic as Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc` (libImaging/Resample.c), which
 * torchvision's `Resize(antialias=True)` uses on PIL images: when reducing, the filter is widened by the scale.
 *
 * @param inSize whole source axis, pixels, 1 or more
 * @param outSize pixels that the part is resized to, 1 or more
 * @param part where it begins and ends on the axis, pixels, not whole ones (Pillow's `box`); the whole axis if left out
 */
export function resampleCoefficients(
  inSize: number,
  outSize: number,
  first: number,
  length: number,
  interpolation: Preprocessing['interpolation'],
  [from, to]: readonly [from: number, to: number] = [0, inSize],
): Coefficients {
  const filter = FILTERS[interpolation];
  const scale = (to - from) / outSize;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(length);
  const counts = new Int32Array(length);
  const weights = new Int32Array(length * taps);
  const row = new Float64Array(taps);
  for (let i = 0; i < length; i++) {
    const center = from + (first + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(inSize, Math.trunc(center + support + 0.5)) - start;
    let total = 0;
    for (let t = 0; t < count; t++) {
      const weight = filter.weight((t + start - center + 0.5) / filterScale);
      row[t] = weight;
      total += weight;
    }
    starts[i] = start;
    counts[i] = count;
    for (let t = 0; t < count; t++) {
      const fixed = (total === 0 ? row[t] : row[t] / total) * 2 ** PRECISION_BITS;
      weights[i * taps + t] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
  }
  return { starts, counts, weights, taps };
}
