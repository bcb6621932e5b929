import type { Arena } from '../../../src/engine/simd/arena';
import type { Kernels } from '../../../src/engine/simd/kernels';
import { allocateActivations, allocateWorkspace, winogradOperators, type LayerWeights, type Activations, type Stage, type Workspace } from '../../../src/engine/simd/layers';
import { Kind, type Operator } from '../../../src/engine/simd/operator';
import { STAGES } from '../../../src/engine/simd/plan';

const TAPS = 9;
/** Tiles a piece takes from input to output, where the products are not shared. */
const PIECE = 14;

/** Ways to compute a 3 x 3 convolution with stride 1. */
export const ALGORITHMS = ['direct', 'F(2x2)', 'F(4x4)', 'F(4x4) in pieces'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** One way to compute the 3 x 3 convolutions of one stage, by itself. */
export interface Alternative {
  readonly stage: Stage;
  readonly algorithm: Algorithm;
  readonly weights: LayerWeights;
  readonly from: Activations;
  readonly to: Activations;
  readonly operators: readonly Operator[];
  prepare(kernels: Kernels, staging: number): void;
}

function directOperators(stage: Stage, own: LayerWeights, from: Activations, to: Activations, work: Workspace): Operator[] {
  const { channels, side } = stage;
  const chunks = Math.ceil(side ** 2 / stage.pixels);
  const common = { ...work, ic: channels, oc: channels, width: side, height: side, chunk: stage.pixels };
  return [
    { ...common, kind: Kind.pack, items: chunks * Math.ceil(channels / 4 / stage.groupIn), group: stage.groupIn, stride: 1, in: from.address, inRow: from.row, inPlane: from.plane },
    {
      ...common, ...own, kind: Kind.direct, items: chunks * Math.ceil(channels / 8 / stage.groupDirect), group: stage.groupDirect, taps: TAPS, relu: 1,
      out: to.address, outRow: to.row, outPlane: to.plane,
    },
  ];
}

function variant(stage: Stage, algorithm: Algorithm): Stage {
  if (algorithm === 'F(2x2)') return { ...stage, tile: 2, chunk: undefined };
  if (algorithm === 'F(4x4) in pieces') return { ...stage, tile: 4, chunk: PIECE, groupOut: 8 };
  return { ...stage, tile: 4, chunk: undefined };
}

const WEIGHT_TAPS: Readonly<Record<Algorithm, number>> = { direct: TAPS, 'F(2x2)': 16, 'F(4x4)': 36, 'F(4x4) in pieces': 36 };

/** Which of them the engine takes for a stage. */
export const chosenFor = (stage: Stage): Algorithm => (stage.tile === 2 ? 'F(2x2)' : stage.chunk === undefined ? 'F(4x4)' : 'F(4x4) in pieces');

/** Each stage's 3 x 3 convolution in each way, each with weights and activations of its own. */
export function planAlternatives(arena: Arena): Alternative[] {
  const variants = STAGES.flatMap((stage) => ALGORITHMS.map((algorithm) => ({ stage, algorithm, own: variant(stage, algorithm) })));
  const packed = Math.max(...STAGES.map((s) => s.side ** 2 * s.channels * TAPS));
  const shared = allocateWorkspace(arena, variants.map((v) => v.own), 1);
  const direct = { ...shared, columns: arena.floats(packed) };
  return variants.map(({ stage, algorithm, own }) => {
    const { channels } = stage;
    const weights = { weights: arena.floats(channels * channels * WEIGHT_TAPS[algorithm]), bias: arena.floats(channels) };
    const [from, to] = [allocateActivations(arena, own), allocateActivations(arena, own)];
    const operators = algorithm === 'direct' ? directOperators(own, weights, from, to, direct) : winogradOperators(own, weights, from, to, undefined, shared);
    return {
      stage, algorithm, weights, from, to, operators,
      prepare(kernels, staging) {
        if (algorithm === 'direct') kernels.prepare_direct(staging, weights.weights, channels, channels, TAPS);
        else if (algorithm === 'F(2x2)') kernels.prepare_winograd2(staging, weights.weights, channels, channels);
        else kernels.prepare_winograd4(staging, weights.weights, channels, channels);
      },
    };
  });
}

/** Multiplications that the products of a way take for one stage's 3 x 3 convolution. */
export function multiplications({ side, channels }: Stage, algorithm: Algorithm): number {
  const tile = algorithm === 'direct' ? 1 : algorithm === 'F(2x2)' ? 2 : 4;
  return Math.ceil(side / tile) ** 2 * WEIGHT_TAPS[algorithm] * channels ** 2;
}
