import { Builder } from 'flatbuffers';
import type { FoldedResNet18 } from '../../../src/engine/resnet18/folded';

// Field numbers and codes of TensorFlow Lite's schema.fbs (tensorflow/compiler/mlir/lite/schema/schema.fbs, version 3).
const OPERATOR = { add: 0, conv: 3, fullyConnected: 9, maxPool: 17, pad: 34, mean: 40 } as const;
const OPTIONS = { conv: 1, maxPool: 5, fullyConnected: 8, add: 11, pad: 22, mean: 27 } as const;
const [SAME, VALID] = [0, 1];
const [NONE, RELU] = [0, 1];
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

/** A square map of activations: tensor number, side in pixels, channels. */
interface Activations {
  readonly tensor: number;
  readonly side: number;
  readonly channels: number;
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

  pad({ tensor, side, channels }: Activations, by: number, name: string): Activations {
    const pads = this.tensor(`${name}.pads`, [4, 2], Int32Array.of(0, 0, by, by, by, by, 0, 0));
    const wide = side + 2 * by;
    return { tensor: this.operator('pad', `${name}.padded`, [tensor, pads], [1, wide, wide, channels], []), side: wide, channels };
  }
}

/** OIHW to TensorFlow Lite's OHWI. */
function toOhwi(weight: Float32Array, o: number, i: number, k: number): Float32Array {
  const out = new Float32Array(weight.length);
  for (let a = 0; a < o; a++) for (let b = 0; b < i; b++) for (let c = 0; c < k * k; c++) out[(a * k * k + c) * i + b] = weight[(a * i + b) * k * k + c];
  return out;
}

/** ResNet-18 as a TensorFlow Lite flatbuffer: input float32 [1, 224, 224, 3], output logits [1, 1000]. */
export function resnet18Tflite(weights: FoldedResNet18): Uint8Array {
  const net = new Network();
  const byName = new Map(weights.convolutions.map((c) => [c.name, c]));
  const convolution = (name: string, from: Activations, activation: number): Activations => {
    const c = byName.get(name);
    if (!c) throw new RangeError(`The weights lack ${name}.`);
    // SAME pads evenly only at stride 1.
    const even = c.stride === 1 && c.padding > 0;
    const source = c.padding > 0 && !even ? net.pad(from, c.padding, name) : from;
    const side = from.side / c.stride;
    const filter = net.tensor(`${name}.weight`, [c.outChannels, c.kernel, c.kernel, c.inChannels], toOhwi(c.weight, c.outChannels, c.inChannels, c.kernel));
    const bias = net.tensor(`${name}.bias`, [c.outChannels], c.bias);
    const tensor = net.operator('conv', name, [source.tensor, filter, bias], [1, side, side, c.outChannels], [
      ['int8', even ? SAME : VALID], ['int32', c.stride], ['int32', c.stride], ['int8', activation], ['int32', 1], ['int32', 1],
    ]);
    return { tensor, side, channels: c.outChannels };
  };
  const input = net.tensor('input', [1, 224, 224, 3]);
  const stem = net.pad(convolution('conv1', { tensor: input, side: 224, channels: 3 }, RELU), 1, 'maxpool');
  let x: Activations = {
    // Zeros at the edge are no larger than what ReLU gives.
    tensor: net.operator('maxPool', 'maxpool', [stem.tensor], [1, 56, 56, 64], [
      ['int8', VALID], ['int32', 2], ['int32', 2], ['int32', 3], ['int32', 3], ['int8', NONE],
    ]),
    side: 56,
    channels: 64,
  };
  for (let stage = 1; stage <= 4; stage++) {
    for (let block = 0; block < 2; block++) {
      const prefix = `layer${stage}.${block}`;
      const residual = convolution(`${prefix}.conv2`, convolution(`${prefix}.conv1`, x, RELU), NONE);
      const shortcut = byName.has(`${prefix}.downsample.0`) ? convolution(`${prefix}.downsample.0`, x, NONE) : x;
      const shape = [1, residual.side, residual.side, residual.channels];
      x = { ...residual, tensor: net.operator('add', `${prefix}.add`, [residual.tensor, shortcut.tensor], shape, [['int8', RELU]]) };
    }
  }
  const axes = net.tensor('axes', [2], Int32Array.of(1, 2));
  const features = net.operator('mean', 'features', [x.tensor, axes], [1, 512], [['int8', 0]]);
  const fc = [features, net.tensor('fc.weight', [1000, 512], weights.fc.weight), net.tensor('fc.bias', [1000], weights.fc.bias)];
  const logits = net.operator('fullyConnected', 'logits', fc, [1, 1000], [['int8', NONE]]);
  return serialise(net, input, logits);
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
