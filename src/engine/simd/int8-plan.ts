import { tailOf, type IntegerConvolution, type IntegerResNet18, type Tail } from '../resnet18/int8.ts';
import type { Arena } from './arena.ts';
import { allocateIntegerMaps, allocateIntegerWeights, integerPhase, type IntegerStage, type IntegerWeights } from './int8-layers.ts';
import { allocateConv1Workspace, allocateMaps, CONV1_WEIGHT_FLOATS, conv1Phases, INPUT_FLOATS, poolPhases, type Maps } from './layers.ts';
import { floatBits, Kind, type Phase } from './operator.ts';
import { STAGES } from './plan.ts';

/** Rows of 56 that a piece of conv1's rounding takes. */
const POOLED_ROWS = 4;

/** Pieces are small enough for two to four threads to share evenly; rows as few as keep what they read in the first cache, but late
 * weights, which come from far, are read once. */
export const INTEGER_STAGES: readonly [IntegerStage, ...IntegerStage[]] = [
  { side: 56, channels: 64, rows: 4, group: 8, rowsTwo: 4, groupTwo: 8 },
  { side: 28, channels: 128, rows: 4, group: 8, rowsTwo: 2, groupTwo: 16 },
  { side: 14, channels: 256, rows: 7, group: 4, rowsTwo: 7, groupTwo: 4 },
  { side: 7, channels: 512, rows: 7, group: 4, rowsTwo: 7, groupTwo: 4 },
];

/** One convolution of the plan: what it reads and gives, for looking at. */
export interface PlannedConvolution {
  readonly convolution: IntegerConvolution;
  readonly tail: Tail;
  readonly own: IntegerWeights;
  readonly phase: Phase;
  readonly side: number;
  readonly from: Maps;
  readonly to: Maps;
  readonly residual: Maps | undefined;
}

/** The whole network in memory. */
export interface IntegerPlan {
  readonly input: number;
  readonly features: number;
  readonly logits: number;
  readonly fcWeights: number;
  readonly fcBias: number;
  readonly conv1: { readonly weights: number; readonly bias: number };
  readonly convolutions: readonly PlannedConvolution[];
  readonly phases: readonly Phase[];
  /** The last convolution once more, without ReLU, into `sum`. */
  readonly lastBlock: { readonly hidden: Maps; readonly sum: Maps; readonly phase: Phase };
}

/** The convolutions of a plan, as they are added. */
class Planner {
  readonly convolutions: PlannedConvolution[] = [];
  readonly #byName: ReadonlyMap<string, IntegerConvolution>;

  constructor(
    private readonly arena: Arena,
    network: IntegerResNet18,
  ) {
    this.#byName = new Map(network.convolutions.map((c) => [c.name, c]));
  }

  add(stage: IntegerStage, name: string, from: Maps, to: Maps, residual?: Maps, floats = false): void {
    const convolution = this.#byName.get(name);
    if (!convolution) throw new RangeError(`The weights lack ${name}.`);
    const tail = tailOf(convolution, floats);
    const own = allocateIntegerWeights(this.arena, convolution);
    const phase = integerPhase(stage, convolution, tail, own, from, to, residual);
    this.convolutions.push({ convolution, tail, own, phase, side: stage.side, from, to, residual });
  }
}

/**
 * Lays ResNet-18 in integers out in memory and cuts it into phases.
 *
 * @param arena where memory is free
 * @param threads how many threads need a workspace of their own
 */
export function planIntegers(network: IntegerResNet18, arena: Arena, threads: number): IntegerPlan {
  const [first] = INTEGER_STAGES;
  const conv1 = { weights: arena.floats(CONV1_WEIGHT_FLOATS), bias: arena.floats(first.channels) };
  const fcWeights = arena.floats(1000 * 512);
  const fcBias = arena.floats(1000);
  const input = arena.floats(INPUT_FLOATS);
  const features = arena.floats(512);
  const logits = arena.floats(1000);
  const work = allocateConv1Workspace(arena, threads);
  const pooled = allocateMaps(arena, STAGES[0]);
  const planner = new Planner(arena, network);
  const maps = (stage: IntegerStage): Maps => allocateIntegerMaps(arena, stage.side, stage.channels);
  const last = INTEGER_STAGES[INTEGER_STAGES.length - 1];
  const lastFloats = STAGES[STAGES.length - 1];
  const [result, sum] = [allocateMaps(arena, lastFloats), allocateMaps(arena, lastFloats)];
  let x = maps(first);
  const from = x;
  for (const [i, stage] of INTEGER_STAGES.entries()) {
    const layer = `layer${i + 1}`;
    const [middle, second] = [maps(stage), maps(stage)];
    let shortcut = x;
    planner.add(stage, `${layer}.0.conv1`, x, middle);
    if (i > 0) {
      shortcut = maps(stage);
      planner.add(stage, `${layer}.0.downsample.0`, x, shortcut);
    }
    planner.add(stage, `${layer}.0.conv2`, middle, second, shortcut);
    planner.add(stage, `${layer}.1.conv1`, second, middle);
    // The block's first maps are free again: nothing reads them any more.
    if (stage === last) planner.add(stage, `${layer}.1.conv2`, middle, result, second, true);
    else planner.add(stage, `${layer}.1.conv2`, middle, shortcut, second);
    x = shortcut;
  }
  const { convolutions } = planner;
  const final = convolutions[convolutions.length - 1];
  const opening = conv1Phases(arena, input, STAGES[0], conv1, pooled, work).filter((p) => p.kind !== Kind.conv1Seams);
  const rounding: Phase = {
    kind: Kind.conv1Integers, items: first.side / POOLED_ROWS, chunk: POOLED_ROWS, oc: first.channels, width: first.side, height: first.side,
    in: pooled.address, inRow: pooled.row, inPlane: pooled.plane, out: from.address, outRow: from.row, outPlane: from.plane, sums: work.sums,
    factor: floatBits(1 / network.pooled.step), top: network.pooled.top,
  };
  const phases = [
    ...opening, rounding,
    // A shortcut and the convolution beside it read the same maps: nothing to wait for between them.
    ...convolutions.map(({ phase, convolution }) => (convolution.stride === 2 && convolution.kernel === 3 ? { ...phase, nobarrier: 1 } : phase)),
    ...poolPhases(result, last, features, logits, { weights: fcWeights, bias: fcBias }),
  ];
  const phase = integerPhase(last, final.convolution, final.tail, final.own, final.from, sum, final.residual, 0);
  return { input, features, logits, fcWeights, fcBias, conv1, convolutions, phases, lastBlock: { hidden: final.from, sum, phase } };
}
