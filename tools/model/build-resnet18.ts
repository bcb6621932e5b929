import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TORCHVISION_PREPROCESSING, type ModelManifest } from '../../src/contract/model';
import { encodeModel } from '../../src/domain/onnx/encode';
import { foldResNet18 } from '../../src/domain/resnet18/fold';
import { resnet18Onnx } from '../../src/domain/resnet18/graph';
import { readSafetensors } from '../../src/domain/safetensors/safetensors';
import { knownAnswer } from './known-answer';
import type { WeightsSource } from './sources';

export const RESNET18_ID = 'resnet18';

export function hexSha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes under another name first, so that a good file is never half replaced. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const part = `${path}.part`;
  try {
    await writeFile(part, bytes);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/**
 * Turns weights into `resnet18.onnx` and its manifest. Nothing is written unless the weights are whole, and the
 * converted network has run in native onnxruntime.
 *
 * @param folder public/models
 * @throws SafetensorsError or WeightsError where the file is no ResNet-18, cut off or damaged
 */
export async function buildResNet18(weights: WeightsSource, folder: string): Promise<ModelManifest> {
  const bytes = await readFile(weights.path);
  const folded = foldResNet18(readSafetensors(bytes));
  const model = encodeModel(resnet18Onnx(folded, { source: weights.source, licence: weights.licence }));
  const manifest: ModelManifest = {
    id: RESNET18_ID,
    name: 'ResNet-18',
    architecture: 'resnet18',
    licence: weights.licence,
    source: weights.source,
    preprocessing: TORCHVISION_PREPROCESSING,
    variants: [
      {
        precision: 'fp32',
        file: `${RESNET18_ID}.onnx`,
        bytes: model.byteLength,
        sha256: hexSha256(model),
        ...(weights.published
          ? { accuracy: { ...weights.published, dataset: 'ImageNet-1k validation (published)' } }
          : {}),
        selfTest: await knownAnswer(model, 'fp32', TORCHVISION_PREPROCESSING.crop),
      },
    ],
  };
  await mkdir(folder, { recursive: true });
  await writeWhole(join(folder, manifest.variants[0].file), model);
  await writeWhole(join(folder, `${RESNET18_ID}.json`), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}
