import { RESNET18_LAST_BLOCK } from '../../../src/engine/index';
import { unit } from '../../../src/teach/shared/features';
import { askFitted, fitClasses } from '../../../src/teach/shared/head';
import { adaptedFeatures, type BlockExample } from '../../../src/teach/shared/low-rank';
import { fitLowRank } from '../../../src/teach/shared/low-rank-fit';
import { nearestNeighbour } from './neighbour';
import { assignFolds } from '../../../src/teach/shared/split';
import { PENALTIES, trainHead } from '../../../src/teach/shared/train-head';
import { finish, type Example } from './trial';

/** Penalties that do not grow with the examples. */
const FIXED = [0.01, 1, 10];
const RANKS = [4, 8];
/** As train-adapter.ts has it for its first round. */
const EPOCHS = 30;
const PATIENCE = 4;

/** The column of each way, in the order of `waysOfNaming`. */
export const WAYS = [
  '1-NN', '1-NN of unit features', 'nearest mean', ...FIXED.map((p) => `penalty ${p}`), ...PENALTIES.map((p) => `${p} an example`), 'as the app chooses',
];

/** Names of the columns of `ranksOfAdapters`. */
export const RANK_WAYS = ['no adapter', ...RANKS.map((rank) => `rank ${rank}`)];

interface Split {
  readonly names: readonly string[];
  readonly examples: readonly Example[];
  /** Images of the classes that nothing was learned from. */
  readonly known: readonly Example[];
}

const rightOf = (known: readonly Example[], name: (example: Example) => number): number => known.filter((e) => name(e) === e.label).length / known.length;
const all = (examples: readonly Example[]): number[] => [...examples.keys()];

/** Shares 0..1 of new images that each way of {@link WAYS} names right. */
export function waysOfNaming({ names, examples, known }: Split): number[] {
  const plain = examples.map(({ features }) => features);
  const units = examples.map(({ features }) => unit(features));
  const labels = examples.map(({ label }) => label);
  const classCount = names.length;
  const regression = (penalty: number): number => {
    const fitted = fitClasses(units, labels, all(examples), classCount, penalty);
    return rightOf(known, (e) => askFitted(fitted, unit(e.features)).best);
  };
  const { means } = fitClasses(units, labels, all(examples), classCount, 1);
  const { value: app } = finish(trainHead({ names, examples }));
  return [
    rightOf(known, (e) => nearestNeighbour(plain, labels, e.features)),
    rightOf(known, (e) => nearestNeighbour(units, labels, unit(e.features))),
    rightOf(known, (e) => nearestNeighbour(means, means.map((_, k) => k), unit(e.features))),
    ...FIXED.map(regression),
    ...PENALTIES.map((each) => regression(each * examples.length)),
    rightOf(known, (e) => askFitted(app.head, unit(e.features)).best),
  ];
}

/**
 * Shares 0..1 of new images that are named right without an adapter and with one of each of {@link RANK_WAYS}: kept whether it is
 * better or not, stopped by a fifth of the examples.
 */
export function ranksOfAdapters({ names, examples, known }: Split): number[] {
  const { value } = finish(trainHead({ names, examples }));
  const { units, labels, penalty } = value.basis;
  const folds = assignFolds(examples);
  const hold = all(examples).filter((i) => folds[i] === 0);
  const learn = all(examples).filter((i) => folds[i] !== 0);
  const blockOf = ({ block }: Example): BlockExample => {
    if (!block) throw new Error('The network gives no last block.');
    return block;
  };
  const blocks = examples.map(blockOf);
  const head = fitClasses(units, labels, learn, names.length, penalty);
  const withRank = (rank: number): number => {
    const { value: fit } = finish(fitLowRank(blocks, labels, learn, hold, head, RESNET18_LAST_BLOCK, { rank, penalty, epochs: EPOCHS, patience: PATIENCE }));
    const adapted = (block: BlockExample): Float64Array => {
      const out = new Float64Array(RESNET18_LAST_BLOCK.channels);
      adaptedFeatures(block, fit.adapter, out, RESNET18_LAST_BLOCK);
      return unit(out);
    };
    const fitted = fitClasses(blocks.map(adapted), labels, all(examples), names.length, penalty);
    return rightOf(known, (e) => askFitted(fitted, adapted(blockOf(e))).best);
  };
  return [rightOf(known, (e) => askFitted(value.head, unit(e.features)).best), ...RANKS.map(withRank)];
}
