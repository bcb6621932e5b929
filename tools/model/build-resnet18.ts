import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelManifest, ModelVariant } from '../../src/base/shared/model';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/model';
import { encodeModel } from '../../src/engine/onnx/encode';
import { storeAsHalf } from '../../src/engine/onnx/half';
import { foldResNet18 } from '../../src/engine/resnet18/fold';
import { resnet18Onnx } from '../../src/engine/resnet18/graph';
import { readSafetensors, type SafeTensor } from '../../src/engine/safetensors';
import { readTorchZip } from '../../src/engine/torch/torch-zip';
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

/** What is built where weights do not say otherwise. */
const RESNET18 = { id: RESNET18_ID, name: 'ResNet-18', preprocessing: TORCHVISION_PREPROCESSING } as const;

/** Whether a model is a ResNet-18, whatever weights it has. */
export const isResNet18 = (id: string): boolean => id === RESNET18_ID || id.startsWith(`${RESNET18_ID}-`);

/** @throws Error that says what to do where a file is no weights at all */
function readWeights(path: string, bytes: Uint8Array): ReadonlyMap<string, SafeTensor> {
  if (/\.onnx$/iu.test(path)) throw new Error(`${path} is a whole network, and weights are wanted here (.safetensors, .pth). To use it, drop it onto the app's page.`);
  return /\.(pt|pth|ckpt)$/iu.test(path) ? readTorchZip(bytes) : readSafetensors(bytes);
}

/**
 * Turns weights into `resnet18.onnx`, `resnet18-fp16.onnx` and their manifest, or of another name where they have one of their own. Nothing is written unless the weights are whole, and the
 * converted network has run in native onnxruntime.
 *
 * @param folder public/models
 * @throws SafetensorsError or WeightsError where the file is no ResNet-18, cut off or damaged
 */
export async function buildResNet18(weights: WeightsSource, folder: string): Promise<ModelManifest> {
  const bytes = await readFile(weights.path);
  const { id, name, preprocessing } = weights.model ?? RESNET18;
  const folded = foldResNet18(readWeights(weights.path, bytes));
  const network = resnet18Onnx(folded, { source: weights.source, licence: weights.licence });
  const files = new Map([
    [`${id}.onnx`, { precision: 'fp32', model: encodeModel(network) }],
    // The same arithmetic, half the bytes to fetch.
    [`${id}-fp16.onnx`, { precision: 'fp16', model: encodeModel(storeAsHalf(network)) }],
  ] as const);
  const variants: ModelVariant[] = [];
  for (const [file, { precision, model }] of files) {
    variants.push({
      precision,
      file,
      bytes: model.byteLength,
      sha256: hexSha256(model),
      ...(weights.published && precision === 'fp32'
        ? { accuracy: { ...weights.published, dataset: 'ImageNet-1k validation (published)' } }
        : {}),
      selfTest: await knownAnswer(model, precision, preprocessing.crop),
    });
  }
  const manifest: ModelManifest = {
    id,
    name,
    architecture: 'resnet18',
    licence: weights.licence,
    source: weights.source,
    preprocessing,
    variants,
  };
  await mkdir(folder, { recursive: true });
  for (const [file, { model }] of files) await writeWhole(join(folder, file), model);
  await writeWhole(join(folder, `${id}.json`), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}
