import { meanVector, scaleInto, scaledRows, scalingOf, unitFeatures, type Scaling } from './features';
import { dot } from '../../base/shared/vectors';
import { fitLogistic, predictLogistic, type LinearModel } from './logistic';
import { openness, openScore, type OpenSet } from './open-set';

/** Label of examples of anything else. */
export const OTHER = -1;

/** What was learned of some examples. Can be cloned to another thread and stored as it is. */
export interface FittedClasses {
  /** Number of classes. */
  readonly things: number;
  /** Length of the features. */
  readonly width: number;
  /** Whether the regression has a last class for anything else. */
  readonly other: boolean;
  /** Undefined where there is one class only, which is then certain. */
  readonly model: LinearModel | undefined;
  readonly scaling: Scaling;
  /** Mean direction of each class, shape [classes, width], unit vectors. */
  readonly means: readonly Float64Array[];
}

/** A head that names taught classes. */
export interface TaughtHead extends FittedClasses {
  readonly names: readonly string[];
  readonly openSet: OpenSet;
}

/** What a head says of one image, before the threshold. */
export interface HeadAnswer {
  /** Of each class, then of anything else where the head knows it; sums to 1. */
  readonly probabilities: Float64Array;
  /** The likeliest class. */
  readonly best: number;
  /** See open-set.ts. */
  readonly score: number;
}

/**
 * Learns from some examples.
 *
 * @param units unit feature vectors of all examples
 * @param labels 0 to classes - 1, or {@link OTHER}
 * @param chosen which of them to learn from; every class must be among them
 * @param penalty of the regression
 * @param start for a quicker start: what was learned from the same examples with another penalty
 */
export function fitClasses(
  units: readonly Float64Array[],
  labels: ArrayLike<number>,
  chosen: readonly number[],
  classCount: number,
  penalty: number,
  start?: FittedClasses,
): FittedClasses {
  const width = units[chosen[0]].length;
  const other = chosen.some((i) => labels[i] === OTHER);
  const classes = classCount + (other ? 1 : 0);
  const scaling = start?.scaling ?? scalingOf(chosen.map((i) => units[i]), width);
  const means =
    start?.means ??
    Array.from({ length: classCount }, (_, k) => unitFeatures(meanVector(chosen.filter((i) => labels[i] === k).map((i) => units[i]), width)));
  const model =
    classes < 2
      ? undefined
      : fitLogistic(
          {
            rows: scaledRows(units, chosen, scaling),
            width,
            labels: chosen.map((i) => (labels[i] === OTHER ? classCount : labels[i])),
            classes,
          },
          penalty,
          start?.model,
        );
  return { things: classCount, width, other, model, scaling, means };
}

/** What was learned, put to an image. @param u its unit features */
export function askFitted(fitted: FittedClasses, u: Float64Array): HeadAnswer {
  let probabilities = new Float64Array([1]);
  if (fitted.model) {
    const row = new Float64Array(fitted.width);
    scaleInto(u, fitted.scaling, row);
    probabilities = Float64Array.from(predictLogistic(fitted.model, row));
  }
  let best = 0;
  for (let k = 1; k < fitted.things; k++) if (probabilities[k] > probabilities[best]) best = k;
  const score = openScore({ probability: probabilities[best], cosine: dot(u, fitted.means[best]) });
  return { probabilities, best, score };
}

/** What a head says of an image in the end. */
export interface TaughtAnswer extends HeadAnswer {
  /** Probability that it is one of the classes, 0..1. */
  readonly openness: number;
  /** Probability of each class, shape [classes]; sums to at most 1, the rest is none of them. */
  readonly shares: Float64Array;
}

/** @param features as the network gives them, shape [width] */
export function askHead(head: TaughtHead, features: ArrayLike<number>): TaughtAnswer {
  const answer = askFitted(head, unitFeatures(features));
  const open = openness(answer.score, head.openSet);
  return { ...answer, openness: open, shares: answer.probabilities.slice(0, head.things).map((p) => p * open) };
}

/**
 * The 1000 labels and the taught classes in one distribution.
 *
 * @param labels probabilities of the network's own labels, shape [n]
 * @param shares of the classes, shape [classes]
 * @param out receives labels x (1 - sum of shares), then the shares; shape [n + classes]
 */
export function joinDistributions(labels: Float32Array, shares: ArrayLike<number>, out: Float32Array): void {
  let taken = 0;
  for (let k = 0; k < shares.length; k++) {
    taken += shares[k];
    out[labels.length + k] = shares[k];
  }
  const rest = Math.max(0, 1 - taken);
  for (let i = 0; i < labels.length; i++) out[i] = labels[i] * rest;
}
