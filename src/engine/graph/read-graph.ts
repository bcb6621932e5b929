import type { ClassifierPorts } from '../model.ts';
import { Constants } from '../onnx/constants.ts';
import { describeClassifier } from '../onnx/describe.ts';
import { intAttribute, intsAttribute, makersOf, type OnnxModel, type OnnxNode } from '../onnx/model.ts';
import { UncoveredError, type Clamp, type Layer, type LayeredNetwork, type Shape } from './layers.ts';
import { neededFor, scoresBefore } from './scores.ts';
import { StoredWeights } from './stored-weights.ts';
import { floatAttribute, KERNELS, outputShape, stringAttribute, windowOf } from './window.ts';

const OPEN: Clamp = { low: -Infinity, high: Infinity };
const ARITHMETIC = ['Add', 'Sub', 'Mul', 'Div'];
/** `epsilon` where a node has none (ONNX, BatchNormalization). */
const EPSILON = 1e-5;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads a graph from its picture to its scores. */
class Reader {
  readonly #shapes: Shape[] = [];
  readonly #layers: Mutable<Layer>[] = [];
  /** Numbers of activations by the names that the graph has for them. */
  readonly #numbers = new Map<string, number>();
  /** Zeros that a Pad has put around activations: top, left, bottom, right. */
  readonly #padded = new Map<string, readonly number[]>();
  readonly #constants: Constants;
  readonly #makers: ReadonlyMap<string, OnnxNode>;
  readonly #weights: StoredWeights;
  readonly #uses = new Map<string, number>();
  /** Activations that are read by more than one name. */
  readonly #shared = new Set<number>();
  #normalise: { factor: number[]; offset: number[] } | undefined;

  constructor(
    private readonly model: OnnxModel,
    private readonly ports: ClassifierPorts,
    private readonly shifted: boolean,
  ) {
    this.#constants = new Constants(model.graph);
    this.#makers = makersOf(model.graph);
    this.#weights = new StoredWeights(this.#constants, this.#makers);
    for (const { inputs } of model.graph.nodes) for (const name of inputs) this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    for (const { name } of model.graph.outputs) this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
  }

