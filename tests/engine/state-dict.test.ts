import { describe, expect, it } from 'vitest';
import { describeClassifier } from '../../src/engine/onnx/describe';
import { foldResNet, foldResNet18 } from '../../src/engine/resnet18/fold';
import { RESNET_BLOCKS } from '../../src/engine/resnet18/folded';
import { resnet18Onnx } from '../../src/engine/resnet18/graph';
import { toFloat32, type SafeTensor } from '../../src/engine/safetensors';
import { readTorchZip } from '../../src/engine/torch/torch-zip';
import { torchSave } from '../support/torch-save';
import { randomResNet } from '../support/weights';

type State = Record<string, SafeTensor>;

const small = randomResNet(1, 5);
const asMap = (state: State): Map<string, SafeTensor> => new Map(Object.entries(state));
const renamed = (state: State, change: (name: string) => string): State => Object.fromEntries(Object.entries(state).map(([name, tensor]) => [change(name), tensor]));
const filled = (tensor: SafeTensor, value: number): SafeTensor => ({ ...tensor, bytes: new Uint8Array(new Float32Array(tensor.bytes.length / 4).fill(value).buffer) });

describe('foldResNet', () => {
  it('takes five classes, and makes a classifier of five of them', () => {
    const found = describeClassifier(resnet18Onnx(foldResNet(asMap(small))));
    expect(found.outputs.map(({ name, classes }) => [name, classes])).toEqual([['logits', 5]]);
    expect(found.ports).toMatchObject({ scores: 'logits', features: 'features', answers: 'scores' });
  });

  it.each(['module.', 'model.', 'backbone.', 'net.encoder.'])('takes the prefix %s off', (prefix) => {
    const { fc, convolutions } = foldResNet(asMap(renamed(small, (name) => prefix + name)));
    expect(convolutions.map(({ name }) => name)).toEqual(foldResNet(asMap(small)).convolutions.map(({ name }) => name));
    expect(Array.from(fc?.bias ?? [])).toEqual(Array.from(toFloat32('fc.bias', small['fc.bias'])));
  });

  it('reads the classifier behind a dropout, and leaves out what training leaves', () => {
    const state = renamed(small, (name) => name.replace(/^fc\./, 'fc.1.'));
    const extra = {
      'ema.conv1.weight': small['conv1.weight'], 'optimizer.state': small['bn1.bias'], 'loss.weight': small['fc.bias'], 'val_metric.confmat': small['fc.weight'],
    };
    expect(foldResNet(asMap({ ...state, ...extra })).fc?.bias).toHaveLength(5);
  });

  it.each([['ResNet-18', RESNET_BLOCKS.resnet18], ['ResNet-34', RESNET_BLOCKS.resnet34]] as const)('makes a network that gives features alone of a %s without a classifier', (_, blocks) => {
    const headless = Object.fromEntries(Object.entries(randomResNet(1, 5, blocks)).filter(([name]) => !name.startsWith('fc.')));
    const folded = foldResNet(asMap(headless));
    expect(folded.fc).toBeUndefined();
    expect(resnet18Onnx(folded).graph.outputs).toEqual([{ name: 'features', type: 1, shape: [1, 512] }]);
    expect(() => foldResNet18(asMap(headless))).toThrow('they name nothing');
  });

  it('takes a ResNet-34', () => {
    expect(foldResNet(asMap(randomResNet(2, 7, RESNET_BLOCKS.resnet34))).convolutions).toHaveLength(36);
  });

  const block = (name: string): State => Object.fromEntries(Object.entries(small).filter(([key]) => key.startsWith('layer1.1.')).map(([key, tensor]) => [key.replace('layer1.1.', name), tensor]));

  it.each<[string, State, string]>([
    ['a third block', { ...small, ...block('layer1.2.') }, 'layer1.2.'],
    ['a third convolution', { ...small, 'layer1.0.conv3.weight': small['layer1.0.conv2.weight'] }, 'layer1.0.conv3.weight is no tensor of ResNet-18'],
    ['an extra branch', { ...small, 'layer2.0.se.fc1.weight': small['fc.weight'] }, 'layer2.0.se.fc1.weight'],
    ['one behind a prefix', renamed({ ...small, 'attention.weight': small['fc.weight'] }, (name) => `model.${name}`), 'model.attention.weight'],
    ['two networks, one of them behind a prefix', { ...renamed(small, (name) => `backbone.${name}`), ...small }, 'backbone.conv1.weight and conv1.weight are both there'],
    ['a second classifier before the prefix', { ...renamed(small, (name) => `backbone.${name}`), 'fc.weight': small['fc.weight'], 'fc.bias': small['fc.bias'] }, 'backbone.fc.weight and fc.weight are both there'],
    ['two layers at the end', { ...renamed(small, (name) => name.replace(/^fc\./, 'fc.0.')), 'fc.3.weight': small['fc.weight'], 'fc.3.bias': small['fc.bias'] }, 'fc.0.weight'],
    ['a layer called as what training leaves', { ...small, 'train_head.weight': small['fc.weight'] }, 'train_head.weight'],
    ['a convolution called as a measure', { ...small, 'accuracy.conv1.weight': small['conv1.weight'] }, 'accuracy.conv1.weight'],
    ['weights of zeros', { ...small, 'layer3.0.conv1.weight': filled(small['layer3.0.conv1.weight'], 0) }, 'layer3.0.conv1.weight is all zeros'],
    ['NaN', { ...small, 'bn1.bias': filled(small['bn1.bias'], NaN) }, 'bn1.bias holds numbers that are not finite'],
    ['infinite weights', { ...small, 'fc.weight': filled(small['fc.weight'], Infinity) }, 'fc.weight holds numbers that are not finite'],
    ['half a classifier', Object.fromEntries(Object.entries(small).filter(([name]) => name !== 'fc.weight')), 'fc.weight is missing'],
  ])('refuses %s by name', (_, state, words) => {
    expect(() => foldResNet(asMap(state))).toThrow(words);
  });

  it('keeps to ResNet-18 with 1000 classes where that is what is built', () => {
    expect(() => foldResNet18(asMap(small))).toThrow('fc.weight has shape [5, 512]');
    expect(() => foldResNet18(asMap(randomResNet(2, 1000, RESNET_BLOCKS.resnet34)))).toThrow('ResNet-34');
  });
});

