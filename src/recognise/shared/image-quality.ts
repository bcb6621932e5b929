import type { Preprocessing } from '../../engine/index';

/** What an image is like, whatever is on it. */
export interface ImageQuality {
  /** Mean luminance (Rec. 709 weights on the encoded values), 0 black to 1 white. */
  readonly luminance: number;
  /**
   * Variance of the Laplacian over that of the gradient, of the green at half the side: 2.5 for most photographs, 5 for noise alone,
   * less the more an image is blurred. Light and contrast do not count. Undefined where nothing is on the image that could be sharp.
   */
  readonly sharpness: number | undefined;
}

/** What keeps an image from being recognised, whatever is on it. */
export type Shortcoming = 'dark' | 'blurred';

/*
 * Measured (`npm run tool -- quality`) on 125 of ../shared/pictures, darkened (values times a gain, noise of 3 of 255) and blurred
 * (a Gaussian of so many pixels where the shorter side is 256, noise of 2), with how many first labels of ResNet-18 were right:
 *
 *   gain         1     0.5   0.3   0.2   0.12   0.08   | blur            1     1.5   2     3     4
 *   right        73 %  66 %  61 %  55 %  34 %   17 %   | right           69 %  63 %  54 %  42 %  30 %
 *   called dark  1 %   2 %   14 %  64 %  100 %  100 %  | called blurred  0 %   0 %   22 %  93 %  98 %
 */
const DARK = 0.1;
const BLURRED = 0.6;

/** Luminance weights of red, green and blue (ITU-R BT.709). */
const WEIGHTS = [0.2126, 0.7152, 0.0722] as const;
/** Variance of the gradient below which there are no edges: a wall, a lens cap. The pictures above have 0.0002 and more, however blurred. */
const PLAIN = 5e-5;

/** Of so many rows and columns one is looked at for the light. */
const LIGHT_STEP = 4;

/** Green of 2 x 2 pixels each, shape [side, side], in units of the input; kept, as one is made for each frame. */
let plane = new Float32Array(0);

/** Fills `plane`. @returns its side */
function halve(green: Float32Array, size: number): number {
  const side = size >> 1;
  if (plane.length !== side * side) plane = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    const upper = 2 * y * size;
    const lower = upper + size;
    for (let x = 0; x < side; x++) {
      const at = 2 * x;
      plane[y * side + x] = (green[upper + at] + green[upper + at + 1] + green[lower + at] + green[lower + at + 1]) / 4;
    }
  }
  return side;
}

function luminanceOf(input: Float32Array, size: number, { mean, std }: Pick<Preprocessing, 'mean' | 'std'>): number {
  let luminance = 0;
  WEIGHTS.forEach((weight, c) => {
    const channel = input.subarray(c * size * size, (c + 1) * size * size);
    let sum = 0;
    for (let y = 0; y < size; y += LIGHT_STEP) for (let x = 0; x < size; x += LIGHT_STEP) sum += channel[y * size + x];
    luminance += weight * (mean[c] + (std[c] * sum) / Math.ceil(size / LIGHT_STEP) ** 2);
  });
  return Math.min(1, Math.max(0, luminance));
}

/**
 * Measures what the network itself is given: its green, with a few per cent of red and blue, as one pass over all of it would take too long at full rate.
 *
 * @param input float32 NCHW [1, 3, crop, crop], normalised as `preprocessing` says; before the network ran, which may write over it
 */
export function imageQuality(input: Float32Array, preprocessing: Pick<Preprocessing, 'crop' | 'mean' | 'std'>): ImageQuality {
  const { crop, std } = preprocessing;
  const side = halve(input.subarray(crop * crop, 2 * crop * crop), crop);
  let [dxSum, dySum, gradient, laplacian] = [0, 0, 0, 0];
  for (let y = 1; y < side - 1; y++) {
    for (let x = 1; x < side - 1; x++) {
      const i = y * side + x;
      const value = plane[i];
      const dx = plane[i + 1] - value;
      const dy = plane[i + side] - value;
      const edge = dx + dy + plane[i - 1] + plane[i - side] - 2 * value;
      dxSum += dx;
      dySum += dy;
      gradient += dx * dx + dy * dy;
      // Its mean over an image is 0 but for the border.
      laplacian += edge * edge;
    }
  }
  const count = (side - 2) ** 2;
  // Light that falls off evenly is no edge.
  const variance = gradient / count - (dxSum / count) ** 2 - (dySum / count) ** 2;
  return {
    luminance: luminanceOf(input, crop, preprocessing),
    sharpness: variance * std[1] ** 2 < PLAIN ? undefined : laplacian / count / variance,
  };
}

/** What keeps an image from being recognised, undefined where that is nothing that can be seen in its light and edges. */
export function shortcomingOf({ luminance, sharpness }: ImageQuality): Shortcoming | undefined {
  if (luminance < DARK) return 'dark';
  return sharpness !== undefined && sharpness < BLURRED ? 'blurred' : undefined;
}
