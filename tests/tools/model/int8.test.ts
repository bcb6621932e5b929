import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../../src/base/shared/model';
import { TORCHVISION_PREPROCESSING } from '../../../src/engine/model';
import { planInt8Graph } from '../../../src/engine/graph/plan-int8-graph';
import { readInt8Graph } from '../../../src/engine/graph/read-int8-graph';
import { decodeModel } from '../../../src/engine/onnx/decode';
import { encodeModel } from '../../../src/engine/onnx/encode';
import { storeAsHalf } from '../../../src/engine/onnx/half';
import { Arena } from '../../../src/engine/simd/arena';
import { buildResNet18, hexSha256 } from '../../../tools/model/build-resnet18';
import { currentManifest, int8IsCurrent } from '../../../tools/model/current';
import { calibrationInputs, calibrationImages, findCalibrationSet, thinned } from '../../../tools/quantise/calibration-set';
import { networkInputs } from '../../../tools/quantise/images';
import { DEFAULT_RECIPE, LITE_RECIPE } from '../../../tools/quantise/recipe';
import { deadLeaves } from '../../../tools/quantise/synthetic';
import { recipeFor, writeInt8 } from '../../../tools/quantise/write-int8';
import { modelIndex } from '../../../src/server/model-index';
import { mobileNetV2 } from '../../../tools/networks/mobilenet-v2';
import { noise, randomResNet18, writeSafetensors } from '../../support/weights';

/** Images of noise, in a folder of their own. */
async function images(folder: string, count: number, seed = 1): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const next = noise(seed * 1000 + i);
    const data = Buffer.from(Uint8Array.from({ length: 40 * 30 * 3 }, () => 128 + 120 * next()));
    const small = sharp(data, { raw: { width: 40, height: 30, channels: 3 } }).resize(320, 240);
    await small.jpeg().toFile(join(folder, `${String(i).padStart(3, '0')}.jpg`));
  }
}

