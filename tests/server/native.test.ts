// Our own kernels as they are compiled for the processor itself, against onnxruntime, and the service where they do not run.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';
import { ownModelTail } from '../../src/base/shared/own-model';
import { encodeModel, fillSelfTestInput, foldResNet, resnet18Onnx, TORCHVISION_PREPROCESSING, type ClassifierPorts } from '../../src/engine/index';
import { fieldsOf } from '../../src/engine/kernels/build/native';
import { FIELDS } from '../../src/engine/simd/operator-fields';
import { OnnxNetwork } from '../../src/server/inference/onnx-network';
import type { Runner } from '../../src/server/inference/running';
import type { Network } from '../../src/server/job';
import { loadAddon } from '../../src/server/native/addon';
import { NativeNetwork, prepareNative } from '../../src/server/native/native-network';
import { encodedImage, makeSite, post, startService } from '../support/server/service';
import { ROOT } from '../support/shared';
import { randomResNet } from '../support/weights';

/** What this processor runs; the service runs without them elsewhere. */
const native = ((): { integers: boolean } | undefined => {
  try {
    return loadAddon();
  } catch (error) {
    console.warn(`\n*** SKIPPED: the native kernels: ${String(error)} ***\n`);
    return undefined;
  }
})();

const folder = mkdtempSync(join(tmpdir(), 'sightglass-native-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const network = (path: string, crop = 224): Network => ({ model: path, precision: 'fp32', path, preprocessing: { ...TORCHVISION_PREPROCESSING, crop, resize: crop }, selfTest: undefined });

function written(name: string, bytes: Uint8Array, crop = 224): Network {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return network(path, crop);
}

/** Scores for the self-test's input, of two runs that have to be the same. */
async function scores(runner: Runner): Promise<Float32Array> {
  try {
    fillSelfTestInput(runner.input);
    const first = (await runner.run()).slice();
    expect(await runner.run()).toEqual(first);
    return first;
  } finally {
    await runner.release();
  }
}

it('the addon takes over each field of an operator that the planner writes', () => {
  const lines = fieldsOf(readFileSync(join(ROOT, 'src/engine/kernels/operator.h'), 'utf8')).trim().split('\n');
  const names = lines.map((line) => /\((\w+)\)/.exec(line)?.[1].replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
  expect(names).toEqual([...FIELDS]);
  expect(lines).toEqual(expect.arrayContaining(['NUMBER(kind)', 'POINTER(in)', 'POINTER(scales)', 'FLOAT(factor)', 'FLOAT(high)', 'NUMBER(residual_row)']));
});

const resnetBytes = (classes: number): Uint8Array => encodeModel(resnet18Onnx(foldResNet(new Map(Object.entries(randomResNet(5, classes))))));
const resnet = (classes = 1000): Network => written(`resnet-${classes}.onnx`, resnetBytes(classes));

/** A folder of models with a ResNet-18 as the app saves one. */
function savedModel(): string {
  const models = mkdtempSync(join(folder, 'models-'));
  const ports: ClassifierPorts = { input: 'input', layout: 'nchw', numbers: 'float32', size: 224, scores: 'logits', answers: 'scores' };
  const tail = ownModelTail({
    id: 'device-1', name: 'Mine', architecture: 'classifier', licence: 'CC0-1.0', source: 'mine', classNames: ['a', 'b', 'c'], preprocessing: TORCHVISION_PREPROCESSING, ports, variants: [],
  });
  writeFileSync(join(models, 'mine.onnx'), Buffer.concat([resnetBytes(3), tail]));
  return models;
}

describe.skipIf(!native)('the native kernels', () => {
  it.each([1000, 7])('give the scores that onnxruntime gives, on any number of threads: %i classes', async (classes) => {
    const model = resnet(classes);
    const wanted = await scores(await OnnxNetwork.open(model, model.path, 1));
    const given = await scores(await NativeNetwork.load(model, 1));
    expect(given).toHaveLength(classes);
    const scale = Math.max(...wanted.map(Math.abs));
    for (const [i, score] of given.entries()) expect(Math.abs(score - wanted[i])).toBeLessThan(1e-4 * scale);
    expect(await scores(await NativeNetwork.load(model, 3))).toEqual(given);
  });

  it('map what was written for all processes', async () => {
    const model = resnet();
    const path = join(folder, 'resnet.weights');
    const layout = await prepareNative(model, 2, path);
    const own = await scores(await NativeNetwork.load(model, 1));
    const [one, two] = [NativeNetwork.map(layout, path, 1), NativeNetwork.map(layout, path, 2)];
    expect(await scores(one)).toEqual(own);
    expect(await scores(two)).toEqual(own);
    expect(() => NativeNetwork.map({ ...layout, bytes: layout.bytes + 4096 }, path, 1)).toThrow('not there, or of another size');
    expect(() => NativeNetwork.map(layout, `${path}.gone`, 1)).toThrow('not there, or of another size');
    await expect(prepareNative(model, 1, path)).rejects.toThrow('EEXIST');
  });

  const int8 = join(ROOT, 'public/models/resnet18-int8.onnx');
  // Each convolution is held to its definition, bit by bit, as it is loaded.
  it.skipIf(!native?.integers || !existsSync(int8))('give the scores in int8 that their definition has, on any number of threads, and from a file', async () => {
    const given = await scores(await NativeNetwork.load(network(int8), 1));
    expect(await scores(await NativeNetwork.load(network(int8), 2))).toEqual(given);
    const path = join(folder, 'int8.weights');
    const layout = await prepareNative(network(int8), 2, path);
    expect(await scores(NativeNetwork.map(layout, path, 2))).toEqual(given);
  });

  it('leave to onnxruntime what it is quicker at', async () => {
    await expect(NativeNetwork.load(network(join(ROOT, 'public/models/efficientnet-lite0.onnx')), 1)).rejects.toThrow('onnxruntime is the quicker');
  });

  it('run the service, unless it is told otherwise', async () => {
    const picture = await encodedImage();
    const models = savedModel();
    for (const engine of ['native', 'onnxruntime']) {
      const service = await startService({ models, workers: 1, engine });
      try {
        const answers = await Promise.all([1, 2, 3].map(() => post(`${service.url}/predict`, picture)));
        expect(answers.map(({ headers }) => headers.get('sightglass-model'))).toEqual(Array(3).fill(`mine; precision=fp32; engine=${engine}`));
        expect(service.engine).toContain(engine === 'native' ? 'our own kernels' : 'onnxruntime');
      } finally {
        await service.end();
      }
    }
  });
});

describe('a service whose native kernels cannot be loaded', () => {
  let built: string;
  beforeAll(async () => {
    built = join(folder, 'dist-server');
    await build({ root: ROOT, configFile: join(ROOT, 'vite.server.config.ts'), logLevel: 'error', build: { outDir: built, sourcemap: false } });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(built, readdirSync(built).find((name) => name.endsWith('.node')) ?? ''), 'no library');
  });

  it('answers by onnxruntime, and says why', async () => {
    const site = makeSite();
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    const child = spawn(process.execPath, [join(built, 'main.js'), '--port', '0', '--workers', '1', '--folder', site.folder, '--models', savedModel()], { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'] ?? '' } });
    try {
      let text = '';
      const url = await new Promise<string>((resolve, reject) => {
        child.stdout.setEncoding('utf8').on('data', (part: string) => {
          text += part;
          const found = /(http:\S+)\/predict[^]*The network runs in .*\n/.exec(text);
          if (found) resolve(found[1]);
        });
        child.once('exit', () => reject(new Error(`The service ended: ${text}`)));
      });
      expect(text).toMatch(/The network runs in onnxruntime: .*kernels-linux-x64\.node|The network runs in onnxruntime: The native kernels/);
      expect((await post(`${url}/predict`, await encodedImage())).headers.get('sightglass-model')).toBe('mine; precision=fp32; engine=onnxruntime');
    } finally {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      site.remove();
    }
  });
});
