import { cpus } from 'node:os';
import { serveBuilt } from '../serve';
import { openLive, running, setAdaptive, watch, type LiveWindow } from './live-run';
import { busyProcesses } from './load';
import { ascending, at, machine, table, writePart } from './report';

const ROUNDS = 3;
const WINDOW_MS = 6000;
const SETTLE_MS = 4000;

/** Processes that want the processor besides the app: none, one a core, three a core. */
const LOADS = [0, cpus().length, 3 * cpus().length];

/** Latency on a loaded machine, with the scheduler and without. */
export async function benchLatency(): Promise<void> {
  const serving = await serveBuilt();
  const browsing = await openLive(serving.url, 30);
  const { page } = browsing;
  const version = page.context().browser()?.version() ?? '';
  const ran = await running(page);
  const windows = new Map<string, LiveWindow[]>();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const load of LOADS) {
        const busy = busyProcesses(load);
        try {
          for (const adaptive of [true, false]) {
            await setAdaptive(page, adaptive);
            const key = `${load}/${adaptive}`;
            windows.set(key, [...(windows.get(key) ?? []), await watch(page, WINDOW_MS, SETTLE_MS)]);
          }
        } finally {
          await busy.stop();
        }
      }
    }
  } finally {
    await browsing.close();
    await serving.close();
  }
  const rows = LOADS.flatMap((load) =>
    [true, false].map((adaptive) => {
      const seen = windows.get(`${load}/${adaptive}`) ?? [];
      const latencies = ascending(seen.flatMap((w) => w.latencies));
      const mean = (value: (w: LiveWindow) => number): number => seen.reduce((sum, w) => sum + value(w), 0) / seen.length;
      return [
        String(load), adaptive ? 'adaptive' : 'as often as it can', at(latencies, 0.5), at(latencies, 0.95), at(latencies, 1),
        mean((w) => w.recognitionRate), mean((w) => w.displayRate),
      ];
    }),
  );
  writePart('latency', [
    '## Latency on a loaded machine',
    `Camera frame to label with other processes that want the processor all the time (${cpus().length} cores here): the adaptive scheduler, and`,
    `recognising as often as the device can. ${ROUNDS} interleaved rounds of ${WINDOW_MS / 1000} s. \`npm run bench -- latency\`.`,
    '', `What the app chose here: ${ran}.`,
    '', machine(version), '',
    table(['busy processes', 'scheduler', 'p50 ms', 'p95 ms', 'most ms', 'recognitions/s', 'shown fps'], rows),
  ].join('\n'));
}
