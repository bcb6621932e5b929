import { tailOf, type Int8Convolution, type Int8ResNet18, type Tail } from '../resnet18/int8.ts';
import type { Arena } from './arena.ts';
import { allocateInt8Activations, allocateInt8Weights, int8Operator, type Int8Stage, type Int8Weights } from './int8-layers.ts';
import { RESNET18_FEATURES } from '../resnet18/folded.ts';
import { allocateClassifier, allocateConv1Workspace, allocateActivations, CONV1_WEIGHT_FLOATS, conv1Operators, INPUT_FLOATS, poolOperators, type Activations, type PlacedClassifier } from './layers.ts';
import { floatBits, Kind, type Operator } from './operator.ts';
import { STAGES } from './plan.ts';

/** Rows of 56 that a piece of conv1's rounding takes. */
const POOLED_ROWS = 4;

/** Pieces are small enough for two to four threads to share evenly; rows as few as keep what they read in the first cache, but late
 * weights, which come from far, are read once. */
export const INT8_STAGES: readonly [Int8Stage, ...Int8Stage[]] = [
  { side: 56, channels: 64, rows: 4, group: 8, rowsTwo: 4, groupTwo: 8 },
  { side: 28, channels: 128, rows: 4, group: 8, rowsTwo: 2, groupTwo: 16 },
  { side: 14, channels: 256, rows: 7, group: 4, rowsTwo: 7, groupTwo: 4 },
  { side: 7, channels: 512, rows: 7, group: 4, rowsTwo: 7, groupTwo: 4 },
];

/** One convolution of the plan: what it reads and gives, for looking at. */
export interface PlannedConvolution {
  readonly convolution: Int8Convolution;
  readonly tail: Tail;
  readonly own: Int8Weights;
  readonly operator: Operator;
  readonly side: number;
  readonly from: Activations;
  readonly to: Activations;
  readonly residual: Activations | undefined;
}

/** The whole network in memory. */
export interface Int8Plan {
  readonly input: number;
  readonly classifier: PlacedClassifier;
  readonly conv1: { readonly weights: number; readonly bias: number };
  readonly convolutions: readonly PlannedConvolution[];
  readonly operators: readonly Operator[];
  /** What is averaged to be the features. */
  readonly activations: Activations;
}

/** The convolutions of a plan, as they are added. */
class Planner {
  readonly convolutions: PlannedConvolution[] = [];
  readonly #byName: ReadonlyMap<string, Int8Convolution>;

  constructor(
    private readonly arena: Arena,
    network: Int8ResNet18,
  ) {
    this.#byName = new Map(network.convolutions.map((c) => [c.name, c]));
  }

  add(stage: Int8Stage, name: string, from: Activations, to: Activations, residual?: Activations, floats = false): void {
    const convolution = this.#byName.get(name);
    if (!convolution) throw new RangeError(`The weights lack ${name}.`);
    const tail = tailOf(convolution, floats);
    const own = allocateInt8Weights(this.arena, convolution);
    const operator = int8Operator(stage, convolution, tail, own, from, to, residual);
    this.convolutions.push({ convolution, tail, own, operator, side: stage.side, from, to, residual });
  }
}

/**
 * Lays ResNet-18 in int8 out in memory and cuts it into operators.
 *
 * @param arena where memory is free
 * @param threads how many threads need a workspace of their own
 */
export function planInt8(network: Int8ResNet18, arena: Arena, threads: number): Int8Plan {
  const [first] = INT8_STAGES;
  const conv1 = { weights: arena.floats(CONV1_WEIGHT_FLOATS), bias: arena.floats(first.channels) };
  const classifier = allocateClassifier(arena, network.fc.bias.length, RESNET18_FEATURES);
  const input = arena.floats(INPUT_FLOATS);
  const work = allocateConv1Workspace(arena, threads);
  const pooled = allocateActivations(arena, STAGES[0]);
  const planner = new Planner(arena, network);
  const activations = (stage: Int8Stage): Activations => allocateInt8Activations(arena, stage.side, stage.channels);
  const last = INT8_STAGES[INT8_STAGES.length - 1];
  const lastFloats = STAGES[STAGES.length - 1];
  const result = allocateActivations(arena, lastFloats);
  let x = activations(first);
  const from = x;
  for (const [i, stage] of INT8_STAGES.entries()) {
    const layer = `layer${i + 1}`;
    const [middle, second] = [activations(stage), activations(stage)];
    let shortcut = x;
    planner.add(stage, `${layer}.0.conv1`, x, middle);
    if (i > 0) {
      shortcut = activations(stage);
      planner.add(stage, `${layer}.0.downsample.0`, x, shortcut);
    }
    planner.add(stage, `${layer}.0.conv2`, middle, second, shortcut);
    planner.add(stage, `${layer}.1.conv1`, second, middle);
    // The block's first activations are free again: nothing reads them any more.
    if (stage === last) planner.add(stage, `${layer}.1.conv2`, middle, result, second, true);
    else planner.add(stage, `${layer}.1.conv2`, middle, shortcut, second);
    x = shortcut;
  }
  const { convolutions } = planner;
  const opening = conv1Operators(arena, input, STAGES[0], conv1, pooled, work).filter((p) => p.kind !== Kind.conv1Seams);
  const rounding: Operator = {
    kind: Kind.conv1Int8, items: first.side / POOLED_ROWS, chunk: POOLED_ROWS, oc: first.channels, width: first.side, height: first.side,
    in: pooled.address, inRow: pooled.row, inPlane: pooled.plane, out: from.address, outRow: from.row, outPlane: from.plane, sums: work.sums,
    factor: floatBits(1 / network.pooled.step), top: network.pooled.top,
  };
  const operators = [
    ...opening, rounding,
    // A shortcut and the convolution beside it read the same activations: nothing to wait for between them.
    ...convolutions.map(({ operator, convolution }) => (convolution.stride === 2 && convolution.kernel === 3 ? { ...operator, nobarrier: 1 } : operator)),
    ...poolOperators(result, last, classifier),
  ];
  return { input, classifier, conv1, convolutions, operators, activations: result };
}
