// npm run tool -- quantise --pictures FOLDER [--method percentile|minmax|entropy] [--percent 99.999] [--activations uint8|int8]
//   [--weights 8|7] [--float conv1,fc] [--count 100]
// Makes public/models/resnet18-int8.onnx anew by a recipe of one's own, from the ResNet-18 that npm run model made.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ModelManifest } from '../../src/base/shared/model';
import type { RangeMethod } from './range';
import { RESNET18_ID } from '../model/build-resnet18';
import { calibrationImages } from './calibration-set';
import { DEFAULT_RECIPE, type Recipe } from './recipe';
import { writeInt8 } from './write-int8';

const folder = fileURLToPath(new URL('../../public/models', import.meta.url));

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((a) => a === value);
  if (found === undefined) throw new Error(`--${name} is ${allowed.join(' or ')}, not ${value}.`);
  return found;
}

function numberBetween(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (!(value >= low && value <= high)) throw new Error(`--${name} is a number from ${low} to ${high}, not ${text}.`);
  return value;
}

function recipeOf(options: { method: string; percent: string; activations: string; weights: string; float: string }): Recipe {
  const kind = oneOf('method', options.method, ['percentile', 'minmax', 'entropy']);
  const method: RangeMethod = kind === 'percentile' ? { kind, percent: numberBetween('percent', options.percent, 50, 100) } : { kind };
  return {
    method,
    activations: oneOf('activations', options.activations, ['uint8', 'int8']),
    weightLevels: oneOf('weights', options.weights, ['8', '7']) === '8' ? 127 : 63,
    float: options.float.split(',').map((name) => name.trim()).filter((name) => name !== '' && name !== 'none'),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      pictures: { type: 'string' },
      method: { type: 'string', default: DEFAULT_RECIPE.method.kind },
      percent: { type: 'string', default: '99.999' },
      activations: { type: 'string', default: DEFAULT_RECIPE.activations },
      weights: { type: 'string', default: '8' },
      float: { type: 'string', default: DEFAULT_RECIPE.float.join(',') },
      count: { type: 'string', default: '100' },
    },
  });
  if (values.pictures === undefined) throw new Error('Name a folder of pictures: npm run tool -- quantise --pictures FOLDER');
  const manifestPath = join(folder, `${RESNET18_ID}.json`);
  if (!existsSync(manifestPath)) throw new Error('There is no ResNet-18 to quantise: run "npm run model" first.');
  const recipe = recipeOf(values);
  const set = calibrationImages(resolve(values.pictures), Math.floor(numberBetween('count', values.count, 1, 1e6)));
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as ModelManifest;
  console.log(`Calibrating with ${set.words} ...`);
  const { variants } = await writeInt8(folder, manifest, set, recipe, true);
  const { file, bytes, quantisation } = variants[variants.length - 1];
  console.log(`public/models/${file}: ${(bytes / 1e6).toFixed(1)} MB; ${quantisation?.recipe ?? ''}`);
  const agreement = quantisation?.agreement;
  if (agreement) console.log(`The same first label as fp32 on ${agreement.same} of ${agreement.of} pictures that did not calibrate.`);
  console.log('"npm run model" now leaves it alone; "npm run model -- --force" makes the default one again.');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  console.error('No model was changed.');
  process.exitCode = 1;
});
