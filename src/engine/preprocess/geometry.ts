import type { Preprocessing } from '../model.ts';

/** A rectangle in source pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the centre crop lies in the resized image. */
export interface CropGeometry {
  /** Size of the whole resized image, pixels. */
  readonly resizedWidth: number;
  readonly resizedHeight: number;
  /** Upper left corner of the crop in the resized image, pixels. */
  readonly left: number;
  readonly top: number;
}

/** Python's `round`: halves go to the even neighbour. torchvision's `center_crop` rounds so. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * The sizes of torchvision's `Resize(resize)` (shorter side to `resize`, longer side truncated:
 * `_compute_resized_output_size`) followed by `CenterCrop(crop)` (`center_crop`).
 *
 * @throws RangeError where a size is not a whole number above zero
 */
export function cropGeometry(width: number, height: number, spec: Preprocessing): CropGeometry {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`A picture needs a width and a height of at least 1 pixel, this one has ${width} x ${height}.`);
  }
  const short = Math.min(width, height);
  const long = Math.max(width, height);
  const resizedLong = Math.trunc((spec.resize * long) / short);
  const [resizedWidth, resizedHeight] = width <= height ? [spec.resize, resizedLong] : [resizedLong, spec.resize];
  return {
    resizedWidth,
    resizedHeight,
    left: roundHalfToEven((resizedWidth - spec.crop) / 2),
    top: roundHalfToEven((resizedHeight - spec.crop) / 2),
  };
}

/**
 * The square of the source image that the network sees, in source pixels (not whole numbers): what a reticle draws.
 * The antialiasing filter reads a few pixels more at its edges.
 */
export function visibleSquare(width: number, height: number, spec: Preprocessing): Region {
  const geometry = cropGeometry(width, height, spec);
  const scaleX = width / geometry.resizedWidth;
  const scaleY = height / geometry.resizedHeight;
  return {
    x: geometry.left * scaleX,
    y: geometry.top * scaleY,
    width: spec.crop * scaleX,
    height: spec.crop * scaleY,
  };
}

/** A square of an image, whatever the image's size in pixels. */
export interface Aim {
  /** Its middle, 0 at the image's left edge, 1 at the right. */
  readonly x: number;
  /** Its middle, 0 at the top, 1 at the bottom. */
  readonly y: number;
  /** Its side as a share of the image's shorter side, above 0, 1 at most. */
  readonly side: number;
}

/**
 * The square of an image that is aimed at, in source pixels (not whole numbers), moved as far as it takes to lie in the image.
 * @throws RangeError where the side is not above 0 and at most 1, or the middle is no number
 */
export function squareAt({ x, y, side }: Aim, width: number, height: number): Region {
  if (!(side > 0 && side <= 1) || !Number.isFinite(x) || !Number.isFinite(y)) {
    throw new RangeError(`A square of ${side} of the shorter side at ${x}, ${y} is none: its side is above 0 and at most 1.`);
  }
  const length = side * Math.min(width, height);
  const within = (middle: number, whole: number): number => Math.min(Math.max(0, middle * whole - length / 2), whole - length);
  return { x: within(x, width), y: within(y, height), width: length, height: length };
}

/** The aim that has a square. @param square in source pixels of a `width` x `height` image */
export function aimOf(square: Region, width: number, height: number): Aim {
  return {
    x: (square.x + square.width / 2) / width,
    y: (square.y + square.height / 2) / height,
    side: Math.min(1, square.width / Math.min(width, height)),
  };
}
