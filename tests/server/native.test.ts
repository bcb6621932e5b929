// Our own kernels as they are compiled for the processor itself, against onnxruntime, and the service where they do not run.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { build } from 'vite';
import { ownModelTail } from '../../src/base/shared/own-model';
import { encodeModel, fillSelfTestInput, foldResNet, LOGITS_NAME, placeNatively, resnet18Onnx, TORCHVISION_PREPROCESSING, type ClassifierPorts } from '../../src/engine/index';
import { fieldsOf } from '../../src/engine/kernels/build/native';
import { attribute, type OnnxModel, type OnnxNode } from '../../src/engine/onnx/model';
import { foldResNet18 } from '../../src/engine/resnet18/fold';
import { FIELDS } from '../../src/engine/simd/operator-fields';
import { OnnxNetwork } from '../../src/server/inference/onnx-network';
import type { Runner } from '../../src/server/inference/running';
import type { Network } from '../../src/server/job';
import { loadAddon } from '../../src/server/native/addon';
import { NativeNetwork, prepareNative, type PreparedNetwork } from '../../src/server/native/native-network';
import { observeResNet18, quantised } from '../../tools/quantise/quantise-resnet18';
import { DEFAULT_RECIPE } from '../../tools/quantise/recipe';
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

const PORTS: ClassifierPorts = { input: 'input', layout: 'nchw', numbers: 'float32', size: 224, scores: LOGITS_NAME, answers: 'scores' };

