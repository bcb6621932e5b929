import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { EngineId } from '../../src/engine/engine';
import { encodeModel } from '../../src/engine/onnx/encode';
import { TORCHVISION_PREPROCESSING, type Precision } from '../../src/engine/model';
import type { OnnxModel } from '../../src/engine/onnx/model';
import { modelIndex } from '../../src/server/model-index';
import { root } from '../../src/engine/kernels/build/compile';
import { WARM_UP } from './engines';
import { openHarness, withHarness, type HarnessServing } from '../harness/serve-harness';
import { RESNET_BLOCKS } from '../../src/engine/resnet18/folded';
import { efficientNetLite } from '../networks/efficientnet-lite';
import { mobileNetV1 } from '../networks/mobilenet-v1';
import { mobileNetV2 } from '../networks/mobilenet-v2';
import { resNet } from '../networks/resnet';
import { observeNetwork, quantised } from '../quantise/quantise-resnet18';
import { LITE_RECIPE } from '../quantise/recipe';
import * as ort from '../../src/server/onnxruntime';
import { DIST } from '../serve';
import { hideRelaxedSimd, JOINED, LITERT, PLAIN, rivalCandidate, RIVAL_FOLDERS, selfTestInput, writeTflite, type Contestant } from './contestants';
import { ascending, at, machine, table, writePart } from './report';

const ROUNDS = 12;
const RUNS = 3;
const LITE = 'efficientnet-lite0';
const FOLDER = join(root, 'tests/.tmp/family');

/** One row: a network on an engine. */
interface Entry {
  readonly network: string;
  readonly engine: string;
  readonly query?: string;
  /** Whether V8 joins vectors there. */
  readonly joined?: true;
  /** What our worker loads; left out where another library runs the network. */
  readonly app?: { readonly modelId: string; readonly precision: Precision; readonly id: EngineId };
}

/** A network's file, for libraries that take none of the app's, and for networks that the app has not. */
interface NetworkFile {
  readonly bytes: Uint8Array;
  /** Where it is served, for the app's worker, and the side of its pictures, pixels. */
  readonly served?: { readonly url: string; readonly size: number };
}

const BASE = 'onnxruntime-web fp32';
/** Largest share of the largest score that float32 summed in another order explains. */
const SAME = 1e-3;

/** Networks with weights from a seed: what they answer means nothing, how long it takes does. */
const MADE: Readonly<Record<string, () => OnnxModel>> = {
  MobileNetV2: () => mobileNetV2(1),
  'MobileNet V1': () => mobileNetV1(1),
  'EfficientNet-Lite1': () => efficientNetLite(1, 1),
  'EfficientNet-Lite2': () => efficientNetLite(2, 1),
  'ResNet-34': () => resNet(RESNET_BLOCKS.resnet34, 1),
};

/** Of those, what is timed on own kernels and on onnxruntime-web alone. */
const REST = ['MobileNet V1', 'EfficientNet-Lite1', 'EfficientNet-Lite2', 'ResNet-34'];

/** They are files beside the app, in float and in int8. */
async function files(): Promise<ReadonlyMap<string, NetworkFile>> {
  mkdirSync(FOLDER, { recursive: true });
  const found = new Map<string, NetworkFile>([['EfficientNet-Lite0', { bytes: readFileSync(join(DIST, `models/${LITE}.onnx`)) }]]);
  for (const [name, make] of Object.entries(MADE)) {
    const model = make();
    const [{ shape = [] }] = model.graph.inputs;
    const size = Number(shape[2]);
    const [stem] = model.graph.nodes;
    const recipe = { ...LITE_RECIPE, float: [stem.name, 'logits'] };
    const input = async function* (): AsyncGenerator<Float32Array> {
      yield await Promise.resolve(selfTestInput(size));
    };
    const int8 = quantised(await observeNetwork(model, recipe, input()), recipe, TORCHVISION_PREPROCESSING);
    for (const [network, words] of [[model, ''], [int8, ' int8']] as const) {
      const bytes = encodeModel(network);
      const path = `${(name + words).toLowerCase().replaceAll(' ', '-')}.onnx`;
      writeFileSync(join(FOLDER, path), bytes);
      found.set(name + words, { bytes, served: { url: `family/${path}`, size } });
    }
  }
  return found;
}

function entries(): Entry[] {
  const has = (id: string, precision: Precision): boolean => modelIndex(join(DIST, 'models')).some((m) => m.id === id && m.variants.some((v) => v.precision === precision));
  const own = (network: string, modelId: string, precision: Precision, words: string, more: Partial<Entry> = {}): Entry => ({ network, engine: `own kernels ${words}`, app: { modelId, precision, id: 'simd' }, ...more });
  const joined = { joined: true } as const;
  const both = (network: string): Entry[] => [
    own(network, LITE, 'fp16', 'fp32, relaxed SIMD'),
    own(network, LITE, 'fp16', 'fp32, plain SIMD', { query: PLAIN }),
    own(network, LITE, 'fp16', 'fp32, joined by --wasm-revectorize', joined),
    { network, engine: BASE, app: { modelId: LITE, precision: 'fp16', id: 'ort' } },
    { network, engine: LITERT },
  ];
  const int8 = (network: string, modelId: string): Entry[] => [own(network, modelId, 'int8', 'int8, relaxed SIMD'), own(network, modelId, 'int8', 'int8, joined by --wasm-revectorize', joined)];
  return [
    ...both('EfficientNet-Lite0'),
    ...(has(LITE, 'int8') ? int8('EfficientNet-Lite0', LITE) : []),
    ...both('MobileNetV2'),
    ...int8('MobileNetV2', LITE),
    { network: 'MobileNetV2', engine: 'onnxruntime-web int8 (static QDQ)', app: { modelId: LITE, precision: 'int8', id: 'ort' } },
    ...REST.flatMap((network) => [
      own(network, LITE, 'fp16', 'fp32, relaxed SIMD'),
      ...int8(network, LITE).slice(0, 1),
      { network, engine: BASE, app: { modelId: LITE, precision: 'fp16', id: 'ort' } } as const,
    ]),
    ...(has('resnet18', 'int8') ? int8('ResNet-18', 'resnet18') : []),
  ];
}

