import type { Preprocessing, Region } from '../../engine/index';

/*
 * Measured (`npm run tool -- dim-study`, docs/accuracy.md). Brightening is what helps most; averaging pixels helps only together with it, as
 * a network sees next to nothing of dark pixels, with noise or without.
 */
/** Mean luminance below which an image is brightened, 0..1; above it that names nothing more right. */
const DIM = 0.3;
/** What was brightened stays so up to here, or an image at the limit would change from look to look. */
const DIM_STILL = 0.33;
/** Mean luminance that it is brightened to: about that of the pictures that networks are trained on. */
const TARGET = 0.45;
/** But not more than so many times: what is left of a byte then is noise. */
const MOST_GAIN = 16;
/** Frames that are averaged: the mean follows a fifth one by a quarter. */
const FRAMES = 4;

/** Looks whose squares differ by more than this share of their side cannot be averaged: a third of a pixel of 224. */
const SAME_SQUARE = 1.5e-3;

/** Blocks along each side, each of which may show something that moves by itself. */
const BLOCKS = 4;
/** A block that moved further than this between the mean and the new frame, in pixels of half the input's side, would be blurred. */
const MOVED = 0.6;
/** How much of the difference movement has to explain, in variances of what it leaves: chance alone explains 2 (two degrees of freedom). */
const SIGNIFICANT = 24;
/** Variance of a difference over that of its finest detail: near 1 for noise, many times as much where something else is there. */
const NOT_NOISE = 6;

interface Averaged {
  readonly square: Region;
  /** Mean of the network's inputs, float32 NCHW [1, 3, crop, crop]. */
  readonly mean: Float32Array;
  count: number;
}

/** What of a frame is looked at. */
export interface DimLook {
  /** Looks of one name are of the same kind: only these are averaged. */
  readonly name: string;
  /** Source pixels. */
  readonly square: Region;
  /** Looks that are mirrored are averaged with those that are not. */
  readonly mirrored: boolean;
}

/**
 * Sees more in a dim room: averages the pixels of frames while nothing moves, and brightens. A factor on encoded values is one on the light
 * as long as the encoding is a power (sRGB's is nearly), so it is what a longer exposure would have given.
 */
export class LowLight {
  readonly #averages = new Map<string, Averaged>();

  /** Another scene: nothing of it is averaged with what was there before. */
  reset(): void {
    this.#averages.clear();
  }

