import { aimOf, type Aim, squareAt } from '../../engine/index';

/** Of a frame, pixels. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The square that a person aims at, and how it is shown: at the size on the screen that a square of the side `shown` has in the
 * image as a whole. So a smaller one enlarges the shown image (`enlargement`), round itself, and stands there as large as before.
 */
export interface AimedSquare extends Aim {
  /** Share of the image's shorter side. */
  readonly shown: number;
}

/**
 * Zoom, at most, as a multiple of the middle square's own: of a frame of 720 pixels a square of 79 is left then for the network's
 * 224. More of it would only be a larger blur.
 */
export const MOST_ZOOM = 8;

/**
 * Side of a square that was tapped, share of the shorter side: a crop of half the frame's height names things best whose place is
 * known and whose size is not (measured with ResNet-18 on things of 30 to 100 % of the frame: docs/accuracy.md).
 */
const TAPPED_SIDE = 0.5;

/** A zoom that is so near to 1 is none: what a slider's or a pinch's rounding leaves. */
const NO_ZOOM = 1.001;

/** As far as the square lies in the frame. */
function within(square: AimedSquare, { width, height }: FrameSize): AimedSquare {
  return { ...aimOf(squareAt(square, width, height), width, height), side: square.side, shown: square.shown };
}

/** The middle square, as the start of what a person does to it. @param whole its side, share of the shorter side */
function middle(whole: number): AimedSquare {
  return { x: 0.5, y: 0.5, side: whole, shown: whole };
}

/** How many times as large as the whole image the image is shown, 1 or more. */
export function enlargement(square: AimedSquare | undefined): number {
  return square ? Math.max(1, square.shown / square.side) : 1;
}

/** How many times smaller than the middle square a square is. @param whole the middle square's side */
export function digitalZoom(square: AimedSquare | undefined, whole: number): number {
  return square ? whole / square.side : 1;
}

/**
 * The square round a point that was tapped: of half the shorter side, unless it is as small already; the image stays as large.
 * @param square undefined for the middle one
 * @param whole the middle square's side
 * @param x share of the frame's width
 * @param y share of the frame's height
 */
export function squareRound(square: AimedSquare | undefined, whole: number, x: number, y: number, frame: FrameSize): AimedSquare {
  const side = Math.min(square?.side ?? whole, TAPPED_SIDE);
  return within({ x, y, side, shown: side * enlargement(square) }, frame);
}

/**
 * The square moved over the image.
 * @param dx share of the frame's width
 * @param dy share of the frame's height
 */
export function squareMoved(square: AimedSquare | undefined, whole: number, dx: number, dy: number, frame: FrameSize): AimedSquare {
  const from = square ?? middle(whole);
  return within({ ...from, x: from.x + dx, y: from.y + dy }, frame);
}

/**
 * The square at another zoom, round its own middle as far as the frame lets it.
 * @param zoom as `digitalZoom` gives it
 * @returns undefined for the middle square: that is what no zoom leads back to
 */
export function squareZoomed(square: AimedSquare | undefined, whole: number, zoom: number, frame: FrameSize): AimedSquare | undefined {
  if (zoom < NO_ZOOM) return undefined;
  return within({ ...(square ?? middle(whole)), side: whole / Math.min(zoom, MOST_ZOOM) }, frame);
}

/** Where in the image something lies: one of nine fields. */
export interface Field {
  /** -1 left, 0 in the middle, 1 right. */
  readonly column: -1 | 0 | 1;
  /** -1 at the top, 0 in the middle, 1 at the bottom. */
  readonly row: -1 | 0 | 1;
}

/** The field that a point is in. */
export function fieldOf(x: number, y: number): Field {
  const third = (share: number): -1 | 0 | 1 => (share < 1 / 3 ? -1 : share > 2 / 3 ? 1 : 0);
  return { column: third(x), row: third(y) };
}