/** What onnxruntime-node answers to the self-test's input. */
async function native(bytes: Uint8Array): Promise<number[]> {
  const session = await ort.InferenceSession.create(bytes);
  const answer = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', selfTestInput(), [1, 3, 224, 224]) });
  return Array.from(answer[session.outputNames[0]].data as Float32Array);
}

/** Milliseconds of the other networks on own kernels, on onnxruntime-web and on LiteRT.js. */
export async function benchFamily(): Promise<void> {
  const known = await files();
  await withHarness({ extra: { ...RIVAL_FOLDERS, '/family': FOLDER } }, async (page: Page, serving: HarnessServing) => {
    await hideRelaxedSimd(page);
    const timed: { entry: Entry; contestant: Contestant; times: number[] }[] = [];
    const joined = await openHarness(serving, { own: true, flags: JOINED });
    try {
      for (const threads of [1, 2]) {
        for (const entry of entries()) {
          const file = known.get(entry.app?.precision === 'int8' ? `${entry.network} int8` : entry.network);
          const on = entry.joined ? joined.page : page;
          const contestant = entry.app ? await startApp(on, serving, entry, entry.app, threads, file) : await startRival(on, serving, entry, threads, file);
          timed.push({ entry, contestant, times: [] });
        }
      }
      for (const { contestant } of timed) await contestant.time(WARM_UP);
      for (let round = 0; round < ROUNDS; round++) for (const { contestant, times } of timed) times.push(...(await contestant.time(RUNS)));
    } finally {
      // A browser that is left open keeps this process alive, whatever failed.
      await joined.close();
    }
    const rows = timed.map(({ entry, contestant: { threads }, times }) => {
      const base = timed.find((t) => t.contestant.threads === threads && t.entry.network === entry.network && t.entry.engine === BASE)?.times;
      const sorted = ascending(times);
      const ratio = (share: number): string => (base ? (at(ascending(base), share) / at(sorted, share)).toFixed(2) : '–');
      return [entry.network, entry.engine, String(threads), sorted[0], at(sorted, 0.5), ratio(0), ratio(0.5)];
    });
    writePart('family', [
      '## Other networks',
      `Milliseconds of one picture, 224 x 224 (EfficientNet-Lite1 240 x 240, -Lite2 260 x 260): ${ROUNDS} interleaved rounds of ${RUNS} runs. "Times quicker" is against onnxruntime-web on the same`,
      'file with as many threads; LiteRT.js has the same weights in a flatbuffer that is made of that file. MobileNetV2 has torchvision\'s layout',
      'and weights from a seed, as have MobileNet V1, EfficientNet-Lite1 and -Lite2 and ResNet-34; their int8 rows are of the same networks in integers (against float, as all). "Joined": in a Chromium whose V8 makes one operation of 256 bits of two. `npm run bench -- engines`, or `family` alone.',
      '', machine(page.context().browser()?.version() ?? ''), '',
      table(['network', 'engine', 'threads', 'min ms', 'median ms', 'times quicker (min)', 'times quicker (median)'], rows),
    ].join('\n'));
  }, true);
}

async function startApp(page: Page, serving: HarnessServing, { network, engine, query = '' }: Entry, { modelId, precision, id }: NonNullable<Entry['app']>, threads: number, known?: NetworkFile): Promise<Contestant> {
  const key = `${network} ${engine} ${threads}`;
  const file = known?.served && { url: serving.url + known.served.url, bytes: known.bytes.length, sha256: createHash('sha256').update(known.bytes).digest('hex'), selfTest: undefined, size: known.served.size };
  const { loadMs } = await page.evaluate((load) => window.sightglassHarness.load(load), {
    key, workerUrl: serving.workerUrl + query, modelId, precision, engine: id, threads, ...(file ? { file } : {}),
  });
  return { name: engine, threads, loadMs, time: (runs) => page.evaluate(([k, n]) => window.sightglassHarness.time(k, n), [key, runs] as const) };
}

/** @throws Error where another library answers other than native onnxruntime does: it would be timed at something else */
async function startRival(page: Page, serving: HarnessServing, { network, engine }: Entry, threads: number, file?: NetworkFile): Promise<Contestant> {
  if (!file) throw new Error(`There is no file of ${network}.`);
  const contestant = await rivalCandidate(engine, 'litert', writeTflite(network.toLowerCase(), file.bytes), 'litert/').start(page, serving, threads);
  const [wanted, own] = [await native(file.bytes), (await contestant.logits?.()) ?? []];
  const off = Math.max(...wanted.map((value, i) => Math.abs(value - own[i]))) / Math.max(...wanted.map(Math.abs));
  if (!(off < SAME)) throw new Error(`${engine} answers other for ${network} than native onnxruntime: off by ${off} of the largest score.`);
  return contestant;
}
