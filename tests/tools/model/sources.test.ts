import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildResNet18 } from '../../../tools/model/build-resnet18';
import { findLocalWeights } from '../../../tools/model/sources';
import { modelIndex } from '../../../src/server/model-index';
import { randomResNet18, writeSafetensors } from '../../support/weights';

describe('model step', () => {
  let base: string;
  let root: string;

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'sightglass-model-'));
    root = join(base, 'project');
    mkdirSync(join(root, 'models'), { recursive: true });
    mkdirSync(join(base, 'shared/models'), { recursive: true });
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it('looks in RESNET18_WEIGHTS, then models/, then ../shared/models', () => {
    expect(findLocalWeights(root, {})).toBeUndefined();
    const shared = join(base, 'shared/models/resnet18-vq.safetensors');
    writeFileSync(shared, '');
    expect(findLocalWeights(root, {})?.path).toBe(shared);
    const own = join(root, 'models/resnet18.tv_in1k.safetensors');
    writeFileSync(own, '');
    expect(findLocalWeights(root, {})).toMatchObject({ path: own, licence: 'BSD-3-Clause' });
    const named = join(base, 'mine.safetensors');
    writeFileSync(named, '');
    expect(findLocalWeights(root, { RESNET18_WEIGHTS: '../mine.safetensors' })?.path).toBe(named);
    expect(() => findLocalWeights(root, { RESNET18_WEIGHTS: 'gone.safetensors' })).toThrow(/not there/);
  });

  it('makes a model and a manifest, and keeps them when the next file is broken', async () => {
    const folder = join(root, 'public/models');
    const path = join(base, 'good.safetensors');
    const file = writeSafetensors(randomResNet18());
    writeFileSync(path, file);
    const weights = { path, source: 'test', licence: 'CC0-1.0' };
    const manifest = await buildResNet18(weights, folder);
    expect(modelIndex(folder)).toEqual([manifest]);
    expect(manifest.variants[0].selfTest?.logits).toHaveLength(16);
    const before = readFileSync(join(folder, 'resnet18.onnx'));
    writeFileSync(path, file.subarray(0, file.length / 2));
    await expect(buildResNet18(weights, folder)).rejects.toThrow(/cut off/);
    writeFileSync(path, 'not weights at all, but some text');
    await expect(buildResNet18(weights, folder)).rejects.toThrow(/does not begin/);
    expect(readFileSync(join(folder, 'resnet18.onnx')).equals(before)).toBe(true);
    expect(modelIndex(folder)).toEqual([manifest]);
  });

  it('lists no model whose file is missing', async () => {
    const folder = join(root, 'public/models');
    const path = join(base, 'good.safetensors');
    writeFileSync(path, writeSafetensors(randomResNet18(2)));
    await buildResNet18({ path, source: 'test', licence: 'CC0-1.0' }, folder);
    rmSync(join(folder, 'resnet18.onnx'));
    expect(modelIndex(folder)).toEqual([]);
  });
});
