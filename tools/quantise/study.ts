// npm run tool -- quantise-study [FOLDER [WORDS]]: accuracy of ResNet-18 in int8 by recipe, native onnxruntime on labelled images
// (NNNN-name.jpg, NNNN = class). As many calibrate as in npm run model; figures also for the others alone. Prints the table of
// docs/int8.md; WORDS only those of its rows that have them.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from '../../src/server/onnxruntime';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/model';
import { encodeModel } from '../../src/engine/onnx/encode';
import type { OnnxModel } from '../../src/engine/onnx/model';
import type { RangeMethod } from './range';
import { topK } from '../../src/engine/probabilities';
import { foldResNet18 } from '../../src/engine/resnet18/fold';
import { readSafetensors } from '../../src/engine/safetensors';
import { findLocalWeights } from '../model/sources';
import { networkInputs, imagesIn } from './images';
import { calibrationImages } from './calibration-set';
import { observeResNet18, quantised } from './quantise-resnet18';
import { DEFAULT_RECIPE, type Recipe } from './recipe';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [folder = join(root, '../shared/pictures'), only = ''] = process.argv.slice(2);

interface Sample {
  readonly input: Float32Array;
  readonly wanted: number;
  readonly calibrates: boolean;
  /** Scores of the float network. */
  reference: Float32Array;
}

async function logitsOf(model: OnnxModel, samples: readonly Sample[], use: (sample: Sample, logits: Float32Array) => void): Promise<void> {
  const session = await ort.InferenceSession.create(encodeModel(model), { logSeverityLevel: 3 });
  for (const sample of samples) {
    const { logits } = await session.run({ input: new ort.Tensor('float32', sample.input, [1, 3, 224, 224]) }, ['logits']);
    use(sample, logits.data as Float32Array);
  }
  await session.release();
}

async function row(name: string, model: OnnxModel, samples: readonly Sample[]): Promise<void> {
  let [top1, top5, heldOut, heldOutRight, same, squares, count] = [0, 0, 0, 0, 0, 0, 0];
  await logitsOf(model, samples, (sample, logits) => {
    const best = topK(logits, 5).map((p) => p.index);
    const right = best[0] === sample.wanted;
    if (right) top1++;
    if (best.includes(sample.wanted)) top5++;
    if (best[0] === topK(sample.reference, 1)[0].index) same++;
    if (!sample.calibrates) {
      heldOut++;
      if (right) heldOutRight++;
    }
    for (const [i, value] of logits.entries()) squares += (value - sample.reference[i]) ** 2;
    count += logits.length;
  });
  const share = (n: number, of: number): string => `${((n / of) * 100).toFixed(1)} %`;
  const all = samples.length;
  console.log(`| ${name} | ${share(top1, all)} | ${share(top5, all)} | ${share(heldOutRight, heldOut)} | ${share(same, all)} | ${Math.sqrt(squares / count).toFixed(3)} |`);
}

const METHODS: readonly RangeMethod[] = [
  { kind: 'minmax' },
  { kind: 'percentile', percent: 99.999 },
  { kind: 'percentile', percent: 99.99 },
  { kind: 'percentile', percent: 99.9 },
  { kind: 'entropy' },
];

const RECIPES: readonly Recipe[] = [
  ...(['uint8', 'int8'] as const).flatMap((activations) => METHODS.map((method) => ({ ...DEFAULT_RECIPE, activations, method }))),
  { ...DEFAULT_RECIPE, correctBias: false },
  { ...DEFAULT_RECIPE, float: [] },
  { ...DEFAULT_RECIPE, float: ['conv1'] },
  { ...DEFAULT_RECIPE, float: ['fc'] },
  { ...DEFAULT_RECIPE, weightLevels: 63 },
];

const words = ({ activations, method, weightLevels, float, correctBias }: Recipe): string =>
  [
    activations,
    method.kind === 'percentile' ? `percentile ${method.percent}` : method.kind,
    weightLevels === 127 ? '8-bit' : '7-bit',
    correctBias === false ? 'as is' : 'corrected',
    float.length > 0 ? float.join(', ') : 'none',
  ].join(' | ');

async function main(): Promise<void> {
  const weights = findLocalWeights(root);
  if (!weights) throw new Error('There are no ResNet-18 weights: see npm run model.');
  const paths = imagesIn(folder).filter((path) => /^\d{4}-/.test(basename(path)));
  const samples: Sample[] = [];
  const set = new Set(calibrationImages(folder).paths);
  for await (const { path, input } of networkInputs(paths, TORCHVISION_PREPROCESSING)) {
    const wanted = Number(basename(path).slice(0, 4));
    samples.push({ input: input.slice(), wanted, calibrates: set.has(path), reference: new Float32Array(0) });
  }
  const folded = foldResNet18(readSafetensors(readFileSync(weights.path)));
  async function* calibration(): AsyncGenerator<Float32Array> {
    for (const { input } of samples.filter((s) => s.calibrates)) yield input;
    await Promise.resolve();
  }
  const observed = await observeResNet18(folded, {}, calibration());
  await logitsOf(observed.model, samples, (sample, logits) => (sample.reference = logits.slice()));
  console.log(`${samples.length} pictures of ${folder}, ${samples.filter((s) => s.calibrates).length} calibrate; ${weights.source}\n`);
  console.log('| activations | ranges | weights | biases | kept float | top-1 | top-5 | top-1, held apart | same label as fp32 | logit error (rms) |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  await row('float32 | | | | all', observed.model, samples);
  for (const recipe of RECIPES.filter((r) => words(r).includes(only))) await row(words(recipe), quantised(observed, recipe, TORCHVISION_PREPROCESSING), samples);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
