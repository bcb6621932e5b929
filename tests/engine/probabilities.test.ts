import { describe, expect, it } from 'vitest';
import { probabilitiesOf, softmax, topK } from '../../src/engine/probabilities';

describe('softmax', () => {
  it('gives the known values of [0, ln 2, ln 5]', () => {
    const p = softmax(Float32Array.of(0, Math.log(2), Math.log(5)));
    expect(p[0]).toBeCloseTo(1 / 8, 6);
    expect(p[1]).toBeCloseTo(2 / 8, 6);
    expect(p[2]).toBeCloseTo(5 / 8, 6);
  });

  it('does not overflow with large scores', () => {
    const p = softmax(Float32Array.of(1000, 1000, -1000));
    expect(Array.from(p)).toEqual([0.5, 0.5, 0]);
  });

  it('refuses scores that are not finite, and none', () => {
    expect(() => softmax(Float32Array.of(1, NaN))).toThrow(/NaN/);
    expect(() => softmax(new Float32Array(0))).toThrow(RangeError);
  });
});

describe('probabilities of classes that do not shut each other out', () => {
  it('are the sigmoid of scores, or what has been through one already', () => {
    const scores = Float32Array.of(-2, 0, 3, -60);
    const sigmoids = Array.from(scores, (score) => 1 / (1 + Math.exp(-score)));
    probabilitiesOf(scores, 'independent-scores').forEach((p, i) => expect(p).toBeCloseTo(sigmoids[i], 6));
    probabilitiesOf(Float32Array.from(sigmoids, Math.log), 'independent').forEach((p, i) => expect(p).toBeCloseTo(sigmoids[i], 6));
    for (const answers of ['independent', 'independent-scores'] as const) expect(() => probabilitiesOf(Float32Array.of(1, NaN), answers)).toThrow(RangeError);
  });
});

describe('topK', () => {
  it('orders by probability, ties by index', () => {
    expect(topK([0.1, 0.3, 0.2, 0.3, 0.1], 3).map((p) => p.index)).toEqual([1, 3, 2]);
  });

  it('gives all where fewer are there', () => {
    expect(topK([0.4, 0.6], 5)).toEqual([
      { index: 1, probability: 0.6 },
      { index: 0, probability: 0.4 },
    ]);
  });

  it('agrees with sorting, on random values', () => {
    const values = Array.from({ length: 1000 }, (_, i) => Math.abs(Math.sin(i * 12.9898) * 43758.5453) % 1);
    const sorted = values.map((v, i) => [v, i]).sort((a, b) => b[0] - a[0]).slice(0, 5);
    expect(topK(values, 5).map((p) => p.index)).toEqual(sorted.map(([, i]) => i));
  });
});