/** A folder of models with a ResNet-18 as the app saves one. */
function savedModel(): string {
  const models = mkdtempSync(join(folder, 'models-'));
  const tail = ownModelTail({
    id: 'device-1', name: 'Mine', architecture: 'classifier', licence: 'CC0-1.0', source: 'mine', classNames: ['a', 'b', 'c'], preprocessing: TORCHVISION_PREPROCESSING, ports: PORTS, variants: [],
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

  it('give the logarithms of probabilities, as onnxruntime does, where the model itself ends in a softmax, from a file too', async () => {
    const model = resnet18Onnx(foldResNet(new Map(Object.entries(randomResNet(5, 7)))));
    const { graph } = model;
    const softmax: OnnxNode = { op: 'Softmax', name: '', domain: '', inputs: [LOGITS_NAME], outputs: ['probabilities'], attributes: { axis: attribute.int(1) } };
    const outputs = graph.outputs.map((output) => (output.name === LOGITS_NAME ? { ...output, name: 'probabilities' } : output));
    const own: ClassifierPorts = { ...PORTS, scores: 'probabilities', answers: 'probabilities' };
    const ended = { ...written('softmax.onnx', encodeModel({ ...model, graph: { ...graph, nodes: [...graph.nodes, softmax], outputs } })), own };
    const wanted = await scores(await OnnxNetwork.open(ended, ended.path, 1));
    expect(wanted.reduce((sum, score) => sum + Math.exp(score), 0)).toBeCloseTo(1, 5);
    const given = await scores(await NativeNetwork.load(ended, 1));
    const scale = Math.max(...wanted.map(Math.abs));
    for (const [i, score] of given.entries()) expect(Math.abs(score - wanted[i])).toBeLessThan(1e-4 * scale);
    const path = join(folder, 'softmax.weights');
    const prepared = await prepareNative(ended, 1);
    await prepared.write(path);
    expect(await scores(NativeNetwork.map(prepared.weights, path, 1))).toEqual(given);
    // Read as scores, they are what the file gives, which the kernels do not.
    await expect(NativeNetwork.load({ ...ended, own: { ...own, answers: 'scores' } }, 1)).rejects.toThrow('do not run Softmax');
  });

  describe('that were prepared for all processes', () => {
    const path = join(folder, 'resnet.weights');
    let prepared: PreparedNetwork;
    beforeAll(async () => {
      prepared = await prepareNative(resnet(), 3);
      await prepared.write(path);
    });
    afterEach(() => vi.restoreAllMocks());

    it('are mapped from a file without holes', async () => {
      const { weights } = prepared;
      const own = await scores(await NativeNetwork.load(resnet(), 1));
      expect(statSync(path).size).toBe(weights.bytes);
      expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(weights.bytes);
      const { addon } = loadAddon();
      const end = vi.spyOn(addon, 'end');
      const [one, two, three] = [1, 2, 3].map((threads) => NativeNetwork.map(weights, path, threads));
      for (const network of [two, one]) expect(await scores(network)).toEqual(own);
      expect(end).not.toHaveBeenCalled();
      expect(await scores(three)).toEqual(own);
      expect(end).toHaveBeenCalledOnce();
      await expect(prepared.write(path)).rejects.toThrow('EEXIST');
    });

    it('are refused where they are of another size, gone, or of other kernels', () => {
      const { weights } = prepared;
      expect(() => NativeNetwork.map({ ...weights, bytes: weights.bytes + 4096 }, path, 1)).toThrow('not there, or of another size');
      expect(() => NativeNetwork.map(weights, `${path}.gone`, 1)).toThrow('not there, or of another size');
      expect(() => NativeNetwork.map({ ...weights, kernels: '0' }, path, 1)).toThrow('start the service anew');
    });

    it('end all threads where one does not start, and start them the next time', async () => {
      const { weights } = prepared;
      const { addon } = loadAddon();
      const end = vi.spyOn(addon, 'end');
      const help = addon.help.bind(addon);
      vi.spyOn(addon, 'help').mockImplementation((...given) => {
        if (given[4] === 2) throw new Error('A thread could not be started.');
        help(...given);
      });
      expect(() => NativeNetwork.map(weights, path, 3)).toThrow('could not be started');
      expect(end).toHaveBeenCalledOnce();
      vi.restoreAllMocks();
      expect(await scores(NativeNetwork.map(weights, path, 3))).toEqual(await scores(NativeNetwork.map(weights, path, 1)));
    });

    it('have no two threads of a number', () => {
      const { bytes, operators: { control, operators, count } } = prepared.weights;
      const { addon } = loadAddon();
      const memory = addon.memory(bytes, path);
      addon.help(memory, control, operators, count, 1);
      expect(() => addon.help(memory, control, operators, count, 1)).toThrow('could not be started');
      addon.end(memory);
    });

    it('are not written where the answer to the self-test is wrong', async () => {
      await expect(prepareNative({ ...resnet(), selfTest: { logits: [1000], tolerance: 1 } }, 1)).rejects.toThrow('fails its self-test in native: score 0 is');
    });
  });

  it('leave to onnxruntime what it is quicker at', async () => {
    await expect(NativeNetwork.load(network(join(ROOT, 'public/models/efficientnet-lite0.onnx')), 1)).rejects.toThrow('onnxruntime is the quicker');
  });

  it('run the service, their weights in memory once, unless it is told otherwise', async () => {
    const picture = await encodedImage();
    const models = savedModel();
    for (const engine of ['native', 'onnxruntime']) {
      const service = await startService({ models, workers: 2, engine });
      try {
        const [one, other] = service.pool.pids.map((pid) => /\S+network\.onnx\.weights$/m.exec(readFileSync(`/proc/${pid}/maps`, 'utf8'))?.[0]);
        expect(one).toBeDefined();
        expect(other).toBe(one);
        const answers = await Promise.all([1, 2, 3].map(() => post(`${service.url}/predict`, picture)));
        expect(answers.map(({ headers }) => headers.get('sightglass-model'))).toEqual(Array(3).fill(`mine; precision=fp32; engine=${engine}`));
        const inputs = [{ name: 'image', datatype: 'BYTES', shape: [2], data: Array(2).fill(picture.toString('base64')) }];
        const inferred = await fetch(`${service.url}/v2/models/mine/infer`, { method: 'POST', body: JSON.stringify({ inputs }) });
        expect([inferred.status, inferred.headers.get('sightglass-model')]).toEqual([200, `mine; precision=fp32; engine=${engine}`]);
        expect(service.engine).toContain(engine === 'native' ? 'our own kernels' : 'onnxruntime');
        if (engine !== 'native' || one === undefined) continue;
        // A process that finds no file reads the model's own, and runs it as well.
        rmSync(one);
        const { pids } = service.pool;
        for (const pid of pids) process.kill(pid, 'SIGKILL');
        await vi.waitFor(() => expect(service.pool.pids.filter((pid) => !pids.includes(pid))).toHaveLength(2), { timeout: 30_000 });
        await vi.waitFor(async () => expect((await post(`${service.url}/predict`, picture)).headers.get('sightglass-model')).toBe('mine; precision=fp32; engine=native'), { timeout: 60_000 });
      } finally {
        await service.end();
      }
    }
  });
});

describe('ResNet-18 in int8', () => {
  let model: OnnxModel;
  beforeAll(async () => {
    async function* inputs(): AsyncGenerator<Float32Array> {
      const input = new Float32Array(3 * 224 ** 2);
      fillSelfTestInput(input);
      yield await Promise.resolve(input);
    }
    const weights = foldResNet18(new Map(Object.entries(randomResNet(5, 1000))));
    model = quantised(await observeResNet18(weights, {}, inputs()), DEFAULT_RECIPE, TORCHVISION_PREPROCESSING);
  });

  it('is left to onnxruntime where it is fed or read in another way than the kernels do it', () => {
    const place = (given: OnnxModel, own?: ClassifierPorts): unknown => placeNatively(encodeModel(given), { threads: 1, integers: true, ...(own ? { ports: own } : {}) }, () => {
      throw new Error('It would be placed.');
    });
    const { graph } = model;
    const before = (read: string, op: string, nodes: OnnxNode[]): OnnxModel => ({
      ...model, graph: { ...graph, nodes: [{ op, name: '', domain: '', inputs: [read], outputs: [`${read}_changed`], attributes: {} }, ...nodes] },
    });
    expect(() => place(model)).toThrow('would be placed');
    expect(() => place(model, PORTS)).toThrow('would be placed');
    for (const other of [{ size: 192 }, { layout: 'nhwc' }, { numbers: 'uint8' }, { numbers: 'float16' }, { colours: 'bgr' }] as const) {
      expect(() => place(model, { ...PORTS, ...other })).toThrow('not fed and read');
    }
    const normalised = before('input', 'Neg', graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => (name === 'input' ? 'input_changed' : name)) })));
    expect(() => place(normalised, PORTS)).toThrow('not fed and read');
    expect(() => place(before(LOGITS_NAME, 'Neg', [...graph.nodes]), { ...PORTS, scores: `${LOGITS_NAME}_changed` })).toThrow('not fed and read');
    const softmax = before(LOGITS_NAME, 'Softmax', [...graph.nodes]);
    expect(() => place(softmax, { ...PORTS, scores: `${LOGITS_NAME}_changed`, answers: 'probabilities' })).toThrow('would be placed');
    expect(() => place(softmax, { ...PORTS, scores: `${LOGITS_NAME}_changed` })).toThrow('not fed and read');
  });

  if (native?.integers === false) console.warn('\n*** SKIPPED: the native kernels in int8 want a processor with VNNI. ***\n');
  // Each convolution is held to its definition, bit by bit, as it is loaded.
  it.skipIf(!native?.integers)('gives the scores that onnxruntime gives within what rounding moves, the same on any number of threads and from a file', async () => {
    const file = { ...written('int8.onnx', encodeModel(model)), precision: 'int8' as const };
    const given = await scores(await NativeNetwork.load(file, 1));
    const wanted = await scores(await OnnxNetwork.open(file, file.path, 1));
    const [most, least] = [Math.max(...wanted), Math.min(...wanted)];
    for (const [i, score] of given.entries()) expect(Math.abs(score - wanted[i])).toBeLessThan(0.01 * (most - least));
    expect(given.indexOf(Math.max(...given))).toBe(wanted.indexOf(most));
    expect(await scores(await NativeNetwork.load(file, 2))).toEqual(given);
    const path = join(folder, 'int8.weights');
    const prepared = await prepareNative(file, 2);
    await prepared.write(path);
    expect(await scores(NativeNetwork.map(prepared.weights, path, 2))).toEqual(given);
  });
});

