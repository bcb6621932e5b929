import { cpus } from 'node:os';
import { join } from 'node:path';
import { bestThreads, MOST_TRIED } from '../../src/recognise/shared/thread-choice';
import { modelIndex } from '../../src/server/model-index';
import { withHarness } from '../harness/serve-harness';
import { DIST } from '../serve';
import { ascending, at, machine, table, writePart } from './report';

const ROUNDS = 24;
/** As the app's own turns (src/recognise/page/model/thread-trials.ts). */
const TURN = [2, 100] as const;

/** Milliseconds of each network on 1, 2, ... threads as the app times them, and what it would take. */
export async function benchThreads(): Promise<void> {
  const counts = Array.from({ length: MOST_TRIED }, (_, i) => i + 1);
  const cores = cpus().length;
  const networks = modelIndex(join(DIST, 'models')).flatMap(({ id, name, variants }) => variants.filter((v) => v.precision !== 'fp16' || id !== 'resnet18').map(({ precision }) => ({ id, name, precision })));
  await withHarness({}, async (page, serving) => {
    const rows: (string | number)[][] = [];
    for (const { id, name, precision } of networks) {
      const key = `${id} ${precision}`;
      await page.evaluate((load) => window.sightglassHarness.load(load), {
        key, workerUrl: serving.workerUrl, modelId: id, precision, engine: 'simd' as const, threads: 2, mostThreads: MOST_TRIED,
      });
      const times = counts.map((): number[] => []);
      for (let round = 0; round <= ROUNDS; round++) {
        for (const [i, threads] of counts.entries()) {
          const turn = await page.evaluate(([k, runs, ms, n]) => window.sightglassHarness.measure(k, runs, ms, n), [key, ...TURN, threads] as const);
          if (round > 0) times[i].push(turn[turn.length - 1]);
        }
      }
      const medians = times.map((all) => at(ascending(all), 0.5));
      const choice = bestThreads(counts.filter((threads) => threads <= cores).map((threads, i) => ({ threads, ms: medians[i] })));
      rows.push([`${name} ${precision}`, ...medians, String(choice)]);
    }
    writePart('threads', [
      '## Threads',
      `Milliseconds of a network on 1 to ${MOST_TRIED} threads as the app times them at its first idle moment: medians of ${ROUNDS} rounds of turns. It tries no more than the`,
      `device has cores (${cores} here; more are shown for what they cost), and takes more only where they save 8 % and more. \`npm run bench -- threads\`.`,
      '', machine(page.context().browser()?.version() ?? ''), '',
      table(['network', ...counts.map((n) => `${n}`), 'taken'], rows),
    ].join('\n'));
  });
}
