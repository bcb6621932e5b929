import type { Arena } from './arena.ts';
import { floatBits, Kind, type Operator } from './operator.ts';

const INPUT_SIDE = 224;
export const INPUT_FLOATS = 3 * INPUT_SIDE ** 2;
/** See PADDED_ROW and PADDED_PLANE in src/engine/kernels/conv1.c. */
const PADDED_INPUT_FLOATS = 3 * 232 * (INPUT_SIDE + 6);
/** Tiles a row of conv1, its channels as squares of 2 x 2 pixels, and its positions: see src/engine/kernels/conv1.c. */
const CONV1 = { tiles: 28, channels: 12, positions: 49, rowFloats: 4 * (INPUT_SIDE / 2 + 2) * 4 } as const;
/** Floats between positions beyond their content: strides of a power of two would share a few sets of the cache. */
const SKEW = 16;
const DIRECT_TAPS = 9;

/** Floats of conv1's weights in the order that its kernel reads. */
export const CONV1_WEIGHT_FLOATS = 64 * CONV1.channels * CONV1.positions;
/** Columns, sums of two blocks of 8 output channels, and rows of results. */
const CONV1_LOCAL_FLOATS = CONV1.positions * ((CONV1.channels + 2 * 8) * CONV1.tiles + 3 * SKEW) + CONV1.rowFloats;
const CONV1_SUMS_FLOATS = CONV1.tiles * 64 * (INPUT_SIDE / 4);

/** How the convolutions of one stage of the network are cut into pieces. */
export interface Stage {
  /** Side of its activations, pixels. */
  readonly side: number;
  readonly channels: number;
  /** Side of a Winograd output tile; undefined where the convolutions read their input where it lies, without Winograd. */
  readonly tile: 2 | 4 | undefined;
  /** Tiles a piece takes from input to output in one thread's own memory; undefined where all threads share the products. */
  readonly chunk?: number;
  /** Blocks of 4 input channels, and of 8 output channels, that a piece takes. */
  readonly groupIn: number;
  readonly groupProducts: number;
  readonly groupOut: number;
  /** Of the convolutions with stride 2 that begin the stage: pixels, and blocks of 8 output channels, that a piece takes. */
  readonly pixels: number;
  readonly groupDirect: number;
}

/** A padded activation buffer: [channels / 4][side][side][4]; row and plane in floats. */
export interface Activations {
  readonly address: number;
  readonly row: number;
  readonly plane: number;
}

/** Memory that every layer uses anew. */
export interface Workspace {
  readonly columns: number;
  readonly sums: number;
  readonly local: number;
  /** Floats of `local` that each thread has. */
  readonly localSize: number;
}

export interface LayerWeights {
  readonly weights: number;
  readonly bias: number;
}

const tilesAcross = (stage: Stage): number => Math.ceil(stage.side / (stage.tile ?? 1));
const positions = (stage: Stage): number => (stage.tile === undefined ? 0 : (stage.tile + 2) ** 2);
const piece = (stage: Stage): number => stage.chunk ?? tilesAcross(stage) ** 2;
const columnsStep = (stage: Stage): number => piece(stage) * stage.channels + SKEW;
const sumsStep = (stage: Stage): number => piece(stage) * (stage.chunk === undefined ? stage.channels : stage.groupOut * 8) + SKEW;

export function allocateActivations(arena: Arena, stage: Stage): Activations {
  // One row before the image, and behind it what the last tile reads beyond the edge.
  const side = tilesAcross(stage) * (stage.tile ?? 1) + 2;
  return { address: arena.floats((stage.channels / 4) * side * side * 4), row: side * 4, plane: side * side * 4 };
}