  read(): LayeredNetwork {
    const { input, size, layout, numbers, colours, answers } = this.ports;
    if (colours === 'bgr') throw new UncoveredError('Input', 'blue comes first in its pictures');
    if (answers === 'independent') throw new UncoveredError('Sigmoid', 'each class has a probability of its own');
    if (numbers === 'uint8') throw new UncoveredError('Cast', 'the picture is given in bytes');
    this.#numbers.set(input, this.#add({ channels: 3, width: size, height: size }));
    const scoresName = scoresBefore(this.ports, this.#makers, this.#constants, this.shifted);
    const needed = neededFor(scoresName, this.#makers);
    for (const node of this.model.graph.nodes) {
      if (!needed.has(node)) continue;
      if (layout === 'nhwc' && node.inputs[0] === input && intsAttribute(node, 'perm')?.join() === '0,3,1,2') this.#alias(node);
      else if (layout === 'nhwc' && node.inputs.includes(input)) throw new UncoveredError(node.op, 'its channels come last', node.name);
      else this.#node(node);
    }
    const scores = this.#number(scoresName);
    if (scores === undefined) throw new UncoveredError('Output', `"${scoresName}" is not made of the picture`);
    if (this.#padded.has(scoresName)) throw new UncoveredError('Pad', 'the scores are what it gives');
    const { width, height } = this.#shapes[scores];
    if (width * height > 1) throw new UncoveredError('Output', `"${scoresName}" has a score for each place`);
    const dense = this.#layers.at(-1);
    const features = dense?.kind === 'dense' && dense.output === scores ? dense.input : undefined;
    const mean = this.#layers.find((layer) => layer.kind === 'mean' && layer.output === features);
    return { size, normalise: this.#normalise, shapes: this.#shapes, layers: this.#layers, scores, features, pooled: mean?.input, numbers: this.#numbers };
  }

  #add(shape: Shape): number {
    return this.#shapes.push(shape) - 1;
  }

  #number(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  /** The activations that a node reads. */
  #from(node: OnnxNode, name = node.inputs[0]): number {
    const number = this.#number(name);
    if (number === undefined) throw new UncoveredError(node.op, `it reads "${name}", which is not made of the picture by what is covered`, node.name);
    if (this.#padded.has(name) && node.op !== 'Conv') throw new UncoveredError('Pad', `${node.op} reads what it gives`, node.name);
    return number;
  }

  /** The layer that makes activations which nothing else reads, so that what follows may be folded into it. */
  #foldable(name: string): Mutable<Layer> | undefined {
    const number = this.#number(name);
    return number === undefined || this.#uses.get(name) !== 1 || this.#shared.has(number) ? undefined : this.#layers.find(({ output }) => output === number);
  }

  /** Another name of the activations that a node reads. */
  #alias(node: OnnxNode): void {
    const [name] = node.inputs;
    const number = this.#from(node);
    if (this.#uses.get(name) !== 1) this.#shared.add(number);
    this.#numbers.set(node.outputs[0], number);
  }

  #push(node: OnnxNode, layer: Mutable<Layer>): void {
    this.#layers.push(layer);
    this.#numbers.set(node.outputs[0], layer.output);
  }

  #node(node: OnnxNode): void {
    const { op, inputs, domain } = node;
    // What is made of constants alone is looked up where it is used.
    if (!inputs.some((name) => this.#numbers.has(name))) return;
    if (domain !== '' && domain !== 'ai.onnx') throw new UncoveredError(op, `it is of the operators of ${domain}`, node.name);
    switch (op) {
      case 'Conv': return this.#convolution(node);
      case 'BatchNormalization': return this.#batchNorm(node);
      case 'Relu': return this.#clamp(node, { low: 0, high: Infinity });
      case 'Clip': return this.#clip(node);
      case 'MaxPool': return this.#pool(node, 'maximum');
      case 'AveragePool': return this.#pool(node, intAttribute(node, 'count_include_pad', 0) === 1 ? 'averageOfAll' : 'average');
      case 'GlobalAveragePool': return this.#mean(node);
      case 'ReduceMean': return this.#reduceMean(node);
      case 'Gemm': case 'MatMul': return this.#dense(node);
      case 'Pad': return this.#pad(node);
      case 'Identity': case 'Dropout': case 'Cast': return this.#alias(node);
      case 'Flatten': case 'Reshape': case 'Squeeze': case 'Unsqueeze': case 'Transpose': return this.#handOn(node);
      default:
        if (ARITHMETIC.includes(op)) return this.#arithmetic(node);
        throw new UncoveredError(op, 'there is no kernel for it', node.name);
    }
  }

  #convolution(node: OnnxNode): void {
    const input = this.#from(node);
    const from = this.#shapes[input];
    const { shape, values: weight } = this.#weights.stored(node, node.inputs[1], 'weights');
    const [channels, perGroup, kernel, width] = shape;
    if (shape.length !== 4 || kernel !== width || !KERNELS.includes(kernel)) {
      throw new UncoveredError('Conv', `its kernel is ${shape.slice(2).join(' x ')}, not one of ${KERNELS.map((k) => `${k} x ${k}`).join(', ')}`, node.name);
    }
    const group = intAttribute(node, 'group', 1);
    const depthwise = group > 1;
    if (depthwise && (group !== from.channels || channels !== group || perGroup !== 1 || kernel === 1)) {
      throw new UncoveredError('Conv', `it has ${group} groups of ${perGroup} channels`, node.name);
    }
    if (!depthwise && perGroup !== from.channels) throw new UncoveredError('Conv', `it wants ${perGroup} channels and is given ${from.channels}`, node.name);
    const window = windowOf(node, kernel, from, this.#padded.get(node.inputs[0]) ?? [0, 0, 0, 0]);
    if (depthwise && window.stride > 2) throw new UncoveredError('Conv', `it is depthwise with a stride of ${window.stride}`, node.name);
    const bias = node.inputs[2] ? this.#weights.stored(node, node.inputs[2], 'biases').values : new Float32Array(channels);
    const output = this.#add(outputShape(window, from, channels));
    this.#checkSize(node, output);
    this.#push(node, { kind: 'convolution', name: node.name || node.outputs[0], input, output, ...window, ...OPEN, depthwise, weight, bias, residual: undefined });
  }

  #checkSize(node: OnnxNode, output: number): void {
    const { width, height } = this.#shapes[output];
    if (width < 1 || height < 1) throw new UncoveredError(node.op, 'nothing is left of the picture', node.name);
  }

  #batchNorm(node: OnnxNode): void {
    if (intAttribute(node, 'training_mode', 0) !== 0) throw new UncoveredError(node.op, 'it is being trained', node.name);
    const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => this.#weights.stored(node, node.inputs[i], 'numbers').values);
    const epsilon = floatAttribute(node, 'epsilon', EPSILON);
    const scale = gamma.map((g, c) => g / Math.sqrt(variance[c] + epsilon));
    this.#affine(node, scale, beta.map((b, c) => b - mean[c] * scale[c]));
  }

