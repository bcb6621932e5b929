import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeModel, foldResNet18, resnet18Onnx, storeAsHalf, type FoldedResNet18, type OnnxModel } from '../../src/engine/index';
import { classMapOf, pooledClassifier, withOutput } from '../../src/engine/onnx/classifier';
import { attribute, floatTensor, OnnxType } from '../../src/engine/onnx/model';
import { noise, randomResNet18 } from '../support/weights';

describe('the classifier of a network that averages its activations', () => {
  let weights: FoldedResNet18;
  let model: OnnxModel;

  beforeAll(() => {
    weights = foldResNet18(new Map(Object.entries(randomResNet18(8))));
    model = resnet18Onnx(weights);
  });

  /** Largest difference from the classifier's own weights. */
  const farthest = (values: Float32Array | undefined): number =>
    weights.fc.weight.reduce((most, v, i) => Math.max(most, Math.abs(v - (values?.[i] ?? NaN))), values?.length === weights.fc.weight.length ? 0 : NaN);

  it('is found in ResNet-18, also where its weights are stored as float16', () => {
    const found = pooledClassifier(model, 'logits');
    expect(found).toMatchObject({ activations: 'layer4.1.relu2_out', channels: 512 });
    expect(farthest(found?.weight)).toBe(0);
    const half = pooledClassifier(storeAsHalf(model), 'logits');
    expect(half?.activations).toBe('layer4.1.relu2_out');
    expect(farthest(half?.weight)).toBeLessThan(1e-3);
  });

  it('is found where the weights stand the other way round, a bias is added after them, and a softmax ends it', () => {
    const turned = Float32Array.from(weights.fc.weight, (_, i) => weights.fc.weight[(i % 1000) * 512 + Math.floor(i / 1000)]);
    const { graph } = model;
    const named = (op: string, inputs: string[], output: string) => ({ name: output, op, domain: '', inputs, outputs: [output], attributes: {} });
    const other: OnnxModel = {
      ...model,
      graph: {
        ...graph,
        initializers: [...graph.initializers, floatTensor('turned', [512, 1000], turned)],
        nodes: [
          ...graph.nodes.slice(0, -3),
          { ...named('ReduceMean', ['layer4.1.relu2_out'], 'mean'), attributes: { axes: attribute.ints(-1, -2), keepdims: attribute.int(0) } },
          named('MatMul', ['mean', 'turned'], 'product'), named('Add', ['product', 'fc.bias'], 'sum'), named('Softmax', ['sum'], 'scores'),
        ],
      },
    };
    const found = pooledClassifier(other, 'scores');
    expect(found).toMatchObject({ activations: 'layer4.1.relu2_out', channels: 512 });
    expect(farthest(found?.weight)).toBe(0);
  });

  it('is none where something else than an average is read, or the weights are computed', () => {
    const { graph } = model;
    const without = (change: (op: string) => string): OnnxModel => ({ ...model, graph: { ...graph, nodes: graph.nodes.map((n) => ({ ...n, op: change(n.op) })) } });
    expect(pooledClassifier(without((op) => (op === 'GlobalAveragePool' ? 'GlobalMaxPool' : op)), 'logits')).toBeUndefined();
    expect(pooledClassifier(without((op) => (op === 'Gemm' ? 'Conv' : op)), 'logits')).toBeUndefined();
    expect(pooledClassifier(model, 'no such output')).toBeUndefined();
    expect(pooledClassifier({ ...model, graph: { ...graph, initializers: graph.initializers.filter((t) => t.name !== 'fc.weight') } }, 'logits')).toBeUndefined();
  });

  it('gives maps whose mean and bias are the score, of activations that the file gives as a further output', async () => {
    const classifier = pooledClassifier(model, 'logits');
    if (!classifier) throw new Error('There is no classifier.');
    const bytes = withOutput(encodeModel(model), { name: classifier.activations, type: OnnxType.float, shape: undefined });
    const session = await ort.InferenceSession.create(bytes);
    expect(session.outputNames).toEqual(['logits', 'features', 'layer4.1.relu2_out']);
    const next = noise(9);
    const input = new ort.Tensor('float32', Float32Array.from({ length: 3 * 224 * 224 }, () => 2 * next()), [1, 3, 224, 224]);
    const results = await session.run({ input });
    const activations = results[classifier.activations];
    const logits = results['logits'].data as Float32Array;
    expect(activations.dims).toEqual([1, 512, 7, 7]);
    for (const index of [3, 700]) {
      const { values } = classMapOf(classifier.weight.subarray(index * 512, (index + 1) * 512), activations.data as Float32Array, 7, 7);
      const score = values.reduce((sum, v) => sum + v / 49, weights.fc.bias[index]);
      expect(Math.abs(score - logits[index])).toBeLessThan(1e-3 * (1 + Math.abs(logits[index])));
    }
    await session.release();
  });
});
