import { describe, expect, it } from 'vitest';
import { SceneChangeDetector } from '../../src/recognise/shared/scene-change';
import { RateMeter, RecentValues } from '../../src/base/shared/statistics';

describe('RateMeter', () => {
  it('measures 10 a second', () => {
    const meter = new RateMeter(2000);
    for (let t = 0; t <= 5000; t += 100) meter.add(t);
    expect(meter.rate(5000)).toBeCloseTo(10, 6);
  });

  it('falls to zero when nothing comes', () => {
    const meter = new RateMeter(2000);
    meter.add(0);
    meter.add(100);
    expect(meter.rate(5000)).toBe(0);
  });
});

describe('RecentValues', () => {
  it('gives nearest-rank percentiles of the last values', () => {
    const values = new RecentValues(100);
    expect(values.percentile(0.5)).toBeUndefined();
    for (let i = 1; i <= 250; i++) values.add(i);
    expect(values.count).toBe(100);
    expect(values.percentile(0)).toBe(151);
    expect(values.percentile(0.5)).toBe(200);
    expect(values.percentile(0.95)).toBe(245);
    expect(values.percentile(1)).toBe(250);
  });
});

describe('SceneChangeDetector', () => {
  const SIZE = 224;
  const image = (paint: (x: number, y: number) => number): Float32Array => {
    const input = new Float32Array(3 * SIZE * SIZE);
    for (let i = 0; i < input.length; i++) {
      const at = i % (SIZE * SIZE);
      input[i] = paint(at % SIZE, Math.floor(at / SIZE));
    }
    return input;
  };
  const stripes = image((x) => (Math.floor(x / 32) % 2 ? 2 : -2));

  it('sees a cut to another picture', () => {
    const detector = new SceneChangeDetector();
    expect(detector.update(stripes, SIZE)).toBe(false);
    expect(detector.update(image((_, y) => (Math.floor(y / 32) % 2 ? 2 : -2)), SIZE)).toBe(true);
  });

  it('takes brighter light and a small move for the same scene', () => {
    const detector = new SceneChangeDetector();
    detector.update(stripes, SIZE);
    expect(detector.update(stripes.map((v) => v + 1.5), SIZE)).toBe(false);
    expect(detector.update(image((x) => (Math.floor((x + 3) / 32) % 2 ? 2 : -2) + 1.5), SIZE)).toBe(false);
  });
});
