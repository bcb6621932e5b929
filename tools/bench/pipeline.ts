import { serveBuilt } from '../serve';
import { allocatedBytes, longestTask, openLive, running, watch, type LiveWindow } from './live-run';
import { throttleChildren } from './load';
import { ascending, at, machine, table, writePart } from './report';

const WINDOW_MS = 6000;
const SETTLE_MS = 3000;

/** The whole way from the camera's frame to the label on the page, at two camera rates, on all and on part of the processor. */
export async function benchPipeline(): Promise<void> {
  const serving = await serveBuilt();
  const rows: (string | number)[][] = [];
  let version = '';
  const ran = new Set<string>();
  try {
    for (const rate of [30, 60]) {
      const browsing = await openLive(serving.url, rate);
      const { page } = browsing;
      version = page.context().browser()?.version() ?? '';
      ran.add(await running(page));
      try {
        for (const factor of [1, 4, 6]) {
          const throttle = factor === 1 ? undefined : throttleChildren(factor);
          if (factor > 1 && !throttle) continue;
          try {
            const seen = await watch(page, WINDOW_MS, SETTLE_MS);
            // Apart from the figures, as tracing and profiling take time themselves.
            const tasks = await longestTask(page, () => page.waitForTimeout(WINDOW_MS / 2));
            let profiled: LiveWindow | undefined;
            const bytes = await allocatedBytes(page, async () => {
              profiled = await watch(page, WINDOW_MS / 2);
            });
            const latencies = ascending(seen.latencies);
            rows.push([
              `${rate}`, factor === 1 ? 'all' : `1/${factor}`, seen.displayRate, seen.recognitionRate,
              `${((100 * seen.skipped) / Math.max(1, seen.presented)).toFixed(0)} %`,
              at(latencies, 0.5), at(latencies, 0.95), at(ascending(seen.preprocessMs), 0.5), at(ascending(seen.inferenceMs), 0.5),
              tasks.cpuMs, `${tasks.over16} / ${tasks.tasks}`, bytes / 1024 / Math.max(1, profiled?.presented ?? 1),
            ]);
          } finally {
            throttle?.release();
          }
        }
      } finally {
        await browsing.close();
      }
    }
  } finally {
    await serving.close();
  }
  writePart('pipeline', [
    '## Whole pipeline',
    'The built app at phone size with a filmed camera (640 x 480). "Processor" is the share of the machine that the whole browser, all',
    'its threads, may use (control group quota). Latency is camera frame to label drawn. "Longest task" is processor time of one task of',
    'the main thread; next to it how many tasks took more than 16 ms. "KiB a frame" is what JavaScript on the main thread allocates for',
    'each camera frame, garbage included. `npm run bench -- pipeline`.',
    '', `What the app chose here: ${[...ran].join('; ')}.`,
    '', machine(version), '',
    table(['camera fps', 'processor', 'shown fps', 'recognitions/s', 'skipped', 'latency p50 ms', 'p95 ms', 'preprocess ms', 'inference ms', 'longest task ms', 'tasks > 16 ms', 'KiB a frame'], rows),
  ].join('\n'));
}
