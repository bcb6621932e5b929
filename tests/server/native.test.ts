// Our own kernels as they are compiled for the processor itself, against onnxruntime, and the service where they do not run.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';
import { encodeModel, fillSelfTestInput, foldResNet18, resnet18Onnx, TORCHVISION_PREPROCESSING } from '../../src/engine/index';
import { fieldsOf } from '../../src/engine/kernels/build/native';
import { FIELDS } from '../../src/engine/simd/operator-fields';
import { OnnxNetwork } from '../../src/server/inference/onnx-network';
import type { Runner } from '../../src/server/inference/running';
import type { Network } from '../../src/server/job';
import { loadAddon } from '../../src/server/native/addon';
import { NativeNetwork, prepareNative } from '../../src/server/native/native-network';
import { mobileNetV2 } from '../../tools/networks/mobilenet-v2';
import { RandomNetwork } from '../../tools/networks/random-network';
import { encodedImage, makeSite, post, startService } from '../support/server/service';
import { ROOT } from '../support/shared';
import { randomResNet18 } from '../support/weights';

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

/** Every side of kernel and stride, plain and depthwise, channels and pixels that fill no block, a residual, ReLU6, and pools. */
function oddNetwork(): RandomNetwork {
  const net = new RandomNetwork(11);
  let x = net.relu6(net.convolution('input', 3, 20, 3, 2));
  for (const kernel of [3, 5, 7]) for (const stride of [1, 2]) x = net.node('Relu', [net.convolution(x, 20, 20, kernel, stride, 20)]);
  for (const [kernel, inner, out] of [[1, 20, 12], [5, 12, 36], [7, 36, 20]]) x = net.convolution(x, inner, out, kernel);
  x = net.node('Relu', [net.node('Add', [net.convolution(x, 20, 20, 3), x])]);
  net.classifier(net.convolution(net.convolution(x, 20, 136, 1), 136, 24, 3, 2), 24, 7);
  return net;
}

it('the addon takes over each field of an operator that the planner writes', () => {
  const lines = fieldsOf(readFileSync(join(ROOT, 'src/engine/kernels/operator.h'), 'utf8')).trim().split('\n');
  const names = lines.map((line) => /\((\w+)\)/.exec(line)?.[1].replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
  expect(names).toEqual([...FIELDS]);
  expect(lines).toEqual(expect.arrayContaining(['NUMBER(kind)', 'POINTER(in)', 'POINTER(scales)', 'FLOAT(factor)', 'FLOAT(high)', 'NUMBER(residual_row)']));
});

describe.skipIf(!native)('the native kernels', () => {
  const resnet = (): Network => written('resnet.onnx', encodeModel(resnet18Onnx(foldResNet18(new Map(Object.entries(randomResNet18(5)))))));

  it.each([
    ['ResNet-18', resnet, 224],
    ['MobileNetV2', () => written('mobilenet.onnx', encodeModel(mobileNetV2(1, 10))), 224],
    ['a network of odd sizes', () => written('odd.onnx', encodeModel(oddNetwork().model(90, 7)), 90), 90],
  ])('give the scores that onnxruntime gives, on any number of threads: %s', async (_, made) => {
    const model = made();
    const wanted = await scores(await OnnxNetwork.open(model, model.path, 1));
    const given = await scores(await NativeNetwork.load(model, 1));
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

  it('say which network they do not run', async () => {
    const net = new RandomNetwork(3);
    net.classifier(net.node('HardSwish', [net.convolution('input', 3, 16, 3, 2)]), 16, 5);
    await expect(NativeNetwork.load(written('swish.onnx', encodeModel(net.model(32, 5)), 32), 1)).rejects.toThrow('Our own kernels do not run HardSwish');
  });

  it('run the service, unless it is told otherwise', async () => {
    const picture = await encodedImage();
    for (const engine of ['native', 'onnxruntime']) {
      const service = await startService({ workers: 1, engine });
      try {
        expect((await post(`${service.url}/predict`, picture)).headers.get('sightglass-model')).toBe(`efficientnet-lite0; precision=fp16; engine=${engine}`);
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
    const child = spawn(process.execPath, [join(built, 'main.js'), '--port', '0', '--workers', '1', '--folder', site.folder], { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'] ?? '' } });
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
      expect(text).toMatch(/The network runs in onnxruntime: .+/);
      expect((await post(`${url}/predict`, await encodedImage())).headers.get('sightglass-model')).toBe('efficientnet-lite0; precision=fp16; engine=onnxruntime');
    } finally {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      site.remove();
    }
  });
});
