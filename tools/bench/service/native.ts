// npm run bench -- native: the service's networks by the native kernels and in onnxruntime-node, a thread each, in turns; writes docs/service.md's table.
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fillSelfTestInput, TORCHVISION_PREPROCESSING, type Precision } from '../../../src/engine/index';
import { OnnxNetwork } from '../../../src/server/inference/onnx-network';
import type { Runner } from '../../../src/server/inference/running';
import type { Network } from '../../../src/server/job';
import { NativeNetwork } from '../../../src/server/native/native-network';
import { ascending, at, table, writePart } from '../report';
import { ROOT } from './rivals';

const ROUNDS = 60;
const NETWORKS: readonly (readonly [name: string, file: string, precision: Precision])[] = [
  ['ResNet-18, fp32', 'resnet18.onnx', 'fp32'], ['ResNet-18, int8', 'resnet18-int8.onnx', 'int8'],
];

async function milliseconds(runner: Runner): Promise<number> {
  const begun = performance.now();
  await runner.run();
  return performance.now() - begun;
}

export async function benchNative(): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const [name, file, precision] of NETWORKS) {
    const path = join(ROOT, 'public/models', file);
    const network: Network = { model: file, precision, path, preprocessing: TORCHVISION_PREPROCESSING, selfTest: undefined };
    const runners: readonly Runner[] = [await NativeNetwork.load(network, 1), await OnnxNetwork.open(network, path, 1)];
    const times = runners.map(() => [] as number[]);
    for (const { input } of runners) fillSelfTestInput(input);
    for (let round = 0; round < ROUNDS; round++) for (const [i, runner] of runners.entries()) times[i].push(await milliseconds(runner));
    for (const runner of runners) await runner.release();
    const [own, ort] = times.map(ascending);
    rows.push([name, ...[own, ort].flatMap((sorted) => [sorted[0], at(sorted, 0.5)]), (ort[0] / own[0]).toFixed(2)]);
  }
  writePart(
    'native',
    [
      `Measured by \`npm run bench -- native\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} x ${cpus()[0].model.trim()}, one thread, ${ROUNDS} runs of each in turns; milliseconds.`,
      '',
      table(['network', 'own kernels: least', 'median', 'onnxruntime: least', 'median', 'least by least'], rows),
    ].join('\n'),
    join(ROOT, 'docs/service.md'),
  );
}
