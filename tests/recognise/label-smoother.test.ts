import { describe, expect, it } from 'vitest';
import { DEFAULT_SMOOTHER_OPTIONS, distributionOverlap, LabelSmoother } from '../../src/recognise/shared/label-smoother';

const CLASSES = 10;

function answer(values: Record<number, number>): Float32Array {
  const p = new Float32Array(CLASSES);
  for (const [index, value] of Object.entries(values)) p[Number(index)] = value;
  return p;
}

const first = (smoother: LabelSmoother, p: Float32Array, time: number, changed = false): number =>
  smoother.update(p, time, changed)[0].index;

describe('LabelSmoother', () => {
  it('shows the first answer as it is', () => {
    const shown = new LabelSmoother(CLASSES).update(answer({ 3: 0.7, 4: 0.3 }), 0);
    expect(shown[0]).toEqual({ index: 3, probability: Math.fround(0.7) });
  });

  it('does not flicker between two classes that are as likely', () => {
    const smoother = new LabelSmoother(CLASSES);
    const tops = new Set<number>();
    first(smoother, answer({ 1: 0.55, 2: 0.45 }), 0);
    for (let i = 1; i < 40; i++) {
      const p = i % 2 ? answer({ 1: 0.42, 2: 0.58 }) : answer({ 1: 0.58, 2: 0.42 });
      // Raw answers change their first label each time; the shown one may settle, but changes at most once a hold.
      const top = first(smoother, p, i * 100);
      if (i * 100 > DEFAULT_SMOOTHER_OPTIONS.settleTime) tops.add(top);
    }
    expect(tops.size).toBe(1);
  });

  it('flickers where smoothing and hold are off', () => {
    const smoother = new LabelSmoother(CLASSES, { ...DEFAULT_SMOOTHER_OPTIONS, smoothing: false, hold: false });
    expect(first(smoother, answer({ 1: 0.6, 2: 0.4 }), 0)).toBe(1);
    expect(first(smoother, answer({ 1: 0.4, 2: 0.6 }), 100)).toBe(2);
  });

  it('averages by elapsed time, whatever the frame rate', () => {
    const options = { ...DEFAULT_SMOOTHER_OPTIONS, hold: false, timeConstant: 1000, settleTime: 0 };
    const slow = new LabelSmoother(CLASSES, options);
    const fast = new LabelSmoother(CLASSES, options);
    slow.update(answer({ 1: 1 }), 0);
    fast.update(answer({ 1: 1 }), 0);
    const target = answer({ 1: 0.5, 2: 0.5 });
    const a = slow.update(target, 1000);
    let b = a;
    for (let t = 100; t <= 1000; t += 100) b = fast.update(target, t);
    expect(b[0].probability).toBeCloseTo(a[0].probability, 5);
    // 1 - 0.5 (1 - 1/e)
    expect(a[0].probability).toBeCloseTo(1 - 0.5 * (1 - Math.exp(-1)), 5);
  });

  it('ignores one odd answer', () => {
    const smoother = new LabelSmoother(CLASSES);
    for (let t = 0; t < 1000; t += 100) smoother.update(answer({ 1: 1 }), t);
    expect(first(smoother, answer({ 7: 1 }), 1000)).toBe(1);
    expect(first(smoother, answer({ 1: 1 }), 1100)).toBe(1);
  });

  it('follows answers that agree on another scene for a while', () => {
    const smoother = new LabelSmoother(CLASSES);
    for (let t = 0; t < 1000; t += 50) smoother.update(answer({ 1: 1 }), t);
    expect([1000, 1050, 1100, 1150].map((t) => first(smoother, answer({ 7: 1 }), t))).toEqual([1, 1, 1, 7]);
  });

  it('follows the second of them where answers are few', () => {
    const smoother = new LabelSmoother(CLASSES);
    for (let t = 0; t < 5000; t += 1000) smoother.update(answer({ 1: 1 }), t);
    expect([5000, 6000].map((t) => first(smoother, answer({ 7: 1 }), t))).toEqual([1, 7]);
  });

  it('follows at once where the picture is told to be another', () => {
    const smoother = new LabelSmoother(CLASSES);
    for (let t = 0; t < 1000; t += 100) smoother.update(answer({ 1: 1 }), t);
    expect(smoother.update(answer({ 7: 1 }), 1000, true)).toEqual([
      { index: 7, probability: 1 },
      { index: 0, probability: 0 },
      { index: 1, probability: 0 },
    ]);
  });

  it('shows what the first look saw until all have taken their turn, then what they saw together', () => {
    const smoother = new LabelSmoother(CLASSES, { ...DEFAULT_SMOOTHER_OPTIONS, settleTime: 200 });
    const wrong = answer({ 1: 0.6, 2: 0.4 });
    const right = answer({ 1: 0.4, 2: 0.6 });
    expect([0, 50, 100, 150].map((t) => first(smoother, t === 0 ? wrong : right, t))).toEqual([1, 1, 1, 1]);
    expect(first(smoother, right, 200)).toBe(2);
    expect(first(smoother, wrong, 260)).toBe(2);
    expect(first(smoother, wrong, 300, true)).toBe(1);
  });

  it('holds an order for its time, then lets the better one through', () => {
    const smoother = new LabelSmoother(CLASSES, { ...DEFAULT_SMOOTHER_OPTIONS, smoothing: false, holdTime: 500, settleTime: 0, count: 2 });
    expect(first(smoother, answer({ 1: 0.6, 2: 0.4 }), 0)).toBe(1);
    expect(first(smoother, answer({ 1: 0.4, 2: 0.6 }), 400)).toBe(1);
    expect(first(smoother, answer({ 1: 0.4, 2: 0.6 }), 500)).toBe(2);
  });
});

describe('distributionOverlap', () => {
  it('is 1 for the same, 0 for strangers', () => {
    expect(distributionOverlap(answer({ 1: 0.5, 2: 0.5 }), answer({ 1: 0.5, 2: 0.5 }))).toBeCloseTo(1, 6);
    expect(distributionOverlap(answer({ 1: 1 }), answer({ 2: 1 }))).toBe(0);
  });
});
