import type { Arena } from '../simd/arena.ts';
import { floatBits, Kind, type Operator } from '../simd/operator.ts';
import type { AffineLayer, ConvolutionLayer, DenseLayer, Layer, LayeredNetwork, MeanLayer, PoolLayer, Shape } from './layers.ts';

/** Bytes of a float32. */
export const F = 4;
/** Channels that lie side by side, and outputs that a convolution computes at a time. */
const BLOCK = 4;
const OUTPUTS = 8;
/** Planes that are a whole number of pages apart would share a few sets of the cache: so many bytes more then. */
const PAGE = 4096;
const SKEW_BYTES = 64;
/** What a piece of a convolution reads again and again stays within the first cache, bytes. */
export const NEAR_BYTES = 24 * 1024;
/** Weights beyond this are read once: a piece takes all pixels then, and few channels. */
const LARGE_WEIGHTS = 192 * 1024;
/** Most pixels of such a piece. */
export const MOST_PIXELS = 256;
/** Fewest pixels of a piece, a multiple of what the inner loop takes. */
const LEAST_PIXELS = 24;
/** Pieces that two to four threads share evenly. */
export const PIECES = 12;

export const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Zeros around activations, pixels. */
interface Border {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** Activations in memory: [channels / 4][rows][columns][4] with a border; row and plane in floats. */
export interface PlacedActivations {
  /** Of the first pixel, behind the border; bytes. */
  readonly pixel: number;
  readonly row: number;
  readonly plane: number;
  readonly shape: Shape;
}

/** Weights that wait for their place. */
export interface Placement {
  readonly layer: ConvolutionLayer | DenseLayer | AffineLayer;
  readonly weights: number;
  readonly bias: number;
  readonly scales: number;
}

/** A network in memory, cut into operators; addresses in bytes. */
export interface GraphPlan {
  readonly input: number;
  /** What the picture is normalised by: [4] factors, [4] what is added. */
  readonly normalise: number;
  readonly activations: readonly PlacedActivations[];
  readonly operators: readonly Operator[];
  readonly placements: readonly Placement[];
}

/** The border that the readers of each layer's activations want. @param alike pairs of activations that have to lie alike */
function bordersOf({ shapes, layers }: LayeredNetwork, alike: readonly (readonly [number, number])[]): Border[] {
  const borders = shapes.map(() => ({ top: 0, left: 0, bottom: 0, right: 0 }));
  for (const [a, b] of alike) {
    const [one, other] = [borders[a], borders[b]];
    for (const [i, border] of borders.entries()) if (border === other) borders[i] = one;
  }
  for (const layer of layers) {
    if (layer.kind !== 'convolution') continue;
    const border = borders[layer.input];
    border.top = Math.max(border.top, layer.padTop);
    border.left = Math.max(border.left, layer.padLeft);
    border.bottom = Math.max(border.bottom, layer.padBottom);
    border.right = Math.max(border.right, layer.padRight);
  }
  return borders;
}

const readsOf = (layer: Layer): number[] => [layer.input, ...('residual' in layer && layer.residual !== undefined ? [layer.residual] : [])];

/** How activations are stored: how many channels lie side by side, of how many units (bytes, or floats) of how many bytes. */
export interface Format {
  readonly block: number;
  readonly bytes: number;
  /** Channels are a multiple of this. */
  readonly channels: number;
}

const FLOATS: Format = { block: BLOCK, bytes: F, channels: OUTPUTS };

/** Hands out memory for activations; what no layer reads any more is used anew where the border's zeros are in the same places. */
class Buffers {
  readonly #free = new Map<string, { address: number; blocks: number }[]>();

  constructor(private readonly arena: Arena) {}

  take(shape: Shape, { top, left, bottom, right }: Border, { block, bytes, channels }: Format): { placed: PlacedActivations; give: () => void } {
    const row = (left + shape.width + right) * block;
    const least = row * (top + shape.height + bottom);
    const plane = (least * bytes) % PAGE === 0 ? least + SKEW_BYTES / bytes : least;
    const blocks = roundUp(shape.channels, channels) / block;
    const key = [shape.width, shape.height, top, left, bottom, right, block].join();
    const free = this.#free.get(key) ?? [];
    this.#free.set(key, free);
    const at = free.findIndex((buffer) => buffer.blocks >= blocks);
    const buffer = at >= 0 ? free.splice(at, 1)[0] : { address: this.arena.floats(Math.ceil((blocks * plane * bytes) / F)), blocks };
    return { placed: { pixel: buffer.address + (top * row + left * block) * bytes, row, plane, shape }, give: () => free.push(buffer) };
  }
}

/** How many pixels and blocks of 8 channels a piece of a convolution takes. */
function piecesOf(pixels: number, ic: number, taps: number, oc: number): { chunk: number; group: number; items: number } {
  const blocks = oc / OUTPUTS;
  const large = ic * taps * oc * F > LARGE_WEIGHTS;
  const near = Math.floor(NEAR_BYTES / (ic * F) / 6) * 6;
  const wanted = large ? MOST_PIXELS : Math.max(LEAST_PIXELS, Math.min(near, roundUp(Math.ceil(pixels / PIECES), 6)));
  const chunks = Math.ceil(pixels / wanted);
  const chunk = chunks === 1 ? pixels : roundUp(Math.ceil(pixels / chunks), 6);
  const count = Math.ceil(pixels / chunk);
  const groups = Math.min(blocks, Math.max(1, Math.ceil(PIECES / count)));
  const group = Math.ceil(blocks / groups);
  return { chunk, group, items: count * Math.ceil(blocks / group) };
}

/** Puts layers into memory, one after another. */
export class Planner {
  readonly operators: Operator[] = [];
  readonly placements: Placement[] = [];
  readonly activations: PlacedActivations[] = [];
  readonly #buffers: Buffers;
  readonly #given: (() => void)[][];
  readonly #borders: readonly Border[];
  readonly #kept: ReadonlySet<number | undefined>;

