import { describe, expect, it } from 'vitest';
import { LookCycle, NEAR, nearAim, unmirrored, type Look } from '../../src/recognise/shared/look-cycle';

const ALL = { second: true, views: true };
const WHOLE: Look = { kind: 'whole', mirrored: false };
const TIGHT_LOOK: Look = { kind: 'tight', mirrored: false };
const NEAR_LOOK: Look = { kind: 'near', mirrored: false };
const text = ({ kind, mirrored }: Look): string => (mirrored ? `${kind} mirrored` : kind);
const spread = (...values: number[]): Float32Array => Float32Array.from(values);

describe('LookCycle', () => {
  it('looks at every other frame closely, and in turn as it is, mirrored and tighter', () => {
    const cycle = new LookCycle();
    const next = (count: number, options = ALL, near = true, refined = near, tight = true): string[] =>
      Array.from({ length: count }, () => text(cycle.next(options, { tight, near, refined })));
    expect(next(7)).toEqual(['whole', 'near', 'whole mirrored', 'refined mirrored', 'tight', 'near', 'whole']);
    cycle.reset();
    expect(next(4, { second: true, views: false })).toEqual(['whole', 'near', 'whole', 'refined']);
    cycle.reset();
    expect(next(4, ALL, true, false)).toEqual(['whole', 'near', 'whole mirrored', 'near mirrored']);
    cycle.reset();
    expect(next(6, ALL, true, false, false)).toEqual(['whole', 'near', 'whole mirrored', 'near mirrored', 'whole', 'near']);
    cycle.reset();
    expect(next(3, { second: false, views: true }, true, true, false)).toEqual(['whole', 'whole mirrored', 'whole']);
    cycle.reset();
    expect(next(4, { second: false, views: true })).toEqual(['whole', 'whole mirrored', 'tight', 'whole']);
    cycle.reset();
    expect(next(3, { second: true, views: false }, false)).toEqual(['whole', 'whole', 'whole']);
  });

  it('averages answers of one place in logarithms, and places as probabilities', () => {
    const cycle = new LookCycle();
    const first = cycle.add(WHOLE, spread(0.5, 0.5, 0), 0);
    expect([...first].map((v) => Number(v.toFixed(4)))).toEqual([0.5, 0.5, 0]);
    const two = cycle.add({ kind: 'whole', mirrored: true }, spread(0.9, 0.05, 0.05), 30);
    const weights = [Math.sqrt(0.5 * 0.9), Math.sqrt(0.5 * 0.05), Math.sqrt(1e-7 * 0.05)];
    const sum = weights.reduce((a, b) => a + b);
    for (const [i, weight] of weights.entries()) expect(two[i]).toBeCloseTo(weight / sum, 5);
    const three = cycle.add(NEAR_LOOK, spread(0, 0, 1), 60);
    expect(three[2]).toBeCloseTo((two[2] + 1) / 2, 5);
    expect(three[0]).toBeCloseTo(two[0] / 2, 5);
  });

  it('gives each place the same weight however often it was looked at, and each way of looking one answer', () => {
    const cycle = new LookCycle();
    cycle.add(WHOLE, spread(0.1, 0.9), 0);
    cycle.add(WHOLE, spread(0.2, 0.8), 30);
    cycle.add(TIGHT_LOOK, spread(0.2, 0.8), 60);
    expect(cycle.add(NEAR_LOOK, spread(0.8, 0.2), 90)[0]).toBeCloseTo(0.5, 5);
    expect(cycle.add({ kind: 'refined', mirrored: true }, spread(0.5, 0.5), 120)[0]).toBeCloseTo(0.5, 5);
  });

  it('forgets answers that are old, but neither the newest whole nor the newest near one, until the scene changes', () => {
    const cycle = new LookCycle();
    cycle.add(TIGHT_LOOK, spread(0.9, 0.1), 0);
    cycle.add(WHOLE, spread(0.2, 0.8), 1000);
    const joined = cycle.add(NEAR_LOOK, spread(0.8, 0.2), 2000);
    expect(joined[0]).toBeCloseTo(0.5, 5);
    cycle.reset();
    expect(cycle.add(NEAR_LOOK, spread(0.7, 0.3), 3000)[0]).toBeCloseTo(0.7, 5);
  });

  it('takes an answer that has little in common with the last one of its place for another scene, but not one of another place', () => {
    const cycle = new LookCycle();
    cycle.add(WHOLE, spread(0.001, 0.999), 0);
    expect(cycle.add(NEAR_LOOK, spread(0.999, 0.001), 30)[0]).toBeCloseTo(0.5, 5);
    expect(cycle.add(TIGHT_LOOK, spread(0.999, 0.001), 60)[0]).toBeCloseTo(0.999, 5);
  });

  it('begins anew where the number of classes changes', () => {
    const cycle = new LookCycle();
    cycle.add(WHOLE, spread(0.5, 0.5), 0);
    expect([...cycle.add(NEAR_LOOK, spread(0.25, 0.25, 0.5), 10)]).toEqual([0.25, 0.25, 0.5]);
  });
});

describe('nearAim', () => {
  const square = { x: 325, y: 45, width: 630, height: 630 };
  const map = (...places: [index: number, value: number][]): Float32Array => {
    const values = new Float32Array(49).fill(-1);
    for (const [index, value] of places) values[index] = value;
    return values;
  };

  it('is the middle of the places that speak for the class, half the shorter side wide', () => {
    const aim = nearAim({ width: 7, height: 7, values: map([0, 4], [1, 4]) }, square, 1280, 720);
    expect(aim?.side).toBe(NEAR);
    expect(aim?.x).toBeCloseTo((325 + 90) / 1280, 6);
    expect(aim?.y).toBeCloseTo((45 + 45) / 720, 6);
  });

  it('leaves out the surroundings, and is none where nothing speaks for the class', () => {
    const clear = nearAim({ width: 7, height: 7, values: map([48, 10], [0, 1.5]) }, square, 1280, 720);
    expect(clear?.x).toBeCloseTo((325 + 585) / 1280, 6);
    expect(nearAim({ width: 7, height: 7, values: map() }, square, 1280, 720)).toBeUndefined();
  });

  it('is turned back where the look was mirrored', () => {
    const values = Float32Array.from([1, 2, 3, 4, 5, 6]);
    expect([...unmirrored({ width: 3, height: 2, values }).values]).toEqual([3, 2, 1, 6, 5, 4]);
  });
});