  /** Folds factors and what is added into the convolution or the picture before, else makes a layer of them. */
  #affine(node: OnnxNode, scale: Float32Array | undefined, bias: Float32Array | undefined): void {
    const name = node.inputs.find((each) => this.#numbers.has(each)) ?? '';
    const input = this.#from(node, name);
    const { channels } = this.#shapes[input];
    const spread = (values: Float32Array | undefined): Float32Array | undefined => (values?.length === 1 ? new Float32Array(channels).fill(values[0]) : values);
    const [factor, offset] = [spread(scale), spread(bias)];
    if ((factor ?? offset)?.length !== channels) throw new UncoveredError(node.op, `it has ${(factor ?? offset)?.length ?? 0} numbers for ${channels} channels`, node.name);
    if (input === 0) {
      this.#normalise = {
        factor: Array.from({ length: 3 }, (_, c) => (this.#normalise?.factor[c] ?? 1) * (factor?.[c] ?? 1)),
        offset: Array.from({ length: 3 }, (_, c) => (this.#normalise?.offset[c] ?? 0) * (factor?.[c] ?? 1) + (offset?.[c] ?? 0)),
      };
      if (this.#uses.get(name) !== 1) throw new UncoveredError(node.op, 'the picture is read with it and without', node.name);
      this.#numbers.set(node.outputs[0], 0);
      return;
    }
    const before = this.#foldable(name);
    if (before && (before.kind === 'convolution' || before.kind === 'dense') && (before.kind === 'dense' || (before.low === -Infinity && before.high === Infinity && before.residual === undefined))) {
      const taps = before.weight.length / channels;
      if (factor) before.weight = before.weight.map((w, i) => w * factor[Math.floor(i / taps)]);
      before.bias = before.bias.map((b, c) => b * (factor?.[c] ?? 1) + (offset?.[c] ?? 0));
      this.#numbers.set(node.outputs[0], before.output);
      return;
    }
    const output = this.#add(this.#shapes[input]);
    this.#push(node, { kind: 'affine', input, output, scale: factor, bias: offset, residual: undefined, ...OPEN });
  }

  #clip(node: OnnxNode): void {
    const limit = (index: number, name: string, none: number): number => {
      if (!node.inputs[index]) return floatAttribute(node, name, none);
      const value = this.#constants.numbers(node.inputs[index])?.[0];
      if (value === undefined) throw new UncoveredError('Clip', 'its limits are not stored', node.name);
      return value;
    };
    this.#clamp(node, { low: limit(1, 'min', -Infinity), high: limit(2, 'max', Infinity) });
  }

  #clamp(node: OnnxNode, { low, high }: Clamp): void {
    const input = this.#from(node);
    const before = this.#foldable(node.inputs[0]);
    if (before && (before.kind === 'convolution' || before.kind === 'affine')) {
      before.low = Math.min(Math.max(before.low, low), high);
      before.high = Math.min(Math.max(before.high, low), high);
      this.#numbers.set(node.outputs[0], before.output);
      return;
    }
    this.#push(node, { kind: 'affine', input, output: this.#add(this.#shapes[input]), scale: undefined, bias: undefined, residual: undefined, low, high });
  }

  #pool(node: OnnxNode, kind: 'maximum' | 'average' | 'averageOfAll'): void {
    const input = this.#from(node);
    const from = this.#shapes[input];
    const [kernel, width = kernel] = intsAttribute(node, 'kernel_shape') ?? [1];
    if (kernel !== width) throw new UncoveredError(node.op, `its window is ${kernel} x ${width}`, node.name);
    const window = windowOf(node, kernel, from, [0, 0, 0, 0]);
    const { padTop, padLeft, padBottom, padRight } = window;
    if (Math.max(padTop, padLeft, padBottom, padRight) >= kernel) throw new UncoveredError(node.op, 'it is padded by a whole window', node.name);
    const whole = kernel === from.width && kernel === from.height && padTop + padLeft + padBottom + padRight === 0;
    if (whole && kind !== 'maximum') return this.#mean(node);
    const output = this.#add(outputShape(window, from, from.channels));
    this.#checkSize(node, output);
    this.#push(node, { kind, input, output, ...window });
  }

  #mean(node: OnnxNode): void {
    const input = this.#from(node);
    const { channels, width, height } = this.#shapes[input];
    if (width * height === 1) return this.#alias(node);
    this.#push(node, { kind: 'mean', input, output: this.#add({ channels, width: 1, height: 1 }) });
  }

