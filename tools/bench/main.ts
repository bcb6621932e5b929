// npm run bench: milliseconds of the network alone, engine against engine, through the built app's worker in Chromium.
// Interleaved rounds in one run, so that whatever else the machine does hits all alike. Writes docs/performance.md.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { withHarness } from '../harness/serve-harness';
import { DIST } from '../serve';

const ROUNDS = 12;
const RUNS = 5;
const PLAIN = '?plain';
const root = fileURLToPath(new URL('../..', import.meta.url));

/** One thing that is timed. */
interface Contestant {
  readonly name: string;
  readonly threads: number;
  /** From the request to the first self-test answer, milliseconds: model fetched from this machine, session, one run. */
  readonly loadMs?: number;
  time(): Promise<number[]>;
  readonly times: number[];
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

async function nativeContestant(threads: number): Promise<Contestant> {
  const session = await ort.InferenceSession.create(join(DIST, 'models/resnet18.onnx'), { intraOpNumThreads: threads, interOpNumThreads: 1 });
  const input = new ort.Tensor('float32', new Float32Array(3 * 224 * 224).fill(0.5), [1, 3, 224, 224]);
  return {
    name: 'native onnxruntime-node fp32',
    threads,
    times: [],
    async time() {
      const times: number[] = [];
      for (let i = 0; i < RUNS; i++) {
        const started = performance.now();
        await session.run({ input }, ['logits']);
        times.push(performance.now() - started);
      }
      return times;
    },
  };
}

function table(contestants: readonly Contestant[], threads: number): string {
  const rows = contestants.filter((c) => c.threads === threads).map((c) => ({ name: c.name, loadMs: c.loadMs, sorted: [...c.times].sort((a, b) => a - b) }));
  const plain = rows.find((r) => r.name.startsWith('onnxruntime-web fp32'));
  const base = plain ? at(plain.sorted, 0.5) : NaN;
  const baseMin = plain ? plain.sorted[0] : NaN;
  const lines = rows.map(
    ({ name, loadMs, sorted }) =>
      `| ${name} | ${sorted[0].toFixed(1)} | ${at(sorted, 0.5).toFixed(1)} | ${at(sorted, 0.95).toFixed(1)} | ${(baseMin / sorted[0]).toFixed(2)} | ${(base / at(sorted, 0.5)).toFixed(2)} | ${loadMs === undefined ? '' : Math.round(loadMs)} |`,
  );
  return [
    `## ${threads} thread${threads > 1 ? 's' : ''}`,
    '',
    '| engine | min ms | median ms | p95 ms | times quicker (min) | times quicker (median) | load ms |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  await withHarness({}, async (page, serving) => {
    // The same worker in a browser that seems to lack relaxed SIMD: its test module is longer than the one for SIMD.
    await page.route(`**/recogniser.worker-*.js${PLAIN}`, async (route) => {
      const response = await route.fetch();
      const prelude = 'const real = WebAssembly.validate; WebAssembly.validate = (bytes) => bytes.length < 36 && real(bytes);';
      await route.fulfill({ response, body: prelude + (await response.text()) });
    });
    const contestants: Contestant[] = [];
    for (const threads of [1, 2]) {
      for (const [engine, name, query] of [
        ['simd', 'own kernels fp32, relaxed SIMD', ''],
        ['simd', 'own kernels fp32, plain SIMD', PLAIN],
        ['ort', 'onnxruntime-web fp32', ''],
      ] as const) {
        const key = `${name}-${threads}`;
        const { loadMs } = await page.evaluate((load) => window.sightglassHarness.load(load), {
          key, workerUrl: serving.workerUrl + query, modelId: 'resnet18', precision: 'fp32' as const, engine, threads,
        });
        contestants.push({
          name,
          threads,
          loadMs,
          times: [],
          time: () => page.evaluate(([k, runs]) => window.sightglassHarness.time(k, runs), [key, RUNS] as const),
        });
      }
      contestants.push(await nativeContestant(threads));
    }
    for (const contestant of contestants) await contestant.time();
    for (let round = 0; round < ROUNDS; round++) {
      for (const contestant of contestants) contestant.times.push(...(await contestant.time()));
    }
    const version = page.context().browser()?.version() ?? (await page.evaluate(() => navigator.userAgent));
    const text = [
      '# Performance',
      '',
      'Milliseconds of ResNet-18 alone (one 224 x 224 picture), written by `npm run bench`: the built app\'s worker in Chromium,',
      `${ROUNDS} interleaved rounds of ${RUNS} runs in one run. "Times quicker" is against plain onnxruntime-web fp32 with as many threads.`,
      '',
      `${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0].model.trim()}, Chromium ${version}.`,
      '',
      table(contestants, 1),
      table(contestants, 2),
    ].join('\n');
    writeFileSync(join(root, 'docs/performance.md'), text);
    console.log(text);
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
