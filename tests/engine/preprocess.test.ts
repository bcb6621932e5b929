import { describe, expect, it } from 'vitest';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/model';
import { aimOf, cropGeometry, roundHalfToEven, squareAt, visibleSquare } from '../../src/engine/preprocess/geometry';
import { Preprocessor, type View } from '../../src/engine/preprocess/preprocessor';
import { SimdPasses } from '../../src/engine/preprocess/simd-passes';

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

describe('squareAt', () => {
  it('lies round its middle, and is moved into the image where it would stick out', () => {
    expect(squareAt({ x: 0.5, y: 0.5, side: 0.5 }, 640, 480)).toEqual({ x: 200, y: 120, width: 240, height: 240 });
    expect(squareAt({ x: 0, y: 1, side: 0.25 }, 640, 480)).toEqual({ x: 0, y: 360, width: 120, height: 120 });
    expect(squareAt({ x: 0.9, y: 0.5, side: 1 }, 480, 640)).toEqual({ x: 0, y: 80, width: 480, height: 480 });
  });

  it('is told by the aim that it came of, whatever the size in pixels', () => {
    const aim = aimOf(squareAt({ x: 0.3, y: 0.6, side: 0.4 }, 1280, 720), 1280, 720);
    expect(squareAt(aim, 640, 360)).toEqual(squareAt({ x: 0.3, y: 0.6, side: 0.4 }, 640, 360));
    const middle = visibleSquare(1920, 1080, SPEC);
    expect(aimOf(middle, 1920, 1080).side).toBeCloseTo(0.875, 3);
  });

  it('refuses what is no square', () => {
    for (const side of [0, -1, 1.1, Number.NaN]) expect(() => squareAt({ x: 0.5, y: 0.5, side }, 640, 480)).toThrow(RangeError);
    expect(() => squareAt({ x: Number.NaN, y: 0.5, side: 0.5 }, 640, 480)).toThrow(RangeError);
  });
});