describe('calibration', () => {
  let base: string;
  let root: string;

  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'sightglass-int8-'));
    root = join(base, 'project');
    mkdirSync(root);
  });
  afterAll(() => rmSync(base, { recursive: true }));

  it('looks in CALIBRATION_PICTURES, calibration/, ../shared/pictures, and makes pictures else', async () => {
    const made = findCalibrationSet(root, {});
    expect(made).toMatchObject({ kind: 'synthetic', paths: [] });
    expect(made.images).toBeUndefined();
    await images(join(base, 'shared/pictures'), 3);
    const shared = findCalibrationSet(root, {});
    expect(shared).toMatchObject({ kind: 'pictures', words: '3 of the 3 pictures in pictures' });
    await images(join(root, 'calibration'), 2);
    expect(findCalibrationSet(root, {}).words).toBe('2 of the 2 pictures in calibration');
    await images(join(base, 'mine'), 1);
    expect(findCalibrationSet(root, { CALIBRATION_PICTURES: '../mine' }).words).toBe('1 of the 1 pictures in mine');
    expect(() => findCalibrationSet(root, { CALIBRATION_PICTURES: 'gone' })).toThrow(/CALIBRATION_PICTURES: .*gone is no folder/);
    mkdirSync(join(base, 'empty'));
    expect(() => findCalibrationSet(root, { CALIBRATION_PICTURES: '../empty' })).toThrow(/no pictures/);
  });

  it('takes pictures evenly, holds the others apart, and knows them again elsewhere', async () => {
    const folder = join(base, 'ten');
    await images(folder, 10, 2);
    const set = calibrationImages(folder, 5);
    expect(set.paths.map((p) => p.slice(-7, -4))).toEqual(['000', '002', '004', '006', '008']);
    expect(set.heldApart.map((p) => p.slice(-7, -4))).toEqual(['001', '003', '005', '007', '009']);
    const copy = join(base, 'copy');
    mkdirSync(copy);
    for (const name of readdirSync(folder)) writeFileSync(join(copy, name), readFileSync(join(folder, name)));
    expect(calibrationImages(copy, 5).images).toBe(set.images);
    expect(calibrationImages(folder, 4).images).not.toBe(set.images);
  });

  it('leaves out a picture that cannot be read', async () => {
    const folder = join(base, 'spoilt');
    await images(folder, 2);
    writeFileSync(join(folder, '000.jpg'), 'no picture');
    const seen: string[] = [];
    for await (const { path } of networkInputs(calibrationImages(folder).paths, TORCHVISION_PREPROCESSING)) seen.push(path);
    expect(seen).toEqual([join(folder, '001.jpg')]);
  });

  it('makes the same picture of nothing each time, and another one of another seed', () => {
    const one = deadLeaves(3);
    expect(Buffer.from(one.data).equals(Buffer.from(deadLeaves(3).data))).toBe(true);
    expect(Buffer.from(one.data).equals(Buffer.from(deadLeaves(4).data))).toBe(false);
    // Not flat: bright and dark places.
    const grey = one.data.filter((_, i) => i % 4 !== 3);
    const mean = grey.reduce((a, b) => a + b, 0) / grey.length;
    const deviation = Math.sqrt(grey.reduce((a, b) => a + (b - mean) ** 2, 0) / grey.length);
    expect(deviation).toBeGreaterThan(20);
  });

  it('feeds made pictures where there are no others', async () => {
    const set = findCalibrationSet(join(base, 'nowhere/project'), {});
    let count = 0;
    for await (const input of calibrationInputs(set, TORCHVISION_PREPROCESSING)) {
      if (count++ === 0) expect(input).toHaveLength(3 * 224 * 224);
      if (count === 3) break;
    }
    expect(count).toBe(3);
  });

  describe('the model step', () => {
    let folder: string;
    let manifest: ModelManifest;
    const weights = (): { path: string; source: string; licence: string } => ({ path: join(base, 'w.safetensors'), source: 'test', licence: 'CC0-1.0' });

    beforeAll(async () => {
      folder = join(base, 'models');
      writeFileSync(weights().path, writeSafetensors(randomResNet18(11)));
      await images(join(base, 'set'), 6, 3);
      const float = await buildResNet18(weights(), folder);
      manifest = await writeInt8(folder, float, calibrationImages(join(base, 'set'), 4), DEFAULT_RECIPE);
    });

    it('puts the integers next to the floats, with a known answer', () => {
      expect(modelIndex(folder)).toEqual([manifest]);
      expect(manifest.variants.map((v) => v.precision)).toEqual(['fp32', 'fp16', 'int8']);
      const [float, , int8] = manifest.variants;
      const bytes = readFileSync(join(folder, int8.file));
      expect(int8).toMatchObject({ file: 'resnet18-int8.onnx', bytes: bytes.length, sha256: hexSha256(bytes) });
      expect(int8.bytes).toBeLessThan(float.bytes / 3);
      expect(int8.accuracy).toBeUndefined();
      // The answer is near the float network's, and no copy of it.
      const differences = int8.selfTest?.logits.map((v, i) => Math.abs(v - (float.selfTest?.logits[i] ?? NaN))) ?? [];
      expect(differences).toHaveLength(16);
      expect(Math.max(...differences)).toBeLessThan(int8.selfTest?.tolerance ?? 0);
      expect(Math.max(...differences)).toBeGreaterThan(0);
      expect(int8.quantisation).toMatchObject({ pictures: { count: 4 }, calibration: '4 of the 6 pictures in set', agreement: { of: 2 } });
      expect(decodeModel(bytes).metadata).toMatchObject({ source: 'test', calibration: '4 of the 6 pictures in set' });
    });

    it('leaves the manifest of a model that comes with the app as it is, and is listed with it', async () => {
      const own = join(base, 'shipped');
      mkdirSync(own);
      const float = mobileNetV2(4, 1000, 224);
      const bytes = encodeModel(storeAsHalf(float));
      writeFileSync(join(own, 'lite.onnx'), bytes);
      const shipped: ModelManifest = {
        ...manifest, id: 'efficientnet-lite0', architecture: 'efficientnet-lite0', variants: [{ precision: 'fp16', file: 'lite.onnx', bytes: bytes.length, sha256: hexSha256(bytes) }],
      };
      writeFileSync(join(own, 'efficientnet-lite0.json'), JSON.stringify(shipped));
      const set = thinned(calibrationImages(join(base, 'set'), 4), 2);
      expect(set.paths).toHaveLength(2);
      expect(set.words).toBe('2 of the 6 pictures in set');
      const [stem, classifier] = [float.graph.nodes[0].name, float.graph.nodes.at(-1)?.name ?? ''];
      const { variants } = await writeInt8(own, shipped, set, { ...LITE_RECIPE, float: [stem, classifier] });
      expect(JSON.parse(readFileSync(join(own, 'efficientnet-lite0.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(shipped)));
      const [listed, ...others] = modelIndex(own);
      expect(others).toEqual([]);
      expect(listed.variants).toEqual(JSON.parse(JSON.stringify(variants)));
      expect(listed.variants[1]).toMatchObject({ precision: 'int8', file: 'efficientnet-lite0-int8.onnx', quantisation: { pictures: { count: 2 }, agreement: { of: 2 } } });
      // Our own kernels run what was written.
      expect(() => planInt8Graph(readInt8Graph(decodeModel(readFileSync(join(own, listed.variants[1].file)))), new Arena(0), 1)).not.toThrow();
      rmSync(join(own, listed.variants[1].file));
      expect(modelIndex(own)[0].variants).toHaveLength(1);
    });

    it('is made anew only where something changed', async () => {
      const set = calibrationImages(join(base, 'set'), 4);
      expect(await currentManifest(folder, weights())).toEqual(manifest);
      expect(await currentManifest(folder, { ...weights(), source: 'other' })).toBeUndefined();
      expect(await int8IsCurrent(folder, manifest, set)).toBe(true);
      expect(await int8IsCurrent(folder, manifest, calibrationImages(join(base, 'set'), 3))).toBe(false);
      // Made images do not take the place of real ones, and a recipe of one's own stays.
      expect(await int8IsCurrent(folder, manifest, findCalibrationSet(join(base, 'nowhere/project'), {}))).toBe(true);
      const [float, , int8] = manifest.variants;
      expect(await int8IsCurrent(folder, { ...manifest, variants: [float] }, set)).toBe(false);
      const changed = (change: object): ModelManifest => ({ ...manifest, variants: [float, { ...int8, ...change }] });
      const own = { ...int8.quantisation, fingerprint: 'own' };
      expect(await int8IsCurrent(folder, changed({ quantisation: own }), set)).toBe(false);
      expect(await int8IsCurrent(folder, changed({ quantisation: { ...own, byHand: true } }), set)).toBe(true);
      expect(await int8IsCurrent(folder, changed({ sha256: '00' }), set)).toBe(false);
    });

    it('replaces the integers that are there', async () => {
      const recipe = { ...recipeFor(calibrationImages(join(base, 'set'), 1)), float: [] };
      const next = await writeInt8(folder, manifest, calibrationImages(join(base, 'set'), 1), recipe, true);
      expect(next.variants.map((v) => v.precision)).toEqual(['fp32', 'fp16', 'int8']);
      expect(next.variants[2].sha256).not.toBe(manifest.variants[2].sha256);
      expect(next.variants[2].quantisation?.byHand).toBe(true);
    });
  });
});
