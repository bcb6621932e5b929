// ONNX's operators by their definitions (onnx/docs/Operators.md), in plain loops and double precision: what the kernels' networks are
// compared with. It reads the graph itself, and so finds what the engine's reader misunderstands too.
import { tensorFloats } from '../../src/engine/onnx/half';
import { intAttribute, intsAttribute, OnnxType, type OnnxModel, type OnnxNode } from '../../src/engine/onnx/model';

interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

const floatOf = ({ attributes }: OnnxNode, name: string, fallback: number): number => {
  const value = attributes[name];
  return value?.kind === 'float' ? value.value : fallback;
};
const textOf = ({ attributes }: OnnxNode, name: string): string => {
  const value = attributes[name];
  return value?.kind === 'string' ? value.value : '';
};
const product = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
const map = (x: Tensor, f: (v: number, i: number) => number): Tensor => ({ shape: x.shape, values: Float64Array.from(x.values, f) });

/** Side of the output, and the padding before the first pixel. */
function geometry(node: OnnxNode, x: Tensor, kernel: number): { stride: number; top: number; left: number; height: number; width: number } {
  const [stride] = intsAttribute(node, 'strides') ?? [1];
  let [top, left, bottom, right] = intsAttribute(node, 'pads') ?? [0, 0, 0, 0];
  const [, , h, w] = x.shape;
  if (textOf(node, 'auto_pad') === 'SAME_UPPER') {
    const [v, u] = [h, w].map((side) => Math.max(0, (Math.ceil(side / stride) - 1) * stride + kernel - side));
    [top, left, bottom, right] = [v >> 1, u >> 1, v - (v >> 1), u - (u >> 1)];
  }
  return { stride, top, left, height: Math.floor((h + top + bottom - kernel) / stride) + 1, width: Math.floor((w + left + right - kernel) / stride) + 1 };
}

function convolution(node: OnnxNode, x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  const [channels, inner, kernel] = weight.shape;
  const [, , h, w] = x.shape;
  const { stride, top, left, height, width } = geometry(node, x, kernel);
  const perGroup = channels / intAttribute(node, 'group', 1);
  const values = new Float64Array(channels * height * width);
  for (let o = 0; o < channels; o++) {
    const first = Math.floor(o / perGroup) * inner;
    for (let y = 0; y < height; y++) {
      for (let u = 0; u < width; u++) {
        let sum = bias?.values[o] ?? 0;
        for (let c = 0; c < inner; c++) {
          for (let ky = 0; ky < kernel; ky++) {
            const iy = y * stride - top + ky;
            if (iy < 0 || iy >= h) continue;
            for (let kx = 0; kx < kernel; kx++) {
              const ix = u * stride - left + kx;
              if (ix >= 0 && ix < w) sum += x.values[((first + c) * h + iy) * w + ix] * weight.values[((o * inner + c) * kernel + ky) * kernel + kx];
            }
          }
        }
        values[(o * height + y) * width + u] = sum;
      }
    }
  }
  return { shape: [1, channels, height, width], values };
}

function pool(node: OnnxNode, x: Tensor): Tensor {
  const [kernel] = intsAttribute(node, 'kernel_shape') ?? [1];
  const [, channels, h, w] = x.shape;
  const { stride, top, left, height, width } = geometry(node, x, kernel);
  const all = intAttribute(node, 'count_include_pad', 0) === 1;
  const values = new Float64Array(channels * height * width);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let u = 0; u < width; u++) {
        const seen: number[] = [];
        for (let iy = y * stride - top; iy < y * stride - top + kernel; iy++) {
          for (let ix = u * stride - left; ix < u * stride - left + kernel; ix++) {
            if (iy >= 0 && iy < h && ix >= 0 && ix < w) seen.push(x.values[(c * h + iy) * w + ix]);
          }
        }
        const value = node.op === 'MaxPool' ? Math.max(...seen) : seen.reduce((a, b) => a + b, 0) / (all ? kernel ** 2 : seen.length);
        values[(c * height + y) * width + u] = value;
      }
    }
  }
  return { shape: [1, channels, height, width], values };
}

function mean(x: Tensor): Tensor {
  const [, channels, h, w] = x.shape;
  const values = Float64Array.from({ length: channels }, (_, c) => x.values.subarray(c * h * w, (c + 1) * h * w).reduce((a, b) => a + b, 0) / (h * w));
  return { shape: [1, channels, 1, 1], values };
}

function dense(node: OnnxNode, x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  const turned = intAttribute(node, 'transB', 0) === 1;
  const [out, inner] = turned ? weight.shape : weight.shape.toReversed();
  const at = (o: number, i: number): number => weight.values[turned ? o * inner + i : i * out + o];
  const values = Float64Array.from({ length: out }, (_, o) => {
    let sum = (bias?.values[o] ?? 0) * floatOf(node, 'beta', 1);
    for (let i = 0; i < inner; i++) sum += floatOf(node, 'alpha', 1) * x.values[i] * at(o, i);
    return sum;
  });
  return { shape: [1, out], values };
}