describe('Preprocessor', () => {
  const run = (rgba: Uint8Array, width: number, height: number, view: View, only = false): Float32Array => {
    const preprocessor = new Preprocessor(SPEC);
    const out = new Float32Array(preprocessor.outputLength);
    if (!only) preprocessor.run(rgba, width, height, out, undefined, undefined, view);
    else {
      const region = preprocessor.region(width, height, view);
      const bytes = new Uint8Array(region.width * region.height * 4);
      for (let y = 0; y < region.height; y++) {
        const from = ((region.y + y) * width + region.x) * 4;
        bytes.set(rgba.subarray(from, from + region.width * 4), y * region.width * 4);
      }
      preprocessor.run(bytes, width, height, out, region, undefined, view);
    }
    return out;
  };

  it('sees the middle square as torchvision leaves it where it is aimed at that', () => {
    const rgba = image(640, 480);
    const aimed = run(rgba, 640, 480, { square: visibleSquare(640, 480, SPEC) });
    const plain = run(rgba, 640, 480, {});
    // The sums are of the same weights but for the last bit of a float: a byte can be rounded the other way.
    const step = 1 / 255 / 0.224;
    expect(aimed.every((v, i) => Math.abs(v - plain[i]) <= 1.01 * step)).toBe(true);
    expect(aimed.filter((v, i) => v !== plain[i]).length).toBeLessThan(100);
  });

  it('takes a part of the image as it is where that has the size of its input, and needs no pixel from elsewhere', () => {
    const rgba = image(640, 480);
    const square = { x: 301, y: 17, width: 224, height: 224 };
    const out = run(rgba, 640, 480, { square }, true);
    const wanted = Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => {
      const [c, y, x] = [Math.floor(i / 224 ** 2), Math.floor(i / 224) % 224, i % 224];
      return (rgba[((y + 17) * 640 + x + 301) * 4 + c] / 255 - SPEC.mean[c]) / SPEC.std[c];
    });
    expect(out.every((v, i) => Math.abs(v - wanted[i]) < 1e-5)).toBe(true);
  });

  it('enlarges a small part, and says so where a part does not lie in the image', () => {
    const rgba = image(640, 480);
    const out = run(rgba, 640, 480, { square: { x: 600.5, y: 440.25, width: 39.5, height: 39.5 } }, true);
    expect(out.every(Number.isFinite)).toBe(true);
    // Red grows to the right, green downwards: the corner's are the image's largest.
    expect(out[223]).toBeGreaterThan((230 / 255 - SPEC.mean[0]) / SPEC.std[0]);
    expect(() => run(rgba, 640, 480, { square: { x: 500, y: 0, width: 200, height: 200 } })).toThrow(/does not lie in an image of 640 x 480/);
  });

  it('mirrors', () => {
    const rgba = image(500, 375);
    for (const square of [undefined, { x: 10, y: 20, width: 150, height: 150 }]) {
      const plain = run(rgba, 500, 375, { ...(square && { square }) });
      const mirrored = run(rgba, 500, 375, { ...(square && { square }), mirrored: true });
      expect(mirrored.every((v, i) => v === plain[i - (i % 224) + 223 - (i % 224)])).toBe(true);
      expect(mirrored.some((v, i) => v !== plain[i])).toBe(true);
    }
  });

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

  it('gives the same from three bytes a pixel as from four', () => {
    const [width, height] = [733, 517];
    const rgba = image(width, height);
    const preprocessor = new Preprocessor(SPEC);
    const four = new Float32Array(preprocessor.outputLength);
    preprocessor.run(rgba, width, height, four);
    const three = new Float32Array(preprocessor.outputLength);
    preprocessor.run(rgba.filter((_, i) => i % 4 !== 3), width, height, three, undefined, undefined, undefined, 3);
    expect(three).toEqual(four);
    expect(() => preprocessor.run(rgba.subarray(0, width * height * 3 - 1), width, height, three, undefined, undefined, undefined, 3)).toThrow(/do not hold the region/);
  });

  it('gives the same numbers by SIMD to the last bit, whatever the size, the view and the bytes of a pixel', () => {
    const passes = new SimdPasses();
    // Rows of 224 and 240 pixels are whole vectors, those of 299 and 1 are not.
    for (const [interpolation, crop] of [['bilinear', 224], ['bicubic', 224], ['bilinear', 299], ['bicubic', 1]] as const) {
      const spec = { ...SPEC, interpolation, crop, resize: Math.round((crop * 8) / 7) };
      const [plain, simd] = [new Preprocessor(spec), new Preprocessor(spec, passes)];
      const [one, other] = [new Float32Array(plain.outputLength), new Float32Array(plain.outputLength)];
      for (const [width, height] of [[500, 400], [97, 1031], [300, 17], [1, 1]]) {
        // Edges of all strengths, which overshoot where they are sharpened.
        const rgba = image(width, height).map((value, i) => value ^ ((i * 2654435761) >>> 24));
        const views: View[] = [{}, { mirrored: true }, { square: { x: width / 4, y: height / 8, width: Math.min(width, height) / 2, height: Math.min(width, height) / 2 } }];
        for (const view of views) {
          for (const pixelBytes of [3, 4] as const) {
            const pixels = pixelBytes === 4 ? rgba : rgba.filter((_, i) => i % 4 !== 3);
            plain.run(pixels, width, height, one, undefined, undefined, view, pixelBytes);
            simd.run(pixels, width, height, other, undefined, undefined, view, pixelBytes);
            expect(Buffer.from(other.buffer).equals(Buffer.from(one.buffer)), `${interpolation}, ${crop}, ${width} x ${height}, ${pixelBytes} bytes, ${JSON.stringify(view)}`).toBe(true);
          }
        }
      }
      // A part of the picture, as the decoder gives it.
      const pixels = image(640, 480);
      const region = plain.region(640, 480);
      const part = new Uint8Array(region.width * 480 * 4);
      for (let y = 0; y < 480; y++) part.set(pixels.subarray(4 * (640 * y + region.x), 4 * (640 * y + region.x + region.width)), 4 * region.width * y);
      plain.run(pixels, 640, 480, one);
      simd.run(part, 640, 480, other, { x: region.x, y: 0, width: region.width, height: 480 });
      expect(other).toEqual(one);
    }
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
