import { describe, expect, it } from 'vitest';
import { decodeModel, TORCHVISION_PREPROCESSING } from '../../src/engine/index';
import type { ModelManifest } from '../../src/base/shared/model';
import { ownModelIn, ownModelTail } from '../../src/base/shared/own-model';
import { colourClassifier } from '../support/classifiers';

const manifest: ModelManifest = {
  id: 'device-1', name: 'Obst', architecture: 'classifier', licence: 'CC-BY-4.0', source: 'a course', preprocessing: { ...TORCHVISION_PREPROCESSING, crop: 96, resize: 100 },
  ports: { input: 'input', layout: 'nchw', numbers: 'float32', size: 96, scores: 'scores', answers: 'independent', colours: 'bgr' },
  classNames: ['Apfel', 'Birne', 'Pflaume'],
  variants: [{ precision: 'fp32', file: 'model.onnx', bytes: 1, sha256: '' }],
};
const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => Array.from(part)));

describe('an exported model', () => {
  it('tells in its ONNX file all that a person has set, and stays the model that it was', () => {
    const model = colourClassifier({ metadata: { author: 'somebody' } });
    const before = decodeModel(model);
    const found = decodeModel(joined(model, ownModelTail(manifest)));
    const { name, licence, source, preprocessing, ports, classNames } = manifest;
    expect(ownModelIn(found.metadata)).toEqual({ name, licence, source, preprocessing, ports, classNames });
    expect(found.metadata['author']).toBe('somebody');
    expect({ ...found, metadata: {} }).toEqual({ ...before, metadata: {} });
  });

  it('tells what was set last, where it is exported again', () => {
    const twice = joined(colourClassifier(), ownModelTail(manifest), ownModelTail({ ...manifest, name: 'Fruit' }));
    expect(ownModelIn(decodeModel(twice).metadata)?.name).toBe('Fruit');
  });

  it.each([
    ['nothing', {}],
    ['no JSON', { sightglass: '{' }],
    ['another version', { sightglass: JSON.stringify({ ...manifest, version: 2 }) }],
    ['a deviation of 0', { sightglass: JSON.stringify({ ...manifest, version: 1, preprocessing: { ...manifest.preprocessing, std: [0, 1, 1] } }) }],
    ['ports of another kind', { sightglass: JSON.stringify({ ...manifest, version: 1, ports: { input: 3 } }) }],
  ])('is read as any other where it tells %s', (_, metadata) => {
    expect(ownModelIn(metadata)).toBeUndefined();
  });
});