/** An addon with instructions that no processor knows in place of its own (UD2). */
function illegal(addon: Buffer): Buffer {
  const broken = Buffer.from(addon);
  const [headers, size, count] = [Number(addon.readBigUInt64LE(0x20)), addon.readUInt16LE(0x36), addon.readUInt16LE(0x38)];
  for (let at = headers; at < headers + size * count; at += size) {
    const [loaded, executable] = [addon.readUInt32LE(at) === 1, (addon.readUInt32LE(at + 4) & 1) === 1];
    const from = Number(addon.readBigUInt64LE(at + 8));
    if (loaded && executable) broken.fill(Buffer.from([0x0f, 0x0b]), from, from + Number(addon.readBigUInt64LE(at + 32)));
  }
  return broken;
}

describe('a service whose native kernels do not run', () => {
  let built: string;
  beforeAll(async () => {
    built = join(folder, 'dist-server');
    await build({ root: ROOT, configFile: join(ROOT, 'vite.server.config.ts'), logLevel: 'error', build: { outDir: built, sourcemap: false } });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  });

  /** What it says at its start, and what has answered for a model. */
  async function started(addon: Uint8Array, models: (site: string) => string, model: string): Promise<{ readonly text: string; readonly answered: string | null }> {
    writeFileSync(join(built, readdirSync(built).find((name) => name.endsWith('.node')) ?? ''), addon);
    const site = makeSite();
    const child = spawn(process.execPath, [join(built, 'main.js'), '--port', '0', '--workers', '1', '--folder', site.folder, '--models', models(site.folder)], { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'] ?? '' } });
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
      return { text, answered: (await post(`${url}/predict?model=${model}`, await encodedImage())).headers.get('sightglass-model') };
    } finally {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      site.remove();
    }
  }

  it('answers by onnxruntime where they cannot be loaded, and says why', async () => {
    const { text, answered } = await started(Buffer.from('no library'), savedModel, 'mine');
    expect(text).toMatch(/The network runs in onnxruntime: .*kernels-linux-x64\.node|The network runs in onnxruntime: The native kernels/);
    expect(answered).toBe('mine; precision=fp32; engine=onnxruntime');
  });

  it.skipIf(!native)('has onnxruntime run all networks where they end the process that tries them, though the default one is not theirs', async () => {
    const addon = illegal(readFileSync(join(ROOT, 'src/server/native/kernels-linux-x64.node')));
    const { text, answered } = await started(addon, (site) => {
      cpSync(join(savedModel(), 'mine.onnx'), join(site, 'models/mine.onnx'));
      return join(site, 'models');
    }, 'mine');
    expect(text).toContain('efficientnet-lite0');
    expect(text).toContain('The network runs in onnxruntime: the native kernels end their process here (SIGILL)');
    expect(answered).toBe('mine; precision=fp32; engine=onnxruntime');
  });
});
