// npm run bench -- batching: one session with all cores and pictures together, against a session a core with pictures by themselves; writes docs/service.md's table.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { ascending, at, table, writePart } from '../report';
import { ROOT } from './rivals';

const ROUNDS = 5;
const SECONDS = 2;
const PROCESS_FILE = join(ROOT, 'tools/bench/service/session-process.ts');
const CORES = availableParallelism();

interface Way {
  readonly processes: number;
  readonly threads: number;
  readonly batch: number;
}

const WAYS: readonly Way[] = [{ processes: CORES, threads: 1, batch: 1 }, ...[1, 2, 4, 8].map((batch) => ({ processes: 1, threads: CORES, batch }))];

interface Run {
  readonly pictures: number;
  readonly milliseconds: number;
  readonly cpu: number;
}

/** @returns pictures a second, and milliseconds of processor time a picture */
async function measure(model: string, { processes, threads, batch }: Way): Promise<{ readonly rate: number; readonly cpu: number }> {
  const children = Array.from({ length: processes }, () => fork(PROCESS_FILE, [model, ...[threads, batch, SECONDS].map(String)], { execArgv: ['--import', 'tsx'] }));
  await Promise.all(children.map((child) => once(child, 'message')));
  const runs = await Promise.all(
    children.map(async (child) => {
      child.send('go');
      return (await once(child, 'message'))[0] as Run;
    }),
  );
  const pictures = runs.reduce((sum, run) => sum + run.pictures, 0);
  return { rate: runs.reduce((sum, run) => sum + (1000 * run.pictures) / run.milliseconds, 0), cpu: runs.reduce((sum, { cpu }) => sum + cpu, 0) / pictures };
}

export async function benchBatching(): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const [precision, file] of [['fp32', 'resnet18.onnx'], ['int8', 'resnet18-int8.onnx']]) {
    const found = WAYS.map(() => [] as { readonly rate: number; readonly cpu: number }[]);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, way] of WAYS.entries()) found[i].push(await measure(join(ROOT, 'dist/models', file), way));
    }
    for (const [i, { processes, threads, batch }] of WAYS.entries()) {
      const median = (read: (run: { readonly rate: number; readonly cpu: number }) => number): number => at(ascending(found[i].map(read)), 0.5);
      rows.push([precision, String(processes), String(threads), String(batch), median(({ rate }) => rate), median(({ cpu }) => cpu)]);
    }
  }
  writePart(
    'batching',
    [
      `Measured by \`npm run bench -- batching\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} x ${cpus()[0].model.trim()}, ResNet-18 alone in onnxruntime-node; medians of ${ROUNDS} interleaved rounds of ${SECONDS} s.`,
      '',
      table(['precision', 'processes', 'threads each', 'pictures at a time', 'pictures/s', 'ms of processor a picture'], rows),
    ].join('\n'),
    join(ROOT, 'docs/service.md'),
  );
}
