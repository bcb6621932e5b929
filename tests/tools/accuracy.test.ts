import { describe, expect, it } from 'vitest';
import { interval } from '../../src/base/shared/statistics';
import { share } from '../../tools/accuracy/figures';
import { scenesOf, SETTINGS, steadiness } from '../../tools/accuracy/scenes';

describe('the figures of docs/accuracy.md', () => {
  it('have Wilson intervals', () => {
    // Values of Wilson (1927) as scipy.stats.binomtest(50, 100).proportion_ci(method="wilson") gives them.
    const [low, high] = interval(50, 100);
    expect(low).toBeCloseTo(0.40383, 4);
    expect(high).toBeCloseTo(0.59617, 4);
    expect(interval(0, 20)[0]).toBeCloseTo(0, 6);
    expect(share(20, 20)).toBe('100.0 % (83.9 to 100.0)');
  });

  it('are of the same scenes for the same seed, each picture in turn, off the centre where that is measured', () => {
    const names = ['0001-a.jpg', '0007-b.jpg', '0123-c.jpg'];
    const [off] = SETTINGS;
    const scenes = scenesOf(names, off, 30, 5);
    expect(scenesOf(names, off, 30, 5)).toEqual(scenes);
    expect(scenesOf(names, off, 30, 6)).not.toEqual(scenes);
    expect(scenes.map(({ wanted }) => wanted)).toEqual([1, 7, 123].flatMap((wanted) => Array.from({ length: 10 }, () => wanted)));
    for (const { x, y } of scenes) {
      expect(Math.max(Math.abs(x), Math.abs(y))).toBeGreaterThanOrEqual(0.5);
      expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(1);
    }
  });

  it('count changes while a scene lasts, not the one from the scene before, how long its label stays, and when its own comes', () => {
    const labels = (...words: (number | undefined)[]) => words.map((word, i) => ({ at: 100 * (i + 1), answer: [], first: word ?? 9, sure: word !== undefined, inferenceMs: 1, changed: false }));
    const film = [labels(1, 1, 1, 1), labels(1, 2, 2, 2), labels(2, 2, 3, undefined, 3, 3), labels(undefined, undefined), labels(undefined, 4, 4)];
    // The fourth scene's own word is "Not sure", which took its place at once; of the last one there is no label that it took the place of.
    expect(steadiness(film)).toEqual({ changes: [0, 0, 2, 0, 0], delays: [200, 300, 100], settled: [200, 300, 100, 200] });
  });
});
