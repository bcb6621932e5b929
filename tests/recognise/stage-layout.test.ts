import { describe, expect, it } from 'vitest';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/index';
import { stageLayout, type StageLayout } from '../../src/recognise/page/live/stage-layout';
import { squareMoved, squareRound, squareZoomed, type AimedSquare } from '../../src/recognise/shared/aim';

const WHOLE = 224 / 256;
const WIDE = { width: 1280, height: 720 };
const PHONE = { width: 390, height: 600 };
const DESKTOP = { width: 1200, height: 700 };

const layout = (stage: typeof WIDE, aimed?: AimedSquare, mirrored = false): StageLayout => stageLayout(stage, WIDE, TORCHVISION_PREPROCESSING, aimed, mirrored);
/** The square's place in the stage. */
const seen = ({ image, square }: StageLayout): { left: number; top: number; right: number; bottom: number } => ({
  left: image.x + square.x, top: image.y + square.y, right: image.x + square.x + square.width, bottom: image.y + square.y + square.height,
});

/** Everything that a person may do, at random but always the same. */
function* aims(): Generator<AimedSquare | undefined> {
  let seed = 1;
  const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let i = 0; i < 400; i++) {
    let square: AimedSquare | undefined = random() < 0.5 ? squareRound(undefined, WHOLE, random(), random(), WIDE) : undefined;
    if (random() < 0.7) square = squareZoomed(square, WHOLE, 1 + random() * 7, WIDE);
    if (random() < 0.5) square = squareMoved(square, WHOLE, random() - 0.5, random() - 0.5, WIDE);
    yield square;
  }
}

describe.each([['phone', PHONE], ['desktop', DESKTOP]])('on a %s', (_, stage) => {
  it('the square is in sight and the image covers what it can, wherever one aims', () => {
    for (const aimed of aims()) {
      for (const mirrored of [false, true]) {
        const placed = layout(stage, aimed, mirrored);
        const { left, top, right, bottom } = seen(placed);
        expect(Math.min(left, top)).toBeGreaterThan(-0.01);
        expect(right).toBeLessThan(stage.width + 0.01);
        expect(bottom).toBeLessThan(stage.height + 0.01);
        const { x, y, width, height } = placed.image;
        expect(width < stage.width ? [x >= 0, x + width <= stage.width + 0.01] : [x <= 0.01, x + width >= stage.width - 0.01]).toEqual([true, true]);
        expect(height < stage.height ? [y >= 0, y + height <= stage.height + 0.01] : [y <= 0.01, y + height >= stage.height - 0.01]).toEqual([true, true]);
      }
    }
  });

  it('the square is as large on the screen however far it is zoomed', () => {
    const tapped = squareRound(undefined, WHOLE, 0.5, 0.5, WIDE);
    const { square, image } = layout(stage, tapped);
    const zoomed = layout(stage, squareZoomed(tapped, WHOLE, 7, WIDE));
    expect(zoomed.square.width).toBeCloseTo(square.width);
    expect(zoomed.image.width).toBeCloseTo(image.width * 4);
    expect(layout(stage, squareZoomed(undefined, WHOLE, 4, WIDE)).square.width).toBeCloseTo(layout(stage).square.width, 0);
  });
});

it('a tap leaves the image where it is, as long as its square is in sight', () => {
  const before = layout(DESKTOP);
  const after = layout(DESKTOP, squareRound(undefined, WHOLE, 0.4, 0.45, WIDE));
  expect([after.image.x, after.image.y]).toEqual([expect.closeTo(before.image.x), expect.closeTo(before.image.y)]);
  expect([after.image.width, after.image.height]).toEqual([before.image.width, before.image.height]);
  const { left, right } = seen(after);
  expect((left + right) / 2).toBeCloseTo(before.image.x + 0.4 * before.image.width);
});

it('mirrored, the square is as far from the other side', () => {
  const square = squareRound(undefined, WHOLE, 0.3, 0.5, WIDE);
  const [plain, mirrored] = [layout(DESKTOP, square), layout(DESKTOP, square, true)];
  expect(seen(mirrored).left).toBeCloseTo(DESKTOP.width - seen(plain).right);
});