  /**
   * @param input float32 NCHW [1, 3, crop, crop], normalised as `preprocessing` says; written over where the image is dim
   * @param luminance mean of the image, 0..1 (`imageQuality`)
   * @returns how many times as bright it was made, 1 where nothing was done
   */
  improve(input: Float32Array, luminance: number, look: DimLook, preprocessing: Pick<Preprocessing, 'crop' | 'mean' | 'std'>): number {
    if (luminance >= (this.#averages.has(look.name) ? DIM_STILL : DIM)) {
      this.#averages.delete(look.name);
      return 1;
    }
    if (look.mirrored) turn(input, preprocessing.crop);
    input.set(this.#averaged(input, look, preprocessing.crop));
    if (look.mirrored) turn(input, preprocessing.crop);
    return brighten(input, luminance, preprocessing);
  }

  #averaged(input: Float32Array, { name, square }: DimLook, crop: number): Float32Array {
    const known = this.#averages.get(name);
    if (known && sameSquare(known.square, square) && known.mean.length === input.length && isStill(known.mean, input, crop)) {
      known.count = Math.min(FRAMES, known.count + 1);
      const { mean, count } = known;
      for (let i = 0; i < mean.length; i++) mean[i] += (input[i] - mean[i]) / count;
      return mean;
    }
    const mean = known?.mean.length === input.length ? known.mean : new Float32Array(input.length);
    mean.set(input);
    this.#averages.set(name, { square, mean, count: 1 });
    return mean;
  }
}

/** Left is right. */
function turn(input: Float32Array, crop: number): void {
  for (let at = 0; at < input.length; at += crop) input.subarray(at, at + crop).reverse();
}

function brighten(input: Float32Array, luminance: number, { crop, mean, std }: Pick<Preprocessing, 'crop' | 'mean' | 'std'>): number {
  const gain = Math.min(MOST_GAIN, TARGET / Math.max(luminance, 1e-3));
  for (let c = 0; c < 3; c++) {
    const plane = input.subarray(c * crop * crop, (c + 1) * crop * crop);
    // Of values 0..1: min(1, gain * value), each on its way through the normalisation.
    const white = (1 - mean[c]) / std[c];
    const offset = ((gain - 1) * mean[c]) / std[c];
    for (let i = 0; i < plane.length; i++) plane[i] = Math.min(white, gain * plane[i] + offset);
  }
  return gain;
}

function sameSquare(a: Region, b: Region): boolean {
  const limit = SAME_SQUARE * a.width;
  return [a.x - b.x, a.y - b.y, a.x + a.width - b.x - b.width, a.y + a.height - b.y - b.height].every((way) => Math.abs(way) <= limit);
}

/** Kept, as one is made for each frame: green of 2 x 2 pixels each of the one image, and how the other differs. */
let plane = new Float32Array(0);
let change = new Float32Array(0);

/**
 * Whether two inputs differ by noise alone, of which their mean has less; not by anything that moved, which it would blur. Movement by up to
 * some pixels is found where the difference goes with the image's gradient (Lucas and Kanade 1981), block by block; anything larger, or
 * another scene, by a difference that is not as fine as noise (estimated by Immerkær's mask, 1996).
 *
 * @param before,now float32 NCHW [1, 3, crop, crop]
 */
export function isStill(before: Float32Array, now: Float32Array, crop: number): boolean {
  const side = halve(before, now, crop);
  let mean = 0;
  for (const value of change) mean += value / change.length;
  // Light that flickers is no movement.
  for (let i = 0; i < change.length; i++) change[i] -= mean;
  const block = Math.floor((side - 2) / BLOCKS);
  for (let by = 0; by < BLOCKS; by++) {
    for (let bx = 0; bx < BLOCKS; bx++) {
      if (blockMoved(1 + bx * block, 1 + by * block, block, side)) return false;
    }
  }
  return true;
}

function blockMoved(left: number, top: number, block: number, side: number): boolean {
  let [xx, xy, yy, xd, yd, dd, fine] = [0, 0, 0, 0, 0, 0, 0];
  for (let y = top; y < top + block; y++) {
    for (let x = left; x < left + block; x++) {
      const i = y * side + x;
      const dx = (plane[i + 1] - plane[i - 1]) / 2;
      const dy = (plane[i + side] - plane[i - side]) / 2;
      const d = change[i];
      xx += dx * dx;
      xy += dx * dy;
      yy += dy * dy;
      xd += dx * d;
      yd += dy * d;
      dd += d * d;
      const mask =
        4 * d - 2 * (change[i - 1] + change[i + 1] + change[i - side] + change[i + side]) +
        change[i - side - 1] + change[i - side + 1] + change[i + side - 1] + change[i + side + 1];
      // The squares of the mask's weights add up to 36.
      fine += (mask * mask) / 36;
    }
  }
  if (dd > NOT_NOISE * fine) return true;
  const determinant = xx * yy - xy * xy;
  if (determinant <= 1e-6 * xx * yy) return false;
  const wayX = (yy * xd - xy * yd) / determinant;
  const wayY = (xx * yd - xy * xd) / determinant;
  const explained = wayX * xd + wayY * yd;
  const unexplained = (dd - explained) / (block * block - 2);
  return Math.hypot(wayX, wayY) > MOVED && explained > SIGNIFICANT * unexplained;
}

/** Fills `plane` and `change`. @returns their side */
function halve(before: Float32Array, now: Float32Array, size: number): number {
  const side = size >> 1;
  if (plane.length !== side * side) {
    plane = new Float32Array(side * side);
    change = new Float32Array(side * side);
  }
  const green = size * size;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = green + 2 * y * size + 2 * x;
      const value = before[at] + before[at + 1] + before[at + size] + before[at + size + 1];
      plane[y * side + x] = value / 4;
      change[y * side + x] = (now[at] + now[at + 1] + now[at + size] + now[at + size + 1] - value) / 4;
    }
  }
  return side;
}
