import type { ConvolutionShape } from '../../../domain/resnet18/folded';
import { Kind, type Phase } from './phase';

/** Bytes of a float32. */
const F = 4;
const INPUT_SIDE = 224;
/** See PADDED_ROW and PADDED_PLANE in src/kernels/conv1.c. */
const PADDED_INPUT_FLOATS = 3 * 232 * (INPUT_SIDE + 6);
/** Floats of the three rows of two channel blocks that conv1_pool keeps a thread. */
const CONV1_RING_FLOATS = 6 * (INPUT_SIDE / 2 + 2) * 4;

/** How one stage of the network is cut into pieces. */
interface Stage {
  /** Side of its activations, pixels. */
  readonly side: number;
  readonly channels: number;
  /** Side of a Winograd output tile: 4, or 2 where 7 x 7 pixels would waste too much of larger tiles and their weights. */
  readonly tile: 2 | 4;
  /** Tiles a piece of work takes at most. */
  readonly chunk: number;
  /** Blocks of 4 input channels, and of 8 output channels, that a piece takes. */
  readonly groupIn: number;
  readonly groupOut: number;
}

/** Pieces are small enough for two to four threads to share evenly, and for their data to stay in a 256 KB cache. */
const STAGES: readonly Stage[] = [
  { side: 56, channels: 64, tile: 4, chunk: 18, groupIn: 8, groupOut: 8 },
  { side: 28, channels: 128, tile: 4, chunk: 18, groupIn: 8, groupOut: 4 },
  { side: 14, channels: 256, tile: 4, chunk: 16, groupIn: 8, groupOut: 2 },
  { side: 7, channels: 512, tile: 2, chunk: 16, groupIn: 16, groupOut: 4 },
];

/** Hands out memory from one end. */
export class Arena {
  /** @param next first free byte */
  constructor(private next: number) {}

  get end(): number {
    return this.next;
  }

  /** @returns address in bytes, 64-byte aligned */
  floats(count: number): number {
    const at = (this.next + 63) & ~63;
    this.next = at + count * F;
    return at;
  }
}

/** How a convolution's weights have to lie in memory. */
export interface WeightPlan {
  readonly kind: 'conv1' | 'direct' | 'winograd2' | 'winograd4';
  readonly weights: number;
  readonly bias: number;
}

/** The whole network in memory. */
export interface NetworkPlan {
  readonly input: number;
  readonly features: number;
  readonly logits: number;
  readonly fcWeights: number;
  readonly fcBias: number;
  /** By state-dict name. */
  readonly convolutions: ReadonlyMap<string, WeightPlan>;
  readonly phases: readonly Phase[];
  /** The last convolution once more, without ReLU, run by itself after `phases` where somebody wants to know. */
  readonly lastBlock: { readonly hidden: Maps; readonly sum: Maps; readonly side: number; readonly phases: readonly Phase[] };
}

/** A padded activation buffer: [channels / 4][side][side][4]; row and plane in floats. */
export interface Maps {
  readonly address: number;
  readonly row: number;
  readonly plane: number;
}

const tilesAcross = (stage: Stage): number => Math.ceil(stage.side / stage.tile);

function maps(arena: Arena, stage: Stage): Maps {
  // One row before the picture, and behind it what the last tile reads beyond the edge.
  const side = tilesAcross(stage) * stage.tile + 2;
  return { address: arena.floats((stage.channels / 4) * side * side * 4), row: side * 4, plane: side * side * 4 };
}

/** Floats of a convolution's weights in the order that its kernel reads. */
function weightFloats(shape: ConvolutionShape, kind: WeightPlan['kind']): number {
  const taps = kind === 'winograd4' ? 36 : kind === 'winograd2' ? 16 : shape.kernel * shape.kernel;
  return shape.outChannels * shape.inChannels * taps;
}

function stageOf(shape: ConvolutionShape): Stage {
  const found = STAGES.find((s) => s.channels === shape.outChannels);
  if (!found) throw new RangeError(`${shape.name} has ${shape.outChannels} output channels, ResNet-18 knows none such.`);
  return found;
}

function weightKind(shape: ConvolutionShape): WeightPlan['kind'] {
  if (shape.kernel === 7) return 'conv1';
  if (shape.stride === 2) return 'direct';
  return stageOf(shape).tile === 4 ? 'winograd4' : 'winograd2';
}

/**
 * Lays ResNet-18 out in memory and cuts it into phases.
 *
 * @param shapes its convolutions in state-dict order
 * @param arena where memory is free
 * @param threads how many threads need a workspace of their own
 */
