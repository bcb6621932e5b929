import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelManifest, ModelPart, ModelVariant } from '../../src/base/shared/model';
import type { CalibrationSet } from '../quantise/calibration-set';
import { quantisationFingerprint, recipeFor } from '../quantise/write-int8';
import { isResNet18, RESNET18_ID } from './build-resnet18';
import { fileSha256 } from './download';
import type { WeightsSource } from './sources';

async function isThere(folder: string, { file, sha256 }: ModelPart): Promise<boolean> {
  const path = join(folder, file);
  return existsSync(path) && (await fileSha256(path)) === sha256;
}

/** Whether a file's two parts are there, which files of before have not. */
async function hasParts(folder: string, { parts }: ModelVariant): Promise<boolean> {
  return parts !== undefined && (await isThere(folder, parts.first)) && (await isThere(folder, parts.rest));
}

async function isWhole(folder: string, variant: ModelVariant): Promise<boolean> {
  return variant.selfTest !== undefined && (await isThere(folder, variant));
}

/**
 * The manifest that is there, where its float networks were made of these very weights.
 * @param folder public/models
 */
export async function currentManifest(folder: string, weights: WeightsSource): Promise<ModelManifest | undefined> {
  const path = join(folder, `${weights.model?.id ?? RESNET18_ID}.json`);
  if (!existsSync(path)) return undefined;
  try {
    const manifest = JSON.parse(await readFile(path, 'utf8')) as ModelManifest;
    if (manifest.source !== weights.source) return undefined;
    for (const precision of ['fp32', 'fp16']) {
      const variant = manifest.variants.find((v) => v.precision === precision);
      if (!variant || !(await isWhole(folder, variant))) return undefined;
    }
    return manifest;
  } catch {
    return undefined;
  }
}

/** Whether the int8 file that is there need not be made anew for this set. */
export async function int8IsCurrent(folder: string, manifest: ModelManifest, set: CalibrationSet): Promise<boolean> {
  const variant = manifest.variants.find((v) => v.precision === 'int8');
  if (!variant?.quantisation || !(await isWhole(folder, variant))) return false;
  const { byHand, fingerprint, pictures: images } = variant.quantisation;
  // Made images never take the place of real ones.
  if (isResNet18(manifest.id) && !byHand && !(await hasParts(folder, variant))) return false;
  if (byHand || (set.kind === 'synthetic' && images !== undefined)) return true;
  return fingerprint === quantisationFingerprint(set, recipeFor(set, manifest.id));
}
