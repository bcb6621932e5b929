import { describe, expect, it } from 'vitest';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/index';
import { imageQuality, shortcomingOf, type ImageQuality } from '../../src/recognise/shared/image-quality';
import { noise } from '../support/weights';

const { crop, mean, std } = TORCHVISION_PREPROCESSING;

/** The network's input for an image. @param pixel red, green and blue at a place, 0..1 */
function qualityOf(pixel: (x: number, y: number) => readonly [number, number, number]): ImageQuality {
  const input = new Float32Array(3 * crop * crop);
  for (let i = 0; i < crop * crop; i++) {
    pixel(i % crop, Math.floor(i / crop)).forEach((value, c) => (input[c * crop * crop + i] = (value - mean[c]) / std[c]));
  }
  return imageQuality(input, TORCHVISION_PREPROCESSING);
}
const grey = (value: number): readonly [number, number, number] => [value, value, value];

/** Squares with edges that are so many pixels wide. */
const squares = (width: number, low = 0.2, high = 0.8) => (x: number, y: number) => {
  const edge = (at: number): number => Math.max(-1, Math.min(1, Math.asin(Math.sin((at * Math.PI) / 28)) * (56 / Math.PI / width)));
  return grey(low + (high - low) * (0.5 + 0.5 * edge(x) * edge(y)));
};

describe('imageQuality', () => {
  it('gives the luminance of Rec. 709', () => {
    expect(qualityOf(() => grey(0.4)).luminance).toBeCloseTo(0.4, 5);
    expect(qualityOf(() => [1, 0, 0]).luminance).toBeCloseTo(0.2126, 5);
    expect(qualityOf(() => [0, 1, 0]).luminance).toBeCloseTo(0.7152, 5);
    expect(qualityOf(() => [0, 0, 1]).luminance).toBeCloseTo(0.0722, 5);
  });

  it('falls with blur, and neither with light nor with contrast', () => {
    const sharp = qualityOf(squares(2)).sharpness!;
    const soft = qualityOf(squares(8)).sharpness!;
    const blurred = qualityOf(squares(24)).sharpness!;
    expect(sharp).toBeGreaterThan(1.5 * soft);
    expect(soft).toBeGreaterThan(1.5 * blurred);
    expect(qualityOf(squares(8, 0.5, 0.7)).sharpness).toBeCloseTo(soft, 3);
  });

  it('knows nothing of the sharpness of a wall, lit evenly or from one side', () => {
    expect(qualityOf(() => grey(0.6)).sharpness).toBeUndefined();
    expect(qualityOf((x, y) => grey(0.2 + (0.6 * (x + y)) / (2 * crop))).sharpness).toBeUndefined();
  });
});

describe('shortcomingOf', () => {
  it('finds what is too dark and what is too blurred, and nothing else', () => {
    expect(shortcomingOf(qualityOf(squares(2)))).toBeUndefined();
    expect(shortcomingOf(qualityOf(squares(24)))).toBe('blurred');
    expect(shortcomingOf(qualityOf(squares(2, 0.01, 0.08)))).toBe('dark');
    // Dark and blurred: light comes first.
    expect(shortcomingOf(qualityOf(squares(24, 0.01, 0.08)))).toBe('dark');
  });

  it('takes neither a wall nor a noisy one for a blurred image', () => {
    const next = noise(5);
    expect(shortcomingOf(qualityOf(() => grey(0.6)))).toBeUndefined();
    expect(shortcomingOf(qualityOf((x) => grey(0.3 + (0.4 * x) / crop + 0.03 * next())))).toBeUndefined();
  });
});
