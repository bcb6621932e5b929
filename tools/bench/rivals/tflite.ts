import { Builder } from 'flatbuffers';
import type { ConvolutionLayer, DenseLayer, LayeredNetwork, PoolLayer, Shape, Window } from '../../../src/engine/graph/layers';

// Field numbers and codes of TensorFlow Lite's schema.fbs (tensorflow/compiler/mlir/lite/schema/schema.fbs, version 3).
const OPERATOR = { add: 0, conv: 3, depthwise: 4, fullyConnected: 9, maxPool: 17, pad: 34, mean: 40 } as const;
const OPTIONS = { conv: 1, depthwise: 2, maxPool: 5, fullyConnected: 8, add: 11, pad: 22, mean: 27 } as const;
const [SAME, VALID] = [0, 1];
const [NONE, RELU, RELU6] = [0, 1, 3];
const [FLOAT32, INT32] = [0, 2];

type Kind = keyof typeof OPERATOR;

interface TensorRow {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  readonly data: Uint8Array | undefined;
}
interface OperatorRow {
  readonly kind: Kind;
  readonly inputs: readonly number[];
  readonly output: number;
  /** Options table: field number to value, bytes or 32-bit integers. */
  readonly options: readonly (readonly ['int8' | 'int32', number])[];
}

class Network {
  readonly tensors: TensorRow[] = [];
  readonly operators: OperatorRow[] = [];

  tensor(name: string, shape: readonly number[], data?: Float32Array | Int32Array): number {
    const bytes = data && new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return this.tensors.push({ name, shape, type: data instanceof Int32Array ? INT32 : FLOAT32, data: bytes }) - 1;
  }

  operator(kind: Kind, name: string, inputs: readonly number[], shape: readonly number[], options: OperatorRow['options']): number {
    const output = this.tensor(name, shape);
    this.operators.push({ kind, inputs, output, options });
    return output;
  }
}

/** OIHW to TensorFlow Lite's OHWI. */
function toOhwi(weight: Float32Array, o: number, i: number, k: number): Float32Array {
  const out = new Float32Array(weight.length);
  for (let a = 0; a < o; a++) for (let b = 0; b < i; b++) for (let c = 0; c < k * k; c++) out[(a * k * k + c) * i + b] = weight[(a * i + b) * k * k + c];
  return out;
}

/** The fused activation of a clamp. @throws RangeError where TensorFlow Lite has none such */
function activationOf(low: number, high: number): number {
  if (low === -Infinity && high === Infinity) return NONE;
  if (low === 0 && (high === Infinity || high === 6)) return high === 6 ? RELU6 : RELU;
  throw new RangeError(`TensorFlow Lite has no clamp from ${low} to ${high}.`);
}

/** Layers of a network as operators of TensorFlow Lite, whose activations are [1, height, width, channels]. */
class Converter {
  readonly net = new Network();
  /** Tensors by the network's activations. */
  readonly #tensors: number[] = [];

  constructor(private readonly network: LayeredNetwork) {
    const [{ channels, width, height }] = network.shapes;
    if (network.normalise) throw new RangeError('A network that normalises its picture itself is not converted.');
    this.#tensors[0] = this.net.tensor('input', [1, height, width, channels]);
  }

