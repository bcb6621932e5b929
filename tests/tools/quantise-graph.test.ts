import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeModel } from '../../src/engine/onnx/decode';
import { encodeModel } from '../../src/engine/onnx/encode';
import { attribute, floatTensor, OnnxType, type OnnxModel } from '../../src/engine/onnx/model';
import { quantiseGraph, tensorsToObserve, withOutputs, type QuantiseOptions, type TensorFacts } from '../../tools/quantise/graph';
import { fillSelfTestInput } from '../../src/engine/self-test';
import { foldResNet18 } from '../../src/engine/resnet18/fold';
import { resnet18Onnx } from '../../src/engine/resnet18/graph';
import { randomResNet18 } from '../support/weights';
import { observe } from '../../tools/quantise/observe';

const ALL: QuantiseOptions = { activations: 'uint8', weightLevels: 127, float: [] };

/** One convolution of 1 x 1 with a ReLU behind it: two channels in, one out. */
function small(): OnnxModel {
  const node = (op: string, name: string, inputs: string[], output: string, attributes = {}) => ({
    op, name, domain: '', inputs, outputs: [output], attributes,
  });
  return {
    irVersion: 8, producerName: 'test', producerVersion: '', opsets: [{ domain: '', version: 17 }], metadata: {},
    graph: {
      name: 'small',
      nodes: [
        node('Conv', 'conv', ['x', 'w', 'b'], 'conv_out', { kernel_shape: attribute.ints(1, 1) }),
        node('Relu', 'relu', ['conv_out'], 'relu_out'),
        node('GlobalAveragePool', 'pool', ['relu_out'], 'y'),
      ],
      initializers: [floatTensor('w', [1, 2, 1, 1], Float32Array.of(1.27, -0.4)), floatTensor('b', [1], Float32Array.of(0.1))],
      inputs: [{ name: 'x', type: OnnxType.float, shape: [1, 2, 1, 3] }],
      outputs: [{ name: 'y', type: OnnxType.float, shape: [1, 1, 1, 1] }],
    },
  };
}

async function run(model: OnnxModel, name: string, input: ort.Tensor, level: 'disabled' | 'all'): Promise<Record<string, Float32Array>> {
  const session = await ort.InferenceSession.create(encodeModel(model), { graphOptimizationLevel: level, logSeverityLevel: 3 });
  const results = await session.run({ [name]: input });
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([key, tensor]) => [key, (tensor.data as Float32Array).slice()]));
}

describe('quantiseGraph', () => {
  it('computes what a hand does', async () => {
    const facts = new Map<string, TensorFacts>([
      ['x', { range: { low: -1.28, high: 1.27 } }],
      ['relu_out', { range: { low: 0, high: 2.55 } }],
    ]);
    expect(tensorsToObserve(small(), ALL).sort()).toEqual(['relu_out', 'x']);
    const model = quantiseGraph(small(), facts, ALL);
    // The ReLU is the range's lower end.
    expect(model.graph.nodes.map((n) => n.op).sort()).toEqual(
      ['Conv', 'DequantizeLinear', 'DequantizeLinear', 'DequantizeLinear', 'DequantizeLinear', 'GlobalAveragePool', 'QuantizeLinear', 'QuantizeLinear'].sort(),
    );
    // x: scale 0.01, zero 128. w: scale 0.01: 127, -40. b: scale 0.0001: 1000. y: scale 0.01.
    // 0.502 -> 50, 0.25 -> 25: 127 * 50 - 40 * 25 + 1000 = 6350 -> 0.635 -> 64 (63.5 to even).
    // -1 -> -100, 1 -> 100: -12700 - 4000 + 1000 < 0 -> 0.  5 is clipped to 1.27, 0: 127 * 127 + 1000 = 17129 -> 171.
    const x = new ort.Tensor('float32', Float32Array.of(0.502, -1, 5, 0.25, 1, 0), [1, 2, 1, 3]);
    for (const level of ['disabled', 'all'] as const) {
      const { y } = await run(model, 'x', x, level);
      expect(y[0], level).toBeCloseTo((0.64 + 0 + 1.71) / 3, 3);
    }
  });

  it('takes a ReLU6 for a range as well, and fewer bits for weights beside a range that does not begin at zero', () => {
    const facts = new Map<string, TensorFacts>([['x', { range: { low: -1, high: 1 } }], ['relu_out', { range: { low: 0, high: 6 } }]]);
    const { graph } = small();
    const clipped: OnnxModel = { ...small(), graph: { ...graph, nodes: graph.nodes.map((n) => (n.op === 'Relu' ? { ...n, op: 'Clip' } : n)) } };
    const weightOf = (model: OnnxModel): number[] => Array.from(new Int8Array(new Uint8Array(model.graph.initializers.find((t) => t.name === 'w.quantised')?.raw ?? []).buffer));
    const model = quantiseGraph(clipped, facts, ALL);
    expect(model.graph.nodes.some((n) => n.op === 'Clip')).toBe(false);
    expect(weightOf(model)).toEqual([127, -40]);
    expect(weightOf(quantiseGraph(clipped, facts, { ...ALL, weightLevelsBesideSigned: 63 }))).toEqual([63, -20]);
    const begins = new Map<string, TensorFacts>([...facts, ['x', { range: { low: 0, high: 1 } }]]);
    expect(weightOf(quantiseGraph(clipped, begins, { ...ALL, weightLevelsBesideSigned: 63 }))).toEqual([127, -40]);
  });

  it('keeps the ReLU where activations are int8', () => {
    const facts = new Map<string, TensorFacts>([
      ['x', { range: { low: -1, high: 1 } }],
      ['relu_out', { range: { low: 0, high: 2 } }],
    ]);
    const { nodes } = quantiseGraph(small(), facts, { ...ALL, activations: 'int8' }).graph;
    const relu = nodes.find((n) => n.op === 'Relu');
    expect(relu?.inputs).toEqual(['conv_out']);
    expect(nodes.some((n) => n.op === 'QuantizeLinear' && n.inputs[0] === 'relu_out')).toBe(true);
    expect(nodes.some((n) => n.op === 'QuantizeLinear' && n.inputs[0] === 'conv_out')).toBe(false);
  });

  it('names what is missing', () => {
    expect(() => quantiseGraph(small(), new Map(), ALL)).toThrow(/relu_out was not observed/);
    expect(() => quantiseGraph(small(), new Map(), { ...ALL, float: ['conv9'] })).toThrow(/no node conv9/);
  });
});

