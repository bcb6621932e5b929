import { describe, expect, it } from 'vitest';
import { Preprocessor, TORCHVISION_PREPROCESSING as SPEC, type Region } from '../../src/engine/index';
import { imageQuality } from '../../src/recognise/shared/image-quality';
import { isStill, LowLight } from '../../src/recognise/shared/low-light';
import { deadLeaves } from '../../tools/quantise/synthetic';
import { noise } from '../support/weights';

const { crop, mean, std } = SPEC;
const PLANE = crop * crop;
const preprocessor = new Preprocessor(SPEC);
const next = noise(11);
const leaves = [deadLeaves(0), deadLeaves(1)];

/** What a network is given of an image in the dark. @param by how far the camera has turned, pixels of the image */
function input({ light = 0.15, deviation = 4, image = 0, by = 0, around = 0 }): Float32Array<ArrayBuffer> {
  const { data, width, height } = leaves[image];
  const bytes = new Uint8ClampedArray(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + Math.min(width - 1, x + by)) * 4;
      // Four even values of -1..1 have a deviation of sqrt(4 / 3).
      for (let c = 0; c < 3; c++) bytes[(y * width + x) * 4 + c] = data[from + c] * light + around + deviation * 0.866 * (next() + next() + next() + next());
    }
  }
  const out = new Float32Array(preprocessor.outputLength);
  preprocessor.run(bytes, width, height, out);
  return out;
}

const luminance = (of: Float32Array): number => imageQuality(of, SPEC).luminance;
const SQUARE: Region = { x: 280, y: 0, width: 720, height: 720 };
const whole = { name: 'whole', square: SQUARE, mirrored: false };

/** As a mirror shows it. */
function turned(of: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return of.map((_, i) => of[i - (i % crop) + crop - 1 - (i % crop)]);
}

describe('what is dim', () => {
  it('is told from what is not, which stays as it is', () => {
    const light = input({ light: 1, deviation: 0 });
    const before = light.slice();
    expect(luminance(light)).toBeGreaterThan(0.3);
    expect(new LowLight().improve(light, luminance(light), whole, SPEC)).toBe(1);
    expect(light.every((value, i) => value === before[i])).toBe(true);
  });

  it('stays so a little above the limit, look by look', () => {
    const light = new LowLight();
    const near = { ...whole, name: 'near' };
    const look = (level: number, of = whole): number => light.improve(input({}), level, of, SPEC);
    expect([look(0.31), look(0.31, near)]).toEqual([1, 1]);
    expect(look(0.29, near)).toBeCloseTo(0.45 / 0.29, 5);
    expect([look(0.31), look(0.32, near), look(0.34, near), look(0.32, near)]).toEqual([1, expect.closeTo(0.45 / 0.32, 5), 1, 1]);
  });

  it('is brightened to a mean of 0.45, as if all values were multiplied', () => {
    const dim = input({ light: 0.2, deviation: 0 });
    const before = dim.slice();
    const gain = new LowLight().improve(dim, luminance(dim), whole, SPEC);
    expect(gain).toBeCloseTo(0.45 / luminance(before), 5);
    for (const i of [0, 777, PLANE + 12_345, 2 * PLANE + 50_000]) {
      const c = Math.floor(i / PLANE);
      const value = (of: Float32Array): number => mean[c] + std[c] * of[i];
      expect(value(dim)).toBeCloseTo(Math.min(1, gain * value(before)), 4);
    }
  });

  it('becomes neither whiter than white nor brighter than 16 times', () => {
    const black = new Float32Array(3 * PLANE).map((_, i) => (0.001 - mean[Math.floor(i / PLANE)]) / std[Math.floor(i / PLANE)]);
    black[5] = (0.9 - mean[0]) / std[0];
    expect(new LowLight().improve(black, luminance(black), whole, SPEC)).toBe(16);
    expect(mean[0] + std[0] * black[5]).toBeCloseTo(1, 5);
    expect(mean[1] + std[1] * black[PLANE]).toBeCloseTo(0.016, 5);
  });
});

