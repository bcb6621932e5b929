import type { ActivationSteps, Tail } from '../resnet18/int8.ts';
import type { Arena } from '../simd/arena.ts';
import { floatBits, Kind, type Operator } from '../simd/operator.ts';
import { UncoveredError, type ConvolutionLayer, type Layer } from './layers.ts';
import { F, MOST_PIXELS, NEAR_BYTES, PIECES, Planner, roundUp, type Format, type GraphPlan, type PlacedActivations } from './plan-graph.ts';
import type { Int8Graph, Int8Weights } from './read-int8-graph.ts';

/** Channels that lie side by side, and outputs that a convolution computes at a time. */
const BLOCK = 16;
const OUTPUTS = 8;
/** Pixels that the inner loop takes at most, and at least. */
const [MOST, LEAST] = [6, 5];
const INT8: Format = { block: BLOCK, bytes: 1, channels: BLOCK };
/** As in plan-graph.ts, for integers. */
const LARGE_WEIGHTS = 128 * 1024;
const LEAST_PIXELS = 48;
const GROUPS = { 3: 1, 5: 2 } as const;

/** A convolution in integers, placed. */
export interface PlacedInt8 {
  readonly layer: ConvolutionLayer;
  readonly own: Int8Weights;
  readonly input: ActivationSteps;
  readonly residualSteps: ActivationSteps | undefined;
  readonly tail: Tail;
  readonly from: PlacedActivations;
  readonly to: PlacedActivations;
  readonly residual: PlacedActivations | undefined;
  /** Addresses. */
  readonly weights: number;
  readonly scales: number;
  readonly bias: number;
  /** Index of its operator. */
  readonly at: number;
}

export interface Int8GraphPlan extends GraphPlan {
  readonly convolutions: readonly PlacedInt8[];
}

/** Whether so many pixels can be cut into blocks of five and six. */
const cuts = (pixels: number): boolean => Math.floor(pixels / Math.ceil(pixels / MOST)) >= LEAST;

/** Rows that a piece takes; undefined where the activations are too small for the inner loop. */
function rowsOf(width: number, height: number, wanted: number): number | undefined {
  const able = Array.from({ length: height }, (_, i) => i + 1).filter((rows) => cuts(rows * width) && (height % rows === 0 || cuts((height % rows) * width)));
  return able.findLast((rows) => rows * width <= wanted) ?? able.at(0);
}

/** What stored integers of 8 bits are less than those of the file. */
const SIGN = 128;
/** Whether activations are stored as -128 to 127, not 0 to 127. */
export const isWide = ({ top }: ActivationSteps): boolean => top > 127;
/** The integer that stands for nought, as it is stored. */
const storedZero = (steps: ActivationSteps): number => steps.zero - (isWide(steps) ? SIGN : 0);
/** Most that a weight may be beside activations of 8 bits. */
const NARROW = 63;

/** How a sum becomes a step of the output, or a real number where `output` is undefined; see resnet18/int8.ts. */
function tailOf(layer: ConvolutionLayer, own: Int8Weights, input: ActivationSteps, output: ActivationSteps | undefined, residual: ActivationSteps | undefined): Tail {
  const { step, zero, top } = output ?? { step: 1, zero: 0, top: Infinity };
  const each = own.values.length / own.steps.length;
  const zeroIn = storedZero(input);
  const offset = zero - (residual ? (storedZero(residual) * residual.step) / step : 0);
  const bias = layer.bias.map((b, o) => {
    // What the input's zero point adds to every sum.
    let sum = 0;
    if (zeroIn !== 0) for (let i = o * each; i < (o + 1) * each; i++) sum += own.values[i];
    return (b - sum * zeroIn * input.step * own.steps[o]) / step + offset;
  });
  return { scales: own.steps.map((w) => (w * input.step) / step), bias, factor: Math.fround((residual?.step ?? 0) / step), top };
}

/** Whether only what computes in floats reads some activations. */
function readAsFloats({ network, weights }: Int8Graph, i: number): boolean {
  const readers = network.layers.filter((l) => l.input === i || ('residual' in l && l.residual === i));
  return readers.every((l) => l.kind !== 'convolution' || !weights.has(l.name));
}

/** What a convolution in integers adds, and what that has to lie as: its output, or its input where it gives floats (see int8.c). */
function addedAlike(graph: Int8Graph): [number, number][] {
  return graph.network.layers.flatMap((l): [number, number][] => {
    if (l.kind !== 'convolution' || l.residual === undefined || !graph.weights.has(l.name)) return [];
    if (!readAsFloats(graph, l.output)) return [[l.residual, l.output]];
    const [added, input] = [l.residual, l.input].map((i) => graph.network.shapes[i]);
    return added.width === input.width && added.height === input.height ? [[l.residual, l.input]] : [];
  });
}

class Int8Planner extends Planner {
  readonly convolutions: PlacedInt8[] = [];
  readonly #int8: PlacedActivations[] = [];
  readonly #local: number;
  readonly #localSize: number;

