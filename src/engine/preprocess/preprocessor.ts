import type { Preprocessing } from '../model.ts';
import { PRECISION_BITS, resampleCoefficients, type Coefficients } from './coefficients.ts';
import { cropGeometry, type Region } from './geometry.ts';

const CHANNELS = 3;
/** Plans that are kept: of views that take turns. */
const MOST_PLANS = 6;
const ROUNDING = 1 << (PRECISION_BITS - 1);

/** What of an image the network is given. */
export interface View {
  /**
   * The part that it sees, source pixels (not whole ones), within the image; resized to crop x crop as Pillow does with this `box`.
   * If left out: what torchvision's `Resize` and `CenterCrop` leave.
   */
  readonly square?: Region;
  /** Left and right change places. */
  readonly mirrored?: boolean;
}

/** Bytes of an image, or of a part of it. */
export interface Source {
  readonly pixels: Uint8Array | Uint8ClampedArray;
  readonly available: Region;
  /** Bytes from row to row. */
  readonly stride: number;
  readonly pixelBytes: 3 | 4;
}

/** How an image of one size becomes the crop. */
export interface PassedPlan {
  readonly horizontal: Coefficients;
  readonly vertical: Coefficients;
  /** The source pixels that the crop depends on, whole numbers. */
  readonly region: Region;
}

interface Plan extends PassedPlan {
  readonly width: number;
  readonly height: number;
  readonly square: Region | undefined;
}

/** What does both passes in place of the preprocessor's own JavaScript, with the very same numbers (SimdPasses). */
export interface Passes {
  /**
   * @param table of 256 numbers a colour: what each byte becomes
   * @param out receives [3, crop, crop]
   */
  run(plan: PassedPlan, source: Source, crop: number, table: Float32Array, out: Float32Array, mirrored: boolean): void;
}

/** `((v / 255) - mean) / std` for each byte and channel, rounded to float32 after each step as torch does. */
function normalisationTable(spec: Preprocessing): Float32Array {
  const table = new Float32Array(CHANNELS * 256);
  for (let c = 0; c < CHANNELS; c++) {
    const mean = Math.fround(spec.mean[c]);
    const std = Math.fround(spec.std[c]);
    for (let v = 0; v < 256; v++) {
      table[c * 256 + v] = Math.fround(Math.fround(Math.fround(v / 255) - mean) / std);
    }
  }
  return table;
}

/**
 * torchvision's `Resize` (antialiased), `CenterCrop`, `ToTensor`, `Normalize` in one pass over just the pixels that the
 * crop needs, bit for bit as Pillow resizes 8-bit images (horizontally, then vertically, rounded to 8 bits after each).
 * Buffers are kept between calls: with frames of one size nothing is allocated.
 */
export class Preprocessor {
  readonly #table: Float32Array;
  readonly #sums: Int32Array;
  #rows = new Uint8Array(0);
  /** The one that was used last is the last. */
  #plans: Plan[] = [];

  /** @param passes in place of the own ones */
  constructor(readonly spec: Preprocessing, private readonly passes?: Passes) {
    this.#table = normalisationTable(spec);
    this.#sums = new Int32Array(spec.crop * CHANNELS);
  }

  /** Length of the output: 3 x crop x crop. */
  get outputLength(): number {
    return CHANNELS * this.spec.crop * this.spec.crop;
  }

  /**
   * The rectangle of a `width` x `height` image that `run` reads; a caller may deliver only these pixels.
   * @throws RangeError for sizes that are no image, or a square that does not lie in it
   */
  region(width: number, height: number, { square }: View = {}): Region {
    return this.#planFor(width, height, square).region;
  }

