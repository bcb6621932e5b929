import { unitFeatures } from './features';
import { askFitted, fitClasses, type FittedClasses, type TaughtHead, type HeadAnswer } from './head';
import { heldOutLogLoss, heldOutReport, openSetFrom, type HeldOutAnswers, type HeldOutReport } from './report';
import { assignFolds, FOLDS } from './split';

/** One example of a class. */
export interface TeachExample {
  readonly features: ArrayLike<number>;
  /** Index of its class, or OTHER of head.ts. */
  readonly label: number;
  /** What it was taken together with; see split.ts. */
  readonly group: string;
  readonly example?: string;
}

export interface TeachProblem {
  /** Names of the classes; each has an example. */
  readonly names: readonly string[];
  readonly examples: readonly TeachExample[];
}

/** How far a training has come. */
export interface TeachProgress {
  readonly done: number;
  readonly total: number;
}

export interface TrainedHead {
  readonly head: TaughtHead;
  readonly report: HeldOutReport;
}

/**
 * Penalties of the regression that are tried, strongest first, for each example; rows have a mean squared length of 1. They grow
 * with the examples, as these are views of few things: ten views of one mug tell little more than one. Weaker ones had a lower log
 * loss on held-out examples and named fewer new images right (docs/teach.md).
 */
export const PENALTIES: readonly number[] = [0.15, 0.05, 0.015];
/** More classes than this are not left out one by one. */
const MOST_LEFT_OUT = 8;

const range = (n: number): number[] => [...new Array(n).keys()];

/** Held-out answers for each penalty, and the best penalty by their log loss. */
function* crossValidate(
  units: readonly Float64Array[],
  labels: Int32Array,
  folds: Int32Array,
  classCount: number,
  total: number,
): Generator<TeachProgress, { penalty: number; answers: HeldOutAnswers }> {
  const classes = new Set(labels).size;
  const penalties = (classes > 1 ? PENALTIES : [0.05]).map((each) => each * units.length);
  const answers = penalties.map(() => new Array<HeadAnswer | undefined>(units.length).fill(undefined));
  for (let fold = 0; fold < FOLDS; fold++) {
    yield { done: fold, total };
    const held = range(units.length).filter((i) => folds[i] === fold);
    if (held.length === 0) continue;
    const rest = range(units.length).filter((i) => folds[i] !== fold);
    let fitted: FittedClasses | undefined;
    for (const [p, penalty] of penalties.entries()) {
      fitted = fitClasses(units, labels, rest, classCount, penalty, fitted);
      for (const i of held) answers[p][i] = askFitted(fitted, units[i]);
    }
  }
  const losses = answers.map((a) => heldOutLogLoss(a, labels, classCount));
  const best = losses.indexOf(Math.min(...losses));
  return { penalty: penalties[best], answers: answers[best] };
}

/** Scores of examples of a class by a head that has never seen that class: what unknown images may score. */
function* leaveClassesOut(
  units: readonly Float64Array[],
  labels: Int32Array,
  classCount: number,
  penalty: number,
  total: number,
): Generator<TeachProgress, number[]> {
  const scores: number[] = [];
  // With one class left there is no regression, and its scores are of another kind.
  if (classCount < 3) return scores;
  for (let out = 0; out < Math.min(classCount, MOST_LEFT_OUT); out++) {
    yield { done: FOLDS + out, total };
    const relabelled = labels.map((label) => (label > out ? label - 1 : label));
    const rest = range(units.length).filter((i) => labels[i] !== out);
    const fitted = fitClasses(units, relabelled, rest, classCount - 1, penalty);
    for (const i of range(units.length)) if (labels[i] === out) scores.push(askFitted(fitted, units[i]).score);
  }
  return scores;
}

/**
 * Learns to tell classes apart, and from anything else: multinomial logistic regression on unit features, its penalty chosen by
 * cross-validation over examples that were not taken together, a threshold from held-out scores, and a last fit on all
 * examples. Deterministic. A generator, so that whoever runs it can stop between steps.
 *
 * @throws RangeError where a class has no example, or features are of different lengths or no numbers
 */
export function* trainHead({ names, examples }: TeachProblem): Generator<TeachProgress, TrainedHead> {
  const classCount = names.length;
  if (classCount === 0) throw new RangeError('There is no thing to learn.');
  for (const k of names.keys()) {
    if (!examples.some((e) => e.label === k)) throw new RangeError(`${names[k]} has no examples.`);
  }
  if (examples.some((e) => e.features.length !== examples[0].features.length)) {
    throw new RangeError('The examples have features of different lengths: they come from different models.');
  }
  const units = examples.map((e) => unitFeatures(e.features));
  const labels = Int32Array.from(examples, (e) => e.label);
  const folds = assignFolds(examples);
  const total = FOLDS + (classCount < 3 ? 0 : Math.min(classCount, MOST_LEFT_OUT)) + 1;
  const { penalty, answers } = yield* crossValidate(units, labels, folds, classCount, total);
  const leftOut = yield* leaveClassesOut(units, labels, classCount, penalty, total);
  yield { done: total - 1, total };
  const openSet = openSetFrom(answers, labels, leftOut, classCount);
  const fitted = fitClasses(units, labels, range(units.length), classCount, penalty);
  const head: TaughtHead = { ...fitted, names, openSet };
  return { head, report: heldOutReport(answers, labels, classCount, openSet, examples.map(({ group }) => group)) };
}
