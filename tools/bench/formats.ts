import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import * as ort from '../../src/server/onnxruntime';
import type { EngineId } from '../../src/engine/engine';
import { decodeModel } from '../../src/engine/onnx/decode';
import { encodeModel } from '../../src/engine/onnx/encode';
import { storeAsHalf } from '../../src/engine/onnx/half';
import { withHarness } from '../harness/serve-harness';
import { DIST } from '../serve';
import { machine, table, writePart } from './report';

const ROUNDS = 5;
const folder = join(fileURLToPath(new URL('../..', import.meta.url)), 'tests/.tmp/formats');

interface Format {
  readonly name: string;
  readonly file: string;
  readonly engine: EngineId;
}

const FORMATS: readonly Format[] = [
  { name: 'ONNX fp32, own kernels', file: 'fp32.onnx', engine: 'simd' },
  { name: 'ONNX, weights stored as fp16, own kernels', file: 'fp16.onnx', engine: 'simd' },
  { name: 'ONNX fp32, onnxruntime-web', file: 'fp32.onnx', engine: 'ort' },
  { name: 'ONNX, weights stored as fp16, onnxruntime-web', file: 'fp16.onnx', engine: 'ort' },
  { name: 'ONNX optimised beforehand, onnxruntime-web', file: 'optimised.onnx', engine: 'ort' },
  { name: '.ort optimised beforehand, onnxruntime-web', file: 'optimised.ort', engine: 'ort' },
];

/** Load time and size of one model in several file formats. */
export async function benchFormats(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const source = readFileSync(join(DIST, 'models/resnet18.onnx'));
  writeFileSync(join(folder, 'fp32.onnx'), source);
  writeFileSync(join(folder, 'fp16.onnx'), encodeModel(storeAsHalf(decodeModel(source))));
  for (const [file, format] of [['optimised.onnx', 'ONNX'], ['optimised.ort', 'ORT']] as const) {
    const session = await ort.InferenceSession.create(source, {
      // "extended" holds no layouts of this processor, so that the browser can read it.
      graphOptimizationLevel: 'extended',
      optimizedModelFilePath: join(folder, file),
      extra: { session: { save_model_format: format } },
    });
    await session.release();
  }
  await withHarness({ extra: { '/formats': folder } }, async (page, serving) => {
    const times = new Map<Format, number[]>(FORMATS.map((format) => [format, []]));
    const failed = new Map<Format, string>();
    for (let round = 0; round <= ROUNDS; round++) {
      for (const format of FORMATS) {
        const bytes = readFileSync(join(folder, format.file));
        try {
          const { loadMs } = await page.evaluate((load) => window.sightglassHarness.load(load), {
            workerUrl: serving.workerUrl, modelId: 'resnet18', precision: 'fp32' as const, engine: format.engine, threads: 2,
            file: { url: `${serving.url}formats/${format.file}`, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
          });
          // The first round warms the caches.
          if (round > 0) times.get(format)?.push(loadMs);
        } catch (error) {
          failed.set(format, error instanceof Error ? error.message.split('\n')[0] : String(error));
        }
      }
    }
    const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
    const sizes = new Map<string, [number, number]>();
    for (const { file } of FORMATS) {
      const bytes = readFileSync(join(folder, file));
      const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 22 } });
      if (!sizes.has(file)) sizes.set(file, [gzipSync(bytes).length, brotli.length]);
    }
    const rows = FORMATS.map((format) => {
      const size = readFileSync(join(folder, format.file)).length;
      const [gzip, brotli] = sizes.get(format.file) ?? [NaN, NaN];
      return [format.name, size / 1e6, gzip / 1e6, brotli / 1e6, failed.get(format) ?? String(Math.round(median(times.get(format) ?? [])))];
    });
    writePart('formats', [
      '## Model files',
      `Milliseconds from the request to the first self-test answer, 2 threads, file from this machine, median of ${ROUNDS} interleaved rounds; sizes`,
      'as they are, with gzip, and with brotli (quality 5). `npm run bench -- formats`.',
      '', machine(page.context().browser()?.version() ?? ''), '', table(['format', 'MB', 'gzip MB', 'brotli MB', 'load ms'], rows),
    ].join('\n'));
  });
}
