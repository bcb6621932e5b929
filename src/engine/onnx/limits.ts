import { Constants } from './constants.ts';
import { checkCycles } from './cycles.ts';
import { intAttribute, intsAttribute, OnnxError, type OnnxGraph, type OnnxModel, type OnnxNode, type OnnxTensor } from './model.ts';

/** Numbers of one tensor, 512 MB as float32: the largest that a classifier of 512 x 512 pixels has is 64 x 512 x 512. */
const MOST_NUMBERS = 2 ** 27;
/** Graphs within graphs. */
const MOST_LEVELS = 16;

/** Bytes of a number by ONNX's type, of those that the decoder takes from every field that may hold them. */
const BYTES: Readonly<Record<number, number | undefined>> = { 1: 4, 2: 1, 3: 1, 6: 4, 7: 8, 9: 1, 10: 2 };

type Shape = readonly number[];

const product = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

/** Shapes that two tensors have where they are combined number by number (ONNX, Broadcasting). */
function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const at = (shape: Shape, i: number): number => (i < rank - shape.length ? 1 : shape[i - rank + shape.length]);
  return Array.from({ length: rank }, (_, i) => (at(a, i) === 1 ? at(b, i) : at(a, i)));
}

function matMulShape(a: Shape, b: Shape): Shape | undefined {
  if (a.length < 2 || b.length < 2) return undefined;
  return [...broadcastShape(a.slice(0, -2), b.slice(0, -2)), a[a.length - 2], b[b.length - 1]];
}