/** Two tensors of one shape, or one with numbers for each channel or one for all. */
function combine(a: Tensor, b: Tensor, f: (x: number, y: number) => number): Tensor {
  const [large, small] = a.values.length >= b.values.length ? [a, b] : [b, a];
  const places = small.values.length === large.values.length ? 1 : product(large.shape.slice(2));
  const other = (i: number): number => small.values[Math.floor(i / places) % small.values.length];
  return map(large, (v, i) => (large === a ? f(v, other(i)) : f(other(i), v)));
}

function pad(x: Tensor, pads: readonly number[]): Tensor {
  const [, channels, h, w] = x.shape;
  const [, , top, left, , , bottom, right] = pads;
  const [height, width] = [h + top + bottom, w + left + right];
  const values = new Float64Array(channels * height * width);
  for (let i = 0; i < x.values.length; i++) {
    const [u, y, c] = [i % w, Math.floor(i / w) % h, Math.floor(i / (h * w))];
    values[(c * height + y + top) * width + u + left] = x.values[i];
  }
  return { shape: [1, channels, height, width], values };
}

function softmax(x: Tensor): Tensor {
  const powers = map(x, (v) => Math.exp(v));
  const sum = powers.values.reduce((a, b) => a + b, 0);
  return map(powers, (v) => v / sum);
}

function compute(node: OnnxNode, inputs: readonly (Tensor | undefined)[], pads: readonly number[]): Tensor {
  const [x, second, third] = inputs;
  if (!x) throw new Error(`${node.op} reads nothing.`);
  const b = second ?? x;
  switch (node.op) {
    case 'Conv': return convolution(node, x, b, third);
    case 'Relu': return map(x, (v) => Math.max(0, v));
    case 'Clip': return map(x, (v) => Math.min(third?.values[0] ?? floatOf(node, 'max', Infinity), Math.max(second?.values[0] ?? floatOf(node, 'min', -Infinity), v)));
    case 'BatchNormalization': {
      const [scale, offset, average, variance] = inputs.slice(1).map((t) => t?.values ?? new Float64Array());
      const places = product(x.shape.slice(2));
      return map(x, (v, i) => {
        const c = Math.floor(i / places);
        return ((v - average[c]) / Math.sqrt(variance[c] + floatOf(node, 'epsilon', 1e-5))) * scale[c] + offset[c];
      });
    }
    case 'MaxPool': case 'AveragePool': return pool(node, x);
    case 'GlobalAveragePool': case 'ReduceMean': return mean(x);
    case 'Gemm': case 'MatMul': return dense(node, x, b, third);
    case 'Add': return combine(x, b, (p, q) => p + q);
    case 'Sub': return combine(x, b, (p, q) => p - q);
    case 'Mul': return combine(x, b, (p, q) => p * q);
    case 'Div': return combine(x, b, (p, q) => p / q);
    case 'Pad': return pad(x, pads);
    case 'Softmax': return softmax(x);
    case 'Cast': case 'Identity': case 'Flatten': case 'Reshape': case 'Dropout': case 'Squeeze': return x;
    case 'Transpose': {
      const [, h, w, c] = x.shape;
      return { shape: [1, c, h, w], values: Float64Array.from({ length: c * h * w }, (_, i) => x.values[(i % (h * w)) * c + Math.floor(i / (h * w))]) };
    }
    default: throw new Error(`The reference has no ${node.op}.`);
  }
}

/** Runs a graph on one input. @returns the values of an output, or of any other tensor of the graph */
export function referenceOnnx({ graph }: OnnxModel, input: ArrayLike<number>, wanted: string): Float64Array {
  const [{ name, shape = [] }] = graph.inputs;
  const tensors = new Map<string, Tensor>([[name, { shape: shape.map(Number), values: Float64Array.from(input) }]]);
  const whole = new Map(graph.initializers.filter((t) => t.type === OnnxType.int64).map((t) => [t.name, Array.from(new BigInt64Array(new Uint8Array(t.raw).buffer), Number)]));
  for (const t of graph.initializers) {
    const values = tensorFloats(t);
    if (values) tensors.set(t.name, { shape: t.shape, values: Float64Array.from(values) });
  }
  for (const node of graph.nodes) {
    if (node.op === 'Constant') continue;
    const pads = intsAttribute(node, 'pads') ?? whole.get(node.inputs[1]) ?? [];
    tensors.set(node.outputs[0], compute(node, node.inputs.map((each) => tensors.get(each)), pads));
  }
  const found = tensors.get(wanted);
  if (!found) throw new Error(`The graph makes no ${wanted}.`);
  return Float64Array.from(found.values);
}
