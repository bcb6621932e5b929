import type { Region } from '../../engine/index';

/** Cells along each side of the reduced image that is kept of each look, and of what two looks have in common. */
const KEPT = 28;
const GRID = 14;

/**
 * Mean absolute difference (after the frames' own mean brightness is taken off, so that exposure does not count) above
 * which two frames show different scenes, as a share of full range.
 */
const CHANGE_THRESHOLD = 0.55 * 0.224;
/**
 * It is so much for images of this contrast (mean absolute difference from the mean, of 14 x 14 cells) and more; in a dim room, or before a
 * wall, all differences are smaller, and so is the threshold, down to what noise alone makes.
 */
const FULL_CONTRAST = 0.7 * 0.224;
const LEAST_CONTRAST = 0.05 * 0.224;

/** Two looks that have less than this share of the smaller one's side in common cannot be compared. */
const LEAST_COMMON = 0.4;

/** What the network was given of a frame. */
export interface SeenLook {
  /** Network input, float32 NCHW [1, 3, size, size]. */
  readonly input: Float32Array;
  /** Its side, pixels, 28 or more. */
  readonly size: number;
  /** What of the frame it shows, source pixels. */
  readonly square: Region;
  readonly mirrored: boolean;
  /** Share of full range that is 1 in the input: the deviation that its green is divided by. */
  readonly unit: number;
}

interface Reduced {
  readonly square: Region;
  readonly cells: Float32Array;
}

/**
 * Tells a cut to another scene from movement, by comparing 14 x 14 thumbnails of what two successive looks have in common, made of the
 * network's own input: costs one pass over its green plane and no second look at the camera's image.
 */
export class SceneChangeDetector {
  #previous: Reduced | undefined;
  #spare: Float32Array = new Float32Array(KEPT * KEPT);

  reset(): void {
    this.#previous = undefined;
  }

  /** @returns whether this frame shows another scene than the frame before; looks that have too little in common show the same one */
  update(look: SeenLook): boolean {
    const current: Reduced = { square: look.square, cells: reduce(look, this.#spare) };
    const before = this.#previous;
    if (before) this.#spare = before.cells;
    else this.#spare = new Float32Array(KEPT * KEPT);
    this.#previous = current;
    const common = before && commonSquare(before.square, current.square);
    if (!before || !common) return false;
    const [a, b] = [thumbnail(before, common), thumbnail(current, common)];
    const contrast = Math.max(LEAST_CONTRAST, Math.min(FULL_CONTRAST, (look.unit * (contrastOf(a) + contrastOf(b))) / 2));
    return look.unit * difference(a, b) > (CHANGE_THRESHOLD * contrast) / FULL_CONTRAST;
  }
}

/** Means of the green plane's cells, not mirrored. */
function reduce({ input, size, mirrored }: SeenLook, out: Float32Array): Float32Array {
  const green = input.subarray(size * size, 2 * size * size);
  const cell = Math.floor(size / KEPT);
  for (let gy = 0; gy < KEPT; gy++) {
    for (let gx = 0; gx < KEPT; gx++) {
      let sum = 0;
      for (let y = gy * cell; y < (gy + 1) * cell; y++) {
        const row = y * size;
        for (let x = gx * cell; x < (gx + 1) * cell; x++) sum += green[row + x];
      }
      out[gy * KEPT + (mirrored ? KEPT - 1 - gx : gx)] = sum / (cell * cell);
    }
  }
  return out;
}

function commonSquare(a: Region, b: Region): Region | undefined {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  const least = LEAST_COMMON * Math.min(a.width, b.width, a.height, b.height);
  return width >= least && height >= least ? { x, y, width, height } : undefined;
}

/** A part of a reduced image in 14 x 14 cells less their mean, linearly between the kept cells' middles. */
function thumbnail({ square, cells }: Reduced, part: Region): Float32Array {
  const out = new Float32Array(GRID * GRID);
  const at = (from: number, length: number, whole: number, wholeLength: number, i: number): number =>
    Math.min(KEPT - 1, Math.max(0, (((from + ((i + 0.5) / GRID) * length - whole) / wholeLength) * KEPT) - 0.5));
  let total = 0;
  for (let gy = 0; gy < GRID; gy++) {
    const y = at(part.y, part.height, square.y, square.height, gy);
    const top = Math.min(KEPT - 2, Math.floor(y));
    for (let gx = 0; gx < GRID; gx++) {
      const x = at(part.x, part.width, square.x, square.width, gx);
      const left = Math.min(KEPT - 2, Math.floor(x));
      const i = top * KEPT + left;
      const across = (row: number): number => cells[row] + (x - left) * (cells[row + 1] - cells[row]);
      const value = across(i) + (y - top) * (across(i + KEPT) - across(i));
      out[gy * GRID + gx] = value;
      total += value;
    }
  }
  const mean = total / out.length;
  return out.map((value) => value - mean);
}

function contrastOf(thumb: Float32Array): number {
  return thumb.reduce((sum, value) => sum + Math.abs(value), 0) / thumb.length;
}

function difference(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}
