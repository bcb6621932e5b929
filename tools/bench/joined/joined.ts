// npm run bench -- joined: whole networks in blocks of 8 output channels and of 16, in a Chromium that joins two vectors of 128 bits to one of 256
// and in one that does not, on one thread. Writes its part of docs/engine-study.md.
import { join } from 'node:path';
import { root } from '../../../src/engine/kernels/build/compile';
import { modelIndex } from '../../../src/server/model-index';
import { DIST } from '../../serve';
import { JOINED } from '../contestants';
import { ascending, at, machine, table, writePart } from '../report';
import { runInWorker } from '../worker-run';
import type { JoinedRequest, JoinedTimes } from './joined.worker';

const ROUNDS = 40;
const BUILDS = ['kernels-relaxed.wasm', 'kernels-joined.wasm'] as const;
const NETWORKS = [
  ['ResNet-18 in floats', 'resnet18', 'fp32'], ['ResNet-18 in int8', 'resnet18', 'int8'],
  ['EfficientNet-Lite0 in floats', 'efficientnet-lite0', 'fp16'], ['EfficientNet-Lite0 in int8', 'efficientnet-lite0', 'int8'],
] as const;

/**
 * Runs networks with several builds of the kernels in turns, on one thread.
 *
 * @param models names of files under models/ of the built app
 * @param kernels names of builds
 * @param flags of Chromium
 * @returns milliseconds of each round by model and by build
 * @throws Error where the scores of two builds differ in one bit
 */
export function runJoined(models: readonly string[], kernels: readonly string[], rounds: number, flags: readonly string[]): Promise<{ result: JoinedTimes; page: string }> {
  return runInWorker<JoinedRequest, JoinedTimes>('tools/bench/joined/joined.worker.ts', (url) => ({
    models: models.map((file) => `${url}models/${file}`), kernels: kernels.map((file) => `${url}kernels/${file}`), rounds,
  }), flags);
}

export async function benchJoined(): Promise<void> {
  const index = modelIndex(join(DIST, 'models'));
  const networks = NETWORKS.flatMap(([name, id, precision]) => {
    const file = index.find((m) => m.id === id)?.variants.find((v) => v.precision === precision)?.file;
    if (!file) console.warn(`*** There is no ${name}: npm run model, npm run build. ***`);
    return file ? [{ name, file }] : [];
  });
  const files = networks.map(({ file }) => file);
  const { result: apart, page } = await runJoined(files, BUILDS, ROUNDS, []);
  const { result: joined } = await runJoined(files, BUILDS, ROUNDS, JOINED);
  const ms = (times: readonly number[]): string => `${Math.min(...times).toFixed(1)} (${at(ascending(times), 0.5).toFixed(1)})`;
  const gain = (before: readonly number[], after: readonly number[]): string =>
    `${(Math.min(...before) / Math.min(...after)).toFixed(2)}x (${(at(ascending(before), 0.5) / at(ascending(after), 0.5)).toFixed(2)}x)`;
  const rows = networks.map(({ name }, i) => {
    const [[eight, sixteen], [eightJoined, sixteenJoined]] = [apart.times[i], joined.times[i]];
    return [name, ms(eight), ms(sixteen), ms(eightJoined), ms(sixteenJoined), gain(eight, eightJoined), gain(eight, sixteenJoined)];
  });
  const gains = (all: readonly number[]): string => `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)}`;
  writePart('joined', [
    `Milliseconds of whole networks on one thread, least (and median) of ${ROUNDS} rounds, both builds in turns; "8" and "16" are the output channels of a block.`,
    'Every bit of the scores was compared. `npm run bench -- joined`.', '', machine(page), '',
    table(['network', '8, apart', '16, apart', '8, joined', '16, joined', 'gain with 8', 'gain with 16'], rows), '',
    `The loops that the engine chooses by: 24 sums are ${gains(apart.gains)} times as quick as twelve apart, ${gains(joined.gains)} joined.`,
  ].join('\n'), join(root, 'docs/engine-study.md'));
}
