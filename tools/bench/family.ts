import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { EngineId } from '../../src/engine/engine';
import { encodeModel } from '../../src/engine/onnx/encode';
import type { Precision } from '../../src/engine/model';
import { modelIndex } from '../../src/server/model-index';
import { root } from '../../src/engine/kernels/build/compile';
import { withHarness, type HarnessServing } from '../harness/serve-harness';
import { mobileNetV2 } from '../networks/mobilenet-v2';
import { DIST } from '../serve';
import { hideRelaxedSimd, PLAIN } from './contestants';
import { ascending, at, machine, table, writePart } from './report';

const ROUNDS = 12;
const RUNS = 3;
const LITE = 'efficientnet-lite0';
const FOLDER = join(root, 'tests/.tmp/family');

/** One row: a network on an engine. */
interface Entry {
  readonly network: string;
  readonly engine: string;
  readonly modelId: string;
  readonly precision: Precision;
  readonly id: EngineId;
  readonly query?: string;
  /** Whose least and median the ratio is against. */
  readonly base?: true;
}

/** MobileNetV2 with weights from a seed, as a file beside the app: what it answers means nothing, how long it takes does. */
function writeMobileNet(): { bytes: number; sha256: string } {
  const bytes = encodeModel(mobileNetV2(1));
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'mobilenet-v2.onnx'), bytes);
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function entries(): Entry[] {
  const has = (id: string, precision: Precision): boolean => modelIndex(join(DIST, 'models')).some((m) => m.id === id && m.variants.some((v) => v.precision === precision));
  const own = (network: string, modelId: string, precision: Precision, words: string, query?: string): Entry =>
    ({ network, modelId, precision, id: 'simd', engine: `own kernels ${words}`, ...(query ? { query } : {}) });
  const web = (network: string): Entry => ({ network, modelId: LITE, precision: 'fp16', id: 'ort', engine: 'onnxruntime-web fp32', base: true });
  const both = (network: string): Entry[] => [own(network, LITE, 'fp16', 'fp32, relaxed SIMD'), own(network, LITE, 'fp16', 'fp32, plain SIMD', PLAIN), web(network)];
  return [
    ...both('EfficientNet-Lite0'),
    ...(has(LITE, 'int8') ? [own('EfficientNet-Lite0', LITE, 'int8', 'int8, relaxed SIMD')] : []),
    ...both('MobileNetV2'),
    ...(has('resnet18', 'int8') ? [own('ResNet-18', 'resnet18', 'int8', 'int8, relaxed SIMD')] : []),
  ];
}

/** Milliseconds of the other networks on own kernels and on onnxruntime-web. */
export async function benchFamily(): Promise<void> {
  const mobile = writeMobileNet();
  await withHarness({ extra: { '/family': FOLDER } }, async (page: Page, serving: HarnessServing) => {
    await hideRelaxedSimd(page);
    const timed: { entry: Entry; threads: number; key: string; times: number[] }[] = [];
    for (const threads of [1, 2]) {
      for (const entry of entries()) {
        const key = `${entry.network} ${entry.engine} ${threads}`;
        const file = entry.network === 'MobileNetV2' ? { url: `${serving.url}family/mobilenet-v2.onnx`, ...mobile, selfTest: undefined } : undefined;
        await page.evaluate((load) => window.sightglassHarness.load(load), {
          key, workerUrl: serving.workerUrl + (entry.query ?? ''), modelId: entry.modelId, precision: entry.precision, engine: entry.id, threads, ...(file ? { file } : {}),
        });
        timed.push({ entry, threads, key, times: [] });
      }
    }
    const time = (key: string): Promise<number[]> => page.evaluate(([k, n]) => window.sightglassHarness.time(k, n), [key, RUNS] as const);
    for (const { key } of timed) await time(key);
    for (let round = 0; round < ROUNDS; round++) for (const { key, times } of timed) times.push(...(await time(key)));
    const rows = timed.map(({ entry, threads, times }) => {
      const base = timed.find((t) => t.threads === threads && t.entry.network === entry.network && t.entry.base)?.times;
      const sorted = ascending(times);
      const ratio = (share: number): string => (base ? (at(ascending(base), share) / at(sorted, share)).toFixed(2) : '–');
      return [entry.network, entry.engine, String(threads), sorted[0], at(sorted, 0.5), ratio(0), ratio(0.5)];
    });
    writePart('family', [
      '## Other networks',
      `Milliseconds of one 224 x 224 picture: ${ROUNDS} interleaved rounds of ${RUNS} runs. "Times quicker" is against onnxruntime-web on the same`,
      'file with as many threads. MobileNetV2 has torchvision\'s layout and weights from a seed. `npm run bench -- engines`, or `family` alone.',
      '', machine(page.context().browser()?.version() ?? ''), '',
      table(['network', 'engine', 'threads', 'min ms', 'median ms', 'times quicker (min)', 'times quicker (median)'], rows),
    ].join('\n'));
  });
}
