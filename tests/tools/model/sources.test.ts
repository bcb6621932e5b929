import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildResNet18 } from '../../../tools/model/build-resnet18';
import { currentManifest } from '../../../tools/model/current';
import { ChecksumError } from '../../../tools/model/download';
import { obtainPublished } from '../../../tools/model/obtain';
import { findLocalWeights, PUBLISHED, publishedWeights, type PublishedWeights } from '../../../tools/model/sources';
import { RESNET_BLOCKS } from '../../../src/engine/resnet18/folded';
import { modelIndex } from '../../../src/server/model-index';
import { colourClassifier } from '../../support/classifiers';
import { torchSave } from '../../support/torch-save';
import { randomResNet, randomResNet18, writeSafetensors } from '../../support/weights';

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

  it('takes another address for torchvision\'s weights alone', () => {
    const env = { RESNET18_URL: 'http://mirror.test/tv.safetensors' };
    expect(publishedWeights('tv', env)).toEqual({ ...PUBLISHED.tv, url: env.RESNET18_URL });
    expect(publishedWeights('a1', env)).toEqual(PUBLISHED.a1);
    expect(publishedWeights('tv', {})).toEqual(PUBLISHED.tv);
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

  const zeros = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.length);

  it.each<[string, string, () => Uint8Array, RegExp]>([
    ['a ResNet-34', 'x.safetensors', () => writeSafetensors(randomResNet(1, 1000, RESNET_BLOCKS.resnet34)), /ResNet-34: its layer1\.2\.conv1\.weight/],
    ['other classes', 'x.safetensors', () => writeSafetensors(randomResNet(1, 5)), /fc\.weight has shape \[5, 512\]/],
    ['a third block', 'x.safetensors', () => writeSafetensors({ ...randomResNet18(), 'layer1.2.conv1.weight': randomResNet18()['layer1.1.conv1.weight'] }), /layer1\.2\.conv1\.weight is no tensor/],
    ['an extra branch', 'x.safetensors', () => writeSafetensors({ ...randomResNet18(), 'layer4.1.se.weight': randomResNet18()['bn1.bias'] }), /layer4\.1\.se\.weight is no tensor/],
    ['weights without a classifier', 'x.safetensors', () => writeSafetensors(Object.fromEntries(Object.entries(randomResNet18()).filter(([name]) => !name.startsWith('fc.')))), /fc\.weight is missing/],
    ['weights of zeros', 'x.safetensors', () => {
      const state = randomResNet18();
      return writeSafetensors({ ...state, 'layer2.0.conv1.weight': { ...state['layer2.0.conv1.weight'], bytes: zeros(state['layer2.0.conv1.weight'].bytes) } });
    }, /layer2\.0\.conv1\.weight is all zeros/],
    ['another network', 'x.pth', () => torchSave("{'features.0.weight': Tensor([1.0], (1,), (1,))}"), /there is no conv1\.weight, but features\.0\.weight/],
    ['a whole model of PyTorch', 'x.pt', () => torchSave('Net()'), /Python objects/],
    ['an ONNX file', 'x.onnx', () => colourClassifier(), /whole network, and weights are wanted/],
    ['a text', 'x.pth', () => Buffer.from('not weights'), /zip/],
  ])('refuses %s before anything is written over', async (_, name, make, words) => {
    const folder = join(root, 'public/models');
    mkdirSync(folder, { recursive: true });
    for (const file of ['resnet18.onnx', 'resnet18.json']) writeFileSync(join(folder, file), 'the good one');
    const path = join(base, name);
    writeFileSync(path, make());
    await expect(buildResNet18({ path, source: 'test', licence: 'CC0-1.0' }, folder)).rejects.toThrow(words);
    expect(readdirSync(folder).sort()).toEqual(['resnet18.json', 'resnet18.onnx']);
    for (const file of readdirSync(folder)) expect(readFileSync(join(folder, file), 'utf8')).toBe('the good one');
  });

  describe("the second set of weights, timm's A1", () => {
    let server: Server;
    let file: Uint8Array;
    let asked: number;
    let a1: PublishedWeights;

    beforeEach(async () => {
      file = writeSafetensors(randomResNet18(8));
      asked = 0;
      server = createServer((_, response) => {
        asked++;
        response.end(file);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.safetensors`;
      a1 = { ...PUBLISHED.a1, url, sha256: createHash('sha256').update(file).digest('hex') };
    });
    afterEach(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it('is fetched once, and made a model beside the first, with its own preprocessing', async () => {
      const folder = join(root, 'public/models');
      const first = join(base, 'first.safetensors');
      writeFileSync(first, writeSafetensors(randomResNet18()));
      await buildResNet18({ path: first, source: 'test', licence: 'CC0-1.0' }, folder);
      const weights = await obtainPublished(root, a1, () => undefined);
      expect(weights).toMatchObject({ path: join(root, 'models/resnet18.a1_in1k.safetensors'), licence: 'Apache-2.0', published: { top1: 0.715 } });
      expect((await obtainPublished(root, a1, () => undefined)).path).toBe(weights.path);
      expect(asked).toBe(1);
      const manifest = await buildResNet18(weights, folder);
      expect(manifest).toMatchObject({ id: 'resnet18-a1', architecture: 'resnet18', preprocessing: { resize: 235, crop: 224, interpolation: 'bicubic' } });
      expect(manifest.variants.map((v) => v.file)).toEqual(['resnet18-a1.onnx', 'resnet18-a1-fp16.onnx']);
      expect(await currentManifest(folder, weights)).toEqual(manifest);
      expect(modelIndex(folder).map(({ id }) => id)).toEqual(['resnet18', 'resnet18-a1']);
      // Whoever asks for the first set does not get the second, which lies in the same folder.
      expect(findLocalWeights(root, {})).toBeUndefined();
    });

    it('is refused where another file came, or lies there', async () => {
      await expect(obtainPublished(root, { ...a1, sha256: PUBLISHED.a1.sha256 }, () => undefined)).rejects.toThrow(ChecksumError);
      expect(readdirSync(join(root, 'models'))).toEqual([]);
      const lies = join(base, 'shared/models/resnet18.a1_in1k.safetensors');
      writeFileSync(lies, 'another file');
      await expect(obtainPublished(root, a1, () => undefined)).rejects.toThrow(`not ${a1.sha256} of timm/resnet18.a1_in1k`);
      expect(readFileSync(lies, 'utf8')).toBe('another file');
      expect(asked).toBe(1);
    });

    it('says so where it cannot be had', async () => {
      await expect(obtainPublished(root, { ...a1, url: 'http://127.0.0.1:1/model.safetensors' }, () => undefined, 1)).rejects.toThrow(/broke off/);
    });
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
