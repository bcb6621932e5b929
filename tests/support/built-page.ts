import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildSeeded, buildWithoutResNet18, type OtherBuild } from './models';
import { productionBuild } from './production-build';
import { ROOT, SHARED_IMAGES } from './shared';

/** Each project of vitest's has this as its set-up: what one has built is there for the next. */
async function once(name: string, make: () => Promise<OtherBuild | undefined>): Promise<OtherBuild | undefined> {
  const made = process.env[name];
  if (made) return JSON.parse(made) as OtherBuild;
  const built = await make();
  process.env[name] = JSON.stringify(built ?? null);
  return built;
}

/**
 * Browser tests run the built page: builds it where `npm test` has not done so already. The project `outsider` has it without any
 * ResNet-18. The others have a ResNet-18: the trained one where there are labelled images to try it with, else one from a seed.
 */
export default async function setup({ name, config: { env } }: TestProject): Promise<void> {
  const dist = join(ROOT, 'dist');
  if (!process.env['SIGHTGLASS_BUILT'] || !existsSync(join(dist, 'index.html'))) {
    await once('SIGHTGLASS_PAGE_BUILT', async () => void (await productionBuild({ root: ROOT, logLevel: 'warn' })));
  }
  const trained = existsSync(join(dist, 'models/resnet18.onnx'));
  if (name === 'outsider') {
    if (trained) env['SIGHTGLASS_DIST'] = (await buildWithoutResNet18()).dist;
    return;
  }
  if (trained && existsSync(SHARED_IMAGES)) return;
  const built = await once('SIGHTGLASS_SEEDED_BUILT', buildSeeded);
  if (!built) return;
  Object.assign(env, { SIGHTGLASS_MODELS: 'seeded', SIGHTGLASS_DIST: built.dist, SIGHTGLASS_PUBLIC: built.publicFolder });
  console.log(`The tests of ${name} run on a ResNet-18 from a seed: there are no trained weights or no ../shared/pictures.`);
}