describe('ResNet-18 in integers', () => {
  let float: OnnxModel;
  let facts: Map<string, TensorFacts>;
  const input = new Float32Array(3 * 224 * 224);
  const tensor = (): ort.Tensor => new ort.Tensor('float32', input, [1, 3, 224, 224]);

  beforeAll(async () => {
    float = resnet18Onnx(foldResNet18(new Map(Object.entries(randomResNet18(7)))));
    fillSelfTestInput(input);
    async function* inputs(): AsyncGenerator<Float32Array> {
      yield await Promise.resolve(input);
    }
    const seen = await observe(float, inputs(), tensorsToObserve(float, ALL));
    facts = new Map(
      Array.from(seen, ([name, { histogram, means }]) => [
        name,
        { range: { low: Math.min(0, histogram.min), high: Math.max(0, histogram.max) }, means: means.values },
      ]),
    );
  });

  it('observes every tensor between integer operations', () => {
    const names = tensorsToObserve(float, ALL);
    expect(names).toContain('input');
    expect(names).toContain('layer2.0.downsample.0_out');
    expect(names).toContain('layer4.1.relu2_out');
    // 20 convolutions, their sums: input, conv1 and pool, and 3 tensors a block, one more in the 3 blocks that downsample; features.
    expect(names).toHaveLength(3 + 8 * 3 + 3 + 1);
    expect(tensorsToObserve(float, { ...ALL, float: ['conv1', 'fc'] })).not.toContain('input');
    expect(withOutputs(float, names).graph.outputs.map((o) => o.name)).toContain('layer1.0.relu1_out');
  });

  it.each([
    ['uint8', []],
    ['uint8', ['conv1', 'fc']],
    ['int8', ['conv1']],
  ] as const)('stays near the float network: %s, float: %s', async (activations, kept) => {
    const options = { activations, weightLevels: 127, float: kept };
    const model = quantiseGraph(float, facts, options);
    const bytes = encodeModel(model);
    expect(bytes.length).toBeLessThan(encodeModel(float).length / 3);
    const read = decodeModel(bytes);
    expect(read.graph.outputs.map((o) => [o.name, o.type])).toEqual([['logits', 1], ['features', 1]]);
    expect(read.graph.inputs).toEqual(float.graph.inputs);
    // No convolution has float weights but those that were to keep them.
    const stored = new Set(read.graph.initializers.filter((t) => t.type === OnnxType.float && t.shape.length > 1).map((t) => t.name));
    expect([...stored].sort()).toEqual(kept.map((name) => `${name}.weight`).sort());
    const reference = await run(float, 'input', tensor(), 'all');
    const range = Math.max(...reference['logits']) - Math.min(...reference['logits']);
    const disabled = await run(model, 'input', tensor(), 'disabled');
    const fused = await run(model, 'input', tensor(), 'all');
    const worst = (a: Float32Array, b: Float32Array): number => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
    expect(worst(reference['logits'], disabled['logits']), 'against float').toBeLessThan(range * 0.1);
    expect(worst(disabled['logits'], fused['logits']), 'fused integers against step by step').toBeLessThan(range * 0.1);
    expect(fused['features']).toHaveLength(512);
  });
});
