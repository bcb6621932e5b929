// npm run bench -- layers: each convolution of ResNet-18 in our kernels and in onnxruntime-web, against what the processor can do, and
// the ways to compute the 3 x 3 ones against each other. In Chromium, one thread. Writes its parts of docs/engine-study.md.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compile, root } from '../../../src/engine/kernels/build/compile';
import { RESNET18_CONVOLUTIONS, type ConvolutionShape } from '../../../src/engine/resnet18/folded';
import { STAGES } from '../../../src/engine/simd/plan';
import { ascending, at, machine, table, writePart } from '../report';
import { runInWorker, WORKER_FOLDER } from '../worker-run';
import { ALGORITHMS, chosenFor, multiplications } from './alternatives';
import { FAR_BYTES, NEAR_BYTES, REST, type LayerMeasurements, type LayerRequest } from './measurements';
import { countOpcodes, isRelaxed, isVector } from './opcodes';

const ROUNDS = 40;
const PAGE = join(root, 'docs/engine-study.md');
/** Largest share that two ways' results may differ. */
const SAME = 1e-3;

const median = (values: readonly number[]): number => at(ascending(values), 0.5);
const least = (values: readonly number[]): number => Math.min(...values);
const most = (values: readonly number[]): number => Math.max(...values);

interface Work {
  readonly side: number;
  readonly macs: number;
  /** What the kernels' products really multiply. */
  readonly multiplications: number;
  /** Weights as the kernels read them, input and output, once each. */
  readonly bytes: number;
  readonly algorithm: string;
}

function workOf(c: ConvolutionShape): Work {
  const stage = STAGES.find((s) => s.channels === c.outChannels) ?? STAGES[0];
  const { side } = c.name === 'conv1' ? { side: 112 } : stage;
  const macs = side ** 2 * c.inChannels * c.outChannels * c.kernel ** 2;
  const activations = (side * c.stride) ** 2 * c.inChannels + side ** 2 * c.outChannels;
  if (c.name === 'conv1') {
    const weights = 49 * 12 * 64;
    return { side, macs, multiplications: weights * 28 ** 2, bytes: 4 * (weights + 224 ** 2 * 3 + 56 ** 2 * 64), algorithm: 'F(4x4, 4x4), pool fused' };
  }
  if (c.stride === 2) return { side, macs, multiplications: macs, bytes: 4 * (c.kernel ** 2 * c.inChannels * c.outChannels + activations), algorithm: 'direct' };
  const algorithm = chosenFor(stage);
  const taps = ((stage.tile ?? 1) + 2) ** 2;
  return { side, macs, multiplications: multiplications(stage, algorithm), bytes: 4 * (taps * c.inChannels * c.outChannels + activations), algorithm };
}

function layerTable(m: LayerMeasurements, peak: number, far: number): string {
  const rows = RESNET18_CONVOLUTIONS.map((c) => {
    const work = workOf(c);
    const own = m.own[c.name];
    const ort = m.ort[c.name];
    const [ownMs, ortMs] = [least(own), least(ort)];
    const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
    return [
      c.name, `${c.kernel}x${c.kernel}/${c.stride}, ${c.inChannels} to ${c.outChannels}, ${work.side}x${work.side}`, (work.macs / 1e6).toFixed(0), work.algorithm,
      ownMs.toFixed(2), ortMs.toFixed(2), `${(ortMs / ownMs).toFixed(1)}x`, ((2 * work.macs) / least(own) / 1e6).toFixed(0),
      percent((2 * work.multiplications) / least(own) / 1e6 / peak), percent(work.bytes / least(own) / 1e6 / far),
    ];
  });
  const rest = [m.own[REST], m.ort[REST]].map(least);
  const sums = [m.own, m.ort].map((layers) => Object.values(layers).reduce((sum, times) => sum + least(times), 0));
  const whole = [m.wholeOwn, m.wholeOrt].map(least);
  const line = (name: string, [own, ort]: readonly number[]): string[] => [name, '', '', '', own.toFixed(2), ort.toFixed(2), `${(ort / own).toFixed(1)}x`, '', '', ''];
  rows.push(line('pool, fc', rest), line('sum of these', sums), line('whole run', whole));
  return table(['layer', 'shape', 'M MACs', 'our way', 'our ms', 'ort ms', 'ratio', 'GFLOP/s', 'of peak', 'of reading'], rows);
}