  #reduceMean(node: OnnxNode): void {
    const axes = intsAttribute(node, 'axes') ?? this.#constants.numbers(node.inputs[1]);
    if (axes?.map((axis) => (axis + 4) % 4).sort().join() !== '2,3') throw new UncoveredError(node.op, `it is over the axes ${axes?.join() ?? 'that only a run tells'}`, node.name);
    this.#mean(node);
  }

  #dense(node: OnnxNode): void {
    const input = this.#from(node);
    const { channels, width, height } = this.#shapes[input];
    if (width * height !== 1) throw new UncoveredError(node.op, `it reads activations of ${width} x ${height} places`, node.name);
    const { shape, values } = this.#weights.stored(node, node.inputs[1], 'weights');
    const turned = node.op === 'Gemm' && intAttribute(node, 'transB', 0) === 1;
    const [out, inner] = turned ? shape : shape.toReversed();
    if (shape.length !== 2 || inner !== channels || intAttribute(node, 'transA', 0) !== 0) throw new UncoveredError(node.op, `its weights are [${shape.join(', ')}]`, node.name);
    const [alpha, beta] = [floatAttribute(node, 'alpha', 1), floatAttribute(node, 'beta', 1)];
    const weight = turned && alpha === 1 ? values : Float32Array.from(values, (_, i) => alpha * values[turned ? i : (i % inner) * out + Math.floor(i / inner)]);
    const added = node.inputs[2] ? this.#weights.stored(node, node.inputs[2], 'biases').values : new Float32Array(out);
    if (added.length !== out && added.length !== 1) throw new UncoveredError(node.op, `it has ${added.length} biases`, node.name);
    const bias = Float32Array.from({ length: out }, (_, i) => beta * added[added.length === 1 ? 0 : i]);
    this.#push(node, { kind: 'dense', input, output: this.#add({ channels: out, width: 1, height: 1 }), weight, bias });
  }

  #pad(node: OnnxNode): void {
    const mode = stringAttribute(node, 'mode') || 'constant';
    const pads = intsAttribute(node, 'pads') ?? this.#constants.numbers(node.inputs[1]);
    const value = node.inputs[2] ? this.#constants.numbers(node.inputs[2])?.[0] : floatAttribute(node, 'value', 0);
    if (mode !== 'constant' || value !== 0) throw new UncoveredError('Pad', 'it is not with zeros', node.name);
    if (pads?.length !== 8 || [0, 1, 4, 5].some((i) => pads[i] !== 0) || pads.some((p) => p < 0)) throw new UncoveredError('Pad', 'it is not around the places', node.name);
    this.#alias(node);
    const around = [pads[2], pads[3], pads[6], pads[7]];
    if (around.some((p) => p > 0)) this.#padded.set(node.outputs[0], around);
  }

  /** Another shape of the same numbers in the same order. */
  #handOn(node: OnnxNode): void {
    const input = this.#from(node);
    const { width, height } = this.#shapes[input];
    if (width * height !== 1) throw new UncoveredError(node.op, `it puts activations of ${width} x ${height} places into another order or shape`, node.name);
    this.#alias(node);
  }

  #arithmetic(node: OnnxNode): void {
    const [left, right] = node.inputs.map((name) => this.#number(name));
    if (left !== undefined && right !== undefined) {
      if (node.op !== 'Add') throw new UncoveredError(node.op, 'both of its inputs are activations', node.name);
      return this.#sum(node);
    }
    const values = this.#weights.vector(node, node.inputs[left === undefined ? 0 : 1]);
    if (!values) throw new UncoveredError(node.op, 'it combines activations with what is not stored', node.name);
    const ones = Float32Array.from(values, () => 1);
    if (node.op === 'Add') return this.#affine(node, undefined, values);
    if (node.op === 'Sub') return left === undefined ? this.#affine(node, ones.map(() => -1), values) : this.#affine(node, undefined, values.map((v) => -v));
    if (node.op === 'Div' && left === undefined) throw new UncoveredError('Div', 'it divides by activations', node.name);
    this.#affine(node, node.op === 'Mul' ? values : values.map((v) => 1 / v), undefined);
  }

  #sum(node: OnnxNode): void {
    const [left, right] = node.inputs.map((name) => this.#from(node, name));
    const alike = (a: Shape, b: Shape): boolean => a.channels === b.channels && a.width === b.width && a.height === b.height;
    if (!alike(this.#shapes[left], this.#shapes[right])) throw new UncoveredError('Add', 'what it adds differs in shape', node.name);
    const made = (number: number): number => this.#layers.findIndex(({ output }) => output === number);
    for (const [i, other] of [right, left].entries()) {
      const before = this.#foldable(node.inputs[i]);
      if (before?.kind !== 'convolution' || before.depthwise || before.residual !== undefined || before.low !== -Infinity || before.high !== Infinity) continue;
      // What is added has to be there when the convolution runs.
      if (made(other) > made(before.output)) continue;
      before.residual = other;
      this.#numbers.set(node.outputs[0], before.output);
      return;
    }
    this.#push(node, { kind: 'affine', input: left, output: this.#add(this.#shapes[left]), scale: undefined, bias: undefined, residual: right, ...OPEN });
  }
}

/**
 * Reads a classifier of pictures as layers that our own kernels run: convolutions of 1 x 1 to 7 x 7, depthwise too, with batch norm, ReLU,
 * ReLU6 and residual folded in; pools; fully connected layers. A softmax at the end is left off where the answers are probabilities.
 *
 * @param ports how the model is fed and read, as its file says if left out
 * @param shifted whether a LogSoftmax at the end may be left off as well
 * @throws OnnxError where it is no such classifier at all
 * @throws UncoveredError that names the operator that the kernels do not run, and why
 */
export function readGraph(model: OnnxModel, ports: ClassifierPorts = describeClassifier(model).ports, shifted = false): LayeredNetwork {
  return new Reader(model, ports, shifted).read();
}
