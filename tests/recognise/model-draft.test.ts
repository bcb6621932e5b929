import { describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../src/base/shared/model';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/index';
import { featureModelOf } from '../../src/recognise/shared/feature-model';
import { changedManifest, type DraftChange } from '../../src/recognise/shared/model-draft';

const RESNET: ModelManifest = {
  id: 'device-1', name: 'Mine', architecture: 'resnet18', licence: 'CC0-1.0', source: 'test', preprocessing: TORCHVISION_PREPROCESSING, classNames: ['a', 'b', 'c'],
  ports: { input: 'input', layout: 'nchw', numbers: 'float32', size: 224, scores: 'logits', answers: 'scores' },
  variants: [{ precision: 'fp32', file: 'model.onnx', bytes: 4, sha256: 'aa', selfTest: { logits: [1, 2, 3], tolerance: 0.1 } }],
};

describe('a ResNet-18 of which a person sets something', () => {
  it('is any network where its output is called features, whose features are as many as it was seen to give', () => {
    const changed = changedManifest(RESNET, { ports: { answers: 'features' } });
    expect(changed).toMatchObject({ architecture: 'classifier', classNames: [] });
    expect(changed.variants[0].selfTest).toBeUndefined();
    expect(featureModelOf({ ...changed, kernels: { runs: true, features: 3 } }, 'fp32')?.width).toBe(3);
  });

  it('has no features of ResNet-18\'s length where it was kept before', () => {
    const { ports } = changedManifest(RESNET, { ports: { answers: 'features' } });
    expect(featureModelOf({ ...RESNET, ports }, 'fp32')).toBeUndefined();
    expect(featureModelOf(RESNET, 'fp32')?.width).toBe(512);
  });

  it.each<DraftChange>([{ preprocessing: { crop: 160 } }, { ports: { scores: 'other' } }, { ports: { answers: 'probabilities' } }])('is held to no answer of ResNet-18\'s own with %j', (change) => {
    const changed = changedManifest(RESNET, change);
    expect(changed.architecture).toBe('classifier');
    expect(changed.variants[0].selfTest).toBeUndefined();
    expect(changed.classNames).toEqual(RESNET.classNames);
  });

  it('is ResNet-18 as it was with any other change', () => {
    expect(changedManifest(RESNET, { ports: { answers: 'independent-scores' } }).architecture).toBe('resnet18');
    expect(changedManifest(RESNET, { name: 'Yours' })).toEqual({ ...RESNET, name: 'Yours' });
  });
});