  /** @returns tensors of the picture and of the scores */
  run(): { readonly input: number; readonly scores: number } {
    for (const layer of this.network.layers) {
      if (layer.kind === 'convolution') this.#convolution(layer);
      else if (layer.kind === 'maximum') this.#maximum(layer);
      else if (layer.kind === 'mean') this.#mean(layer.input, layer.output);
      else if (layer.kind === 'dense') this.#dense(layer);
      else throw new RangeError(`A layer of the kind ${layer.kind} is not converted.`);
    }
    return { input: this.#tensors[0], scores: this.#tensors[this.network.scores] };
  }

  /** What a window goes over: SAME where TensorFlow would pad as the network does, else padded by an operator of its own. */
  #padded(window: Window, input: number, name: string): { readonly tensor: number; readonly padding: number } {
    const { kernel, stride, padTop, padLeft, padBottom, padRight } = window;
    const { channels, width, height } = this.network.shapes[input];
    const tensor = this.#tensors[input];
    const all = [padTop, padLeft, padBottom, padRight];
    if (all.every((p) => p === 0)) return { tensor, padding: VALID };
    const same = ([side, first, last]: readonly number[]): boolean => {
      const total = Math.max(0, (Math.ceil(side / stride) - 1) * stride + kernel - side);
      return first === Math.floor(total / 2) && last === total - first;
    };
    if (same([height, padTop, padBottom]) && same([width, padLeft, padRight])) return { tensor, padding: SAME };
    const pads = this.net.tensor(`${name}.pads`, [4, 2], Int32Array.of(0, 0, padTop, padBottom, padLeft, padRight, 0, 0));
    const shape = [1, height + padTop + padBottom, width + padLeft + padRight, channels];
    return { tensor: this.net.operator('pad', `${name}.padded`, [tensor, pads], shape, []), padding: VALID };
  }

  #convolution(layer: ConvolutionLayer): void {
    const { kernel, stride, weight, bias, depthwise, output, residual } = layer;
    const name = `convolution${output}`;
    const { tensor, padding } = this.#padded(layer, layer.input, name);
    const activation = activationOf(layer.low, layer.high);
    const channels = bias.length;
    // Depthwise [channels, 1, k, k] to [1, k, k, channels]: as if the channels were the inputs of one output.
    const filter = depthwise
      ? this.net.tensor(`${name}.weight`, [1, kernel, kernel, channels], toOhwi(weight, 1, channels, kernel))
      : this.net.tensor(`${name}.weight`, [channels, kernel, kernel, weight.length / channels / kernel ** 2], toOhwi(weight, channels, weight.length / channels / kernel ** 2, kernel));
    const own = residual === undefined ? activation : NONE;
    const options = [['int8', padding], ['int32', stride], ['int32', stride], ...(depthwise ? [['int32', 1] as const] : []), ['int8', own], ['int32', 1], ['int32', 1]] as const;
    const shape = shapeOf(this.network.shapes[output]);
    const sum = this.net.operator(depthwise ? 'depthwise' : 'conv', name, [tensor, filter, this.net.tensor(`${name}.bias`, [channels], bias)], shape, options);
    this.#tensors[output] = residual === undefined ? sum : this.net.operator('add', `${name}.add`, [sum, this.#tensors[residual]], shape, [['int8', activation]]);
  }

  #maximum(layer: PoolLayer): void {
    // Zeros at the edge are no larger than what ReLU gives.
    const { tensor, padding } = this.#padded(layer, layer.input, `pool${layer.output}`);
    const { kernel, stride, output } = layer;
    this.#tensors[output] = this.net.operator('maxPool', `pool${output}`, [tensor], shapeOf(this.network.shapes[output]), [
      ['int8', padding], ['int32', stride], ['int32', stride], ['int32', kernel], ['int32', kernel], ['int8', NONE],
    ]);
  }

  #mean(input: number, output: number): void {
    const axes = this.net.tensor('axes', [2], Int32Array.of(1, 2));
    this.#tensors[output] = this.net.operator('mean', 'features', [this.#tensors[input], axes], [1, this.network.shapes[output].channels], [['int8', 0]]);
  }

  #dense({ weight, bias, input, output }: DenseLayer): void {
    const parts = [this.#tensors[input], this.net.tensor('fc.weight', [bias.length, weight.length / bias.length], weight), this.net.tensor('fc.bias', [bias.length], bias)];
    this.#tensors[output] = this.net.operator('fullyConnected', 'scores', parts, [1, bias.length], [['int8', NONE]]);
  }
}

const shapeOf = ({ channels, width, height }: Shape): number[] => [1, height, width, channels];

