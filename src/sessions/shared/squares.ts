import { aimOf, squareAt, type Aim, type Preprocessing, type Region } from '../../engine/index';
import type { Recognition } from '../../recognise/shared/index';

/*
 * Where the network looked, in a session's terms: shares of the video's picture, so that it says the same of the video, of an image
 * that is cut out of it, and of a snapshot of the camera's full size.
 */

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where an image lies that is drawn whole into the middle of the video's picture, whole pixels of the video. */
export function fittedInto(image: Size, video: Size): Region {
  const scale = Math.min(video.width / image.width, video.height / image.height);
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  return { x: (video.width - width) >> 1, y: (video.height - height) >> 1, width, height };
}

const rounded = (share: number): number => Number(share.toFixed(4));

/** Side of the square that a model looks at where nobody aims, as a share of the picture's shorter side. */
export function middleOf({ crop, resize }: Pick<Preprocessing, 'crop' | 'resize'>): number {
  return rounded(Math.min(1, crop / resize));
}

/**
 * The square that an answer is of, as the label track has it: undefined for the middle one of the video's picture. A square that
 * nobody aimed is another one of the video where the frame was fitted into it with black beside.
 */
export function squareInVideo({ square, aimed, frame }: Pick<Recognition, 'square' | 'aimed' | 'frame'>, video: Size): Aim | undefined {
  const fitted = fittedInto(frame, video);
  // A video's sides are even, so that a frame may be a pixel larger.
  const filled = fitted.width >= video.width - 1 && fitted.height >= video.height - 1;
  if (!aimed && filled) return undefined;
  const scale = fitted.width / frame.width;
  const side = square.width * scale;
  const { x, y, side: share } = aimOf({ x: fitted.x + square.x * scale, y: fitted.y + square.y * scale, width: side, height: side }, video.width, video.height);
  return { x: rounded(x), y: rounded(y), side: Math.max(1e-4, rounded(share)) };
}

/**
 * A square of the video's picture in an image that was fitted into it: a frame of the video, or a snapshot of any size.
 * @returns pixels of the image, to hundredths, within it
 */
export function squareInImage(square: Aim, video: Size, image: Size): Region {
  const { x, y, width } = squareAt(square, video.width, video.height);
  const fitted = fittedInto(image, video);
  const scale = image.width / fitted.width;
  const side = Math.min(width * scale, image.width, image.height);
  const within = (middle: number, whole: number): number => Math.max(0, Math.min(middle - side / 2, whole - side));
  const hundredths = (value: number): number => Math.floor(value * 100 + 1e-6) / 100;
  const [left, top, length] = [within((x + width / 2 - fitted.x) * scale, image.width), within((y + width / 2 - fitted.y) * scale, image.height), side].map(hundredths);
  return { x: left, y: top, width: length, height: length };
}
