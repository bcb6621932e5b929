import { describe, expect, it } from 'vitest';
import { squareAt } from '../../src/engine/index';
import {
  digitalZoom, enlargement, fieldOf, MOST_ZOOM, squareMoved, squareRound, squareZoomed, type AimedSquare,
} from '../../src/recognise/shared/aim';

const FRAME = { width: 1280, height: 720 };
const WHOLE = 224 / 256;

const pixels = (square: AimedSquare): number[] => {
  const { x, y, width } = squareAt(square, FRAME.width, FRAME.height);
  return [x, y, width].map((value) => Math.round(value));
};

describe('a tapped square', () => {
  it('is of half the shorter side round the point, and the image stays as large', () => {
    const square = squareRound(undefined, WHOLE, 0.5, 0.4, FRAME);
    expect(pixels(square)).toEqual([640 - 180, 288 - 180, 360]);
    expect(enlargement(square)).toBe(1);
    expect(digitalZoom(square, WHOLE)).toBeCloseTo(1.75);
  });

  it('lies in the frame where the point is at its edge', () => {
    expect(pixels(squareRound(undefined, WHOLE, 0, 1, FRAME))).toEqual([0, 360, 360]);
    expect(pixels(squareRound(undefined, WHOLE, 1, 0, FRAME))).toEqual([920, 0, 360]);
  });

  it('keeps the zoom that there is', () => {
    const zoomed = squareZoomed(undefined, WHOLE, 3.5, FRAME);
    const square = squareRound(zoomed, WHOLE, 0.3, 0.3, FRAME);
    expect(square.side).toBeCloseTo(0.25);
    expect(enlargement(square)).toBeCloseTo(3.5);
    // A little zoom: the square is half the side, and the image as large as it was.
    const little = squareRound(squareZoomed(undefined, WHOLE, 1.25, FRAME), WHOLE, 0.5, 0.5, FRAME);
    expect(little.side).toBe(0.5);
    expect(enlargement(little)).toBeCloseTo(1.25);
  });
});

describe('a moved square', () => {
  it('stays as large and in the frame, and comes back at once from its edge', () => {
    const square = squareMoved(squareRound(undefined, WHOLE, 0.5, 0.5, FRAME), WHOLE, 0.1, 0, FRAME);
    expect(pixels(square)).toEqual([640 + 128 - 180, 180, 360]);
    const far = squareMoved(square, WHOLE, 3, 3, FRAME);
    expect(pixels(far)).toEqual([920, 360, 360]);
    expect(pixels(squareMoved(far, WHOLE, -0.1, 0, FRAME))).toEqual([920 - 128, 360, 360]);
  });

  it('begins with the middle one', () => {
    expect(pixels(squareMoved(undefined, WHOLE, -0.05, 0, FRAME))).toEqual([640 - 64 - 315, 45, 630]);
  });
});

describe('a zoomed square', () => {
  it('shows the image larger round itself, from the size on that it was tapped in', () => {
    const tapped = squareRound(undefined, WHOLE, 0.5, 0.5, FRAME);
    const zoomed = squareZoomed(tapped, WHOLE, 3.5, FRAME);
    expect(zoomed?.side).toBeCloseTo(0.25);
    expect(enlargement(zoomed)).toBeCloseTo(2);
    // Zoomed out further than it was tapped it grows, and the image is as large as ever.
    const wider = squareZoomed(tapped, WHOLE, 1.25, FRAME);
    expect(wider?.side).toBeCloseTo(0.7);
    expect(enlargement(wider)).toBe(1);
  });

  it('is the middle one again without zoom, and has a limit', () => {
    expect(squareZoomed(squareRound(undefined, WHOLE, 0.1, 0.1, FRAME), WHOLE, 1, FRAME)).toBeUndefined();
    expect(squareZoomed(undefined, WHOLE, 0.2, FRAME)).toBeUndefined();
    expect(squareZoomed(undefined, WHOLE, 1000, FRAME)?.side).toBeCloseTo(WHOLE / MOST_ZOOM);
  });

  it('keeps the point that it looks at', () => {
    const square = squareZoomed(squareRound(undefined, WHOLE, 0.3, 0.6, FRAME), WHOLE, 5, FRAME);
    expect([square?.x, square?.y]).toEqual([expect.closeTo(0.3), expect.closeTo(0.6)]);
  });
});

it('fieldOf names the ninths of an image', () => {
  expect(fieldOf(0.1, 0.9)).toEqual({ column: -1, row: 1 });
  expect(fieldOf(0.5, 0.5)).toEqual({ column: 0, row: 0 });
  expect(fieldOf(0.7, 0.3)).toEqual({ column: 1, row: -1 });
});
