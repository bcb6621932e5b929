import { describe, expect, it } from 'vitest';
import { SceneChangeDetector, type SeenLook } from '../../src/recognise/shared/scene-change';
import { noise } from '../support/weights';
import { squareAt, TORCHVISION_PREPROCESSING, visibleSquare, type Region } from '../../src/engine/index';
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

  const FRAME = { width: 1280, height: 720 };
  const MIDDLE = visibleSquare(FRAME.width, FRAME.height, TORCHVISION_PREPROCESSING);
  const seen = (input: Float32Array, square = MIDDLE, mirrored = false): SeenLook => ({ input, size: SIZE, square, mirrored, unit: TORCHVISION_PREPROCESSING.std[1] });
  const stripesAcross = image((_, y) => (Math.floor(y / 32) % 2 ? 2 : -2));

  it('sees a cut to another picture', () => {
    const detector = new SceneChangeDetector();
    expect(detector.update(seen(stripes))).toBe(false);
    expect(detector.update(seen(stripesAcross))).toBe(true);
  });

  it('takes brighter light and a small move for the same scene', () => {
    const detector = new SceneChangeDetector();
    detector.update(seen(stripes));
    expect(detector.update(seen(stripes.map((v) => v + 1.5)))).toBe(false);
    expect(detector.update(seen(image((x) => (Math.floor((x + 3) / 32) % 2 ? 2 : -2) + 1.5)))).toBe(false);
  });

  it('sees a cut in a dim room, and takes noise there for the same scene', () => {
    const detector = new SceneChangeDetector();
    const next = noise(3);
    const dim = (input: Float32Array): Float32Array => input.map((v) => -1.8 + 0.1 * v + 0.15 * next());
    detector.update(seen(dim(stripes)));
    expect(detector.update(seen(dim(stripes)))).toBe(false);
    expect(detector.update(seen(dim(stripesAcross)))).toBe(true);
    // A lens cap: nothing but noise.
    detector.update(seen(dim(new Float32Array(stripes.length))));
    expect(detector.update(seen(dim(new Float32Array(stripes.length))))).toBe(false);
  });

  /** A scene in source pixels, looked at in a square. */
  const look = (scene: (x: number, y: number) => number, square: Region, mirrored = false): SeenLook =>
    seen(image((x, y) => scene(square.x + (((mirrored ? SIZE - 1 - x : x) + 0.5) / SIZE) * square.width, square.y + ((y + 0.5) / SIZE) * square.height)), square, mirrored);
  const columns = (x: number): number => (Math.floor(x / 100) % 3 ? 1.5 : -2);
  const rows = (_: number, y: number): number => (Math.floor(y / 100) % 3 ? 1.5 : -2);

  it('takes looks at other parts of the same scene, near, tight and mirrored, for the same scene, and sees a cut through them', () => {
    const looks = [
      [MIDDLE, false],
      [squareAt({ x: 0.6, y: 0.4, side: 0.5 }, 1280, 720), false],
      [MIDDLE, true],
      [squareAt({ x: 0.4, y: 0.6, side: 0.5 }, 1280, 720), true],
      [squareAt({ x: 0.5, y: 0.5, side: 0.78 }, 1280, 720), false],
    ] as [Region, boolean][];
    for (const [from] of looks.entries()) {
      for (const [to] of looks.entries()) {
        // Two near looks are of different places, and never follow each other.
        if (from % 2 === 1 && to % 2 === 1) continue;
        const detector = new SceneChangeDetector();
        detector.update(look(columns, ...looks[from]));
        expect(detector.update(look(columns, ...looks[to])), `${from} to ${to}`).toBe(false);
        detector.update(look(columns, ...looks[from]));
        expect(detector.update(look(rows, ...looks[to])), `${from} to ${to}`).toBe(true);
      }
    }
  });

  it('does not compare looks that have next to nothing in common', () => {
    const detector = new SceneChangeDetector();
    detector.update(look(columns, squareAt({ x: 0.2, y: 0.5, side: 0.3 }, 1280, 720)));
    expect(detector.update(look(rows, squareAt({ x: 0.8, y: 0.5, side: 0.3 }, 1280, 720)))).toBe(false);
  });
});
