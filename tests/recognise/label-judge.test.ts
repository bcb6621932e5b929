import { describe, expect, it } from 'vitest';
import { surenessOf } from '../../src/base/shared/certainty';
import type { Prediction } from '../../src/engine/index';
import { LabelJudge, rowsOf } from '../../src/recognise/page/live/label-judge';
import type { ImageQuality } from '../../src/recognise/shared/image-quality';
import type { Recognition } from '../../src/recognise/shared/recogniser';

const steady = (...probabilities: number[]): Prediction[] => probabilities.map((probability, index) => ({ index, probability }));
const GOOD: ImageQuality = { luminance: 0.5, sharpness: 2.5 };
const recognition = (labels: Prediction[], quality = GOOD, capturedAt = 0, sceneChanged = false): Recognition =>
  ({ steady: labels, quality, capturedAt, sceneChanged }) as unknown as Recognition;

describe('rowsOf', () => {
  it('leaves out what says less than 2 %, but never the first', () => {
    expect(rowsOf(steady(0.9, 0.02, 0.019)).map((p) => p.index)).toEqual([0, 1]);
    expect(rowsOf(steady(0.015, 0.01)).map((p) => p.index)).toEqual([0]);
    expect(rowsOf([])).toEqual([]);
  });

  it('orders by what they say, behind the label that is held', () => {
    expect(rowsOf(steady(0.5, 0.1, 0.3)).map((p) => p.index)).toEqual([0, 2, 1]);
    // About to take its place.
    expect(rowsOf(steady(0.3, 0.33, 0.1)).map((p) => p.index)).toEqual([0, 2]);
  });
});

describe('surenessOf', () => {
  it('has a word for each of three bands', () => {
    expect([1, 0.8, 0.799, 0.5, 0.499, 0.02].map(surenessOf)).toEqual(['sure', 'sure', 'likely', 'likely', 'perhaps', 'perhaps']);
  });
});

describe('LabelJudge', () => {
  it('says that nothing was taught yet where a model has no names of its own', () => {
    const judge = new LabelJudge();
    expect(judge.judge(recognition([]), 0.3)).toBe(true);
    expect([judge.doubt, judge.shown]).toEqual(['untaught', []]);
    judge.judge(recognition(steady(0.9)), 0.3);
    expect(judge.doubt).toBeUndefined();
    judge.judge(undefined, 0.3);
    expect(judge.doubt).toBeUndefined();
  });

  it('doubts by the threshold that a person chose, and says why it can', () => {
    const judge = new LabelJudge();
    let time = 0;
    const doubt = (labels: Prediction[], threshold: number, quality?: ImageQuality): string | undefined => {
      expect(judge.judge(recognition(labels, quality, (time += 2000), true), threshold)).toBe(true);
      return judge.doubt;
    };
    expect(doubt(steady(0.24), 0.25)).toBe('unknown');
    expect(doubt(steady(0.25), 0.25)).toBeUndefined();
    expect(doubt(steady(0.3), 0.5)).toBe('unknown');
    expect(doubt(steady(0.01), 0)).toBeUndefined();
    expect(doubt(steady(0.1), 0.25, { luminance: 0.04, sharpness: 3 })).toBe('dark');
    expect(doubt(steady(0.1), 0.25, { luminance: 0.4, sharpness: 0.3 })).toBe('blurred');
    // A label that is sure needs no excuse.
    expect(doubt(steady(0.9), 0.25, { luminance: 0.04, sharpness: 0.3 })).toBeUndefined();
    expect(doubt([], 0.25)).toBe('untaught');
  });

  it('keeps a reason as long as it takes to read it', () => {
    const judge = new LabelJudge();
    const doubtAt = (time: number, quality: ImageQuality, probability = 0.1): string | undefined => {
      judge.judge(recognition(steady(probability), quality, time), 0.25);
      return judge.doubt;
    };
    const dark: ImageQuality = { luminance: 0.04, sharpness: 3 };
    expect([doubtAt(0, dark), doubtAt(33, GOOD), doubtAt(66, dark), doubtAt(900, GOOD), doubtAt(1100, GOOD)]).toEqual(['dark', 'dark', 'dark', 'dark', 'unknown']);
    // What is sure for a while is named, and doubted anew after another.
    expect([doubtAt(1200, GOOD, 0.9), doubtAt(1600, GOOD, 0.9)]).toEqual(['unknown', undefined]);
    expect([doubtAt(1700, dark), doubtAt(2100, dark)]).toEqual([undefined, 'dark']);
  });

  it('judges a recognition once', () => {
    const judge = new LabelJudge();
    const one = recognition(steady(0.9));
    expect([judge.judge(one, 0.25), judge.judge(one, 0.25), judge.judge(undefined, 0.25), judge.shown]).toEqual([true, false, true, []]);
  });
});