  constructor(
    private readonly graph: Int8Graph,
    arena: Arena,
    threads: number,
  ) {
    super(graph.network, arena, addedAlike(graph));
    const widest = Math.max(...graph.network.shapes.map(({ width }) => width));
    // Two lots of woven rows, of four channels a vector, with what a kernel of 5 reads beyond the row.
    this.#localSize = 2 * 4 * (widest + 8) * BLOCK / F;
    this.#local = arena.floats(this.#localSize * threads);
  }

  override plan(): Int8GraphPlan {
    return { ...super.plan(), convolutions: this.convolutions };
  }

  protected override layer(layer: Layer): void {
    const own = layer.kind === 'convolution' ? this.graph.weights.get(layer.name) : undefined;
    if (layer.kind === 'convolution' && own) return this.#convolution(layer, own);
    if (!(layer.input in this.activations)) throw new UncoveredError(layer.kind, 'it reads integers');
    super.layer(layer);
  }

  /** Activations in int8, made of floats where there are only these. */
  #integers(i: number, layer: ConvolutionLayer): PlacedActivations {
    if (i in this.#int8) return this.#int8[i];
    const [from, steps] = [this.activations[i], this.graph.steps[i]];
    if (!steps) throw new UncoveredError('Conv', 'what it reads is not in integers', layer.name);
    const to = this.place(i, INT8);
    this.#int8[i] = to;
    const blocks = roundUp(to.shape.channels, BLOCK) / BLOCK;
    if (from.shape.channels % BLOCK !== 0 || isWide(steps)) throw new UncoveredError('Conv', `it reads ${from.shape.channels} channels`, layer.name);
    this.operators.push({
      kind: Kind.f32Qs8Vcvt, items: blocks, group: 1, oc: blocks * BLOCK, width: to.shape.width, height: to.shape.height, in: from.pixel, inRow: from.row,
      inPlane: from.plane, out: to.pixel, outRow: to.row, outPlane: to.plane, factor: floatBits(1 / steps.step), low: floatBits(steps.zero), top: steps.top,
    });
    return to;
  }

  #convolution(layer: ConvolutionLayer, own: Int8Weights): void {
    const { input, output, residual } = layer;
    const from = this.#integers(input, layer);
    const steps = this.graph.steps[input];
    const padded = layer.padTop + layer.padLeft + layer.padBottom + layer.padRight > 0;
    const refuse = (reason: string): never => {
      throw new UncoveredError('Conv', `in integers ${reason}`, layer.name);
    };
    if (!steps || (padded && steps.zero !== 0)) return refuse('it pads what does not begin at zero');
    if (isWide(steps) && (layer.kernel !== 1 || own.values.some((w) => Math.abs(w) > NARROW))) return refuse('its weights have 8 bits beside activations of 8 bits');
    const floats = readAsFloats(this.graph, output);
    const given = this.graph.steps[output];
    if (!given && !floats) return refuse('what it gives is not rounded');
    if (floats) this.take(output);
    else this.#int8[output] = this.place(output, INT8);
    const to = floats ? this.activations[output] : this.#int8[output];
    const added = residual === undefined ? undefined : this.#integers(residual, layer);
    const residualSteps = residual === undefined ? undefined : this.graph.steps[residual];
    const like = floats ? from : to;
    if (added && (added.row !== like.row || added.plane !== like.plane)) return refuse('what it adds lies otherwise');
    const tail = tailOf(layer, own, steps, floats ? undefined : given, residualSteps);
    const channels = roundUp(to.shape.channels, BLOCK);
    const inner = layer.depthwise ? channels * (layer.kernel === 5 ? GROUPS[5] : GROUPS[3]) * layer.kernel * 4 : channels * roundUp(from.shape.channels, BLOCK) * layer.kernel ** 2;
    const places = { weights: this.arena.floats(inner / F), scales: this.arena.floats(channels), bias: this.arena.floats(channels) };
    const sums = isWide(steps) ? this.#pixelSums(from) : 0;
    this.convolutions.push({ layer, own, input: steps, residualSteps, tail, from, to, residual: added, ...places, at: this.operators.length });
    const common: Operator = { ...places, in: from.pixel, inRow: from.row, inPlane: from.plane, outRow: to.row, outPlane: to.plane,
      width: to.shape.width, height: to.shape.height, taps: layer.kernel, stride: layer.stride, top: floats ? 0 : tail.top,
      sums, wideIn: isWide(steps) ? 1 : 0, wideOut: !floats && given && isWide(given) ? 1 : 0, wideResidual: residualSteps && isWide(residualSteps) ? 1 : 0 };
    if (layer.depthwise) {
      if (layer.kernel === 7 || floats || (given && isWide(given))) return refuse(layer.kernel === 7 ? 'it is depthwise of 7 x 7' : 'it is depthwise, and what it gives does not begin at zero');
      this.operators.push(this.#depthwise(layer, common, from, to, channels));
    } else this.operators.push(this.#pointwise(layer, common, { from, to, added, given, factor: tail.factor, floats }) ?? refuse('its activations are too small'));
  }

  /** Sums of each pixel's channels, for weights that are stored as 64 more than they are. @returns their address */
  #pixelSums({ pixel, row, plane, shape }: PlacedActivations): number {
    const { width, height, channels } = shape;
    const sums = this.arena.floats(width * height);
    const chunk = Math.ceil(height / 4);
    this.operators.push({
      kind: Kind.qs8Rsum, items: Math.ceil(height / chunk), chunk, in: pixel, inRow: row, inPlane: plane, out: sums, width, height, ic: roundUp(channels, BLOCK),
    });
    return sums;
  }

