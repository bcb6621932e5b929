import { join } from 'node:path';
import { gzipSync, constants } from 'node:zlib';
import type { ModelPart, ModelParts } from '../../src/base/shared/model';
import { decodeModel } from '../../src/engine/onnx/decode';
import { OnnxType } from '../../src/engine/onnx/model';
import { hexSha256, writeWhole } from './build-resnet18';
import { knownAnswer } from './known-answer';

/** Lower bits of each integer weight that the first part lacks: docs/performance.md has the table, `npm run tool -- parts-study`. */
const DROPPED = 3;
/** Tensors of fewer bytes stay whole: it is the weights that count. */
const SMALLEST = 4096;

/** The two parts of a model's file, see ModelParts. */
export interface Split {
  readonly first: Uint8Array<ArrayBuffer>;
  readonly rest: Uint8Array<ArrayBuffer>;
}

/** Weights that were rounded, in units of the step: how far each lies above what it was. */
interface Rounded {
  readonly values: Int8Array;
  readonly over: Float32Array;
  readonly most: number;
}

/** Moves one of the values of a group by a step, against the sum of what they lie above: the one to which that does the least. */
function flip({ values, over, most }: Rounded, from: number, to: number, direction: 1 | -1): boolean {
  let best = -1;
  for (let i = from; i < to; i++) {
    if (Math.abs(values[i] - direction) <= most && (best < 0 || direction * over[i] > direction * over[best])) best = i;
  }
  if (best < 0 || direction * over[best] <= 0) return false;
  values[best] -= direction;
  over[best] -= direction;
  return true;
}

const sumOf = (numbers: Float32Array, from: number, to: number): number => numbers.subarray(from, to).reduce((sum, n) => sum + n, 0);

/** Brings what a group's values lie above in sum to half a step at most. */
function balance(rounded: Rounded, from: number, to: number): void {
  for (let sum = sumOf(rounded.over, from, to); Math.abs(sum) > 0.5; sum -= Math.sign(sum)) {
    if (!flip(rounded, from, to, sum > 0 ? 1 : -1)) return;
  }
}

/**
 * Rounds weights in int8 to a multiple of 2^dropped that is in range, so that the sum of each kernel, and of each output channel, stays what it
 * was but for half a step: activations after ReLU are never negative, so what is off in sum is off in each answer. This is SQuant
 * (C. Guo et al., ICLR 2022), which needs no images.
 * @param shape outputs, inputs, height and width
 */
function roundIntegers(weights: Int8Array, [outputs, inputs, height, width]: readonly number[], dropped: number): void {
  const step = 2 ** dropped;
  const most = (128 >> dropped) - 1;
  const values = new Int8Array(weights.length);
  const over = new Float32Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    values[i] = Math.max(-most, Math.min(most, Math.round(weights[i] / step)));
    over[i] = values[i] - weights[i] / step;
  }
  const rounded = { values, over, most };
  const kernel = height * width;
  for (let at = 0; kernel > 1 && at < weights.length; at += kernel) balance(rounded, at, at + kernel);
  const channel = inputs * kernel;
  for (let output = 0; output < outputs; output++) balance(rounded, output * channel, (output + 1) * channel);
  for (let i = 0; i < weights.length; i++) weights[i] = values[i] * step;
}

/** Numbers in float32, rounded to the nearest bfloat16 (the upper half of their bits). */
function roundFloats(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length; at += 4) view.setUint32(at, (view.getUint32(at, true) + 0x8000) & 0xffff0000, true);
}

/**
 * Splits an int8 model's file.
 * @param dropped lower bits of each integer weight that the first part lacks
 */
export function splitModel(file: Uint8Array<ArrayBuffer>, dropped: number): Split {
  const first = file.slice();
  // What is decoded are views of these very bytes.
  for (const { type, shape, raw } of decodeModel(first).graph.initializers) {
    if (raw.buffer !== first.buffer || raw.length < SMALLEST) continue;
    if (type === OnnxType.int8 && shape.length === 4) roundIntegers(new Int8Array(raw.buffer, raw.byteOffset, raw.length), shape, dropped);
    else if (type === OnnxType.float) roundFloats(raw);
  }
  return { first, rest: file.map((byte, i) => byte - first[i]) };
}

/** The smallest that zlib makes of it: few values in no order are coded one by one, repeated ones as repetitions. */
export function smallestGzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const ways = [constants.Z_DEFAULT_STRATEGY, constants.Z_FILTERED, constants.Z_HUFFMAN_ONLY].map((strategy) => gzipSync(bytes, { level: 9, memLevel: 9, strategy }));
  return new Uint8Array(ways.reduce((best, way) => (way.length < best.length ? way : best)));
}

/** Writes the two parts of an int8 model's file beside it. @param size side of the network's input, pixels */
export async function writeParts(folder: string, file: string, model: Uint8Array, size: number): Promise<ModelParts> {
  const { first, rest } = splitModel(Uint8Array.from(model), DROPPED);
  // Not .gz: servers send such a file as if its address had none.
  const written = async (part: Uint8Array, name: string): Promise<ModelPart> => {
    const bytes = smallestGzip(part);
    const own = file.replace(/\.onnx$/, `.${name}.bin`);
    await writeWhole(join(folder, own), bytes);
    return { file: own, bytes: bytes.length, sha256: hexSha256(bytes) };
  };
  return { first: { ...(await written(first, 'first')), selfTest: await knownAnswer(first, 'int8', size) }, rest: await written(rest, 'rest') };
}
