import { describe, expect, it } from 'vitest';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/model';
import { cropGeometry, roundHalfToEven, visibleSquare } from '../../src/engine/preprocess/geometry';
import { Preprocessor } from '../../src/engine/preprocess/preprocessor';

const SPEC = TORCHVISION_PREPROCESSING;

/** A smooth image with some texture. */
function image(width: number, height: number): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const x = i % width;
    const y = Math.floor(i / width);
    rgba.set([(x * 255) / width, (y * 255) / height, 128 + 100 * Math.sin(x / 5) * Math.cos(y / 7), 255], i * 4);
  }
  return rgba;
}

describe('cropGeometry', () => {
  it.each([
    [640, 480, 341, 256, 58, 16],
    [480, 640, 256, 341, 16, 58],
    [500, 375, 341, 256, 58, 16],
    [256, 256, 256, 256, 16, 16],
    [1920, 1080, 455, 256, 116, 16],
    [3, 1000, 256, 85333, 16, 42554],
  ])('%i x %i is resized to %i x %i and cropped at %i, %i', (w, h, rw, rh, left, top) => {
    expect(cropGeometry(w, h, SPEC)).toEqual({ resizedWidth: rw, resizedHeight: rh, left, top });
  });

  it('refuses sizes that are no picture', () => {
    expect(() => cropGeometry(0, 10, SPEC)).toThrow(/at least 1 pixel/);
    expect(() => cropGeometry(10, NaN, SPEC)).toThrow(RangeError);
  });

  it('rounds halves to even, as Python does', () => {
    expect([0.5, 1.5, 2.5, 58.5, 2.4, 2.6].map(roundHalfToEven)).toEqual([0, 2, 2, 58, 2, 3]);
  });
});

describe('visibleSquare', () => {
  it('is the middle square of 0.875 of the shorter side', () => {
    const square = visibleSquare(640, 480, SPEC);
    expect(square.height).toBeCloseTo(420, 6);
    expect(square.width).toBeCloseTo(420, -1);
    expect(square.y).toBeCloseTo(30, 6);
  });
});

describe('Preprocessor', () => {
  it('normalises a plain colour exactly', () => {
    const preprocessor = new Preprocessor(SPEC);
    const rgba = new Uint8Array(300 * 280 * 4);
    for (let i = 0; i < rgba.length; i += 4) rgba.set([10, 128, 255, 255], i);
    const out = new Float32Array(preprocessor.outputLength);
    preprocessor.run(rgba, 300, 280, out);
    const plane = 224 * 224;
    [10, 128, 255].forEach((value, c) => {
      const wanted = (value / 255 - SPEC.mean[c]) / SPEC.std[c];
      expect(out[c * plane]).toBeCloseTo(wanted, 5);
      expect(out[(c + 1) * plane - 1]).toBe(out[c * plane]);
    });
  });

  it('gives the same from just the region as from the whole picture', () => {
    const [width, height] = [733, 517];
    const rgba = image(width, height);
    const preprocessor = new Preprocessor(SPEC);
    const whole = new Float32Array(preprocessor.outputLength);
    preprocessor.run(rgba, width, height, whole);
    const { x, y, width: w, height: h } = preprocessor.region(width, height);
    const stride = w * 4 + 12;
    const part = new Uint8Array(stride * h);
    for (let row = 0; row < h; row++) {
      part.set(rgba.subarray(((y + row) * width + x) * 4, ((y + row) * width + x + w) * 4), row * stride);
    }
    const cut = new Float32Array(preprocessor.outputLength);
    preprocessor.run(part, width, height, cut, { x, y, width: w, height: h }, stride);
    expect(cut).toEqual(whole);
  });

  it('keeps no trace of a picture of another size', () => {
    const preprocessor = new Preprocessor(SPEC);
    const out = new Float32Array(preprocessor.outputLength);
    const fresh = new Float32Array(preprocessor.outputLength);
    preprocessor.run(image(900, 700), 900, 700, out);
    preprocessor.run(image(320, 240), 320, 240, out);
    new Preprocessor(SPEC).run(image(320, 240), 320, 240, fresh);
    expect(out).toEqual(fresh);
  });

  it('says what is missing where pixels or output are too short', () => {
    const preprocessor = new Preprocessor(SPEC);
    const out = new Float32Array(preprocessor.outputLength);
    expect(() => preprocessor.run(new Uint8Array(100), 640, 480, out)).toThrow(/do not hold the region/);
    expect(() => preprocessor.run(image(640, 480), 640, 480, new Float32Array(5))).toThrow(/150528 are needed/);
  });
});
