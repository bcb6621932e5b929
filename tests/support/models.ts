import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/model';
import { buildResNet18 } from '../../tools/model/build-resnet18';
import { currentManifest, int8IsCurrent } from '../../tools/model/current';
import { calibrationImages } from '../../tools/quantise/calibration-set';
import { networkInputs } from '../../tools/quantise/images';
import { DEFAULT_RECIPE } from '../../tools/quantise/recipe';
import { writeInt8 } from '../../tools/quantise/write-int8';
import { productionBuild } from './production-build';
import { scene, SCENES, seededResNet18 } from './seeded-resnet18';
import { KNOWN_CLASSES, ROOT, scenePath, SCRATCH } from './shared';
import { writeSafetensors } from './weights';

/** Models and builds that the tests run on in place of public/models and dist/, which `npm start` serves. */
const FOLDER = join(SCRATCH, 'models');

/** SHA-256 of all that the seeded models are made by: they are made anew where any of it is another. */
function makersHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['src/engine', 'tools/model', 'tools/quantise']) {
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((n) => n.endsWith('.ts')).sort()) {
      hash.update(readFileSync(join(ROOT, folder, name)));
    }
  }
  for (const name of ['models.ts', 'seeded-resnet18.ts', 'weights.ts']) hash.update(readFileSync(join(ROOT, 'tests/support', name)));
  return hash.digest('hex').slice(0, 16);
}

/** The app's public folder and its build, with other models than those of public/models. */
export interface OtherBuild {
  readonly publicFolder: string;
  readonly dist: string;
}

/** Builds the app with EfficientNet-Lite0, which comes with it, and a folder's models, if any. */
async function build(name: string, models?: string): Promise<OtherBuild> {
  const [publicFolder, dist] = [join(FOLDER, `public-${name}`), join(FOLDER, `dist-${name}`)];
  const own = /[\\/]models[\\/](?!efficientnet-lite0\.)/;
  rmSync(publicFolder, { recursive: true, force: true });
  cpSync(join(ROOT, 'public'), publicFolder, { recursive: true, filter: (path) => !own.test(path.slice(ROOT.length)) });
  if (models) cpSync(models, join(publicFolder, 'models'), { recursive: true });
  await productionBuild({ root: ROOT, logLevel: 'error', publicDir: publicFolder, build: { outDir: dist, emptyOutDir: true } });
  return { publicFolder, dist };
}

/** The app as it is built where no ResNet-18 can be had. */
export const buildWithoutResNet18 = (): Promise<OtherBuild> => build('efficientnet-lite0');

/** The app with a ResNet-18 from a seed. */
export const buildSeeded = async (): Promise<OtherBuild> => build('seeded', await seededModels());

/** A folder with a ResNet-18 from a seed in all precisions; made once. */
export async function seededModels(): Promise<string> {
  const [folder, scenes] = [join(FOLDER, 'seeded'), dirname(scenePath(0))];
  const path = join(FOLDER, 'seeded.safetensors');
  const source = `made from a seed (${makersHash()})`;
  const weights = { path, source, licence: 'CC0-1.0' };
  mkdirSync(folder, { recursive: true });
  mkdirSync(scenes, { recursive: true });
  for (const [i, seed] of SCENES.entries()) {
    const file = scenePath(i);
    if (!existsSync(file)) writeFileSync(file, await scene(seed));
  }
  const set = calibrationImages(scenes);
  let manifest = await currentManifest(folder, weights);
  if (!manifest) {
    console.log('Making a ResNet-18 from a seed, as there are no trained weights ...');
    const inputs: Float32Array[] = [];
    for await (const { input } of networkInputs(set.paths, TORCHVISION_PREPROCESSING)) inputs.push(input.slice());
    writeFileSync(path, writeSafetensors(await seededResNet18(inputs, KNOWN_CLASSES)));
    manifest = await buildResNet18(weights, folder);
  }
  if (!(await int8IsCurrent(folder, manifest, set))) await writeInt8(folder, manifest, set, DEFAULT_RECIPE);
  return folder;
}
