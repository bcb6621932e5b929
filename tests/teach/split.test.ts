import { describe, expect, it } from 'vitest';
import { assignFolds, NEVER_HELD_OUT, type SplitItem } from '../../src/teach/shared/split';

const burst = (label: number, group: string, count: number): SplitItem[] => Array.from({ length: count }, () => ({ label, group }));

describe('assignFolds', () => {
  it('keeps whole groups together where there are enough', () => {
    const items = Array.from({ length: 10 }, (_, g) => burst(g % 2, `g${g}`, 3)).flat();
    const folds = assignFolds(items, 5);
    for (let g = 0; g < 10; g++) expect(new Set(folds.slice(g * 3, g * 3 + 3)).size).toBe(1);
    // Five groups a class, five folds: one of each class in each fold.
    for (let f = 0; f < 5; f++) for (const label of [0, 1]) expect(items.filter((item, i) => item.label === label && folds[i] === f)).toHaveLength(3);
  });

  it('cuts one long burst into runs of neighbours', () => {
    const folds = [...assignFolds(burst(0, 'only', 20), 5)];
    expect(new Set(folds).size).toBe(5);
    const runs = folds.filter((f, i) => i === 0 || f !== folds[i - 1]).length;
    expect(runs).toBeLessThanOrEqual(8);
  });

  it('never parts a moment where there are two, however few: what is held out was not seen a moment before', () => {
    const items = [...burst(0, 'first', 12), ...burst(0, 'second', 5), ...burst(1, 'third', 4), ...burst(1, 'fourth', 4)];
    const folds = assignFolds(items, 5);
    for (const group of ['first', 'second', 'third', 'fourth']) expect(new Set(items.flatMap((item, i) => (item.group === group ? [folds[i]] : []))).size, group).toBe(1);
    expect(folds[0]).not.toBe(folds[12]);
    expect([...folds].every((fold) => fold >= 0)).toBe(true);
  });

  it('never parts views of one example', () => {
    const items = Array.from({ length: 24 }, (_, i): SplitItem => ({ label: 0, group: 'burst', example: `frame${i >> 2}` }));
    const folds = assignFolds(items, 5);
    for (let e = 0; e < 6; e++) expect(new Set(folds.slice(e * 4, e * 4 + 4)).size).toBe(1);
    expect(new Set(folds).size).toBe(5);
  });

  it('does not hold out the only example of a thing', () => {
    const folds = assignFolds([...burst(0, 'a', 1), ...burst(1, 'b', 4)], 5);
    expect(folds[0]).toBe(NEVER_HELD_OUT);
    expect([...folds.slice(1)].every((f) => f >= 0)).toBe(true);
  });

  it('leaves examples of every thing to learn from in every fold', () => {
    const items = [...burst(0, 'a', 2), ...burst(1, 'b', 7), ...burst(2, 'c', 1)];
    const folds = assignFolds(items, 5);
    for (let f = 0; f < 5; f++) expect(new Set(items.filter((_, i) => folds[i] !== f).map((i) => i.label)).size).toBe(3);
  });

  it('is the same each time, and another with another seed', () => {
    const items = Array.from({ length: 40 }, (_, i): SplitItem => ({ label: i % 4, group: `g${i}` }));
    expect(assignFolds(items, 5, 1)).toEqual(assignFolds(items, 5, 1));
    expect(assignFolds(items, 5, 1)).not.toEqual(assignFolds(items, 5, 2));
  });
});
