import { type Preprocessing, type Region, squareAt, visibleSquare } from '../../../engine/index';
import { type AimedSquare, enlargement, type FrameSize } from '../../shared/aim';

/** Where the image and the square in it are drawn. */
export interface StageLayout {
  /** Of the whole image in the stage, CSS pixels; more than the stage where it reaches beyond it. */
  readonly image: Region;
  /** Of the square in the image, as it is seen (mirrored, too), CSS pixels. */
  readonly square: Region;
}

/** Share of the stage that the middle square may take, so that its corners stay in sight. */
const RETICLE_SHARE = 0.94;

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/**
 * The near end of the image along one axis. The square's middle stands where it is in the image as a whole, moved as far as it takes
 * to have the square in sight; the image is enlarged round it, and leaves no more of the stage empty than it must.
 */
function start(stage: number, image: number, middle: number, side: number, scale: number, enlarged: number): number {
  const reach = Math.min(stage / 2, (side * scale * enlarged) / 2 + (stage * (1 - RETICLE_SHARE)) / 2);
  const place = clamp(stage / 2 + (middle - image / 2) * scale, reach, stage - reach);
  const rest = stage - image * scale * enlarged;
  return clamp(place - middle * scale * enlarged, Math.min(0, rest), Math.max(0, rest));
}

/**
 * The image covers the stage unless that would push the middle square out of it.
 *
 * @param stage CSS pixels
 * @param image source pixels
 * @param aimed undefined for the middle square
 */
export function stageLayout(
  stage: FrameSize, image: FrameSize, spec: Preprocessing, aimed: AimedSquare | undefined, mirrored: boolean,
): StageLayout {
  const { width, height } = image;
  const whole = visibleSquare(width, height, spec);
  const square = aimed ? squareAt(aimed, width, height) : whole;
  // The crop need not lie in the very middle: mirrored, it lies as far from the other edge.
  const x = mirrored ? width - square.x - square.width : square.x;
  const cover = Math.max(stage.width / width, stage.height / height);
  const contain = Math.min(stage.width / width, stage.height / height);
  const inSight = (RETICLE_SHARE * Math.min(stage.width, stage.height)) / Math.max(whole.width, whole.height);
  const scale = Math.max(contain, Math.min(cover, inSight));
  const enlarged = enlargement(aimed);
  const full = scale * enlarged;
  return {
    image: {
      x: start(stage.width, width, x + square.width / 2, square.width, scale, enlarged),
      y: start(stage.height, height, square.y + square.height / 2, square.height, scale, enlarged),
      width: width * full,
      height: height * full,
    },
    square: { x: x * full, y: square.y * full, width: square.width * full, height: square.height * full },
  };
}