/**
 * A classifier as a TensorFlow Lite flatbuffer: input float32 [1, size, size, 3], output its scores [1, classes].
 * @throws RangeError where a layer is of a kind that is not converted
 */
export function tflite(network: LayeredNetwork): Uint8Array {
  const converter = new Converter(network);
  const { input, scores } = converter.run();
  return serialise(converter.net, input, scores);
}

/** Bytes to reserve; the builder grows from there. */
const RESERVE = 2 ** 26;

function serialise(net: Network, input: number, output: number): Uint8Array {
  const b = new Builder(RESERVE);
  const offsets = (values: readonly number[]): number => {
    b.startVector(4, values.length, 4);
    for (const value of values.toReversed()) b.addOffset(value);
    return b.endVector();
  };
  const ints = (values: readonly number[]): number => {
    b.startVector(4, values.length, 4);
    for (const value of values.toReversed()) b.addInt32(value);
    return b.endVector();
  };
  const table = (fields: number, fill: () => void): number => {
    b.startObject(fields);
    fill();
    return b.endObject();
  };
  /** Byte vector at a multiple of 16, as the schema's force_align asks; its length is a multiple of 4. */
  const bytes = (data: Uint8Array): number => {
    const words = new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4);
    b.startVector(1, data.length, 16);
    for (let i = words.length - 1; i >= 0; i--) b.writeInt32(words[i]);
    return b.endVector();
  };
  // Buffer 0 is the empty one by convention.
  const buffers = [table(1, () => undefined)];
  const tensors = net.tensors.map(({ name, shape, type, data }) => {
    let buffer = 0;
    if (data) {
      const vector = bytes(data);
      buffer = buffers.push(table(1, () => b.addFieldOffset(0, vector, 0))) - 1;
    }
    const [shapeAt, nameAt] = [ints(shape), b.createString(name)];
    return table(4, () => {
      b.addFieldOffset(0, shapeAt, 0);
      b.addFieldInt8(1, type, 0);
      b.addFieldInt32(2, buffer, 0);
      b.addFieldOffset(3, nameAt, 0);
    });
  });
  const kinds = Object.keys(OPERATOR) as Kind[];
  const codes = kinds.map((kind) => table(4, () => {
    b.addFieldInt8(0, OPERATOR[kind], 0);
    b.addFieldInt32(2, 1, 0);
    b.addFieldInt32(3, OPERATOR[kind], 0);
  }));
  const operators = net.operators.map(({ kind, inputs, output: out, options }) => {
    const [inputsAt, outputsAt] = [ints(inputs), ints([out])];
    const optionsAt = table(options.length, () => {
      options.forEach(([type, value], field) => (type === 'int8' ? b.addFieldInt8(field, value, null) : b.addFieldInt32(field, value, null)));
    });
    return table(5, () => {
      b.addFieldInt32(0, kinds.indexOf(kind), 0);
      b.addFieldOffset(1, inputsAt, 0);
      b.addFieldOffset(2, outputsAt, 0);
      b.addFieldInt8(3, OPTIONS[kind], 0);
      b.addFieldOffset(4, optionsAt, 0);
    });
  });
  const [tensorsAt, inputsAt, outputsAt, operatorsAt] = [offsets(tensors), ints([input]), ints([output]), offsets(operators)];
  const graph = table(5, () => {
    b.addFieldOffset(0, tensorsAt, 0);
    b.addFieldOffset(1, inputsAt, 0);
    b.addFieldOffset(2, outputsAt, 0);
    b.addFieldOffset(3, operatorsAt, 0);
  });
  const [codesAt, graphsAt, buffersAt] = [offsets(codes), offsets([graph]), offsets(buffers)];
  const model = table(5, () => {
    b.addFieldInt32(0, 3, 0);
    b.addFieldOffset(1, codesAt, 0);
    b.addFieldOffset(2, graphsAt, 0);
    b.addFieldOffset(4, buffersAt, 0);
  });
  b.finish(model, 'TFL3');
  return b.asUint8Array();
}
