import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Folder of videos and the like that tests make; never committed. */
export const SCRATCH = join(ROOT, 'tests/.tmp');

/** Images and weights for local checks only: no licence to pass them on. */
const SHARED = process.env['SIGHTGLASS_SHARED'] ?? join(ROOT, '../shared');
export const SHARED_IMAGES = join(SHARED, 'pictures');
const WEIGHTS = join(SHARED, 'models/resnet18-vq.safetensors');

/** A labelled ImageNet image. */
export interface LabelledImage {
  readonly path: string;
  /** ImageNet class, 0 to 999. */
  readonly index: number;
}

function loudly(what: string, path: string): undefined {
  console.warn(`\n*** SKIPPED: ${what} needs ${path}, which is not here. ***\n`);
  return undefined;
}

/** The 500 labelled images, or undefined with a loud word where they are missing. */
export function sharedImages(what: string): LabelledImage[] | undefined {
  if (!existsSync(SHARED_IMAGES)) return loudly(what, SHARED_IMAGES);
  return readdirSync(SHARED_IMAGES)
    .filter((name) => /^\d{4}-.*\.jpg$/.test(name))
    .sort()
    .map((name) => ({ path: join(SHARED_IMAGES, name), index: Number(name.slice(0, 4)) }));
}

/** Scenes that the seeded ResNet-18 is made with (tests/support/seeded-resnet18.ts), by their number. */
export const scenePath = (number: number): string => join(SCRATCH, 'models/scenes', `${String(number).padStart(2, '0')}.jpg`);
/** What the first scenes are to it. */
export const KNOWN_CLASSES = [340, 388, 504, 920, 980] as const;

/** Whether the tests run on a ResNet-18 from a seed. Asked anew each time: projects with other models share a worker. */
export const onSeededModel = (): boolean => process.env['SIGHTGLASS_MODELS'] === 'seeded';

/**
 * Images that the app's ResNet-18 names right: labelled ones, or where the tests run on a ResNet-18 from a seed the scenes that it
 * was made to know. Undefined, with a loud word, where there is neither.
 */
export function knownImages(what: string): LabelledImage[] | undefined {
  if (onSeededModel()) return KNOWN_CLASSES.map((index, i) => ({ path: scenePath(i), index }));
  return sharedWeights(what) === undefined ? undefined : sharedImages(what);
}

/** The lossy ResNet-18 weights, or undefined with a loud word where they are missing. */
export function sharedWeights(what: string): string | undefined {
  return existsSync(WEIGHTS) ? WEIGHTS : loudly(what, WEIGHTS);
}
