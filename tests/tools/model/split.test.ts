import { describe, expect, it } from 'vitest';
import { decodeModel } from '../../../src/engine/onnx/decode';
import { encodeModel } from '../../../src/engine/onnx/encode';
import { floatTensor, OnnxType } from '../../../src/engine/onnx/model';
import { splitModel } from '../../../tools/model/split';
import { noise } from '../../support/weights';

const SHAPE = [16, 32, 3, 3];
const COUNT = 16 * 32 * 9;

function model(weights: Int8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const next = noise(5);
  const graph = {
    name: 'test', inputs: [], outputs: [],
    nodes: [{ name: 'node', op: 'Identity', domain: '', inputs: ['weights'], outputs: ['out'], attributes: {} }],
    initializers: [
      { name: 'weights', type: OnnxType.int8, shape: SHAPE, raw: new Uint8Array(weights.buffer) },
      floatTensor('classifier', [40, 64], Float32Array.from({ length: 40 * 64 }, next)),
      floatTensor('bias', [16], Float32Array.from({ length: 16 }, next)),
    ],
  };
  return Uint8Array.from(encodeModel({ irVersion: 8, producerName: 'test', producerVersion: '1', opsets: [{ domain: '', version: 13 }], metadata: {}, graph }));
}

function tensors(file: Uint8Array): Map<string, Uint8Array> {
  return new Map(decodeModel(file).graph.initializers.map(({ name, raw }) => [name, raw]));
}
const integers = (raw: Uint8Array = new Uint8Array()): Int8Array => new Int8Array(raw.slice().buffer);

describe('the two parts of a model', () => {
  // Bell-shaped, some in the middle between two multiples, some at both ends.
  const next = noise(3);
  const weights = Int8Array.from({ length: COUNT }, () => Math.max(-127, Math.min(127, Math.round(40 * (next() + next() + next() + next())))));
  const file = model(weights);
  const { first, rest } = splitModel(file, 3);

  it('are the very file in sum', () => {
    expect(first.map((byte, i) => byte + rest[i])).toEqual(file);
    expect(rest.some((byte) => byte > 0)).toBe(true);
  });

  it('begin with the same network, whose weights are multiples of eight in range', () => {
    const coarse = integers(tensors(first).get('weights'));
    expect([...new Set(coarse)].every((w) => w % 8 === 0 && Math.abs(w) <= 120)).toBe(true);
    // Flipped ones lie a whole step away at most; what was at the end of the range lost 7.
    expect(Math.max(...coarse.map((w, i) => Math.abs(w - weights[i])))).toBeLessThanOrEqual(8);
    expect(decodeModel(first).graph.initializers.map(({ name, shape }) => [name, shape])).toEqual([['weights', SHAPE], ['classifier', [40, 64]], ['bias', [16]]]);
  });

  it('keep the sum of each channel within half a step, and that of most kernels', () => {
    const coarse = integers(tensors(first).get('weights'));
    const off = (from: number, to: number): number => coarse.subarray(from, to).reduce((sum, w, i) => sum + w - weights[from + i], 0);
    const kernels = Array.from({ length: COUNT / 9 }, (_, k) => Math.abs(off(9 * k, 9 * k + 9)));
    const channels = Array.from({ length: 16 }, (_, c) => Math.abs(off(288 * c, 288 * c + 288)));
    expect(Math.max(...channels)).toBeLessThanOrEqual(4);
    // Channels are balanced last: a few kernels give up theirs for it.
    expect(kernels.filter((sum) => sum > 4).length).toBeLessThan(kernels.length / 8);
  });

  it('halve large floats and leave small ones', () => {
    const [before, after] = [tensors(file), tensors(first)];
    expect(after.get('bias')).toEqual(before.get('bias'));
    const floats = (raw: Uint8Array = new Uint8Array()): Float32Array => new Float32Array(raw.slice().buffer);
    const [exact, coarse] = [floats(before.get('classifier')), floats(after.get('classifier'))];
    expect([...new Uint32Array(coarse.buffer)].every((bits) => (bits & 0xffff) === 0)).toBe(true);
    // bfloat16 has eight bits of significand: half a unit of the last place.
    expect(Math.max(...coarse.map((v, i) => Math.abs(v - exact[i]) / Math.abs(exact[i])))).toBeLessThan(2 ** -8);
  });
});
