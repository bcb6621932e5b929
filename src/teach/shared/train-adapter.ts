import { RESNET18_LAST_BLOCK } from '../../engine/index';
import { unit } from './features';
import { askFitted, fitClasses, type TaughtHead, type HeadAnswer } from './head';
import { adaptedFeatures, blockWorkspace, type BlockExample, type BlockShape, type LowRankAdapter } from './low-rank';
import { fitLowRank, type LowRankOptions } from './low-rank-fit';
import { heldOutReport, openSetFrom, type HeldOutReport } from './report';
import type { TeachProgress, TrainedHead } from './train-head';

/** Each class needs so many examples for an adapter to be tried. */
export const ADAPTER_EXAMPLES = 8;
const ROUNDS = 3;
/** 8 named no more new images right, within the noise (docs/teach.md). */
const RANK = 4;
/** With as many right names the log loss has to be lower by so much, a share: less than that came and went with the images. */
export const LEAST_GAIN = 0.05;
/** Passes over the examples at most, and looks at single examples: with many examples fewer passes do, and seconds count. */
const MOST_EPOCHS = 30;
const MOST_LOOKS = 1600;
const PATIENCE = 4;

/** An adapter with the head for its features. */
export interface TaughtAdapter {
  readonly adapter: LowRankAdapter;
  readonly head: TaughtHead;
}

/** What came of the attempt. */
export interface AdapterResult {
  /** Undefined where it was not better. */
  readonly kept: TaughtAdapter | undefined;
  /** A plain head and one with an adapter, learned from and asked about the same examples. */
  readonly plain: HeldOutReport;
  readonly adapted: HeldOutReport;
}

/** Whether the examples are enough: at least two classes, and of each class {@link ADAPTER_EXAMPLES}. */
export function enoughForAdapter(labels: ArrayLike<number>, classCount: number): boolean {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  for (let k = 0; k < classCount; k++) if ((counts.get(k) ?? 0) < ADAPTER_EXAMPLES) return false;
  return counts.size > 1;
}

/** Fold of 3 from fold of 5: halves of the folds are joined, so that what belongs together stays so. */
const roundOf = (fold: number): number => (fold < 0 ? fold : fold % ROUNDS);

/**
 * Tries a low-rank adapter on the last block. Three rounds, each with a third of the examples held out: of the others some
 * tell when to stop, the rest are learned from, and the held-out third is answered once. The adapter is kept only where its
 * answers are better than those of a plain head that learned from the same examples: more right names with a lower log
 * loss, or as many with one that is clearly lower. Then it is trained once more on all examples for as many epochs as the rounds took.
 */
export function* trainAdapter(
  trained: TrainedHead,
  blocks: readonly BlockExample[],
  shape: BlockShape = RESNET18_LAST_BLOCK,
): Generator<TeachProgress, AdapterResult> {
  const { units, labels, folds, penalty } = trained.basis;
  const { things: classCount, names } = trained.head;
  const most = Math.max(2 * PATIENCE, Math.min(MOST_EPOCHS, Math.round(MOST_LOOKS / labels.length)));
  const options: LowRankOptions = { rank: RANK, penalty, epochs: most, patience: PATIENCE };
  const total = most * (ROUNDS + 1);
  const all = [...labels.keys()];
  const work = blockWorkspace(shape, RANK);
  const adapt = (adapter: LowRankAdapter, i: number): Float64Array => {
    const features = new Float64Array(shape.channels);
    adaptedFeatures(blocks[i], adapter, features, shape, work);
    return unit(features);
  };
  const answers = new Array<HeadAnswer | undefined>(labels.length).fill(undefined);
  const plainAnswers = [...answers];
  const epochs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const test = all.filter((i) => roundOf(folds[i]) === round);
    const rest = all.filter((i) => roundOf(folds[i]) !== round);
    const stopRound = (round + 1) % ROUNDS;
    const hold = rest.filter((i) => folds[i] === stopRound);
    const learn = rest.filter((i) => folds[i] !== stopRound);
    const head = fitClasses(units, labels, learn, classCount, penalty);
    const fit = fitLowRank(blocks, labels, learn, hold, head, shape, options);
    let epoch = 0;
    let step = fit.next();
    for (; !step.done; step = fit.next()) yield { phase: 'adapter', done: round * most + epoch++, total };
    const { adapter } = step.value;
    epochs.push(step.value.epochs);
    // The regression anew on all that may be learned from, as the plain head's was.
    const adapted = units.map((u, i) => (rest.includes(i) ? adapt(adapter, i) : u));
    const fitted = fitClasses(adapted, labels, rest, classCount, penalty);
    const plain = fitClasses(units, labels, rest, classCount, penalty);
    for (const i of test) {
      answers[i] = askFitted(fitted, adapt(adapter, i));
      plainAnswers[i] = askFitted(plain, units[i]);
    }
  }
  const openSet = openSetFrom(answers, labels, [], classCount);
  const adaptedReport = heldOutReport(answers, labels, classCount, openSet);
  const plain = heldOutReport(plainAnswers, labels, classCount, openSetFrom(plainAnswers, labels, [], classCount));
  const result = { plain, adapted: adaptedReport };
  const more = adaptedReport.named.right - plain.named.right;
  const better = (more > 0 && adaptedReport.logLoss < plain.logLoss) || (more === 0 && adaptedReport.logLoss < (1 - LEAST_GAIN) * plain.logLoss);
  const typical = epochs.sort((a, b) => a - b)[ROUNDS >> 1];
  if (!better || typical === 0) return { ...result, kept: undefined };
  const head = fitClasses(units, labels, all, classCount, penalty);
  const fit = fitLowRank(blocks, labels, all, [], head, shape, { ...options, epochs: typical });
  let epoch = 0;
  let step = fit.next();
  for (; !step.done; step = fit.next()) yield { phase: 'adapter', done: ROUNDS * most + epoch++, total };
  const { adapter } = step.value;
  const adapted = all.map((i) => adapt(adapter, i));
  const fitted = fitClasses(adapted, labels, all, classCount, penalty);
  return { ...result, kept: { adapter, head: { ...fitted, names, openSet } } };
}
