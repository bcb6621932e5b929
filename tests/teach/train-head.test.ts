import { describe, expect, it } from 'vitest';
import { askHead, joinDistributions, OTHER } from '../../src/teach/shared/head';
import { calibrateOpenSet, openness, openScore } from '../../src/teach/shared/open-set';
import { trainHead, type TeachProgress } from '../../src/teach/shared/train-head';
import { examplesOf, finish } from '../support/taught-examples';

const NAMES = ['mug', 'key', 'plant'];
const three = NAMES.flatMap((_, label) => examplesOf(label, 12));

describe('trainHead', () => {
  it('names new examples of its things, and none of others', () => {
    const { head, report } = finish(trainHead({ names: NAMES, examples: three }));
    for (const label of [0, 1, 2]) {
      const fresh = examplesOf(label, 30, { spread: 0.34 });
      const right = fresh.filter((e) => {
        const { best, openness: open } = askHead(head, e.features);
        return best === label && open > 0.5;
      });
      expect(right.length, NAMES[label]).toBeGreaterThanOrEqual(27);
    }
    const strangers = [40, 41, 42, 43, 44].flatMap((family) => examplesOf(0, 6, { family }));
    const rejected = strangers.filter((e) => askHead(head, e.features).openness < 0.5);
    expect(rejected.length).toBeGreaterThanOrEqual(24);
    expect(report.accuracy.count).toBe(36);
    expect(report.named.share).toBeGreaterThan(0.9);
    expect(report.confusion.map((row) => row.reduce((a, b) => a + b, 0))).toEqual([12, 12, 12]);
    expect(report.confusion[0]).toHaveLength(4);
  });

  it('learns a single thing, by how typical a picture is of it', () => {
    const { head, report } = finish(trainHead({ names: ['mug'], examples: examplesOf(0, 10, { spread: 0.15 }) }));
    expect(head.model).toBeUndefined();
    expect(report.named.share).toBe(1);
    const [same] = examplesOf(0, 1, { spread: 0.14 });
    const opposite = Float32Array.from(same.features, (f) => Math.max(0, 1.2 - f));
    expect(askHead(head, same.features).shares[0]).toBeGreaterThan(0.5);
    expect(askHead(head, opposite).shares[0]).toBeLessThan(0.1);
  });

  it('gives the share of anything else to the network\'s own labels', () => {
    const other = [50, 51, 52, 53].flatMap((family) => examplesOf(OTHER, 4, { family }));
    const { head, report } = finish(trainHead({ names: ['mug'], examples: [...examplesOf(0, 10), ...other] }));
    expect(head.other).toBe(true);
    expect(report.confusion).toHaveLength(2);
    const answer = askHead(head, examplesOf(OTHER, 1, { family: 52, spread: 0.3 })[0].features);
    expect(answer.probabilities).toHaveLength(2);
    expect(answer.shares).toHaveLength(1);
    expect(answer.shares[0]).toBeLessThan(0.3);
  });

  it('is deterministic and tells how far it is', () => {
    const seen: TeachProgress[] = [];
    const steps = trainHead({ names: NAMES, examples: three });
    let step = steps.next();
    for (; !step.done; step = steps.next()) seen.push(step.value);
    expect(seen.map((p) => p.done)).toEqual([...seen.keys()]);
    expect(seen.every((p) => p.total === seen.length)).toBe(true);
    expect(step.value.head).toEqual(finish(trainHead({ names: NAMES, examples: three })).head);
  });

  it('holds out honestly: labels that mean nothing are not learned', () => {
    // All of one direction, named at random: the right name for a held-out example is a coin's toss.
    const same = examplesOf(0, 40).map((e, i) => ({ ...e, label: (i * 7 + (i >> 1)) % 2, group: `g${i}` }));
    const { report } = finish(trainHead({ names: ['a', 'b'], examples: same }));
    expect(report.named.share).toBeGreaterThan(0.2);
    expect(report.named.share).toBeLessThan(0.8);
  });

  it('counts held-out moments, not their frames, and none of a thing that was shown in one moment alone', () => {
    const shown = (label: number, moments: readonly string[]) => moments.flatMap((group) => examplesOf(label, 6, { group }));
    const report = (...examples: ReturnType<typeof shown>[]) => finish(trainHead({ names: ['mug', 'key'], examples: examples.flat() })).report;
    const both = report(shown(0, ['m1', 'm2']), shown(1, ['k1', 'k2', 'k3']));
    expect([both.accuracy.count, both.moments?.count, both.moments?.right]).toEqual([30, 5, 5]);
    const one = report(shown(0, ['m1', 'm2']), shown(1, ['k1']));
    expect([one.accuracy.count, one.moments?.count]).toEqual([18, 2]);
    expect(one.confusion.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual([12, 0]);
    // 12 of 12 frames are right, which tell nothing: each was learned from its neighbours.
    const none = report(shown(0, ['m1']), shown(1, ['k1']));
    expect([none.accuracy.right, none.accuracy.count, none.moments?.count]).toEqual([12, 12, 0]);
  });

  it('trains with one example of each, and says that nothing was held out', () => {
    const { report } = finish(trainHead({ names: ['a', 'b'], examples: [...examplesOf(0, 1), ...examplesOf(1, 1)] }));
    expect(report.accuracy).toMatchObject({ count: 0 });
  });

  it.each([
    ['no thing', { names: [], examples: [] }, /no thing/],
    ['a thing without examples', { names: ['a', 'b'], examples: examplesOf(0, 3) }, /b has no examples/],
    ['features of another length', { names: ['a'], examples: [...examplesOf(0, 2), ...examplesOf(0, 1, { width: 9 })] }, /different lengths/],
    ['features that are no numbers', { names: ['a'], examples: [{ features: [NaN, 1], label: 0, group: 'g' }] }, /no numbers/],
  ])('refuses %s', (_, problem, message) => {
    expect(() => finish(trainHead(problem))).toThrow(message);
  });
});

describe('open set', () => {
  it('puts the threshold where both sides err alike', () => {
    // Known 1.5 +- 0.2 (sample deviation), unknown 0.5 +- 0.2 with so many that the prior counts for nothing.
    const around = (middle: number, n: number): number[] => Array.from({ length: n }, (_, i) => middle + (i % 2 ? 0.2 : -0.2));
    const { threshold, width } = calibrateOpenSet(around(1.5, 4000), around(0.5, 40000), 2);
    expect(threshold).toBeCloseTo(1, 2);
    expect(openness(1, { threshold, width })).toBeCloseTo(0.5, 1);
    expect(openness(1.5, { threshold, width })).toBeCloseTo(1 / (1 + Math.exp(-3)), 2);
  });

  it('does not trust frames of one burst that are all but the same', () => {
    const { threshold } = calibrateOpenSet([1.98, 1.98, 1.99, 1.98], [], 1);
    // A cosine of 0.9 to the mean is still the class; 0.6 is not.
    expect(openScore({ probability: 1, cosine: 0.9 })).toBeGreaterThan(threshold);
    expect(openScore({ probability: 1, cosine: 0.6 })).toBeLessThan(threshold);
  });

  it('accepts typical known scores where unknown ones are no lower', () => {
    const known = [0.4, 0.5, 0.6];
    const set = calibrateOpenSet(known, new Array<number>(100).fill(1), 3);
    expect(set.threshold).toBeCloseTo(0.5, 6);
    expect(set.width).toBeGreaterThan(0);
  });
});

it('joinDistributions keeps the whole at 1', () => {
  const out = new Float32Array(5);
  joinDistributions(Float32Array.from([0.5, 0.3, 0.2]), [0.6, 0.1], out);
  expect(Array.from(out).map((v) => Number(v.toFixed(4)))).toEqual([0.15, 0.09, 0.06, 0.6, 0.1]);
});
