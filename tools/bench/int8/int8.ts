// npm run bench -- int8: convolutions in int8 by relaxed SIMD's dot product (src/engine/kernels/int8.c) against our float kernels, on one
// thread in Chromium, with and without the processor's own instruction for it. Writes its part of docs/engine-study.md.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RESNET18_CONVOLUTIONS, type ConvolutionShape } from '../../../src/engine/resnet18/folded';
import { compile, root } from '../../../src/engine/kernels/build/compile';
import { ascending, at, machine, table, writePart } from '../report';
import { runInWorker, WORKER_FOLDER } from '../worker-run';
import type { Int8Measurements, Int8Request } from './int8.worker';

const ROUNDS = 30;
/** V8 then takes the instructions that every processor with AVX has. */
const WITHOUT_VNNI = ['--js-flags=--no-enable-avx-vnni --no-enable-avx-vnni-int8'];

const median = (values: readonly number[]): number => at(ascending(values), 0.5);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function alike(a: ConvolutionShape, b: ConvolutionShape): boolean {
  const residual = ({ name }: ConvolutionShape): boolean => name.endsWith('.conv2');
  return a.inChannels === b.inChannels && a.outChannels === b.outChannels && a.kernel === b.kernel && a.stride === b.stride && residual(a) === residual(b);
}

interface Row {
  readonly shape: ConvolutionShape;
  readonly residual: boolean;
  /** How many convolutions of the network are such. */
  readonly count: number;
  readonly floatMs: number;
  readonly int8Ms: number;
}

function rowsOf({ layers, float }: Int8Measurements): Row[] {
  return layers.map(({ shape, residual, times }) => {
    const same = RESNET18_CONVOLUTIONS.filter((c) => alike(c, shape));
    return { shape, residual, count: same.length, floatMs: sum(same.map((c) => median(float[c.name]))) / same.length, int8Ms: median(times) };
  });
}

/** Milliseconds of the whole network: in floats, with all convolutions but the first in int8, and with the quicker of each. */
function networks(m: Int8Measurements): { float: number; int8: number; mixed: number } {
  const rows = rowsOf(m);
  const float = sum(Object.values(m.float).map(median));
  const gain = (ms: (row: Row) => number): number => sum(rows.map((row) => row.count * (row.floatMs - ms(row))));
  return { float, int8: float - gain((r) => r.int8Ms), mixed: float - gain((r) => Math.min(r.int8Ms, r.floatMs)) };
}

export async function benchInt8(): Promise<void> {
  mkdirSync(WORKER_FOLDER, { recursive: true });
  const tool = (name: string): string => join(root, `src/engine/kernels/build/${name}`);
  compile({ folder: tool('roofline'), sources: ['roofline.c'], assembly: '', relaxed: true, threads: false, output: join(WORKER_FOLDER, 'roofline.wasm') });
  const measure = (flags: readonly string[]): Promise<{ result: Int8Measurements; page: string }> =>
    runInWorker<Int8Request, Int8Measurements>('tools/bench/int8/int8.worker.ts', (url) => ({
      modelUrl: `${url}models/resnet18.onnx`, kernelsUrl: `${url}kernels/kernels-relaxed.wasm`, rooflineUrl: `${url}bench-worker/roofline.wasm`, rounds: ROUNDS,
    }), flags);
  const { result: vnni, page } = await measure([]);
  const { result: plain } = await measure(WITHOUT_VNNI);
  const [withOne, without] = [rowsOf(vnni), rowsOf(plain)];
  const ratio = (row: Row): string => `${(row.floatMs / row.int8Ms).toFixed(2)}x`;
  const rows = withOne.map((row, i) => [
    `${row.shape.kernel}x${row.shape.kernel}/${row.shape.stride}, ${row.shape.inChannels} to ${row.shape.outChannels}${row.residual ? ', residual' : ''}`,
    String(row.count), row.floatMs.toFixed(2), row.int8Ms.toFixed(2), ratio(row), without[i].floatMs.toFixed(2), without[i].int8Ms.toFixed(2), ratio(without[i]),
  ]);
  const [a, b] = [networks(vnni), networks(plain)];
  const whole = (name: string, of: (n: typeof a) => number): string[] => [
    name, '', a.float.toFixed(1), of(a).toFixed(1), `${(a.float / of(a)).toFixed(2)}x`, b.float.toFixed(1), of(b).toFixed(1), `${(b.float / of(b)).toFixed(2)}x`,
  ];
  rows.push(whole('whole network, all but conv1 and fc', (n) => n.int8), whole('whole network, the quicker of each', (n) => n.mixed));
  writePart('int8', [
    '### Integers by relaxed dot products, shape by shape', '',
    `One thread, ${ROUNDS} interleaved rounds in Chromium, medians. Float: our kernels within a run of the whole network. Integers: the`,
    'engine\'s kernels, weights of 8 bits, activations of 7, with bias, residual, ReLU and rounding to the next layer\'s steps; input just',
    'written. "VNNI" has the processor\'s own dot product, "without" the same browser told to do without it. Whole networks are the sum of',
    'the layers, with conv1, pool and fc in floats. `npm run bench -- int8`.', '',
    machine(page), '',
    table(['convolution', 'times', 'float ms, VNNI', 'int8 ms, VNNI', 'ratio', 'float ms, without', 'int8 ms, without', 'ratio'], rows), '',
    '500 outputs of each shape were compared with the convolution by its definition: every bit is the same.',
    `The bare dot product: ${median(vnni.peak).toFixed(0)} G multiply-adds a second with VNNI, ${median(plain.peak).toFixed(0)} without.`,
  ].join('\n'), join(root, 'docs/engine-study.md'));
}
