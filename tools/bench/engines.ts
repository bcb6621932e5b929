import { openHarness, withHarness } from '../harness/serve-harness';
import { candidates, hideRelaxedSimd, JOINED, RIVAL_FOLDERS, type Contestant } from './contestants';
import { ascending, at, machine, table, writePart } from './report';

const ROUNDS = 10;
const RUNS = 4;
/** Within these our engine chooses its kernels: it asks for others in the twelfth, and has both take turns of eight. */
export const WARM_UP = 40;
const BASE = 'onnxruntime-web fp32';

/** Largest difference that float32 summed in another order explains, in logits. */
const SAME = 0.01;

/** A library that does not start within this is left out, milliseconds. */
const START_MS = 30_000;

function inTime<T>(work: Promise<T>): Promise<T> {
  return Promise.race([work, new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`did not start within ${START_MS / 1000} s`)), START_MS))]);
}

/** Engine against engine: milliseconds of ResNet-18 alone. */
export async function benchEngines(): Promise<void> {
  await withHarness({ extra: RIVAL_FOLDERS }, async (page, serving) => {
    await hideRelaxedSimd(page);
    const timed: { contestant: Contestant; times: number[] }[] = [];
    const failed: string[] = [];
    const joined = await openHarness(serving, { own: true, flags: JOINED });
    try {
      for (const threads of [1, 2]) {
        for (const candidate of candidates()) {
          try {
            timed.push({ contestant: await inTime(candidate.start(candidate.flags ? joined.page : page, serving, threads)), times: [] });
          } catch (error) {
            failed.push(`${candidate.name}, ${threads} thread(s): ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
          }
        }
      }
      for (const { contestant } of timed) await contestant.time(WARM_UP);
      for (let round = 0; round < ROUNDS; round++) {
        for (const { contestant, times } of timed) times.push(...(await contestant.time(RUNS)));
      }
      const reference = await timed.find((t) => t.contestant.name.startsWith('native'))?.contestant.logits?.();
      for (const { contestant } of timed) {
        const logits = await contestant.logits?.();
        if (!logits || !reference) continue;
        const off = Math.max(...logits.map((value, i) => Math.abs(value - reference[i])));
        if (!(off < SAME)) failed.push(`${contestant.name}: logits differ from native ones by ${off}, so it does not count.`);
      }
    } finally {
      // A browser that is left open keeps this process alive, whatever failed.
      await joined.close();
    }
    const part = (threads: number): string => {
      const rows = timed.filter((t) => t.contestant.threads === threads).map((t) => ({ ...t.contestant, sorted: ascending(t.times) }));
      const base = rows.find((r) => r.name === BASE)?.sorted ?? [NaN];
      const ratio = (share: number, sorted: readonly number[]): string => (at(base, share) / at(sorted, share)).toFixed(2);
      return `### ${threads} thread${threads > 1 ? 's' : ''}\n\n${table(
        ['engine', 'min ms', 'median ms', 'p95 ms', 'times quicker (min)', 'times quicker (median)', 'load ms'],
        rows.map((r) => [r.name, r.sorted[0], at(r.sorted, 0.5), at(r.sorted, 0.95), ratio(0, r.sorted), ratio(0.5, r.sorted), r.loadMs && String(Math.round(r.loadMs))]),
      )}`;
    };
    writePart('engines', [
      '## Engines',
      `Milliseconds of ResNet-18 alone (one 224 x 224 picture): ${ROUNDS} interleaved rounds of ${RUNS} runs. "Times quicker" is against plain`,
      `onnxruntime-web fp32 with as many threads. "Joined": in a Chromium whose V8 makes one operation of 256 bits of two. "Load" is from the request to the first answer, files from this machine. \`npm run bench -- engines\`.`,
      '', machine(page.context().browser()?.version() ?? ''), '', part(1), '', part(2),
      ...failed.map((line) => `\nNot counted: ${line}`),
    ].join('\n'));
  }, true);
}
