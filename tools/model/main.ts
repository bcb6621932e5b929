// npm run model: finds or fetches ResNet-18 weights and makes public/models/resnet18.onnx of them.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelManifest } from '../../src/contract/model';
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

/** Whether the model that is there was made of these very weights. */
async function isCurrent(weights: WeightsSource): Promise<boolean> {
  const path = join(folder, `${RESNET18_ID}.json`);
  if (process.argv.includes('--force') || !existsSync(path)) return false;
  try {
    const manifest = JSON.parse(await readFile(path, 'utf8')) as ModelManifest;
    if (manifest.source !== weights.source) return false;
    for (const variant of manifest.variants) {
      if ((await fileSha256(join(folder, variant.file))) !== variant.sha256) return false;
    }
    return manifest.variants.every((v) => v.selfTest);
  } catch {
    return false;
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
  if (await isCurrent(weights)) {
    console.log(`ResNet-18 is there already (${weights.source}).`);
    return;
  }
  console.log(`Making ResNet-18 of ${weights.path} ...`);
  const manifest = await buildResNet18(weights, folder);
  for (const { file, precision, bytes } of manifest.variants) {
    console.log(`public/models/${file}: ${precision}, ${(bytes / 1e6).toFixed(1)} MB`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  console.error('No model was changed.');
  process.exitCode = 1;
});
