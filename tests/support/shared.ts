import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Folder of films and the like that tests make; never committed. */
export const SCRATCH = join(ROOT, 'tests/.tmp');

/** Pictures and weights for local checks only: no licence to pass them on. */
const SHARED = process.env['SIGHTGLASS_SHARED'] ?? join(ROOT, '../shared');
const PICTURES = join(SHARED, 'pictures');
const WEIGHTS = join(SHARED, 'models/resnet18-vq.safetensors');

/** A labelled ImageNet picture. */
export interface LabelledPicture {
  readonly path: string;
  /** ImageNet class, 0 to 999. */
  readonly index: number;
}

function loudly(what: string, path: string): undefined {
  console.warn(`\n*** SKIPPED: ${what} needs ${path}, which is not here. ***\n`);
  return undefined;
}

/** The 500 labelled pictures, or undefined with a loud word where they are missing. */
export function sharedPictures(what: string): LabelledPicture[] | undefined {
  if (!existsSync(PICTURES)) return loudly(what, PICTURES);
  return readdirSync(PICTURES)
    .filter((name) => /^\d{4}-.*\.jpg$/.test(name))
    .sort()
    .map((name) => ({ path: join(PICTURES, name), index: Number(name.slice(0, 4)) }));
}

/** The lossy ResNet-18 weights, or undefined with a loud word where they are missing. */
export function sharedWeights(what: string): string | undefined {
  return existsSync(WEIGHTS) ? WEIGHTS : loudly(what, WEIGHTS);
}