  /** @param alike pairs of activations of one shape that get the same border */
  constructor(
    protected readonly network: LayeredNetwork,
    protected readonly arena: Arena,
    alike: readonly (readonly [number, number])[] = [],
  ) {
    const { shapes, scores, features, pooled } = network;
    this.#buffers = new Buffers(arena);
    this.#given = shapes.map(() => []);
    this.#borders = bordersOf(network, alike);
    this.#kept = new Set([0, scores, features, pooled]);
  }

  plan(): GraphPlan {
    const { shapes, layers, size } = this.network;
    const input = this.arena.floats(3 * size * size);
    const normalise = this.arena.floats(2 * BLOCK);
    const lastRead = shapes.map((_, i) => layers.findLastIndex((layer) => readsOf(layer).includes(i)));
    this.take(0);
    this.#image(input, normalise);
    for (const [at, layer] of layers.entries()) {
      this.layer(layer);
      for (const [i, last] of lastRead.entries()) if (last === at) for (const give of this.#given[i]) give();
    }
    return { input, normalise, activations: this.activations, operators: this.operators, placements: this.placements };
  }

  /** Memory for activations in some format. */
  protected place(i: number, format: Format): PlacedActivations {
    const { placed, give } = this.#buffers.take(this.network.shapes[i], this.#borders[i], format);
    if (!this.#kept.has(i)) this.#given[i].push(give);
    return placed;
  }

  /** Memory for activations in floats. */
  protected take(i: number): void {
    this.activations[i] = this.place(i, FLOATS);
  }

  #image(input: number, normalise: number): void {
    const { pixel, row, plane, shape } = this.activations[0];
    const chunk = Math.ceil(shape.height / PIECES);
    this.operators.push({
      kind: Kind.f32Image, items: Math.ceil(shape.height / chunk), chunk, in: input, inRow: shape.width, inPlane: shape.width * shape.height,
      out: pixel, outRow: row, outPlane: plane, width: shape.width, height: shape.height, scales: normalise,
    });
  }

  protected layer(layer: Layer): void {
    this.take(layer.output);
    switch (layer.kind) {
      case 'convolution': return layer.depthwise ? this.#depthwise(layer) : this.#convolution(layer);
      case 'maximum': case 'average': case 'averageOfAll': return this.#pool(layer);
      case 'affine': return this.#affine(layer);
      case 'mean': return this.#mean(layer);
      case 'dense': return this.#dense(layer);
    }
  }

  #out({ output }: Layer): Operator {
    const { pixel, row, plane, shape } = this.activations[output];
    return { out: pixel, outRow: row, outPlane: plane, width: shape.width, height: shape.height, oc: roundUp(shape.channels, OUTPUTS) };
  }

  #in({ input }: Layer): Operator {
    const { pixel, row, plane, shape } = this.activations[input];
    return { in: pixel, inRow: row, inPlane: plane, ic: roundUp(shape.channels, BLOCK), inWidth: shape.width, inHeight: shape.height };
  }