describe('a dim scene that stands still', () => {
  /** Deviation of the green of what the network is given from what it would be without noise, after so many frames. */
  function noiseAfter(frames: number, look: (i: number) => typeof whole = () => whole, by: (i: number) => number = () => 0): number {
    const light = new LowLight();
    const clean = input({ deviation: 0, by: by(frames - 1) });
    const level = luminance(clean);
    new LowLight().improve(clean, level, whole, SPEC);
    let last = new Float32Array(0);
    for (let i = 0; i < frames; i++) {
      last = input({ by: by(i) });
      light.improve(last, level, look(i), SPEC);
    }
    let sum = 0;
    for (let i = PLANE; i < 2 * PLANE; i++) sum += (last[i] - clean[i]) ** 2 / PLANE;
    return Math.sqrt(sum);
  }
  const one = noiseAfter(1);

  it('loses half its noise in four frames, and more in more', () => {
    expect(noiseAfter(2)).toBeLessThan(0.8 * one);
    expect(noiseAfter(4)).toBeLessThan(0.6 * one);
    expect(noiseAfter(10)).toBeLessThan(0.55 * one);
  });

  it('is averaged look by look, and only where these are of the same square', () => {
    const names = ['whole', 'near'];
    expect(noiseAfter(2, (i) => ({ ...whole, name: names[i % 2] }))).toBeGreaterThan(0.9 * one);
    expect(noiseAfter(8, (i) => ({ ...whole, name: names[i % 2] }))).toBeLessThan(0.6 * one);
    expect(noiseAfter(4, (i) => ({ ...whole, square: { ...SQUARE, x: 280 + 5 * i } }))).toBeGreaterThan(0.9 * one);
  });

  it('is averaged of mirrored looks too, each as it is wanted', () => {
    const light = new LowLight();
    const inputs = Array.from({ length: 4 }, () => input({}));
    const plain = new LowLight();
    for (const [i, each] of inputs.entries()) {
      const mirrored = i % 2 === 1;
      const wanted = each.slice();
      plain.improve(wanted, 0.1, whole, SPEC);
      const got = mirrored ? turned(each) : each;
      light.improve(got, 0.1, { ...whole, mirrored }, SPEC);
      const back = mirrored ? turned(got) : got;
      expect(back.every((value, at) => value === wanted[at])).toBe(true);
    }
  });

  it('is not blurred by movement: what moves begins anew', () => {
    const moving = noiseAfter(6, undefined, (i) => 12 * i);
    expect(moving).toBeGreaterThan(0.9 * one);
    expect(moving).toBeLessThan(1.2 * one);
  });

  it('is forgotten where another scene begins, or light comes on', () => {
    const light = new LowLight();
    const first = input({});
    const level = luminance(first);
    light.improve(first, level, whole, SPEC);
    light.reset();
    const second = input({});
    const alone = second.slice();
    light.improve(second, level, whole, SPEC);
    new LowLight().improve(alone, level, whole, SPEC);
    expect(second.every((value, i) => value === alone[i])).toBe(true);
  });
});

describe('isStill', () => {
  // These images have the size that the network sees: of a camera's noise a third is left there.
  it.each([{ light: 0.15, deviation: 1.5 }, { light: 0.08, deviation: 1.5 }, { light: 0.25, deviation: 4 }, { light: 0.25, deviation: 0.5 }])('knows noise from movement and from another image: %o', (room) => {
    const before = input(room);
    expect(isStill(before, input(room), crop)).toBe(true);
    // A light that flickers.
    expect(isStill(before, input({ ...room, around: 2 }), crop)).toBe(true);
    for (const by of [6, 12, 30, 100]) expect(isStill(before, input({ ...room, by }), crop), `${by} pixels`).toBe(false);
    expect(isStill(before, input({ ...room, image: 1 }), crop)).toBe(false);
  });

  it('sees that only a part of the image moves', () => {
    const before = input({});
    const now = input({});
    const moved = input({ by: 12 });
    for (let c = 0; c < 3; c++) for (let y = 0; y < crop / 4; y++) for (let x = 0; x < crop / 4; x++) now[c * PLANE + y * crop + x] = moved[c * PLANE + y * crop + x];
    expect(isStill(before, now, crop)).toBe(false);
  });
});
