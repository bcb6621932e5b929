// What the engine reads a graph as, and in which words it refuses one.
import { describe, expect, it } from 'vitest';
import { networkOf } from '../../src/engine/create-engine';
import { encodeModel, foldResNet, resnet18In, resnet18Onnx } from '../../src/engine/index';
import { UncoveredError } from '../../src/engine/graph/layers';
import { planGraph } from '../../src/engine/graph/plan-graph';
import { readGraph } from '../../src/engine/graph/read-graph';
import { asResNet18 } from '../../src/engine/graph/resnet';
import { attribute, type OnnxAttributes, type OnnxModel, type OnnxNode } from '../../src/engine/onnx/model';
import { Arena } from '../../src/engine/simd/arena';
import { mobileNetV2 } from '../../tools/networks/mobilenet-v2';
import { RandomNetwork } from '../../tools/networks/random-network';
import { randomResNet } from '../support/weights';

const changed = (model: OnnxModel, nodes: (nodes: readonly OnnxNode[]) => readonly OnnxNode[]): OnnxModel =>
  ({ ...model, graph: { ...model.graph, nodes: nodes(model.graph.nodes) } });

describe('a graph as layers', () => {
  it('has everything folded that may be: of MobileNetV2 its convolutions, a mean and a classifier are left', () => {
    const { layers, size, pooled, features, shapes } = readGraph(mobileNetV2(1, 10));
    expect(size).toBe(224);
    expect(layers.map(({ kind }) => kind)).toEqual([...Array<string>(52).fill('convolution'), 'mean', 'dense']);
    expect(layers.filter((l) => l.kind === 'convolution' && l.depthwise)).toHaveLength(17);
    expect(layers.filter((l) => l.kind === 'convolution' && l.residual !== undefined)).toHaveLength(10);
    expect(layers.filter((l) => l.kind === 'convolution' && l.low === 0 && l.high === 6)).toHaveLength(35);
    expect(shapes[pooled ?? 0]).toEqual({ channels: 1280, width: 7, height: 7 });
    expect(shapes[features ?? 0]).toEqual({ channels: 1280, width: 1, height: 1 });
  });

  /** A network whose one unusual part is what is given. */
  const network = (part: (net: RandomNetwork, x: string) => string, channels = 16): OnnxModel => {
    const net = new RandomNetwork(3);
    net.classifier(part(net, net.convolution('input', 3, 16, 3, 2)), channels, 5);
    return net.model(32, 5);
  };
  const conv = (net: RandomNetwork, x: string, attributes: OnnxAttributes, shape: readonly number[] = [16, 16, 3, 3]): string =>
    net.node('Conv', [x, net.tensor('odd', shape, 0.1)], { pads: attribute.ints(1, 1, 1, 1), ...attributes });

  const around = (net: RandomNetwork, x: string): string => net.node('Pad', [x], { pads: attribute.ints(0, 0, 1, 1, 0, 0, 1, 1) });

  it.each([
    ['HardSwish', 'there is no kernel for it', network((net, x) => net.node('HardSwish', [x]))],
    ['Sigmoid', 'there is no kernel for it', network((net, x) => net.node('Sigmoid', [x]))],
    ['Concat', 'there is no kernel for it', network((net, x) => net.node('Concat', [x, x], { axis: attribute.int(1) }), 32)],
    ['Mul', 'both of its inputs are activations', network((net, x) => net.node('Mul', [x, net.node('Relu', [x])]))],
    ['Conv', 'it has 4 groups of 4 channels', network((net, x) => conv(net, x, { group: attribute.int(4) }, [16, 4, 3, 3]))],
    ['Conv', 'it has 16 groups of 1 channels', network((net, x) => conv(net, x, { group: attribute.int(16) }, [32, 1, 3, 3]), 32)],
    ['Conv', 'it is dilated', network((net, x) => conv(net, x, { dilations: attribute.ints(2, 2) }))],
    ['Conv', 'its kernel is 1 x 7, not one of 1 x 1, 3 x 3, 5 x 5, 7 x 7', network((net, x) => conv(net, x, {}, [16, 16, 1, 7]))],
    ['Conv', 'its strides differ', network((net, x) => conv(net, x, { strides: attribute.ints(2, 1) }))],
    ['MaxPool', 'its size is rounded up', network((net, x) => net.node('MaxPool', [x], { kernel_shape: attribute.ints(3, 3), ceil_mode: attribute.int(1) }))],
    ['Pad', 'Relu reads what it gives', network((net, x) => net.node('Relu', [around(net, x)]))],
    ['Pad', 'Add reads what it gives', network((net, x) => net.node('Add', [around(net, x), around(net, net.convolution('input', 3, 16, 3, 2))]))],
    ['Pad', 'Add reads what it gives', network((net, x) => net.node('Add', [x, around(net, net.convolution('input', 3, 16, 3, 2))]))],
    ['ReduceMean', 'it is over the axes 1', network((net, x) => net.node('ReduceMean', [x], { axes: attribute.ints(1) }))],
    ['Flatten', 'it puts activations of 16 x 16 places into another order or shape', changed(network((_, x) => x), (nodes) => nodes.map((n) => (n.op === 'GlobalAveragePool' ? { ...n, op: 'Identity' } : n)))],
  ])('is refused for its %s: %s', (operator, reason, model) => {
    const read = (): unknown => readGraph(model, { input: 'input', layout: 'nchw', numbers: 'float32', size: 32, scores: 'logits', answers: 'scores' });
    expect(read).toThrow(UncoveredError);
    expect(read).toThrow(expect.objectContaining({ operator, reason, code: 'engine-failed' }) as Error);
    expect(read).toThrow(`Our own kernels do not run ${operator}`);
  });

  it.each(['Softmax', 'LogSoftmax'])('has its scores before a softmax where the answers are probabilities alone: %s', (op) => {
    const net = new RandomNetwork(3);
    net.classifier(net.convolution('input', 3, 16, 3, 2), 16, 5);
    net.node(op, ['logits'], {}, 'given');
    net.node(op, ['given'], {}, 'twice');
    const read = (answers: 'probabilities' | 'scores', scores = 'given'): unknown => readGraph(net.model(32, 5), { input: 'input', layout: 'nchw', numbers: 'float32', size: 32, scores, answers });
    expect(() => read('scores')).toThrow(`Our own kernels do not run ${op}`);
    if (op === 'Softmax') expect(read('probabilities')).toMatchObject({ size: 32 });
    else expect(() => read('probabilities')).toThrow('its answers are probabilities, and not by a Softmax');
    // The softmax of probabilities is not that of scores.
    if (op === 'Softmax') expect(() => read('probabilities', 'twice')).toThrow('Our own kernels do not run Softmax');
  });

  it('is ResNet-18 with a LogSoftmax at its end too, which adds one number to all scores', () => {
    const model = resnet18Onnx(foldResNet(new Map(Object.entries(randomResNet(3, 6)))));
    const [{ name }] = model.graph.outputs;
    const ended = changed(model, (nodes) => [...nodes, { op: 'LogSoftmax', name: 'end', domain: '', inputs: [name], outputs: ['given'], attributes: {} }]);
    const ports = { input: model.graph.inputs[0].name, layout: 'nchw', numbers: 'float32', size: 224, scores: 'given', answers: 'scores' } as const;
    expect(resnet18In(ended, ports)?.fc.bias).toEqual(resnet18In(model)?.fc.bias);
    expect(() => readGraph(ended, ports)).toThrow('Our own kernels do not run LogSoftmax');
    expect(Object.keys(networkOf(encodeModel(ended), false, ports))).toEqual(Object.keys(networkOf(encodeModel(model), false)));
  });

  it('leaves out what the scores are not made of, as the second head of a network in training', () => {
    const net = new RandomNetwork(6);
    const x = net.convolution('input', 3, 16, 3, 2);
    net.node('HardSwish', [x], {}, 'beside');
    net.classifier(x, 16, 4);
    expect(readGraph(net.model(32, 4)).layers.map(({ kind }) => kind)).toEqual(['convolution', 'mean', 'dense']);
  });

  it('folds nothing into a convolution whose own result is read as well', () => {
    const net = new RandomNetwork(7);
    const x = net.convolution('input', 3, 8, 3, 2);
    net.classifier(net.node('Add', [net.node('Relu', [x]), net.node('Identity', [x])]), 8, 4);
    expect(readGraph(net.model(32, 4)).layers.map(({ kind }) => kind)).toEqual(['convolution', 'affine', 'affine', 'mean', 'dense']);
  });

  it('is ResNet-18 by its structure alone: its own kernels run it then, with any number of classes', () => {
    const model = resnet18Onnx(foldResNet(new Map(Object.entries(randomResNet(3, 6)))));
    const found = asResNet18(readGraph(model));
    expect(found?.convolutions).toHaveLength(20);
    expect(found?.fc.bias).toHaveLength(6);
    expect(found?.convolutions[5].weight).toEqual(new Float32Array(new Uint8Array(model.graph.initializers.find((t) => t.name === `${found?.convolutions[5].name ?? ''}.weight`)?.raw ?? []).buffer));
    const six = { six: attribute.float(6), min: attribute.float(0), max: attribute.float(6) };
    const relu6 = changed(model, (nodes) => nodes.map((n, i) => (n.op === 'Relu' && i > 20 ? { ...n, op: 'Clip', attributes: six } : n)));
    expect(asResNet18(readGraph(relu6))).toBeUndefined();
    // The block's sum is added to what its first convolution gives, not to what the block reads.
    const crossed = changed(model, (nodes) => nodes.map((n) => (n.name === 'layer1.1.add' ? { ...n, inputs: [n.inputs[0], 'layer1.1.relu1_out'] } : n)));
    expect(asResNet18(readGraph(crossed))).toBeUndefined();
  });
});

describe('the plan of a graph', () => {
  it('uses memory anew where the same zeros lie around it, and keeps what is read after the run', () => {
    const network = readGraph(mobileNetV2(2, 10));
    const arena = new Arena(4096);
    const { activations, operators, input } = planGraph(network, arena);
    const numbers = network.shapes.reduce((n, { channels, width, height }) => n + channels * width * height, 0);
    const weights = network.layers.reduce((n, l) => n + ('weight' in l ? l.weight.length : 0), 0);
    expect(arena.end).toBeLessThan((numbers * 0.75 + weights * 1.1) * 4);
    expect(operators).toHaveLength(1 + 52 + 2);
    expect(input % 64).toBe(0);
    for (const i of [network.scores, network.features ?? 0, network.pooled ?? 0]) {
      expect(activations.filter(({ pixel }, j) => j !== i && pixel === activations[i].pixel)).toEqual([]);
    }
  });
});
