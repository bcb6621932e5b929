import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from '../../src/server/onnxruntime';
import type { Page } from 'playwright-core';
import type { EngineId } from '../../src/engine/engine';
import type { Precision } from '../../src/engine/model';
import { decodeModel } from '../../src/engine/onnx/decode';
import { fillSelfTestInput } from '../../src/engine/self-test';
import { readGraph } from '../../src/engine/graph/read-graph';
import { RIVALS, type HarnessServing } from '../harness/serve-harness';
import { DIST } from '../serve';
import { modelIndex } from '../../src/server/model-index';
import { tflite } from './rivals/tflite';
import { timeRuns } from './rivals/time-runs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fp32 = join(DIST, 'models/resnet18.onnx');
const tfliteFolder = join(root, 'tests/.tmp/tflite');

/** Folders that the rivals' pages need. */
export const RIVAL_FOLDERS = {
  '/tfjs': join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist'),
  '/litert': join(root, 'node_modules/@litertjs/core/wasm'),
  '/tflite': tfliteFolder,
};

/** One thing that is timed. */
export interface Contestant {
  readonly name: string;
  readonly threads: number;
  /** From the request to the first answer, milliseconds: code and model fetched from this machine, prepared, one run. */
  readonly loadMs: number | undefined;
  /** Milliseconds of each of a number of runs. */
  time(runs: number): Promise<number[]>;
  /** Scores for the self-test's input, where they can be had. */
  readonly logits?: () => Promise<readonly number[]>;
}

/** Makes a contestant ready in a page of the harness. */
export interface Candidate {
  readonly name: string;
  readonly inBrowser: boolean;
  /** Flags of Chromium that its page wants; none if left out. */
  readonly flags?: readonly string[];
  start(page: Page, serving: HarnessServing, threads: number): Promise<Contestant>;
}

/** A row's name. */
export const LITERT = 'LiteRT.js WASM fp32 (XNNPACK)';

/** Has V8 join two 128-bit operations into one of 256 where it can. */
export const JOINED = ['--js-flags=--wasm-revectorize'];

/** The query that has our worker run without relaxed SIMD (see `hideRelaxedSimd`). */
export const PLAIN = '?plain';

/** The same worker in a browser that seems to lack relaxed SIMD: its test module is longer than the one for SIMD. */
export async function hideRelaxedSimd(page: Page): Promise<void> {
  await page.route(`**/recogniser.worker-*.js${PLAIN}`, async (route) => {
    const response = await route.fetch();
    const prelude = 'const real = WebAssembly.validate; WebAssembly.validate = (bytes) => bytes.length < 36 && real(bytes);';
    await route.fulfill({ response, body: prelude + (await response.text()) });
  });
}

function appCandidate(name: string, engine: EngineId, precision: Precision, query = ''): Candidate {
  return {
    name,
    inBrowser: true,
    async start(page, serving, threads) {
      const key = `${name}-${threads}`;
      const { loadMs } = await page.evaluate((load) => window.sightglassHarness.load(load), {
        key, workerUrl: serving.workerUrl + query, modelId: 'resnet18', precision, engine, threads,
      });
      return { name, threads, loadMs, time: (runs) => page.evaluate(([k, n]) => window.sightglassHarness.time(k, n), [key, runs] as const) };
    },
  };
}

export function selfTestInput(size = 224): Float32Array {
  const input = new Float32Array(3 * size * size);
  fillSelfTestInput(input);
  return input;
}

export function rivalCandidate(name: string, rival: keyof typeof RIVALS, modelPath: string, wasmPath: string): Candidate {
  return {
    name,
    inBrowser: true,
    async start(page, serving, threads) {
      const key = `${rival}-${modelPath}-${threads}`;
      const options = {
        key, type: RIVALS[rival], threads,
        workerUrl: `${serving.harnessUrl}${rival}.js`,
        modelUrl: new URL(modelPath, serving.url).href,
        wasmUrl: new URL(wasmPath, serving.url).href,
        input: Array.from(selfTestInput()),
      };
      const loadMs = await page.evaluate(
        ({ key: k, type, workerUrl, ...rest }) => window.sightglassHarness.loadRival(k, workerUrl, type, { ...rest, input: new Float32Array(rest.input) }),
        options,
      );
      return {
        name, threads, loadMs,
        time: (runs) => page.evaluate(([k, n]) => window.sightglassHarness.timeRival(k, n), [key, runs] as const),
        logits: () => page.evaluate((k) => window.sightglassHarness.rivalLogits(k), key),
      };
    },
  };
}

const native: Candidate = {
  name: 'native onnxruntime-node fp32',
  inBrowser: false,
  async start(_page, _serving, threads) {
    const started = performance.now();
    const session = await ort.InferenceSession.create(fp32, { intraOpNumThreads: threads, interOpNumThreads: 1 });
    const input = new ort.Tensor('float32', selfTestInput(), [1, 3, 224, 224]);
    const run = async (): Promise<Float32Array> => (await session.run({ input }, ['logits']))['logits'].data as Float32Array;
    await run();
    const loadMs = performance.now() - started;
    return {
      name: native.name, threads, loadMs,
      time: (runs) => timeRuns(run, runs),
      logits: async () => Array.from(await run()),
    };
  },
};

/** Writes the flatbuffer that LiteRT.js runs, from the very weights of an ONNX file. @returns its address from the page's on */
export function writeTflite(name: string, onnx: Uint8Array): string {
  mkdirSync(tfliteFolder, { recursive: true });
  writeFileSync(join(tfliteFolder, `${name}.tflite`), tflite(readGraph(decodeModel(onnx))));
  return `tflite/${name}.tflite`;
}

/** Everything that runs ResNet-18 here; the int8 rows where the model step has made that variant. */
export function candidates(): Candidate[] {
  const manifest = modelIndex(join(DIST, 'models')).find((m) => m.id === 'resnet18');
  if (!manifest) throw new Error('The benchmark needs ResNet-18: run npm run model and npm run build.');
  const int8 = manifest.variants.some((v) => v.precision === 'int8');
  return [
    appCandidate('own kernels fp32, relaxed SIMD', 'simd', 'fp32'),
    appCandidate('own kernels fp32, plain SIMD', 'simd', 'fp32', PLAIN),
    ...(int8 ? [appCandidate('own kernels int8, relaxed SIMD', 'simd', 'int8')] : []),
    { ...appCandidate('own kernels fp32, joined by --wasm-revectorize', 'simd', 'fp32'), flags: JOINED },
    ...(int8 ? [{ ...appCandidate('own kernels int8, joined by --wasm-revectorize', 'simd', 'int8'), flags: JOINED }] : []),
    appCandidate('onnxruntime-web fp32', 'ort', 'fp32'),
    ...(int8 ? [appCandidate('onnxruntime-web int8 (static QDQ)', 'ort', 'int8')] : []),
    rivalCandidate('TensorFlow.js WASM fp32', 'tfjs', 'models/resnet18.onnx', 'tfjs/'),
    rivalCandidate(LITERT, 'litert', writeTflite('resnet18', readFileSync(fp32)), 'litert/'),
    native,
  ];
}

/** Bytes of the fp32 model file. */
export const modelBytes = (): number => statSync(fp32).size;
