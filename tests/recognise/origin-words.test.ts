import { describe, expect, it } from 'vitest';
import { originOf } from '../../src/recognise/page/model/origin-words';


describe('where a model comes from, as it is read', () => {
  it.each([
    ['non-commercial; local checks only', { name: '', said: 'non-commercial; local checks only' }],
    ['resnet18-vq.safetensors (lossy, vector-quantised)', { name: 'resnet18-vq.safetensors', said: 'lossy, vector-quantised' }],
    ['mine.safetensors (a file of yours)', { name: 'mine.safetensors', said: 'a file of yours' }],
    ['a, b.onnx, dropped onto the page', { name: 'a, b.onnx', said: 'dropped onto the page' }],
    ['unknown: your own file', { name: '', said: 'unknown: your own file' }],
  ])('tells names from what is said of them: %s', (text, parts) => {
    expect(originOf(text)).toEqual(parts);
  });

  it('leaves what is not our own words as it is', () => {
    for (const text of ['BSD-3-Clause', 'timm/resnet18.tv_in1k, revision a987fd6b60f8 (torchvision ResNet18_Weights.IMAGENET1K_V1)', 'MIT (see the repository)']) expect(originOf(text)).toEqual({ name: text, said: '' });
  });
});
