import { describe, expect, it } from 'vitest';
import { TORCHVISION_PREPROCESSING, visibleSquare } from '../../src/engine/index';
import { isRecognitionEntry } from '../../src/sessions/shared/human-labels';
import { parseManifest, parseRecognition } from '../../src/sessions/shared/parse';
import { RecognitionWriter } from '../../src/sessions/shared/recognition-writer';
import type { RecognitionEntry } from '../../src/sessions/shared/session';
import { fittedInto, middleOf, squareInImage, squareInVideo } from '../../src/sessions/shared/squares';
import { answer, CAT, manifestOf } from '../support/session-fixture';

const VIDEO = { width: 640, height: 480 };
const square = (x: number, y: number, side: number) => ({ x, y, width: side, height: side });

describe('the square of a frame in the video', () => {
  it('is left out where nobody aimed, and else told in shares of the picture', () => {
    const middle = visibleSquare(640, 480, TORCHVISION_PREPROCESSING);
    expect(squareInVideo({ frame: VIDEO, square: middle, aimed: false }, VIDEO)).toBeUndefined();
    expect(squareInVideo({ frame: VIDEO, square: square(400, 120, 120), aimed: true }, VIDEO)).toEqual({ x: 0.7188, y: 0.375, side: 0.25 });
    // The same of a camera that has twice the pixels.
    const large = { width: 1280, height: 960 };
    expect(squareInVideo({ frame: large, square: square(800, 240, 240), aimed: true }, VIDEO)).toEqual({ x: 0.7188, y: 0.375, side: 0.25 });
    expect(squareInVideo({ frame: { width: 641, height: 481 }, square: middle, aimed: false }, VIDEO)).toBeUndefined();
  });

  it('is where the frame was drawn, if that is not the whole picture, aimed or not', () => {
    const turned = { width: 480, height: 640 };
    expect(fittedInto(turned, VIDEO)).toEqual({ x: 140, y: 0, width: 360, height: 480 });
    const middle = visibleSquare(480, 640, TORCHVISION_PREPROCESSING);
    const found = squareInVideo({ frame: turned, square: middle, aimed: false }, VIDEO);
    expect(found).toMatchObject({ x: 0.5, side: Number((0.875 * 0.75).toFixed(4)) });
    expect(found?.y).toBeCloseTo(0.5, 2);
    // Upper left corner of the frame.
    expect(squareInVideo({ frame: turned, square: square(0, 0, 48), aimed: true }, VIDEO)).toEqual({ x: 0.2469, y: 0.0375, side: 0.075 });
  });

  it('is found again in an image of the video, and in a snapshot of another size or shape', () => {
    const aim = { x: 0.71875, y: 0.375, side: 0.25 };
    expect(squareInImage(aim, VIDEO, VIDEO)).toEqual(square(400, 120, 120));
    expect(squareInImage(aim, VIDEO, { width: 1920, height: 1440 })).toEqual(square(1200, 360, 360));
    const turned = { width: 480, height: 640 };
    expect(squareInImage({ x: 0.246875, y: 0.0375, side: 0.075 }, VIDEO, turned)).toEqual(square(0, 0, 48));
    // One at the edge stays within.
    expect(squareInImage({ x: 1, y: 1, side: 0.5 }, VIDEO, VIDEO)).toEqual(square(400, 240, 240));
    expect(squareInImage({ x: 0.5, y: 0.5, side: 1 }, VIDEO, turned)).toEqual(square(0, 80, 480));
  });

  it('has a middle as large as the model\'s preprocessing leaves', () => {
    expect(middleOf(TORCHVISION_PREPROCESSING)).toBe(0.875);
    expect(middleOf({ resize: 224, crop: 224 })).toBe(1);
    expect(middleOf({ resize: 200, crop: 224 })).toBe(1);
  });
});

describe('a square in the label track', () => {
  const aimed: RecognitionEntry = { ...answer(5, CAT, 0.5), square: { x: 0.25, y: 1, side: 0.125 } };

  it('is written with its answer, and read again; a track without squares is read as ever', () => {
    const lines: string[] = [];
    const writer = new RecognitionWriter((entry) => lines.push(JSON.stringify(entry)));
    writer.expect(5);
    writer.recognised(aimed);
    writer.encoded(5);
    expect(lines.map((line) => parseRecognition(JSON.parse(line)))).toEqual([aimed]);
    expect('square' in parseRecognition(answer(5, CAT, 0.5))).toBe(false);
    expect([aimed, answer(5, CAT, 0.5)].map(isRecognitionEntry)).toEqual([true, true]);
  });

  it.each([
    ['no object', [0.5, 0.5, 1], 'square must be an object'],
    ['nothing', null, 'square must be an object'],
    ['left of the picture', { x: -0.1, y: 0, side: 1 }, 'square.x must be a number from 0 to 1'],
    ['a middle that is no number', { x: 0, y: NaN, side: 1 }, 'square.y must be a number from 0 to 1'],
    ['no side', { x: 0, y: 0 }, 'square.side must be a number from 0.0001 to 1'],
    ['a side of none', { x: 0, y: 0, side: 0 }, 'square.side must be a number from 0.0001 to 1'],
    ['larger than the picture', { x: 0, y: 0, side: 1.5 }, 'square.side must be a number from 0.0001 to 1'],
  ])('is refused in words: %s', (_, wrong, words) => {
    expect(() => parseRecognition({ ...aimed, square: wrong })).toThrow(words);
    expect(isRecognitionEntry({ ...aimed, square: wrong })).toBe(false);
  });

  it('has a middle that the manifest says once for each model; older ones say none', () => {
    const [model] = manifestOf().models;
    const told = manifestOf({ models: [{ ...model, middle: 0.875 }] });
    expect(parseManifest(JSON.parse(JSON.stringify(told)))).toEqual(told);
    expect('middle' in parseManifest(manifestOf()).models[0]).toBe(false);
    for (const middle of [0, 1.2, '0.875', NaN]) {
      expect(() => parseManifest({ ...manifestOf(), models: [{ ...model, middle }] })).toThrow('models[0].middle must be a number from 0.0001 to 1');
    }
  });
});