function alternativesTable(m: LayerMeasurements): string {
  const rows = STAGES.map((stage) => [
    `${stage.side}x${stage.side}, ${stage.channels} channels`,
    ...ALGORITHMS.map((algorithm) => {
      const found = m.alternatives.find((a) => a.channels === stage.channels && a.algorithm === algorithm);
      if (!found) return undefined;
      if (!(found.off < SAME)) throw new Error(`${algorithm} on ${stage.side}x${stage.side} differs from the direct way by ${found.off}.`);
      const ms = least(found.times).toFixed(2);
      return algorithm === chosenFor(stage) ? `**${ms}**` : ms;
    }),
  ]);
  return table(['3x3, stride 1', ...ALGORITHMS.map((a) => `${a} ms`)], rows);
}

function opcodeTable(): string {
  const files = {
    'own kernels, relaxed SIMD': 'src/engine/simd/kernels-relaxed-threads.wasm',
    'own kernels, plain SIMD': 'src/engine/simd/kernels-threads.wasm',
    'onnxruntime-web': 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
  };
  const rows = Object.entries(files).map(([name, path]) => {
    const counts = [...countOpcodes(join(root, path))];
    const sum = (which: (name: string) => boolean): string => counts.reduce((n, [op, times]) => n + (which(op) ? times : 0), 0).toLocaleString('en');
    return [name, sum(() => true), sum(isVector), sum((op) => op === 'f32x4.mul'), sum((op) => op.endsWith('.relaxed_madd') || op.endsWith('.relaxed_nmadd')), sum(isRelaxed)];
  });
  return table(['WebAssembly file', 'instructions', 'on vectors', 'f32x4.mul', 'relaxed madd, nmadd', 'all relaxed SIMD'], rows);
}

export async function benchLayers(): Promise<void> {
  mkdirSync(WORKER_FOLDER, { recursive: true });
  compile({
    folder: join(root, 'tools/bench/layers/roofline'), sources: ['roofline.c'], assembly: '', relaxed: true, threads: false, output: join(WORKER_FOLDER, 'roofline.wasm'),
  });
  const { result: m, page } = await runInWorker<LayerRequest, LayerMeasurements>('tools/bench/layers/layers.worker.ts', (url) => ({
    modelUrl: `${url}models/resnet18.onnx`, kernelsUrl: `${url}kernels/kernels-relaxed.wasm`, rooflineUrl: `${url}bench-worker/roofline.wasm`, ortUrl: `${url}ort/`, rounds: ROUNDS,
  }));
  const { mulAdd, madd, readNear, readFar } = m.roofline;
  const [peak, far] = [most(madd), most(readFar)];
  writePart('layers', [
    '### Layer by layer',
    '',
    `One thread, the quickest of ${ROUNDS} interleaved rounds in Chromium (on a busy machine medians make long layers longer: they are interrupted`,
    'more often), each layer within a run of the whole network: ours timed phase by phase,',
    'onnxruntime-web by its own profiler, ReLU, residual and pooling counted with the convolution before them. "GFLOP/s" counts the',
    "convolution's own multiply-adds as two; \"of peak\" counts only what our products multiply, against the relaxed multiply-add below, so",
    'transforms and packing are what is missing; "of reading" is the share of the time that reading weights, input and output once from',
    'beyond the second cache would take. `npm run bench -- layers`.',
    '', machine(page), '', layerTable(m, peak, far), '',
    `Most that WebAssembly gets from one core here: ${most(mulAdd).toFixed(0)} GFLOP/s by multiplications and additions, **${peak.toFixed(0)} GFLOP/s** by relaxed multiply-adds`,
    `(median rounds ${median(mulAdd).toFixed(0)} and ${median(madd).toFixed(0)}); reading ${most(readNear).toFixed(0)} GB/s from ${NEAR_BYTES / 2 ** 20} MiB, **${far.toFixed(0)} GB/s** from ${FAR_BYTES / 2 ** 20} MiB.`,
    '', '### Ways to compute a 3x3 convolution', '',
    'Each by itself, in the same rounds; its input just written, as after the layer before, its weights not. "In pieces": a few tiles go',
    "from input to output in one thread's own memory. The engine's choice is bold. Results agree within 1e-3 of the largest value.",
    '', alternativesTable(m), '', '### Instructions', '',
    'Code sections decoded with wasmparser.', '', opcodeTable(),
  ].join('\n'), PAGE);
}
