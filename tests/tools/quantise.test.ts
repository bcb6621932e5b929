import { describe, expect, it } from 'vitest';
import { ChannelMeans } from '../../tools/quantise/channel-means';
import { ActivationHistogram } from '../../tools/quantise/histogram';
import { activationParameters, roundHalfEven } from '../../tools/quantise/parameters';
import { entropyClip, rangeOf } from '../../tools/quantise/range';
import { quantiseWeights } from '../../tools/quantise/weights';
import { noise } from '../support/weights';

function histogram(...batches: number[][]): ActivationHistogram {
  const result = new ActivationHistogram();
  for (const batch of batches) result.add(Float32Array.from(batch));
  return result;
}

describe('ActivationHistogram', () => {
  it('knows the extremes, the zeros and the shares, whatever came first', () => {
    const seen = histogram([0, 0.5, -1], [4, 0], []);
    expect([seen.min, seen.max, seen.zeros, seen.total]).toEqual([-1, 4, 2, 5]);
    const sum = seen.magnitudes().reduce((a, b) => a + b, 0);
    expect(sum).toBe(3);
    // Magnitudes end with the bin of the largest.
    expect((seen.magnitudes().length - 1) * seen.binWidth).toBeCloseTo(4, 10);
    expect(seen.quantile(0.2)).toBeCloseTo(-1, 2);
    expect(seen.quantile(0.5)).toBe(0);
    expect(seen.quantile(0.8)).toBeCloseTo(0.5, 2);
    expect(seen.quantile(1)).toBe(4);
  });

  it('gives the same counts for small values first and for large ones first', () => {
    const next = noise(5);
    const small = Array.from({ length: 500 }, () => next() / 100);
    const large = Array.from({ length: 500 }, () => next() * 50);
    const one = histogram(small, large);
    const other = histogram(large, small);
    expect(one.binWidth).toBe(other.binWidth);
    // What lay between two bins of a finer histogram lies in one of the coarser: nothing moves further.
    expect(Array.from(one.magnitudes())).toEqual(Array.from(other.magnitudes()));
  });

  it('refuses what is not finite', () => {
    for (const value of [NaN, Infinity, -Infinity]) expect(() => histogram([1, value])).toThrow(/damaged/);
  });
});

describe('rangeOf', () => {
  it('holds zero, and all values by min-max', () => {
    expect(rangeOf(histogram([1, 2]), { kind: 'minmax' }, 255)).toEqual({ low: 0, high: 2 });
    expect(rangeOf(histogram([-3, 2]), { kind: 'minmax' }, 255)).toEqual({ low: -3, high: 2 });
    expect(rangeOf(histogram([-3, -2]), { kind: 'minmax' }, 255)).toEqual({ low: -3, high: 0 });
  });

  it('cuts off the same share at both ends by percentile', () => {
    // 1000 values: 1 per cent is 5 at each end.
    const values = Array.from({ length: 1000 }, (_, i) => i + 1 - 500);
    const { low, high } = rangeOf(histogram(values), { kind: 'percentile', percent: 99 }, 255);
    expect(Math.abs(low - -495)).toBeLessThanOrEqual(1);
    expect(Math.abs(high - 495)).toBeLessThanOrEqual(1);
    const all = rangeOf(histogram(values), { kind: 'percentile', percent: 100 }, 255);
    expect(all).toEqual({ low: -499, high: 500 });
  });

  it('gives up a lone far value by entropy, and nothing of even values', () => {
    const next = noise(9);
    const dense = Array.from({ length: 200_000 }, () => Math.abs(next()));
    const even = rangeOf(histogram(dense), { kind: 'entropy' }, 255);
    expect(even.high).toBeGreaterThan(0.97);
    const { low, high } = rangeOf(histogram([...dense, 10]), { kind: 'entropy' }, 255);
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(0.9);
    expect(high).toBeLessThan(5);
  });

  it('says that nothing was seen', () => {
    expect(() => rangeOf(new ActivationHistogram(), { kind: 'minmax' }, 255)).toThrow(/No picture/);
  });
});