/** As much as the most demanding of some stages needs, and conv1. */
export function allocateWorkspace(arena: Arena, stages: readonly Stage[], threads: number): Workspace {
  const shared = stages.filter((s) => s.chunk === undefined);
  const whole = stages.filter((s) => s.chunk !== undefined);
  const packed = (s: Stage): number => s.side ** 2 * (s.channels / 2) * DIRECT_TAPS;
  const localSize =
    Math.max(CONV1_LOCAL_FLOATS, ...whole.map((s) => positions(s) * (columnsStep(s) + sumsStep(s))), ...stages.map((s) => s.pixels * 2 * 8)) + SKEW;
  return {
    columns: arena.floats(Math.max(...shared.map((s) => positions(s) * columnsStep(s)), ...stages.map(packed))),
    sums: arena.floats(Math.max(CONV1_SUMS_FLOATS, ...shared.map((s) => positions(s) * sumsStep(s)))),
    local: arena.floats(localSize * threads),
    localSize,
  };
}

/** As much as conv1 needs. */
export function allocateConv1Workspace(arena: Arena, threads: number): Workspace {
  const localSize = CONV1_LOCAL_FLOATS + SKEW;
  return { columns: 0, sums: arena.floats(CONV1_SUMS_FLOATS), local: arena.floats(localSize * threads), localSize };
}

/** conv1, ReLU and max pool, from planes of 224 x 224 into activations of 56 x 56. */
export function conv1Operators(arena: Arena, input: number, stage: Stage, own: LayerWeights, to: Activations, work: Workspace): Operator[] {
  const padded = arena.floats(PADDED_INPUT_FLOATS);
  const out = { out: to.address, outRow: to.row, outPlane: to.plane, oc: stage.channels, width: stage.side, height: stage.side };
  return [
    { kind: Kind.padInput, items: 3, in: input, out: padded },
    { ...out, ...own, ...work, kind: Kind.conv1Pool, items: CONV1.tiles, in: padded },
    { ...out, kind: Kind.conv1Seams, items: stage.channels / 4, sums: work.sums },
  ];
}

/** 3 x 3 convolution with stride 1, with ReLU unless `relu` is 0, all channels of a stage to as many. */
export function winogradOperators(
  stage: Stage, own: LayerWeights, from: Activations, to: Activations, residual: Activations | undefined, work: Workspace, relu: 0 | 1 = 1,
): Operator[] {
  const across = tilesAcross(stage);
  const common = {
    ...own, ...work,
    ic: stage.channels, oc: stage.channels, relu, width: stage.side, height: stage.side, tilesX: across, tiles: across ** 2,
    in: from.address, inRow: from.row, inPlane: from.plane, out: to.address, outRow: to.row, outPlane: to.plane,
    residual: residual?.address ?? 0, columnsStep: columnsStep(stage), sumsStep: sumsStep(stage), chunk: piece(stage),
  };
  if (stage.chunk !== undefined) {
    return [{ ...common, kind: Kind.winograd4, items: Math.ceil(across ** 2 / stage.chunk), group: stage.groupOut }];
  }
  const four = stage.tile === 4;
  const items = (blocks: number, group: number): { items: number; group: number } => ({ items: Math.ceil(blocks / group), group });
  const products = items(stage.channels / 8, stage.groupProducts);
  return [
    { ...common, kind: four ? Kind.winograd4In : Kind.winograd2In, ...items(stage.channels / 4, stage.groupIn) },
    { ...common, kind: Kind.products, ...products, items: positions(stage) * products.items },
    { ...common, kind: four ? Kind.winograd4Out : Kind.winograd2Out, ...items(stage.channels / 8, stage.groupOut) },
  ];
}

/**
 * The convolutions with stride 2 that begin a stage: 3 x 3 with ReLU into `to`, and 1 x 1 without into `shortcut`.
 *
 * @param from activations of the stage before, with half as many channels
 */