  /**
   * Preprocesses one image.
   *
   * @param pixels RGBA, RGBX or RGB bytes of `available`, row after row; a fourth byte is ignored
   * @param width width of the whole image, pixels
   * @param height height of the whole image, pixels
   * @param out receives float32 NCHW [1, 3, crop, crop]
   * @param available the part of the image that `pixels` holds, the whole image if left out
   * @param stride bytes from row to row, `available.width * pixelBytes` if left out
   * @param view what of the image is wanted, and how
   * @param pixelBytes bytes of each pixel
   * @throws RangeError where `pixels` or `available` hold less than the region, or `out` is too short
   */
  run(
    pixels: Uint8Array | Uint8ClampedArray,
    width: number,
    height: number,
    out: Float32Array,
    available: Region = { x: 0, y: 0, width, height },
    stride?: number,
    { square, mirrored = false }: View = {},
    pixelBytes: 3 | 4 = 4,
  ): void {
    const source: Source = { pixels, available, pixelBytes, stride: stride ?? available.width * pixelBytes };
    const plan = this.#planFor(width, height, square);
    this.#check(plan.region, source, out);
    if (this.passes) return this.passes.run(plan, source, this.spec.crop, this.#table, out, mirrored);
    const needed = plan.region.height * this.spec.crop * CHANNELS;
    if (this.#rows.length < needed) this.#rows = new Uint8Array(needed);
    this.#horizontalPass(plan, source);
    this.#verticalPass(plan, out, mirrored);
  }

  #planFor(width: number, height: number, square?: Region): Plan {
    const found = this.#plans.find((plan) => plan.width === width && plan.height === height && sameRegion(plan.square, square));
    if (found && found === this.#plans.at(-1)) return found;
    const plan = found ?? this.#makePlan(width, height, square);
    this.#plans = [...this.#plans.filter((other) => other !== plan).slice(1 - MOST_PLANS), plan];
    return plan;
  }

  #makePlan(width: number, height: number, square: Region | undefined): Plan {
    const { crop, interpolation } = this.spec;
    const geometry = cropGeometry(width, height, this.spec);
    if (square && !isWithin(square, width, height)) {
      const { x, y } = square;
      throw new RangeError(`The part of ${square.width} x ${square.height} pixels at ${x}, ${y} does not lie in an image of ${width} x ${height}.`);
    }
    const horizontal = square
      ? resampleCoefficients(width, crop, 0, crop, interpolation, [square.x, square.x + square.width])
      : resampleCoefficients(width, geometry.resizedWidth, geometry.left, crop, interpolation);
    const vertical = square
      ? resampleCoefficients(height, crop, 0, crop, interpolation, [square.y, square.y + square.height])
      : resampleCoefficients(height, geometry.resizedHeight, geometry.top, crop, interpolation);
    const last = crop - 1;
    const x = horizontal.starts[0];
    const y = vertical.starts[0];
    return {
      width,
      height,
      square,
      horizontal,
      vertical,
      region: {
        x,
        y,
        width: horizontal.starts[last] + horizontal.counts[last] - x,
        height: vertical.starts[last] + vertical.counts[last] - y,
      },
    };
  }

  #check(region: Region, { pixels, available, stride, pixelBytes }: Source, out: Float32Array): void {
    const inside =
      available.x <= region.x &&
      available.y <= region.y &&
      available.x + available.width >= region.x + region.width &&
      available.y + available.height >= region.y + region.height;
    const enough = pixels.length >= (available.height - 1) * stride + available.width * pixelBytes;
    if (!inside || !enough || stride < available.width * pixelBytes) {
      throw new RangeError(
        `The pixels (${pixels.length} bytes, ${available.width} x ${available.height} at ${available.x}, ${available.y}, ` +
          `stride ${stride}) do not hold the region ${region.width} x ${region.height} at ${region.x}, ${region.y}.`,
      );
    }
    if (out.length < this.outputLength) {
      throw new RangeError(`The output holds ${out.length} numbers, ${this.outputLength} are needed.`);
    }
  }

  /** Whole numbers of 32 bits throughout, and said so to the compiler, which takes half as long for it. */
  #horizontalPass({ horizontal, region }: Plan, { pixels, available, stride, pixelBytes }: Source): void {
    const { starts, counts, weights, taps } = horizontal;
    const rows = this.#rows;
    const crop = this.spec.crop;
    let o = 0;
    for (let y = 0; y < region.height; y++) {
      const base = (region.y - available.y + y) * stride - available.x * pixelBytes;
      for (let x = 0; x < crop; x++) {
        let p = (base + starts[x] * pixelBytes) | 0;
        const end = (x * taps + counts[x]) | 0;
        let r = ROUNDING;
        let g = ROUNDING;
        let b = ROUNDING;
        for (let t = (x * taps) | 0; t < end; t = (t + 1) | 0, p = (p + pixelBytes) | 0) {
          const weight = weights[t];
          r = (r + Math.imul(pixels[p], weight)) | 0;
          g = (g + Math.imul(pixels[p + 1], weight)) | 0;
          b = (b + Math.imul(pixels[p + 2], weight)) | 0;
        }
        rows[o] = clip8(r);
        rows[o + 1] = clip8(g);
        rows[o + 2] = clip8(b);
        o += CHANNELS;
      }
    }
  }

  #verticalPass({ vertical, region }: Plan, out: Float32Array, mirrored: boolean): void {
    const { starts, counts, weights, taps } = vertical;
    const rows = this.#rows;
    const sums = this.#sums;
    const table = this.#table;
    const crop = this.spec.crop;
    const rowLength = crop * CHANNELS;
    const plane = crop * crop;
    for (let y = 0; y < crop; y++) {
      sums.fill(ROUNDING);
      for (let t = 0; t < counts[y]; t++) {
        const weight = weights[y * taps + t];
        const source = (starts[y] - region.y + t) * rowLength;
        for (let i = 0; i < rowLength; i++) sums[i] += Math.imul(rows[source + i], weight);
      }
      let o = mirrored ? (y + 1) * crop - 1 : y * crop;
      const step = mirrored ? -1 : 1;
      for (let i = 0; i < rowLength; i += CHANNELS, o += step) {
        out[o] = table[clip8(sums[i])];
        out[plane + o] = table[256 + clip8(sums[i + 1])];
        out[2 * plane + o] = table[512 + clip8(sums[i + 2])];
      }
    }
  }
}

function sameRegion(a: Region | undefined, b: Region | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height);
}

/** With room for the last bit of a float. */
function isWithin({ x, y, width, height }: Region, wholeWidth: number, wholeHeight: number): boolean {
  const room = 1e-6;
  return width > 0 && height > 0 && x >= -room && y >= -room && x + width <= wholeWidth + room && y + height <= wholeHeight + room;
}

/** Fixed point to a byte: Pillow's `clip8`. */
function clip8(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
