// npm run model: finds or fetches ResNet-18 weights and makes public/models/resnet18.onnx and resnet18-int8.onnx of them.
// The integers are calibrated with the pictures of CALIBRATION_PICTURES=folder, calibration/ or ../shared/pictures.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelManifest, ModelVariant } from '../../src/contract/model';
import { findCalibrationSet, type CalibrationSet } from '../quantise/calibration-set';
import { quantisationFingerprint, recipeFor, writeInt8 } from '../quantise/write-int8';
import { buildResNet18, RESNET18_ID } from './build-resnet18';
import { ChecksumError, download, fileSha256 } from './download';
import { progressBar } from './progress';
import { findLocalWeights, TIMM, type WeightsSource } from './sources';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'public/models');
const downloaded = join(root, 'models/resnet18.tv_in1k.safetensors');

async function fetchWeights(): Promise<WeightsSource | undefined> {
  try {
    await download(process.env['RESNET18_URL'] ?? TIMM.url, downloaded, TIMM.sha256, progressBar('ResNet-18'), 2);
    return findLocalWeights(root);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`ResNet-18 could not be fetched. ${reason}`);
    if (error instanceof ChecksumError) process.exitCode = 1;
    return undefined;
  }
}

async function isWhole(variant: ModelVariant): Promise<boolean> {
  const path = join(folder, variant.file);
  return variant.selfTest !== undefined && existsSync(path) && (await fileSha256(path)) === variant.sha256;
}

/** The manifest that is there, where its float network was made of these very weights. */
async function currentManifest(weights: WeightsSource): Promise<ModelManifest | undefined> {
  const path = join(folder, `${RESNET18_ID}.json`);
  if (process.argv.includes('--force') || !existsSync(path)) return undefined;
  try {
    const manifest = JSON.parse(await readFile(path, 'utf8')) as ModelManifest;
    const [reference] = manifest.variants;
    return manifest.source === weights.source && (await isWhole(reference)) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the integers that are there need not be made anew for this set. */
async function int8IsCurrent(manifest: ModelManifest, set: CalibrationSet): Promise<boolean> {
  const variant = manifest.variants.find((v) => v.precision === 'int8');
  if (!variant?.quantisation || !(await isWhole(variant))) return false;
  const { byHand, fingerprint, pictures } = variant.quantisation;
  // Made pictures never take the place of real ones.
  if (byHand || (set.kind === 'synthetic' && pictures !== undefined)) return true;
  return fingerprint === quantisationFingerprint(set, recipeFor(set));
}

/** Adds the integers; without them the app runs all the same. */
async function addInt8(manifest: ModelManifest, set: CalibrationSet): Promise<ModelManifest> {
  console.log(`Making integers, calibrated with ${set.words} ...`);
  try {
    return await writeInt8(folder, manifest, set, recipeFor(set));
  } catch (error) {
    console.warn(`No INT8 was made: ${error instanceof Error ? error.message : String(error)} ResNet-18 runs in float32.`);
    return manifest;
  }
}

async function main(): Promise<void> {
  const weights = findLocalWeights(root) ?? (await fetchWeights());
  if (!weights) {
    console.warn(
      'The app will recognise with the models that it comes with. For ResNet-18, run "npm run model" again with a network, ' +
        'or put a .safetensors file into models/, or set RESNET18_WEIGHTS=file.',
    );
    return;
  }
  const set = findCalibrationSet(root);
  let manifest = await currentManifest(weights);
  if (manifest && (await int8IsCurrent(manifest, set))) {
    console.log(`ResNet-18 is there already (${weights.source}).`);
    return;
  }
  if (!manifest) {
    console.log(`Making ResNet-18 of ${weights.path} ...`);
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
  console.error('No model was changed.');
  process.exitCode = 1;
});
