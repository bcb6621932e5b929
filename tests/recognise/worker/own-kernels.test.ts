// A person's network is held to onnxruntime's answer, and runs there alone where our own kernels do not know it.
import { describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../../src/base/shared/model';
import { comparableScores, encodeModel, ownKernels, selfTestProblem, TORCHVISION_PREPROCESSING, type ClassifierPorts, type Engine, type EngineOptions, type OnnxModel } from '../../../src/engine/index';
import { waysToRun } from '../../../src/recognise/page/model/fallbacks';
import { featureModelOf } from '../../../src/recognise/shared/feature-model';
import { withOwnKernels } from '../../../src/recognise/worker/own-kernels';
import { RandomNetwork } from '../../../tools/networks/random-network';
import { tensorsToObserve } from '../../../tools/quantise/graph';
import { observe } from '../../../tools/quantise/observe';
import { quantised } from '../../../tools/quantise/quantise-resnet18';
import type { Recipe } from '../../../tools/quantise/recipe';
import { referenceOnnx } from '../../support/onnx-reference';

const SIZE = 32;

function network(part: (net: RandomNetwork, x: string) => string = (_, x) => x, softmax = false): OnnxModel {
  const net = new RandomNetwork(2);
  net.classifier(part(net, net.relu6(net.convolution('input', 3, 16, 3, 2))), 16, 6);
  if (softmax) net.node('Softmax', ['logits'], {}, 'probabilities');
  const model = net.model(SIZE, 6);
  return softmax ? { ...model, graph: { ...model.graph, outputs: [{ ...model.graph.outputs[0], name: 'probabilities' }] } } : model;
}

const manifestOf = (scores: string): ModelManifest => ({
  id: 'own', name: 'Own', architecture: 'classifier', licence: '', source: '', preprocessing: { ...TORCHVISION_PREPROCESSING, crop: SIZE },
  ports: { input: 'input', layout: 'nchw', numbers: 'float32', size: SIZE, scores, answers: scores === 'logits' ? 'scores' : 'probabilities' },
  variants: [{ precision: 'fp32', file: 'model.onnx', bytes: 1, sha256: '' }],
});

/** onnxruntime as this needs it: the graph by its definition; logarithms where the network ends in a softmax. */
function reference(model: OnnxModel, scores: string): { start: (id: string, bytes: Uint8Array, options: EngineOptions) => Promise<Engine>; started: string[] } {
  const started: string[] = [];
  const input = new Float32Array(3 * SIZE * SIZE);
  const run = () => {
    const values = Float32Array.from(referenceOnnx(model, input, scores));
    return Promise.resolve({ logits: scores === 'logits' ? values : values.map(Math.log), features: undefined });
  };
  return {
    started,
    start: (id) => {
      started.push(id);
      return Promise.resolve({ id: 'ort', threads: 1, input, run, dispose: () => started.push('disposed') });
    },
  };
}

describe("a person's network", () => {
  it.each(['logits', 'probabilities'])('is held to what onnxruntime answers: %s', async (scores) => {
    const model = network(undefined, scores !== 'logits');
    const { start, started } = reference(model, scores);
    const kept = await withOwnKernels(manifestOf(scores), encodeModel(model), start);
    expect(started).toEqual(['ort', 'disposed']);
    expect(kept.kernels).toEqual({ runs: true, features: 16 });
    const known = kept.variants[0].selfTest;
    expect(known?.logits).toHaveLength(6);
    expect(waysToRun(kept, 'fp32', 'auto', 2).map(({ engine }) => engine)).toEqual(['simd', 'simd', 'ort', 'ort']);
    expect(featureModelOf(kept, 'fp32')).toMatchObject({ width: 16 });
    // What our own kernels give is before the softmax: the same but for a number that all have in common.
    const raw = Float32Array.from(known?.logits ?? [], (v) => v + (scores === 'logits' ? 0 : 3));
    expect(selfTestProblem(comparableScores(raw, kept.ports?.answers), known)).toBeUndefined();
    raw[2] += 0.5 * Math.max(...raw.map(Math.abs));
    expect(selfTestProblem(comparableScores(raw, kept.ports?.answers), known)).toMatch(/score/);
  });

  it('runs on onnxruntime alone where our own kernels do not know it, which says what and why', async () => {
    const model = network((net, x) => net.node('HardSwish', [x]));
    const { start, started } = reference(model, 'logits');
    const kept = await withOwnKernels(manifestOf('logits'), encodeModel(model), start);
    expect(started).toEqual([]);
    expect(kept.kernels).toEqual({ runs: false, operator: 'HardSwish', reason: 'there is no kernel for it' });
    expect(waysToRun(kept, 'fp32', 'auto', 1)).toEqual([{ engine: 'ort', threads: 1 }]);
    expect(featureModelOf(kept, 'fp32')).toBeUndefined();
  });

  it('can be taught on where it has no classifier, whichever engine runs it', async () => {
    for (const [covered, op] of [[true, ''], [false, 'HardSwish']] as const) {
      const model = network((net, x) => (covered ? x : net.node(op, [x])));
      const manifest = manifestOf('logits');
      const kept = await withOwnKernels({ ...manifest, classNames: [], ports: { ...manifest.ports, answers: 'features' } as ClassifierPorts }, encodeModel(model), reference(network(), 'logits').start);
      expect(kept.kernels).toMatchObject({ runs: covered, features: 6 });
      expect(featureModelOf(kept, 'fp32')).toMatchObject({ width: 6 });
      expect(kept.variants[0].selfTest !== undefined).toBe(covered);
    }
  });

  it('runs on onnxruntime alone where that gives no answer to hold it to, and with int8 of another making', async () => {
    const model = network();
    const flat = { ...reference(model, 'logits'), start: () => Promise.resolve({
      id: 'ort', threads: 1, input: new Float32Array(3 * SIZE * SIZE), dispose: () => undefined,
      run: () => Promise.resolve({ logits: new Float32Array(6), features: undefined }),
    } satisfies Engine) };
    const kept = await withOwnKernels(manifestOf('logits'), encodeModel(model), flat.start);
    expect(kept.variants[0].selfTest).toBeUndefined();
    expect(waysToRun(kept, 'fp32', 'auto', 1)).toEqual([{ engine: 'ort', threads: 1 }]);
    const integers = network((net, x) => net.node('QuantizeLinear', [x, 'six', 'zero']));
    expect(ownKernels(integers)).toMatchObject({ runs: false, operator: 'QuantizeLinear' });
  });

  it('runs in integers on our own kernels where these know how its file has them, and says why not else', async () => {
    const float = network((net, x) => net.relu6(net.convolution(x, 16, 16, 1)));
    const [stem] = float.graph.nodes.filter(({ op }) => op === 'Conv');
    const recipe: Recipe = { activations: 'uint8', method: { kind: 'minmax' }, weightLevels: 127, weightLevelsBesideSigned: 63, float: [stem.name, float.graph.nodes.find(({ op }) => op === 'Gemm')?.name ?? ''] };
    async function* inputs(): AsyncGenerator<Float32Array> {
      yield await Promise.resolve(Float32Array.from({ length: 3 * SIZE * SIZE }, (_, i) => Math.sin(i / 9)));
    }
    const make = async (change: Partial<Recipe>): Promise<OnnxModel> => {
      const own = { ...recipe, ...change };
      return quantised({ model: float, observations: await observe(float, inputs(), tensorsToObserve(float, own)) }, own, TORCHVISION_PREPROCESSING);
    };
    const int8 = { ...manifestOf('logits'), variants: [{ precision: 'int8', file: 'model.onnx', bytes: 1, sha256: '' }] } as const;
    const kept = await withOwnKernels(int8, encodeModel(await make({})), reference(float, 'logits').start);
    expect(kept.kernels).toEqual({ runs: true, features: 16 });
    expect(waysToRun(kept, 'int8', 'auto', 1).map(({ engine }) => engine)).toEqual(['simd', 'ort']);
    expect(waysToRun(kept, 'int8', 'auto', 1, false).map(({ engine }) => engine)).toEqual(['ort']);
    // The first convolution in integers too: it reads three channels.
    const all = await withOwnKernels(int8, encodeModel(await make({ float: [recipe.float[1]] })), reference(float, 'logits').start);
    expect(all.kernels).toMatchObject({ runs: false, operator: 'Conv' });
    expect(waysToRun(all, 'int8', 'auto', 1).map(({ engine }) => engine)).toEqual(['ort']);
  });
});