  #depthwise(layer: ConvolutionLayer, common: Operator, from: PlacedActivations, to: PlacedActivations, channels: number): Operator {
    const blocks = channels / BLOCK;
    const { height } = to.shape;
    const chunk = Math.ceil(height / Math.max(1, Math.ceil(PIECES / blocks)));
    return {
      ...common, kind: Kind.qs8Dwconv, in: from.pixel - layer.padTop * from.row - layer.padLeft * BLOCK, out: to.pixel, oc: channels,
      items: blocks * Math.ceil(height / chunk), group: 1, chunk, local: this.#local, localSize: this.#localSize,
    };
  }

  #pointwise(
    layer: ConvolutionLayer, common: Operator,
    { from, to, added, given, factor, floats }: { from: PlacedActivations; to: PlacedActivations; added: PlacedActivations | undefined; given: ActivationSteps | undefined; factor: number; floats: boolean },
  ): Operator | undefined {
    const { width, height, channels } = to.shape;
    const [ic, oc] = [roundUp(from.shape.channels, BLOCK), roundUp(channels, floats ? OUTPUTS : BLOCK)];
    const large = ic * oc * layer.kernel ** 2 > LARGE_WEIGHTS;
    const near = Math.max(LEAST_PIXELS, Math.min(Math.floor(NEAR_BYTES / ic), Math.ceil((width * height) / PIECES)));
    const rows = rowsOf(width, height, large ? MOST_PIXELS : near);
    if (rows === undefined) return undefined;
    const pieces = Math.ceil(height / rows);
    const group = Math.max(2, roundUp(Math.ceil(oc / OUTPUTS / Math.max(1, Math.ceil(PIECES / pieces))), 2));
    // The kernel steps over a border of one pixel, which need not be there; a 1 x 1 convolution over one of its input too.
    const corner = (p: PlacedActivations, block: number, bytes: number): number => p.pixel - (p.row + block) * bytes;
    const edge = layer.kernel === 1 ? 1 : 0;
    const high = given ? (given.top - given.zero) * given.step : 0;
    return {
      ...common, kind: floats ? Kind.int8ToFloats : Kind.int8, ic, oc, items: pieces * Math.ceil(oc / OUTPUTS / group), chunk: rows, group,
      in: from.pixel - (layer.padTop + edge) * from.row - (layer.padLeft + edge) * BLOCK,
      out: floats ? corner(to, F, F) : corner(to, BLOCK, 1), residual: added ? corner(added, BLOCK, 1) : 0, factor: floatBits(factor),
      relu: floats && given?.zero === 0 ? 1 : 0, high: floats && given?.zero === 0 ? floatBits(high) : 0,
    };
  }
}

/** Lays a network in integers out in memory. @param threads how many threads need memory of their own */
export function planInt8Graph(graph: Int8Graph, arena: Arena, threads: number): Int8GraphPlan {
  return new Int8Planner(graph, arena, threads).plan();
}

/** A convolution's integers and its tail where the kernels read them. */
export function placeInt8(memory: ArrayBufferLike, { layer, own, input, tail, from, weights, scales, bias }: PlacedInt8): void {
  const more = isWide(input) ? NARROW + 1 : 0;
  const bytes = new Int8Array(memory, weights);
  const taps = layer.kernel ** 2;
  const channels = own.steps.length;
  for (let o = 0; o < channels; o++) {
    if (layer.depthwise) {
      const groups = layer.kernel === 5 ? GROUPS[5] : GROUPS[3];
      // [block][quad][four rows][column][4 channels][4 rows]
      const at = Math.floor(o / 4) * groups * layer.kernel * BLOCK + (o % 4) * 4;
      for (let t = 0; t < taps; t++) {
        const [ky, kx] = [Math.floor(t / layer.kernel), t % layer.kernel];
        bytes[at + (Math.floor(ky / 4) * layer.kernel + kx) * BLOCK + (ky % 4)] = own.values[o * taps + t];
      }
      continue;
    }
    const inner = own.values.length / channels / taps;
    const ic = roundUp(from.shape.channels, BLOCK);
    // [oc / 8][taps][ic / 4][8][4]
    const at = Math.floor(o / OUTPUTS) * OUTPUTS * ic * taps + (o % OUTPUTS) * 4;
    // Channels up to a whole block have weights of nought too.
    for (let i = 0; i < ic; i++) {
      for (let t = 0; t < taps; t++) bytes[at + t * ic * OUTPUTS + Math.floor(i / 4) * 32 + (i % 4)] = (i < inner ? own.values[(o * inner + i) * taps + t] : 0) + more;
    }
  }
  const floats = new Float32Array(memory);
  floats.set(tail.scales, scales / F);
  floats.set(tail.bias, bias / F);
}