describe('readTorchZip', () => {
  const state = "collections.OrderedDict([('a.weight', Tensor([1, 2, 3, 4, 5, 6], (2, 3), (3, 1))), ('b', Parameter(Tensor([1, 2], (2,), (1,), 0, HalfStorage)))])";
  const read = (saved: string): Record<string, number[]> =>
    Object.fromEntries([...readTorchZip(torchSave(saved))].map(([name, tensor]) => [name, Array.from(toFloat32(name, tensor))]));

  it.each([['a state dict', state], ['a checkpoint', `{'epoch': 3, 'lr': 0.5, 'optimizer': {'x': [1, (2, None)]}, 'state_dict': ${state}}`]])('reads %s', (_, saved) => {
    expect(read(saved)).toEqual({ 'a.weight': [1, 2, 3, 4, 5, 6], b: [1, 2] });
  });

  it('puts numbers that lie in another order into theirs', () => {
    expect(read("{'t': Tensor([1, 2, 3, 4, 5, 6, 7], (2, 3), (1, 2), 1)}")).toEqual({ t: [2, 4, 6, 3, 5, 7] });
  });

  it.each([
    ['a view that repeats its numbers', "{'t': Tensor([1], (100000, 100000), (0, 0))}", 'reaches over the end'],
    ['one that is too short', "{'t': Tensor([1, 2], (3,), (1,))}", 'reaches over the end'],
    ['a whole model', 'Net()', 'whole model as Python objects'],
    ['no tensors', "{'a': 1}", 'no state dict of tensors'],
  ])('refuses %s', (_, saved, words) => {
    expect(() => readTorchZip(torchSave(saved))).toThrow(words);
  });

  it('runs nothing of the file', () => {
    // What a pickle is misused for: a call of os.system.
    const evil = "type('E', (), {'__reduce__': lambda self: (__import__('os').system, ('touch /tmp/sightglass-was-here',))})()";
    expect(() => readTorchZip(torchSave(evil))).toThrow('Python objects');
  });

  it('refuses what is cut off, compressed, or no zip', () => {
    const whole = torchSave(state);
    expect(() => readTorchZip(whole.subarray(0, whole.length - 40))).toThrow('cut off');
    expect(() => readTorchZip(torchSave(state, 'ZIP_DEFLATED'))).toThrow('compressed');
    expect(() => readTorchZip(new TextEncoder().encode('this is a text'))).toThrow('zip format');
  });
});
