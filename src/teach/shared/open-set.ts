import { deviation, mean } from './metrics';

/** Where "one of these" begins. */
export interface OpenSet {
  /** Scores above are more likely one of the taught classes than not. */
  readonly threshold: number;
  /** Above 0: how far above the threshold a score is e times as likely to be known. */
  readonly width: number;
}

/**
 * How much the cosine to the class's mean counts beside the logarithm of the regression's probability. The probability alone
 * says which class is the likeliest of those taught, even for an image of none; the cosine says how typical it is. Both
 * together ranked known before unknown better than either in our benchmark (docs/teach.md), for weights from 2 to 5.
 */
const COSINE_WEIGHT = 2;

/**
 * What stands for scores of unknown images where nothing tells: the cosine of ResNet-18's features of unrelated photographs
 * to a class's mean is about 0.61, give or take 0.05, and where there are several classes the likeliest one gets about 0.75
 * (the images of `npm run bench -- teach`).
 */
const UNRELATED = { cosine: 0.61, deviation: 0.05 };
const UNRELATED_PROBABILITY = 0.75;
/** Held-out frames of one burst are all but the same; tomorrow's view is not. */
const LEAST_DEVIATION = 0.1;
/** Fewer unknown scores than this tell little: what stands for them counts as so many more. */
const PRIOR_COUNT = 4;
/** Openness of a typical known score is 1 / (1 + e^-3) = 95 %. */
const STEEPNESS = 3;

export interface Score {
  /** Probability of the likeliest class, above 0. */
  readonly probability: number;
  /** Cosine to that class's mean. */
  readonly cosine: number;
}

export function openScore({ probability, cosine }: Score): number {
  return Math.log(Math.max(probability, 1e-12)) + COSINE_WEIGHT * cosine;
}

/**
 * Puts the threshold where two normal distributions, of held-out known and of unknown scores, err alike:
 * |known mean - t| / known deviation = |t - unknown mean| / unknown deviation.
 *
 * @param known scores of held-out examples of the classes
 * @param unknown scores of images that are none of them: of "anything else", or of classes left out of the training
 * @param classCount how many classes there are
 */
export function calibrateOpenSet(known: readonly number[], unknown: readonly number[], classCount: number): OpenSet {
  const prior = COSINE_WEIGHT * UNRELATED.cosine + (classCount > 1 ? Math.log(UNRELATED_PROBABILITY) : 0);
  const weight = unknown.length / (unknown.length + PRIOR_COUNT);
  const low = (unknown.length > 0 ? weight * mean(unknown) : 0) + (1 - weight) * prior;
  const lowSpread = Math.max(LEAST_DEVIATION, weight * deviation(unknown) + (1 - weight) * COSINE_WEIGHT * UNRELATED.deviation);
  // Nothing could be held out: one example of each, say. Halfway to a perfect score.
  const high = known.length > 0 ? mean(known) : COSINE_WEIGHT;
  const highSpread = Math.max(LEAST_DEVIATION, deviation(known));
  if (high <= low) {
    // Known and unknown cannot be told apart: accept what is at least as good as a known example mostly is.
    return { threshold: high, width: highSpread / STEEPNESS };
  }
  const threshold = (high * lowSpread + low * highSpread) / (lowSpread + highSpread);
  return { threshold, width: (high - threshold) / STEEPNESS };
}

/** Probability that a score is of one of the classes, 0..1. */
export function openness(score: number, { threshold, width }: OpenSet): number {
  return 1 / (1 + Math.exp((threshold - score) / width));
}
