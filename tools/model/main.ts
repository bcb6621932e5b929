// npm run model [-- --weights tv|a1] [--force]: finds or fetches ResNet-18 weights and makes public/models/resnet18.onnx and resnet18-int8.onnx
// of them. a1 are timm's own, a second model beside the first: resnet18-a1.
// With REQUIRE_RESNET18=1 it is an error where the first cannot be had (a build argument of the Dockerfile).
// The int8 file is calibrated with the images of CALIBRATION_PICTURES=folder, calibration/ or ../shared/pictures.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ModelManifest } from '../../src/base/shared/model';
import { modelIndex } from '../../src/server/model-index';
import { findCalibrationSet, thinned, type CalibrationSet } from '../quantise/calibration-set';
import { recipeFor, writeInt8 } from '../quantise/write-int8';
import { buildResNet18 } from './build-resnet18';
import { currentManifest, int8IsCurrent } from './current';
import { ChecksumError } from './download';
import { obtainPublished } from './obtain';
import { progressBar } from './progress';
import { findLocalWeights, type PUBLISHED, publishedWeights, type WeightsSource } from './sources';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'public/models');

/** What is asked for on the command line. @throws Error that names what there is */
function options(): { readonly weights: keyof typeof PUBLISHED; readonly force: boolean } {
  const { weights = 'tv', force = false } = parseArgs({ options: { weights: { type: 'string' }, force: { type: 'boolean' } } }).values;
  if (weights !== 'tv' && weights !== 'a1') throw new Error(`--weights takes tv (torchvision's, as without it) or a1 (timm's), not ${weights}.`);
  return { weights, force };
}

function obtain(weights: keyof typeof PUBLISHED): Promise<WeightsSource> {
  const known = publishedWeights(weights);
  return obtainPublished(root, known, progressBar(known.model?.name ?? 'ResNet-18'), 2);
}

/** The first weights are not needed: without them the app runs with the model that it comes with. */
async function fetchWeights(): Promise<WeightsSource | undefined> {
  try {
    return await obtain('tv');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`ResNet-18 could not be fetched. ${reason}`);
    if (error instanceof ChecksumError) process.exitCode = 1;
    return undefined;
  }
}

/** Of the images, each second one calibrates EfficientNet-Lite0: its activations are many. */
const LITE_STEP = 2;

/** Adds the int8 file of the model that comes with the app. */
async function addLiteInt8(set: CalibrationSet, force: boolean): Promise<void> {
  const manifest = modelIndex(folder).find(({ id }) => id === 'efficientnet-lite0');
  const fewer = thinned(set, LITE_STEP);
  if (!manifest || (!force && (await int8IsCurrent(folder, manifest, fewer)))) return;
  await addInt8(manifest, fewer);
}

/** Adds the int8 file; without it the app runs all the same. */
async function addInt8(manifest: ModelManifest, set: CalibrationSet): Promise<ModelManifest> {
  console.log(`Making integers of ${manifest.name}, calibrated with ${set.words} ...`);
  try {
    return await writeInt8(folder, manifest, set, recipeFor(set, manifest.id));
  } catch (error) {
    console.warn(`No INT8 was made: ${error instanceof Error ? error.message : String(error)} ${manifest.name} runs in float32.`);
    return manifest;
  }
}

async function main(): Promise<void> {
  const { weights: wanted, force } = options();
  const set = findCalibrationSet(root);
  await addLiteInt8(set, force);
  // The second set is a model beside the first: whatever lies about is not taken for it.
  const weights = wanted === 'tv' ? (findLocalWeights(root) ?? (await fetchWeights())) : await obtain(wanted);
  if (!weights) {
    if (process.env['REQUIRE_RESNET18']) {
      throw new Error('ResNet-18 is wanted (REQUIRE_RESNET18), and its weights are neither here nor to be fetched: put a .safetensors file into models/, or set RESNET18_URL.');
    }
    console.warn(
      'The app will recognise with the models that it comes with. For ResNet-18, run "npm run model" again with a network, ' +
        'or put a .safetensors file into models/, or set RESNET18_WEIGHTS=file.',
    );
    return;
  }
  let manifest = force ? undefined : await currentManifest(folder, weights);
  if (manifest && (await int8IsCurrent(folder, manifest, set))) {
    console.log(`${manifest.name} is there already (${weights.source}).`);
    return;
  }
  if (!manifest) {
    console.log(`Making ${weights.model?.name ?? 'ResNet-18'} of ${weights.path} ...`);
    manifest = await buildResNet18(weights, folder);
  }
  manifest = await addInt8(manifest, set);
  for (const { file, precision, bytes, quantisation } of manifest.variants) {
    console.log(`public/models/${file}: ${precision}, ${(bytes / 1e6).toFixed(1)} MB`);
    const agreement = quantisation?.agreement;
    if (agreement) console.log(`  the same first label as fp32 on ${agreement.same} of ${agreement.of} pictures that did not calibrate`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  console.error('No model was changed: what was there still is.');
  process.exitCode = 1;
});