export function strideTwoOperators(
  stage: Stage, own: LayerWeights, shortcutOwn: LayerWeights, from: Activations, to: Activations, shortcut: Activations, work: Workspace,
): Operator[] {
  const ic = stage.channels / 2;
  const chunks = Math.ceil(stage.side ** 2 / stage.pixels);
  const common = { ...work, ic, oc: stage.channels, width: stage.side, height: stage.side, chunk: stage.pixels };
  const out = (own: LayerWeights, activations: Activations, taps: number): Operator => ({
    ...common, ...own, kind: Kind.direct, items: chunks * Math.ceil(stage.channels / 8 / stage.groupDirect), group: stage.groupDirect,
    taps, relu: taps === 1 ? 0 : 1, out: activations.address, outRow: activations.row, outPlane: activations.plane,
  });
  return [
    {
      ...common, kind: Kind.pack, items: chunks * Math.ceil(ic / 4 / stage.groupIn), group: stage.groupIn, stride: 2,
      in: from.address, inRow: from.row, inPlane: from.plane,
    },
    { ...out(own, to, DIRECT_TAPS), nobarrier: 1 },
    out(shortcutOwn, shortcut, 1),
  ];
}

/** Pieces of a convolution that reads its input where it lies: so many blocks of 8 output channels, all pixels each. */
const IN_PLACE_GROUP = 4;

/** A convolution of any stride that reads its input where it lies. @param ic channels of `from` */
export function inPlaceOperator(
  stage: Stage, own: LayerWeights, from: Activations, to: Activations, { ic, taps, stride, relu, residual }: { ic: number; taps: 1 | 3; stride: 1 | 2; relu: 0 | 1; residual?: Activations },
): Operator {
  /** Of the first pixel, behind the border. */
  const inside = ({ address, row }: Activations): number => address + (row + 4) * 4;
  return {
    ...own, kind: Kind.f32Igemm, items: Math.ceil(stage.channels / 8 / IN_PLACE_GROUP), group: IN_PLACE_GROUP, chunk: stage.side ** 2, ic, oc: stage.channels,
    width: stage.side, height: stage.side, taps, stride, low: floatBits(relu ? 0 : -Infinity), high: floatBits(Infinity),
    in: taps === 1 ? inside(from) : from.address, inRow: from.row, inPlane: from.plane, out: inside(to), outRow: to.row, outPlane: to.plane,
    ...(residual ? { residual: inside(residual), residualRow: residual.row, residualPlane: residual.plane } : {}),
  };
}

/** A classifier in memory: its rows are a multiple of 4, as the kernel computes four at a time. */
export interface PlacedClassifier extends LayerWeights {
  readonly classes: number;
  readonly features: number;
  readonly logits: number;
}

/** Pieces of the classifier that threads share. */
const CLASSIFIER_PIECES = 10;
/** Scores that the kernel computes at a time. */
const ROWS = 4;

const paddedClasses = (classes: number): number => Math.ceil(classes / ROWS) * ROWS;

/** @param width of the features */
export function allocateClassifier(arena: Arena, classes: number, width: number): PlacedClassifier {
  const rows = paddedClasses(classes);
  return { classes, weights: arena.floats(rows * width), bias: arena.floats(rows), features: arena.floats(width), logits: arena.floats(rows) };
}

/** Global average of float activations, and the classifier. */
export function poolOperators(from: Activations, stage: Pick<Stage, 'channels' | 'side'>, { features, logits, weights, bias, classes }: PlacedClassifier): Operator[] {
  const oc = paddedClasses(classes);
  const group = paddedClasses(oc / CLASSIFIER_PIECES);
  return [
    {
      kind: Kind.averagePool, items: 8, in: from.address, inRow: from.row, inPlane: from.plane, out: features,
      ic: stage.channels, width: stage.side, height: stage.side, group: 16,
    },
    { kind: Kind.classify, items: Math.ceil(oc / group), in: features, out: logits, weights, bias, ic: stage.channels, oc, group },
  ];
}

/** Copies a padded buffer of blocks of four channels to plain [channels, side, side]. */
export function unpackFloats(floats: Float32Array, from: Activations, side: number, out: Float32Array): void {
  const area = side * side;
  for (let c = 0; c < out.length / area; c++) {
    const plane = from.address / 4 + (c >> 2) * from.plane + (c & 3);
    for (let y = 0; y < side; y++) {
      const row = plane + (y + 1) * from.row + 4;
      for (let x = 0; x < side; x++) out[c * area + y * side + x] = floats[row + x * 4];
    }
  }
}
