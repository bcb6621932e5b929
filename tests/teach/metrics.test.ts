import { describe, expect, it } from 'vitest';
import { confusionMatrix, confusions, deviation, shareOf } from '../../src/teach/shared/metrics';
import { nearestNeighbour } from '../../tools/bench/teach/neighbour';

describe('shareOf', () => {
  it('gives Wilson\'s interval: 8 of 10 is 49.0 to 94.3 %', () => {
    const { share, low, high } = shareOf(8, 10);
    expect(share).toBe(0.8);
    expect(low).toBeCloseTo(0.4902, 4);
    expect(high).toBeCloseTo(0.9433, 4);
  });
  it('is not sure of 5 of 5, and of nothing where nothing was counted', () => {
    expect(shareOf(5, 5).low).toBeCloseTo(0.5655, 4);
    expect(shareOf(5, 5).high).toBeCloseTo(1, 10);
    expect(shareOf(0, 0)).toMatchObject({ share: 0, low: 0, high: 1 });
  });
});

describe('confusion', () => {
  it('counts true by answer and names the mistakes', () => {
    const matrix = confusionMatrix([0, 0, 0, 1, 1], [0, 1, 1, 1, 2], 2, 3);
    expect(matrix).toEqual([[1, 2, 0], [0, 1, 1]]);
    expect(confusions(matrix)).toEqual([{ from: 0, to: 1, count: 2, of: 3 }, { from: 1, to: 2, count: 1, of: 2 }]);
  });
});

it('deviation is of a sample', () => {
  expect(deviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.138, 3);
  expect(deviation([3])).toBe(0);
});

it('nearestNeighbour takes the class of the nearest', () => {
  expect(nearestNeighbour([[0, 0], [3, 4], [1, 1]], [7, 8, 9], [1, 0.9])).toBe(9);
});