describe('entropyClip', () => {
  it('keeps what it can tell without loss, by hand', () => {
    // Four bins, two levels. Pairs of equal bins lose nothing, so all four are kept.
    expect(entropyClip(Float64Array.of(4, 4, 2, 2), 2)).toBe(4);
    // Kept 4: P = (8, 0, 1, 1) / 10, levels (8) and (1, 1): nothing lost either, as empty bins get no share.
    expect(entropyClip(Float64Array.of(8, 0, 1, 1), 2)).toBe(4);
    // Kept 4: levels (4, 4) and (7, 1): the second spreads 8 over both: 0.4375 ln 1.75 + 0.0625 ln 0.25 = 0.158.
    // Kept 3: levels (4) and (4, 7) and one outlier on the last bin: P = (4, 4, 8) / 16, Q = (4, 5.5, 5.5) / 15:
    // 0.25 ln 0.9375 + 0.25 ln 0.6818 + 0.5 ln 1.3636 = 0.043. Kept 2: P = (4, 12) / 16, Q = (4, 4) / 8: 0.131.
    expect(entropyClip(Float64Array.of(4, 4, 7, 1), 2)).toBe(3);
  });

  it('keeps all where there are fewer bins than levels', () => {
    expect(entropyClip(Float64Array.of(1, 2, 3), 128)).toBe(3);
  });
});

describe('activationParameters', () => {
  it('spreads 256 steps over the range, with zero on a step', () => {
    expect(activationParameters({ low: 0, high: 255 }, 'uint8')).toEqual({ scale: 1, zeroPoint: 0 });
    expect(activationParameters({ low: -51, high: 204 }, 'uint8')).toEqual({ scale: 1, zeroPoint: 51 });
    expect(activationParameters({ low: -1, high: 0 }, 'uint8')).toEqual({ scale: Math.fround(1 / 255), zeroPoint: 255 });
    expect(activationParameters({ low: -2, high: 1 }, 'int8')).toEqual({ scale: Math.fround(2 / 127), zeroPoint: 0 });
  });

  it('can divide by the scale of a tensor that is always zero', () => {
    for (const scheme of ['uint8', 'int8'] as const) expect(activationParameters({ low: 0, high: 0 }, scheme).scale).toBeGreaterThan(0);
  });

  it('rounds halves to even numbers, as ONNX does', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6, -2.6].map((v) => roundHalfEven(v) + 0)).toEqual([0, 2, 2, 0, -2, 2, 3, -3]);
  });
});

describe('quantiseWeights', () => {
  it('gives each output channel its own scale, and the bias the scale of the sums', () => {
    const { values, scales, bias } = quantiseWeights(Float32Array.of(127, -63.5, 0.5, 1), Float32Array.of(10, -3), { scale: 0.5, means: undefined }, 127);
    expect(Array.from(scales)).toEqual([1, Math.fround(1 / 127)]);
    // -63.5 lies half-way: to even.
    expect(Array.from(values)).toEqual([127, -64, 64, 127]);
    expect(Array.from(bias)).toEqual([20, Math.round(-3 / (0.5 / 127))]);
  });

  it('takes back with the bias what rounding moves on the whole', () => {
    // One output, two input channels of one tap; scale 1. Rounded: 127, 0 for 0.4. Lost on average: 0.4 * mean 10 = 4.
    const { values, bias } = quantiseWeights(Float32Array.of(127, 0.4), Float32Array.of(1), { scale: 1, means: [3, 10] }, 127);
    expect(Array.from(values)).toEqual([127, 0]);
    expect(bias[0]).toBe(5);
    // Two taps of the one channel have its mean both.
    const taps = quantiseWeights(Float32Array.of(127, 0.4), Float32Array.of(1), { scale: 1, means: [10] }, 127);
    expect(taps.bias[0]).toBe(5);
  });

  it('keeps 7 bits where asked to, and the bias of a dead channel within its integer', () => {
    const { values } = quantiseWeights(Float32Array.of(1, -1, 0.6), Float32Array.of(0), { scale: 1, means: undefined }, 63);
    expect(Array.from(values)).toEqual([63, -63, 38]);
    const dead = quantiseWeights(Float32Array.of(1e-20, 0), Float32Array.of(2), { scale: 1e-3, means: undefined }, 127);
    expect(dead.bias[0]).toBeLessThanOrEqual(2 ** 30);
    expect(dead.bias[0] * dead.scales[0] * 1e-3).toBeCloseTo(2, 5);
  });
});

describe('ChannelMeans', () => {
  it('is over places and pictures', () => {
    const means = new ChannelMeans(2);
    means.add(Float32Array.of(1, 3, 10, 20));
    means.add(Float32Array.of(5, 7, 30, 40));
    expect(Array.from(means.values)).toEqual([4, 25]);
  });
});
