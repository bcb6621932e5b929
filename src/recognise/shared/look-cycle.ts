import type { Aim, ClassMap, Region } from '../../engine/index';
import type { LookOptions } from './recogniser';

/** One way of looking at a live frame. */
export interface Look {
  /**
   * The whole square, a little less of it, closely where the network's map of the whole has its middle, or once more where its map of that
   * near look has its own.
   */
  readonly kind: 'whole' | 'tight' | 'near' | 'refined';
  readonly mirrored: boolean;
}

/** Which looks there may be beside whole ones: near ones need a place to look at. */
interface PossibleLooks {
  readonly tight: boolean;
  readonly near: boolean;
  readonly refined: boolean;
}

/** Side of a tight look as a share of the whole one's: 224 of 288 where the whole is 224 of 256. */
export const TIGHT = 256 / 288;
/**
 * Sides of a near look and of a refined one as shares of the frame's shorter side: measured better than a box drawn round the map
 * (docs/accuracy.md). They differ, as things come in all sizes.
 */
export const NEAR = 0.5;
export const REFINED = 0.4;

/**
 * An answer counts so long, milliseconds, that the five ways of looking take their turns at 10 recognitions a second. The newest whole and
 * the newest near answer always count, however slow the device.
 */
const LASTING_MS = 500;

/** Two answers to looks at one place that have so little in common (Bhattacharyya coefficient) are of different scenes: noise does not do it. */
const OTHER_SCENE_OVERLAP = 0.1;

/** Places below this share of the map's largest value do not count for its middle: they are the surroundings. */
const CENTRE_FLOOR = 0.2;

/** Below this a probability is as good as none: its logarithm must not outweigh all others. */
const LEAST = 1e-7;

const WHOLE: Look = { kind: 'whole', mirrored: false };

/** Answers that are averaged with each other first: looks at the same place. */
const placeOf = ({ kind }: Look): 'whole' | 'near' | 'refined' => (kind === 'tight' ? 'whole' : kind);

const PLACES = ['whole', 'near', 'refined'] as const;

/** How alike two distributions are, 0..1, from their logarithms (see `distributionOverlap`). */
function overlap(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.exp((a[i] + b[i]) / 2);
  return sum;
}

interface Answer {
  readonly look: Look;
  readonly time: number;
  /** Natural logarithms of probabilities, shape [classes]. */
  readonly logarithms: Float32Array;
}

/**
 * Successive frames are looked at in different ways, one way each, and the answers averaged: no frame waits longer for its label than one
 * run of the network takes. Answers of one place are averaged in logarithms, as they are of the same pixels; places as probabilities, since
 * one of them may show nothing of the thing, and then must not speak against the others (both measured, docs/accuracy.md).
 */
export class LookCycle {
  #answers: Answer[] = [];
  #turn = 0;

  /** The next look is a whole one, and its answer stands alone. */
  reset(): void {
    this.#answers = [];
    this.#turn = 0;
  }

  next({ second, views }: LookOptions, possible: PossibleLooks): Look {
    const others: readonly Look[] = [{ kind: 'whole', mirrored: true }, { kind: 'tight', mirrored: false }];
    const wholes = [WHOLE, ...others.slice(0, !views ? 0 : possible.tight ? 2 : 1)];
    const nears: readonly Look[] = [{ kind: 'near', mirrored: false }, { kind: possible.refined ? 'refined' : 'near', mirrored: views }];
    const turn = this.#turn++;
    if (!second) return wholes[turn % wholes.length];
    const round = turn >> 1;
    return turn % 2 === 1 && possible.near ? nears[round % nears.length] : wholes[round % wholes.length];
  }

  /**
   * Takes the answer to a look. Where it has little in common with the last one of its place the scene is another one, and it stands alone.
   * @param probabilities shape [classes]; not kept
   * @param time when the frame was captured, milliseconds, never falling
   * @returns the answers that count, averaged, each place alike; shape [classes], anew
   */
  add(look: Look, probabilities: Float32Array, time: number): Float32Array {
    const logarithms = probabilities.map((p) => Math.log(Math.max(p, LEAST)));
    const place = placeOf(look);
    const before = this.#answers.filter((answer) => answer.logarithms.length === logarithms.length);
    const last = before.findLast((answer) => placeOf(answer.look) === place);
    const other = last && overlap(last.logarithms, logarithms) < OTHER_SCENE_OVERLAP;
    const kept = before.filter((answer) => {
      if (other || (answer.look.kind === look.kind && answer.look.mirrored === look.mirrored)) return false;
      if (time - answer.time <= LASTING_MS) return true;
      const newest = before.findLast((each) => placeOf(each.look) === placeOf(answer.look));
      return placeOf(answer.look) !== place && answer === newest;
    });
    this.#answers = [...kept, { look, time, logarithms }];
    return this.#average();
  }

  #average(): Float32Array {
    const places = PLACES.map((place) => this.#answers.filter(({ look }) => placeOf(look) === place)).filter((answers) => answers.length > 0);
    const [{ logarithms: first }] = this.#answers;
    const mean = new Float32Array(first.length);
    const one = new Float32Array(first.length);
    for (const answers of places) {
      one.fill(0);
      for (const { logarithms } of answers) for (let i = 0; i < one.length; i++) one[i] += logarithms[i] / answers.length;
      let sum = 0;
      for (let i = 0; i < one.length; i++) sum += one[i] = Math.exp(one[i]);
      for (let i = 0; i < one.length; i++) mean[i] += one[i] / sum / places.length;
    }
    return mean;
  }
}

/**
 * Middle of what speaks for a class in its map, as an aim; undefined where nothing does.
 * @param square what of a `width` x `height` image the map lies over, pixels
 * @param side of the aim, share of the image's shorter side
 * @param share places below it, of the map's largest value, do not count
 */
export function nearAim(
  { width: columns, height: rows, values }: ClassMap, square: Region, width: number, height: number, side = NEAR, share = CENTRE_FLOOR,
): Aim | undefined {
  const floor = share * values.reduce((a, b) => Math.max(a, b), 0);
  let sum = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = Math.max(0, values[i] - floor);
    sum += weight;
    x += weight * ((i % columns) + 0.5);
    y += weight * (Math.floor(i / columns) + 0.5);
  }
  if (sum === 0) return undefined;
  return {
    x: (square.x + (x / sum / columns) * square.width) / width,
    y: (square.y + (y / sum / rows) * square.height) / height,
    side,
  };
}

/** A map of a mirrored look, turned back. */
export function unmirrored(map: ClassMap): ClassMap {
  const { width } = map;
  return { ...map, values: map.values.map((_, i, values) => values[i - (i % width) + width - 1 - (i % width)]) };
}