/** Of convolutions and pools in two dimensions. */
function windowShape(node: OnnxNode, input: Shape, channels: number, kernel: Shape): Shape | undefined {
  if (input.length !== 4 || kernel.length !== 2) return undefined;
  const pads = intsAttribute(node, 'pads') ?? [0, 0, 0, 0];
  const strides = intsAttribute(node, 'strides') ?? [1, 1];
  const dilations = intsAttribute(node, 'dilations') ?? [1, 1];
  const sides = [0, 1].map((i) => {
    if (node.op === 'ConvTranspose') return (input[2 + i] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
    // A pad that the runtime chooses itself never makes the output larger than the input.
    return Math.max(1, Math.ceil((input[2 + i] + pads[i] + pads[i + 2] - (kernel[i] - 1) * dilations[i]) / strides[i]));
  });
  return [input[0], channels, ...sides];
}

/** Nodes that give a tensor of their first input's shape, or of fewer numbers. */
const KEEPS = /^(Relu|LeakyRelu|Clip|Sigmoid|HardSigmoid|HardSwish|Tanh|Exp|Log|Sqrt|Neg|Abs|Erf|Gelu|Elu|Identity|Cast|Dropout|BatchNormalization|InstanceNormalization|LayerNormalization|Softmax|LogSoftmax|QuantizeLinear|DequantizeLinear)$/;
const COMBINES = /^(Add|Sub|Mul|Div|Pow|Min|Max|Sum|Mean|Where|PRelu|And|Or|Equal|Greater|Less|Mod)$/;

/** What is known of the tensors' sizes before anything runs. */
class Sizes {
  readonly #shapes = new Map<string, Shape>();
  /** Of the graph that this one stands in. */
  readonly #outer: Sizes | undefined;
  readonly #constants: Constants;

  constructor(graph: OnnxGraph, outer?: Sizes) {
    this.#constants = new Constants(graph);
    this.#outer = outer;
    for (const { name, shape } of graph.initializers) this.#shapes.set(name, shape);
    for (const { name, shape } of graph.inputs) {
      // Named dimensions: 1, but for what is most likely a side of the picture.
      if (shape && !this.#shapeOf(name)) this.#shapes.set(name, shape.map((d, i) => (typeof d === 'number' ? d : shape.length === 4 && i > 1 ? 512 : i === 1 ? 3 : 1)));
    }
  }

  /** @throws OnnxError where the node would make more than the app gives a model */
  take(node: OnnxNode): void {
    const shape = this.#made(node);
    if (!shape) return;
    const numbers = product(shape);
    // An operator that is used in another way than it is known here: the runtime will judge.
    if (Number.isNaN(numbers)) return;
    if (numbers > MOST_NUMBERS) throw tooLarge(node, shape);
    this.#shapes.set(node.outputs[0], shape);
  }

  #shapeOf(name: string): Shape | undefined {
    return this.#shapes.get(name) ?? (this.#outer ? this.#outer.#shapeOf(name) : undefined);
  }

  #numbers(node: OnnxNode, input: number): readonly number[] | undefined {
    return this.#constants.numbers(node.inputs[input]);
  }

  #made(node: OnnxNode): Shape | undefined {
    const { op } = node;
    const shapes = node.inputs.map((name) => this.#shapeOf(name));
    const [first, second] = shapes;
    if (op === 'Constant') return this.#constants.tensor(node.outputs[0])?.shape;
    if (op === 'ConstantOfShape') return this.#numbers(node, 0);
    if (/^Random(Normal|Uniform)$/.test(op)) return intsAttribute(node, 'shape');
    if (op === 'Range') {
      const [from, to, step] = [0, 1, 2].map((i) => this.#numbers(node, i)?.[0]);
      return from === undefined || to === undefined || !step ? undefined : [Math.max(0, Math.ceil((to - from) / step))];
    }
    if (op === 'Expand') {
      const wanted = this.#numbers(node, 1);
      return wanted && broadcastShape(first ?? [], wanted);
    }
    if (op === 'OneHot') {
      const depth = this.#numbers(node, 1);
      return depth && [...(first ?? []), depth[0]];
    }
    if (op === 'Resize' && node.inputs.length > 3 && this.#numbers(node, 3)) return this.#numbers(node, 3);
    if (!first) return undefined;
    if (op === 'Tile') return scaled(first, this.#numbers(node, 1));
    if (op === 'Resize' || op === 'Upsample') return scaled(first, this.#numbers(node, op === 'Resize' && node.inputs.length > 2 ? 2 : 1));
    if (op === 'Pad') return padded(first, this.#numbers(node, 1) ?? intsAttribute(node, 'pads'));
    if (KEEPS.test(op)) return first;
    if (COMBINES.test(op)) return shapes.every((shape) => shape !== undefined) ? shapes.reduce(broadcastShape) : undefined;
    if (op === 'MatMul') return second && matMulShape(first, second);
    if (op === 'Gemm') return second && gemmShape(node, first, second);
    if (op === 'Conv') return second && windowShape(node, first, second[0], second.slice(2));
    if (op === 'ConvTranspose') return second && windowShape(node, first, second[1] * intAttribute(node, 'group', 1), second.slice(2));
    if (op === 'MaxPool' || op === 'AveragePool') return windowShape(node, first, first[1], intsAttribute(node, 'kernel_shape') ?? []);
    if (op === 'GlobalAveragePool') return first.map((d, i) => (i < 2 ? d : 1));
    if (op === 'Transpose') return intsAttribute(node, 'perm')?.map((i) => first[i]) ?? first.toReversed();
    if (op === 'Concat') return shapes.every((shape) => shape !== undefined) ? joined(shapes, intAttribute(node, 'axis', 0)) : undefined;
    return undefined;
  }
}

function scaled(shape: Shape, factors: readonly number[] | undefined): Shape | undefined {
  return factors?.length === shape.length ? shape.map((d, i) => Math.ceil(d * factors[i])) : undefined;
}

function padded(shape: Shape, pads: readonly number[] | undefined): Shape | undefined {
  return pads?.length === 2 * shape.length ? shape.map((d, i) => d + pads[i] + pads[i + shape.length]) : undefined;
}

function gemmShape(node: OnnxNode, a: Shape, b: Shape): Shape {
  return [a[intAttribute(node, 'transA', 0) === 1 ? 1 : 0], b[intAttribute(node, 'transB', 0) === 1 ? 0 : 1]];
}

function joined(shapes: readonly Shape[], axis: number): Shape {
  const at = (axis + shapes[0].length) % shapes[0].length;
  return shapes[0].map((d, i) => (i === at ? shapes.reduce((n, shape) => n + shape[i], 0) : d));
}

function tooLarge({ op, name }: OnnxNode, shape: Shape): OnnxError {
  return new OnnxError(
    `The model would make a tensor of ${shape.join(' x ')} numbers (${op}${name ? ` "${name}"` : ''}): that is more than a classifier needs, and more than there is room for. Choose another file.`,
  );
}

function checkTensor({ name, type, shape, raw }: OnnxTensor): void {
  const bytes = BYTES[type];
  const wanted = product(shape);
  if (shape.some((d) => !Number.isSafeInteger(d) || d < 0)) throw new OnnxError(`The weights ${name} have the shape [${shape.join(', ')}]: the file is damaged.`);
  if (bytes && wanted * bytes !== raw.length) {
    throw new OnnxError(`The weights ${name} of shape [${shape.join(', ')}] want ${wanted * bytes} bytes, there are ${raw.length}: the file is cut off or damaged. Fetch it again.`);
  }
}

function checkNodes(nodes: readonly OnnxNode[], sizes: Sizes, level: number): void {
  if (level > MOST_LEVELS) throw new OnnxError('The model has graphs within graphs without end: it is no classifier that can be used here.');
  for (const node of nodes) {
    if (node.op === 'Loop' || node.op === 'Scan') {
      throw new OnnxError(`The model holds a ${node.op}, a part that runs as often as it likes: that cannot be used here. Export the classifier without one.`);
    }
    for (const value of Object.values(node.attributes)) {
      if (value.kind === 'graph') checkGraph(value.value, sizes, level + 1);
      else if (value.kind === 'tensor') checkTensor(value.value);
    }
    sizes.take(node);
  }
}

function checkGraph(graph: OnnxGraph, outer: Sizes | undefined, level: number): void {
  graph.initializers.forEach(checkTensor);
  checkCycles(graph);
  checkNodes(graph.nodes, new Sizes(graph, outer), level);
}

/**
 * Looks at what a model would have a runtime do, before one sees it: no loops, no tensors out of proportion, no weights whose shape says
 * more than is there. It takes milliseconds and reserves nothing.
 *
 * @throws OnnxError with the part that is refused
 */
export function checkLimits({ graph, functions = [] }: OnnxModel): void {
  checkGraph(graph, undefined, 0);
  checkNodes(functions, new Sizes({ name: '', nodes: functions, initializers: [], inputs: [], outputs: [] }), 1);
}
