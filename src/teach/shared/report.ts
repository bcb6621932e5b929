import { OTHER, type HeadAnswer } from './head';
import { confusionMatrix, shareOf, type ConfusionMatrix, type Share } from './metrics';
import { calibrateOpenSet, type OpenSet } from './open-set';

/** An answer to an example by a head that had not learned from it; undefined where the example could not be held out. */
export type HeldOutAnswers = readonly (HeadAnswer | undefined)[];

/** How well a head did on examples that it had not seen. */
export interface HeldOutReport {
  /** Right answers with the threshold, as live: the right class for a class, none of them for anything else. */
  readonly accuracy: Share;
  /**
   * The same by moments: one is right where most of its examples are. Only of classes of two moments or more; what is held out of a single one looks
   * like what was learned. Left out in what was learned before they were counted.
   */
  readonly moments?: Share;
  /** Right answers before the threshold: examples of classes that are likelier their own class than any other. */
  readonly named: Share;
  /** [true][answer], of the classes that `moments` counts; rows: the classes, then anything else where there is any; columns: the classes, then none of them. */
  readonly confusion: ConfusionMatrix;
  /** Mean of -ln(probability of the right class) of the regression, before the threshold. */
  readonly logLoss: number;
  /** Indices of the examples that were taken for something else. */
  readonly wrong: readonly number[];
}

/** The threshold from held-out answers; see {@link calibrateOpenSet}. */
export function openSetFrom(answers: HeldOutAnswers, labels: ArrayLike<number>, leftOut: readonly number[], classCount: number): OpenSet {
  const known: number[] = [];
  const unknown = [...leftOut];
  answers.forEach((answer, i) => {
    if (!answer) return;
    if (labels[i] === OTHER) unknown.push(answer.score);
    else if (answer.best === labels[i]) known.push(answer.score);
  });
  return calibrateOpenSet(known, unknown, classCount);
}

/** Mean negative log likelihood, every class counting alike. */
export function heldOutLogLoss(answers: HeldOutAnswers, labels: ArrayLike<number>, classCount: number): number {
  const sums = new Map<number, { sum: number; count: number }>();
  answers.forEach((answer, i) => {
    if (!answer) return;
    const own = labels[i] === OTHER ? classCount : labels[i];
    const entry = sums.get(own) ?? { sum: 0, count: 0 };
    entry.sum -= Math.log(Math.max(answer.probabilities[own], 1e-12));
    entry.count++;
    sums.set(own, entry);
  });
  let total = 0;
  for (const { sum, count } of sums.values()) total += sum / count;
  return sums.size === 0 ? 0 : total / sums.size;
}

interface Asked {
  readonly index: number;
  readonly row: number;
  readonly answer: number;
}

/** Those of classes of two moments or more: of a single one each was learned from its neighbours, and tests nothing. */
function tested(asked: readonly Asked[], groups: readonly string[], labels: ArrayLike<number>): readonly Asked[] {
  const ofClass = new Map<number, Set<string>>();
  groups.forEach((group, i) => ofClass.set(labels[i], (ofClass.get(labels[i]) ?? new Set()).add(group)));
  return asked.filter(({ index }) => (ofClass.get(labels[index])?.size ?? 0) >= 2);
}

/** Moments that were held out whole, and how many of them were mostly right. */
function momentShare(asked: readonly Asked[], groups: readonly string[]): Share {
  const moments = new Map<string, { right: number; count: number }>();
  for (const { index, row, answer } of asked) {
    const key = `${row} ${groups[index]}`;
    const moment = moments.get(key) ?? { right: 0, count: 0 };
    moment.right += Number(row === answer);
    moment.count++;
    moments.set(key, moment);
  }
  const all = [...moments.values()];
  return shareOf(all.filter(({ right, count }) => right > count / 2).length, all.length);
}

/** @param groups the moment of each example */
export function heldOutReport(
  answers: HeldOutAnswers, labels: ArrayLike<number>, classCount: number, openSet: OpenSet, groups: readonly string[],
): HeldOutReport {
  const asked: Asked[] = [];
  let other = false;
  for (let index = 0; index < labels.length; index++) {
    const answer = answers[index];
    if (labels[index] === OTHER) other = true;
    if (!answer) continue;
    // Anything else as the likeliest class is none of them, however high the score.
    const none = answer.score < openSet.threshold || (answer.probabilities[classCount] ?? 0) > answer.probabilities[answer.best];
    asked.push({ index, row: labels[index] === OTHER ? classCount : labels[index], answer: none ? classCount : answer.best });
  }
  const held = tested(asked, groups, labels);
  const right = asked.filter(({ row, answer }) => row === answer).length;
  const ofClasses = asked.filter(({ row }) => row < classCount);
  const named = ofClasses.filter(({ index, row }) => answers[index]?.best === row).length;
  return {
    named: shareOf(named, ofClasses.length),
    accuracy: shareOf(right, asked.length),
    moments: momentShare(held, groups),
    confusion: confusionMatrix(held.map((a) => a.row), held.map((a) => a.answer), classCount + (other ? 1 : 0), classCount + 1),
    logLoss: heldOutLogLoss(answers, labels, classCount),
    wrong: asked.filter(({ row, answer }) => row !== answer).map(({ index }) => index),
  };
}
