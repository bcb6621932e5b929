import { unitFeatures } from '../../../src/teach/shared/features';
import { askFitted, fitClasses } from '../../../src/teach/shared/head';
import { nearestNeighbour } from './neighbour';
import { PENALTIES, trainHead } from '../../../src/teach/shared/train-head';
import { finish, type Example } from './trial';

/** Penalties that do not grow with the examples. */
const FIXED = [0.01, 1, 10];

/** The column of each way, in the order of `waysOfNaming`. */
export const WAYS = [
  '1-NN', '1-NN of unit features', 'nearest mean', ...FIXED.map((p) => `penalty ${p}`), ...PENALTIES.map((p) => `${p} an example`), 'as the app chooses',
];

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
  const units = examples.map(({ features }) => unitFeatures(features));
  const labels = examples.map(({ label }) => label);
  const classCount = names.length;
  const regression = (penalty: number): number => {
    const fitted = fitClasses(units, labels, all(examples), classCount, penalty);
    return rightOf(known, (e) => askFitted(fitted, unitFeatures(e.features)).best);
  };
  const { means } = fitClasses(units, labels, all(examples), classCount, 1);
  const { value: app } = finish(trainHead({ names, examples }));
  return [
    rightOf(known, (e) => nearestNeighbour(plain, labels, e.features)),
    rightOf(known, (e) => nearestNeighbour(units, labels, unitFeatures(e.features))),
    rightOf(known, (e) => nearestNeighbour(means, means.map((_, k) => k), unitFeatures(e.features))),
    ...FIXED.map(regression),
    ...PENALTIES.map((each) => regression(each * examples.length)),
    rightOf(known, (e) => askFitted(app.head, unitFeatures(e.features)).best),
  ];
}
