import { withHarness } from '../harness/serve-harness';
import { ascending, at, machine, table, writePart } from './report';

const ROUNDS = 24;
const FRAMES = 12;
const THREADS = 2;

/**
 * What looking at frames in turn costs: recognitions of a camera's frames by the built app's worker, one after another, with all looks and
 * with the whole square alone, in interleaved rounds.
 */
export async function benchLooks(): Promise<void> {
  await withHarness({}, async (page, serving) => {
    const rows: (string | number)[][] = [];
    for (const [precision, engine] of [['int8', 'simd'], ['fp32', 'simd']] as const) {
      await page.evaluate((load) => window.sightglassHarness.load(load), { workerUrl: serving.workerUrl, modelId: 'resnet18', precision, engine, threads: THREADS });
      const times = { all: [] as number[], one: [] as number[] };
      for (let round = 0; round < ROUNDS; round++) {
        for (const way of ['all', 'one'] as const) {
          const looks = { second: way === 'all', views: way === 'all' };
          times[way].push(await page.evaluate(([frames, how]) => window.sightglassHarness.timeLooks(frames, how), [FRAMES, looks] as const));
        }
      }
      const [all, one] = [ascending(times.all), ascending(times.one)];
      const ratios = ascending(times.all.map((time, i) => times.one[i] / time));
      rows.push([`${engine} ${precision}`, at(one, 0.5), at(all, 0.5), `${(100 * (1 - at(ratios, 0.5))).toFixed(1)} %`, `${(100 * (1 - at(one, 0.01) / at(all, 0.01))).toFixed(1)} %`]);
    }
    writePart('looks', [
      '## Looking in turn',
      `Milliseconds from a frame of 1280 x 720 (a VideoFrame) to its answer, ${FRAMES} one after another in each of ${ROUNDS} interleaved rounds, by the`,
      'built app\'s worker: the whole square alone, and in turn whole, near, mirrored, refined and tight as the app does. "Fewer" is by how',
      'much the rate of recognition falls: the median of the rounds\' ratios, and the ratio of the quickest rounds.',
      '`npm run bench -- looks`.', '', machine(page.context().browser()?.version() ?? ''), '',
      table(['engine', 'whole alone, ms', 'in turn, ms', 'fewer, median', 'fewer, quickest'], rows),
    ].join('\n'));
  });
}