  #residual(residual: number | undefined): Operator {
    if (residual === undefined) return {};
    const { pixel, row, plane } = this.activations[residual];
    return { residual: pixel, residualRow: row, residualPlane: plane };
  }

  /** Where the first tap of the first output lies. */
  #firstTap(layer: ConvolutionLayer): number {
    const { pixel, row } = this.activations[layer.input];
    return pixel - (layer.padTop * row + layer.padLeft * BLOCK) * F;
  }

  #place(layer: Placement['layer'], weights: number, bias: number, scales: number): { weights: number; bias: number; scales: number } {
    const placed = { weights: weights && this.arena.floats(weights), bias: bias && this.arena.floats(bias), scales: scales && this.arena.floats(scales) };
    this.placements.push({ layer, ...placed });
    return placed;
  }

  #convolution(layer: ConvolutionLayer): void {
    const [out, from] = [this.#out(layer), this.#in(layer)];
    const [oc, ic, taps] = [out.oc ?? 0, from.ic ?? 0, layer.kernel ** 2];
    const { chunk, group, items } = piecesOf((out.width ?? 0) * (out.height ?? 0), ic, taps, oc);
    this.operators.push({
      ...from, ...out, ...this.#residual(layer.residual), ...this.#place(layer, oc * ic * taps, oc, 0), kind: Kind.f32Igemm,
      items, chunk, group, in: this.#firstTap(layer), taps: layer.kernel, stride: layer.stride, low: floatBits(layer.low), high: floatBits(layer.high),
    });
  }

  #depthwise(layer: ConvolutionLayer): void {
    const [out, from] = [this.#out(layer), this.#in(layer)];
    const blocks = (from.ic ?? 0) / BLOCK;
    const height = out.height ?? 0;
    const chunk = blocks >= PIECES ? height : Math.ceil(height / Math.ceil(PIECES / blocks));
    this.operators.push({
      ...from, ...out, ...this.#place(layer, blocks * BLOCK * (1 + layer.kernel ** 2), 0, 0), kind: Kind.f32Dwconv, oc: blocks * BLOCK,
      items: blocks * Math.ceil(height / chunk), group: 1, chunk, in: this.#firstTap(layer), taps: layer.kernel, stride: layer.stride,
      low: floatBits(layer.low), high: floatBits(layer.high),
    });
  }

  #pool(layer: PoolLayer): void {
    const from = this.#in(layer);
    this.operators.push({
      ...from, ...this.#out(layer), kind: layer.kind === 'maximum' ? Kind.f32Maxpool : Kind.f32Avgpool, items: (from.ic ?? 0) / BLOCK, group: 1, oc: from.ic ?? 0,
      taps: layer.kernel, stride: layer.stride, padX: layer.padLeft, padY: layer.padTop, relu: layer.kind === 'averageOfAll' ? 1 : 0,
    });
  }

  #affine(layer: AffineLayer): void {
    const from = this.#in(layer);
    const oc = from.ic ?? 0;
    this.operators.push({
      ...from, ...this.#out(layer), ...this.#residual(layer.residual), ...this.#place(layer, 0, layer.bias ? oc : 0, layer.scale ? oc : 0),
      kind: Kind.f32Vaffine, oc, items: Math.ceil(oc / BLOCK / 4), group: 4, low: floatBits(layer.low), high: floatBits(layer.high),
    });
  }

  #mean(layer: MeanLayer): void {
    const { pixel, row, plane, shape } = this.activations[layer.input];
    const blocks = roundUp(shape.channels, BLOCK) / BLOCK;
    // The kernel steps over a border of one pixel, which need not be there.
    this.operators.push({
      kind: Kind.averagePool, items: Math.ceil(blocks / 16), group: 16, in: pixel - (row + BLOCK) * F, inRow: row, inPlane: plane,
      out: this.activations[layer.output].pixel, ic: blocks * BLOCK, width: shape.width, height: shape.height,
    });
  }

  #dense(layer: DenseLayer): void {
    const [from, to] = [this.activations[layer.input], this.activations[layer.output]];
    const [ic, oc] = [roundUp(from.shape.channels, BLOCK), roundUp(to.shape.channels, BLOCK)];
    const group = Math.max(BLOCK, roundUp(Math.ceil(oc / PIECES), BLOCK));
    this.operators.push({ kind: Kind.classify, items: Math.ceil(oc / group), group, in: from.pixel, out: to.pixel, ic, oc, ...this.#place(layer, ic * oc, oc, 0) });
  }
}

/** Lays a network of layers out in memory and cuts it into operators. @param arena where memory is free */
export function planGraph(network: LayeredNetwork, arena: Arena): GraphPlan {
  return new Planner(network, arena).plan();
}

/** Convolution weights as the kernels read them: [oc / 8][taps][ic][8]; depthwise [channels / 4][1 + taps][4], the bias first. */
export function placeConvolution(floats: Float32Array, { depthwise, weight, bias, kernel }: ConvolutionLayer, own: Placement): void {
  const taps = kernel ** 2;
  const channels = bias.length;
  if (depthwise) {
    for (let c = 0; c < channels; c++) {
      const at = own.weights / F + Math.floor(c / BLOCK) * (1 + taps) * BLOCK + (c % BLOCK);
      floats[at] = bias[c];
      for (let t = 0; t < taps; t++) floats[at + (1 + t) * BLOCK] = weight[c * taps + t];
    }
    return;
  }
  const inner = weight.length / channels / taps;
  const ic = roundUp(inner, BLOCK);
  for (let o = 0; o < channels; o++) {
    const block = own.weights / F + Math.floor(o / OUTPUTS) * taps * ic * OUTPUTS + (o % OUTPUTS);
    for (let i = 0; i < inner; i++) {
      for (let t = 0; t < taps; t++) floats[block + (t * ic + i) * OUTPUTS] = weight[(o * inner + i) * taps + t];
    }
  }
  floats.set(bias, own.bias / F);
}
