import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from '../../src/server/onnxruntime';
import type { ModelManifest, ModelVariant, Quantisation } from '../../src/base/shared/model';
import type { Preprocessing } from '../../src/engine/model';
import { decodeModel } from '../../src/engine/onnx/decode';
import { encodeModel } from '../../src/engine/onnx/encode';
import { storeAsFloat, storeAsHalf } from '../../src/engine/onnx/half';
import type { OnnxModel } from '../../src/engine/onnx/model';
import { topK } from '../../src/engine/probabilities';
import { readResNet18 } from '../../src/engine/resnet18/read';
import { hexSha256, isResNet18, RESNET18_ID, writeWhole } from '../model/build-resnet18';
import { knownAnswer } from '../model/known-answer';
import { writeParts } from '../model/split';
import { calibrationInputs, type CalibrationSet } from './calibration-set';
import { networkInputs } from './images';
import { observeNetwork, observeResNet18, quantised, type Observed } from './quantise-resnet18';
import { DEFAULT_RECIPE, LITE_RECIPE, recipeWords, SYNTHETIC_RECIPE, type Recipe } from './recipe';

/** Raised where the same recipe and images would give other integers than before. */
const VERSION = 2;
/** Numbers from which on weights that stay float, which are the classifier's, are stored as float16. */
const HALF_FROM = 10_000;
/** Images that the integers are compared with the floats on. */
const AGREEMENT_COUNT = 100;

/** The recipe for a set, where none is asked for. @param id of the model */
export function recipeFor(set: CalibrationSet, id = RESNET18_ID): Recipe {
  const recipe = set.kind === 'pictures' ? DEFAULT_RECIPE : SYNTHETIC_RECIPE;
  return isResNet18(id) ? recipe : { ...LITE_RECIPE, method: recipe.method };
}

/** Watches a network at work on images. */
function observed(id: string, float: OnnxModel, recipe: Recipe, inputs: AsyncIterable<Float32Array>): Promise<Observed> {
  return isResNet18(id) ? observeResNet18(readResNet18(float), float.metadata, inputs) : observeNetwork(storeAsFloat(float), recipe, inputs);
}

/** SHA-256 of all that the integers depend on but the weights. */
export function quantisationFingerprint(set: CalibrationSet, recipe: Recipe): string {
  return createHash('sha256').update(JSON.stringify([VERSION, set.kind, set.images ?? '', recipe])).digest('hex');
}

/** How often the first label of two models is the same. */
async function agreement(
  models: readonly Uint8Array[],
  paths: readonly string[],
  preprocessing: Preprocessing,
): Promise<{ same: number; of: number }> {
  const sessions = await Promise.all(models.map((model) => ort.InferenceSession.create(model, { logSeverityLevel: 3 })));
  const shape = [1, 3, preprocessing.crop, preprocessing.crop];
  let same = 0;
  let of = 0;
  for await (const { input } of networkInputs(paths, preprocessing)) {
    const labels: number[] = [];
    for (const session of sessions) {
      const { logits } = await session.run({ input: new ort.Tensor('float32', input, shape) }, ['logits']);
      labels.push(topK(logits.data as Float32Array, 1)[0].index);
    }
    of++;
    if (labels[0] === labels[1]) same++;
  }
  await Promise.all(sessions.map((session) => session.release()));
  return { same, of };
}

/** Images spread over the folder, when all are too many. */
function some(paths: readonly string[]): string[] {
  const step = Math.max(1, paths.length / AGREEMENT_COUNT);
  return paths.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}

/**
 * Makes `<id>-int8.onnx` of the manifest's float32 model, ResNet-18's in two parts as well, and puts it into the manifest, in place of an int8 variant that may
 * be there. Nothing is written unless the network has run in native onnxruntime.
 *
 * @param folder public/models
 * @returns the new manifest
 */
export async function writeInt8(
  folder: string,
  manifest: ModelManifest,
  set: CalibrationSet,
  recipe: Recipe,
  byHand = false,
): Promise<ModelManifest> {
  const reference = manifest.variants.find((v) => v.precision !== 'int8');
  if (!reference) throw new Error(`${manifest.id} has no float weights to make integers of.`);
  const { preprocessing } = manifest;
  const floatBytes = readFileSync(join(folder, reference.file));
  const float = decodeModel(floatBytes);
  const facts = { calibration: set.words, recipe: recipeWords(recipe) };
  const int8 = quantised(await observed(manifest.id, float, recipe, calibrationInputs(set, preprocessing)), recipe, preprocessing);
  const whole = { ...int8, metadata: { ...int8.metadata, ...facts } };
  const model = encodeModel(isResNet18(manifest.id) ? whole : storeAsHalf(whole, HALF_FROM));
  const quantisation: Quantisation = {
    ...facts,
    ...(set.images === undefined ? {} : { pictures: { count: set.paths.length, sha256: set.images } }),
    fingerprint: quantisationFingerprint(set, recipe),
    ...(byHand ? { byHand } : {}),
    ...(set.heldApart.length > 0 ? { agreement: await agreement([floatBytes, model], some(set.heldApart), preprocessing) } : {}),
  };
  const file = `${manifest.id}-int8.onnx`;
  const variant: ModelVariant = {
    precision: 'int8',
    file,
    bytes: model.byteLength,
    sha256: hexSha256(model),
    selfTest: await knownAnswer(model, 'int8', preprocessing.crop),
    quantisation,
    ...(isResNet18(manifest.id) ? { parts: await writeParts(folder, file, model, preprocessing.crop) } : {}),
  };
  const changed: ModelManifest = { ...manifest, variants: [...manifest.variants.filter((v) => v.precision !== 'int8'), variant] };
  await writeWhole(join(folder, variant.file), model);
  // What comes with the app stays as it is: its int8 has a file of its own beside the manifest.
  const [name, written] = isResNet18(manifest.id) ? [manifest.id, changed] : [`${manifest.id}-int8`, { of: manifest.id, variant }];
  await writeWhole(join(folder, `${name}.json`), `${JSON.stringify(written, undefined, 2)}\n`);
  return changed;
}
