import { attribute, OnnxType } from './model.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from './model.ts';

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** Single precision to half (IEEE 754 binary16), nearest, ties to even; too large becomes infinite. */
export function floatToHalf(value: number): number {
  scratch[0] = value;
  const bits = scratchBits[0];
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: a whole number of 2^-24. The product is exact; the rounding below is to even.
    const units = Math.abs(scratch[0]) * 2 ** 24;
    const floor = Math.floor(units);
    const rest = units - floor;
    return sign | (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor);
  }
  const rebased = magnitude - 0x38000000;
  return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
}

/** Half precision to single, exact; the table of all 65,536 values is made at first use. */
export function halvesToFloats(halves: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, half) => halfToFloat(half));
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = table[halves[i]];
  return floats;
}

let table: Float32Array | undefined;

/** A copy of a stored tensor's numbers, float32 or float16; undefined where it has others. */
export function tensorFloats({ type, raw }: OnnxTensor): Float32Array | undefined {
  if (type !== OnnxType.float && type !== OnnxType.float16) return undefined;
  const { buffer } = new Uint8Array(raw);
  return type === OnnxType.float ? new Float32Array(buffer) : halvesToFloats(new Uint16Array(buffer));
}

/** The reverse of {@link storeAsHalf}: weights are float32 again, of the numbers that float16 has. */
export function storeAsFloat(model: OnnxModel): OnnxModel {
  const stored = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const casts = new Map(model.graph.nodes.flatMap((node) => {
    const half = node.op === 'Cast' ? stored.get(node.inputs[0]) : undefined;
    return half?.type === OnnxType.float16 ? [[node, half] as const] : [];
  }));
  const halves = new Set(casts.values());
  const floats = [...casts].map(([{ outputs }, { shape, raw }]): OnnxTensor => {
    const values = halvesToFloats(new Uint16Array(new Uint8Array(raw).buffer));
    return { name: outputs[0], type: OnnxType.float, shape, raw: new Uint8Array(values.buffer) };
  });
  const initializers = [...model.graph.initializers.filter((tensor) => !halves.has(tensor)), ...floats];
  return { ...model, graph: { ...model.graph, initializers, nodes: model.graph.nodes.filter((node) => !casts.has(node)) } };
}

function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Stores float32 weights of at least `minimum` numbers as float16, each with a Cast to float32 behind it, which
 * onnxruntime computes once at load. The file has half the size; the arithmetic stays float32.
 *
 * @throws RangeError where a weight is too large for float16
 */
export function storeAsHalf(model: OnnxModel, minimum = 64): OnnxModel {
  const casts: OnnxNode[] = [];
  const initializers = model.graph.initializers.map((tensor): OnnxTensor => {
    const count = tensor.shape.reduce((n, d) => n * d, 1);
    if (tensor.type !== OnnxType.float || count < minimum) return tensor;
    const values = new Float32Array(new Uint8Array(tensor.raw).buffer);
    const halves = Uint16Array.from(values, floatToHalf);
    if (halves.some((h) => (h & 0x7c00) === 0x7c00)) throw new RangeError(`${tensor.name} has numbers that do not fit into float16.`);
    const name = `${tensor.name}.half`;
    casts.push({
      name: `${tensor.name}.cast`, op: 'Cast', domain: '', inputs: [name], outputs: [tensor.name],
      attributes: { to: attribute.int(OnnxType.float) },
    });
    return { name, type: OnnxType.float16, shape: tensor.shape, raw: new Uint8Array(halves.buffer) };
  });
  return { ...model, graph: { ...model.graph, initializers, nodes: [...casts, ...model.graph.nodes] } };
}