export function planNetwork(shapes: readonly ConvolutionShape[], arena: Arena, threads: number): NetworkPlan {
  const convolutions = new Map<string, WeightPlan>();
  for (const shape of shapes) {
    const kind = weightKind(shape);
    convolutions.set(shape.name, { kind, weights: arena.floats(weightFloats(shape, kind)), bias: arena.floats(shape.outChannels) });
  }
  const fcWeights = arena.floats(1000 * 512);
  const fcBias = arena.floats(1000);
  const input = arena.floats(3 * INPUT_SIDE * INPUT_SIDE);
  const padded = arena.floats(PADDED_INPUT_FLOATS);
  const features = arena.floats(512);
  const logits = arena.floats(1000);
  const positions = (s: Stage): number => (s.tile + 2) ** 2;
  const scratch = arena.floats(Math.max(...STAGES.map((s) => positions(s) * s.channels * tilesAcross(s) ** 2)));
  const localSize = Math.max(CONV1_RING_FLOATS, ...STAGES.map((s) => positions(s) * 2 * s.chunk * 4)) + 16;
  const local = arena.floats(localSize * threads);
  const phases: Phase[] = [];
  const weightsOf = (name: string): WeightPlan => {
    const found = convolutions.get(name);
    if (!found) throw new RangeError(`The weights lack ${name}.`);
    return found;
  };

  const winograd = (name: string, stage: Stage, from: Maps, to: Maps, residual?: Maps, relu = 1, list = phases): void => {
    const across = tilesAcross(stage);
    const tiles = across ** 2;
    const chunks = Math.ceil(tiles / stage.chunk);
    const { weights, bias } = weightsOf(name);
    const common = { scratch, ic: stage.channels, tilesX: across, tiles, chunk: stage.chunk };
    list.push({
      ...common,
      kind: stage.tile === 4 ? Kind.winograd4In : Kind.winograd2In,
      items: chunks * Math.ceil(stage.channels / 4 / stage.groupIn),
      in: from.address, inRow: from.row, inPlane: from.plane, group: stage.groupIn,
    });
    list.push({
      ...common,
      kind: stage.tile === 4 ? Kind.winograd4Out : Kind.winograd2Out,
      items: chunks * Math.ceil(stage.channels / 8 / stage.groupOut),
      out: to.address, outRow: to.row, outPlane: to.plane, residual: residual?.address ?? 0,
      weights, bias, oc: stage.channels, relu, width: stage.side, height: stage.side, local, localSize, group: stage.groupOut,
    });
  };

  const direct = (name: string, stage: Stage, from: Maps, to: Maps, kernel: number, nobarrier: boolean): void => {
    const { weights, bias } = weightsOf(name);
    const pixels = stage.side ** 2;
    const chunk = Math.min(pixels, 49);
    const group = 4;
    phases.push({
      kind: Kind.direct,
      items: Math.ceil(pixels / chunk) * Math.ceil(stage.channels / 8 / group),
      nobarrier: nobarrier ? 1 : 0,
      in: from.address, inRow: from.row, inPlane: from.plane, out: to.address, outRow: to.row, outPlane: to.plane,
      weights, bias, ic: stage.channels / 2, oc: stage.channels, relu: kernel === 3 ? 1 : 0,
      width: stage.side, height: stage.side, chunk, group, kernel,
    });
  };

  let before: Maps | undefined;
  let hidden: Maps | undefined;
  let blockInput: Maps | undefined;
  for (const [i, stage] of STAGES.entries()) {
    const [middle, first, second] = [maps(arena, stage), maps(arena, stage), maps(arena, stage)];
    if (!before) {
      const { weights, bias } = weightsOf('conv1');
      const rows = 14;
      phases.push({ kind: Kind.padInput, items: 3, in: input, out: padded });
      phases.push({
        kind: Kind.conv1Pool, items: (stage.channels / 8) * Math.ceil(stage.side / rows), in: padded, out: first.address,
        outRow: first.row, outPlane: first.plane, weights, bias, oc: stage.channels, width: stage.side, height: stage.side,
        local, localSize, chunk: rows,
      });
      winograd('layer1.0.conv1', stage, first, middle);
    } else {
      direct(`layer${i + 1}.0.conv1`, stage, before, middle, 3, true);
      direct(`layer${i + 1}.0.downsample.0`, stage, before, first, 1, false);
    }
    winograd(`layer${i + 1}.0.conv2`, stage, middle, second, first);
    winograd(`layer${i + 1}.1.conv1`, stage, second, middle);
    winograd(`layer${i + 1}.1.conv2`, stage, middle, first, second);
    [before, hidden, blockInput] = [first, middle, second];
  }
  const last = STAGES[STAGES.length - 1];
  phases.push({
    kind: Kind.averagePool, items: 8, in: before?.address, inRow: before?.row, inPlane: before?.plane, out: features,
    ic: last.channels, width: last.side, height: last.side, group: 16,
  });
  phases.push({ kind: Kind.classify, items: 10, in: features, out: logits, weights: fcWeights, bias: fcBias, ic: 512, oc: 1000, group: 100 });
  if (!hidden) throw new RangeError('The network has no stages.');
  const sum = maps(arena, last);
  const again: Phase[] = [];
  winograd('layer4.1.conv2', last, hidden, sum, blockInput, 0, again);
  const lastBlock = { hidden, sum, side: last.side, phases: again };
  return { input, features, logits, fcWeights, fcBias, convolutions, phases, lastBlock };
}
