import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeModel } from '../../src/engine/onnx/decode';
import { encodeModel } from '../../src/engine/onnx/encode';
import { storeAsHalf } from '../../src/engine/onnx/half';
import { OnnxError } from '../../src/engine/onnx/model';
import { fillSelfTestInput, selfTestProblem } from '../../src/engine/self-test';
import { foldResNet18, WeightsError } from '../../src/engine/resnet18/fold';
import type { FoldedResNet18 } from '../../src/engine/resnet18/folded';
import { resnet18Onnx } from '../../src/engine/resnet18/graph';
import { readResNet18 } from '../../src/engine/resnet18/read';
import { referenceResNet18 } from '../../src/engine/resnet18/reference';
import { readSafetensors } from '../../src/engine/safetensors';
import { randomResNet18, writeSafetensors } from '../support/weights';

const SIZE = 224;

describe('ResNet-18 from safetensors to ONNX', () => {
  const state = randomResNet18();
  let folded: FoldedResNet18;
  let onnx: Uint8Array;

  beforeAll(() => {
    folded = foldResNet18(readSafetensors(writeSafetensors(state)));
    onnx = encodeModel(resnet18Onnx(folded, { source: 'test' }));
  });

  it('runs in native onnxruntime and agrees with the book', async () => {
    const session = await ort.InferenceSession.create(onnx);
    expect(session.inputNames).toEqual(['input']);
    expect(session.outputNames).toEqual(['logits', 'features']);
    const input = new Float32Array(3 * SIZE * SIZE);
    fillSelfTestInput(input);
    const results = await session.run({ input: new ort.Tensor('float32', input, [1, 3, SIZE, SIZE]) });
    const reference = referenceResNet18(folded, input, SIZE);
    const worst = (a: Float32Array, b: ArrayLike<number>): number => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
    const range = Math.max(...reference.logits) - Math.min(...reference.logits);
    expect(range).toBeGreaterThan(0.5);
    expect(worst(reference.logits, results['logits'].data as Float32Array)).toBeLessThan(range * 1e-4);
    expect(worst(reference.features, results['features'].data as Float32Array)).toBeLessThan(1e-2);
  });

  it('reads its own file back', () => {
    const model = decodeModel(onnx);
    expect(model.metadata).toEqual({ source: 'test' });
    expect(model.graph.inputs[0]).toEqual({ name: 'input', type: 1, shape: [1, 3, 224, 224] });
    const back = readResNet18(model);
    expect(back.convolutions.map((c) => c.name)).toEqual(folded.convolutions.map((c) => c.name));
    for (const [i, c] of back.convolutions.entries()) {
      expect(Buffer.from(c.weight.buffer).equals(Buffer.from(folded.convolutions[i].weight.buffer))).toBe(true);
    }
  });

  it('writes the same bytes each time', () => {
    expect(Buffer.from(encodeModel(resnet18Onnx(folded, { source: 'test' }))).equals(Buffer.from(onnx))).toBe(true);
  });

  it('names the tensor that is missing or misshapen', () => {
    const lacking = { ...state };
    delete lacking['layer3.0.downsample.1.running_var'];
    expect(() => foldResNet18(new Map(Object.entries(lacking)))).toThrow(/layer3\.0\.downsample\.1\.running_var is missing/);
    const wide = { ...state, 'fc.weight': { ...state['fc.weight'], shape: [100, 512] } };
    expect(() => foldResNet18(new Map(Object.entries(wide)))).toThrow(WeightsError);
    expect(() => foldResNet18(new Map(Object.entries(wide)))).toThrow('fc.bias has shape [1000], ResNet-18 wants [100]');
  });

  it('refuses weights that are not finite', () => {
    const broken = new Float32Array(64).fill(NaN);
    const spoilt = { ...state, 'bn1.weight': { dtype: 'F32', shape: [64], bytes: new Uint8Array(broken.buffer) } };
    expect(() => foldResNet18(new Map(Object.entries(spoilt)))).toThrow(/not finite/);
  });

  it('refuses ONNX files that are cut off or none', () => {
    expect(() => decodeModel(onnx.subarray(0, onnx.length - 1000))).toThrow(OnnxError);
    expect(() => decodeModel(new TextEncoder().encode('GIF89a no model here, only a picture'))).toThrow(OnnxError);
  });
});

describe('selfTestProblem', () => {
  it('finds wrong, constant and broken answers', () => {
    const known = { logits: [1, 2, 3], tolerance: 0.01 };
    expect(selfTestProblem(Float32Array.of(1.001, 2, 3, 9), known)).toBeUndefined();
    expect(selfTestProblem(Float32Array.of(1, 2.5, 3, 9), known)).toMatch(/score 1/);
    expect(selfTestProblem(Float32Array.of(1, NaN), undefined)).toMatch(/NaN/);
    expect(selfTestProblem(new Float32Array(5), undefined)).toMatch(/all scores/);
  });
});

describe('weights stored as float16', () => {
  it('come back rounded to eleven bits, and everything else as it was', () => {
    const folded = foldResNet18(new Map(Object.entries(randomResNet18(5))));
    const network = resnet18Onnx(folded);
    const bytes = encodeModel(storeAsHalf(network));
    expect(bytes.length).toBeLessThan(0.51 * encodeModel(network).length);
    const back = readResNet18(decodeModel(bytes));
    for (const [i, { name, weight, bias }] of back.convolutions.entries()) {
      const own = folded.convolutions[i];
      expect(name).toBe(own.name);
      for (const [stored, full] of [[weight, own.weight], [bias, own.bias]]) {
        // Half a unit in the last of 11 bits, or of the smallest subnormal.
        const allowed = (value: number): number => Math.max(Math.abs(value) * 2 ** -11, 2 ** -25);
        // One assertion for all: a call of `expect` for each of a hundred thousand weights takes longer than the rest.
        expect(full.findIndex((value, n) => !(Math.abs(stored[n] - value) <= allowed(value))), name).toBe(-1);
      }
    }
  });
});
