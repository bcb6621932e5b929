import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Preprocessing } from '../../src/engine/model';
import { Preprocessor } from '../../src/engine/preprocess/preprocessor';
import { networkInputs, imagesIn } from './images';
import { deadLeaves } from './synthetic';

/** More images change ranges little and cost a tenth of a second each. */
export const CALIBRATION_COUNT = 100;
const SYNTHETIC_COUNT = 64;

/** What a network is calibrated with. */
export interface CalibrationSet {
  readonly kind: 'pictures' | 'synthetic';
  /** For people; names the folder alone, not where it lies. */
  readonly words: string;
  /** Images that calibrate; empty for synthetic ones. */
  readonly paths: readonly string[];
  /** Images of the same folder that do not. */
  readonly heldApart: readonly string[];
  /** SHA-256 of names and sizes of `paths`, undefined for synthetic ones. */
  readonly images?: string;
}

/** As many as `count`, spread evenly from the first on. */
function evenly<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]);
}

/** SHA-256 of names and sizes: which images these are, wherever they lie. */
function fingerprintOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${basename(path)} ${statSync(path).size}\n`);
  return hash.digest('hex');
}

/**
 * The images of a folder that calibrate, and those that are held apart.
 * @throws Error where it is no folder or holds no image
 */
export function calibrationImages(folder: string, count = CALIBRATION_COUNT): CalibrationSet {
  const all = imagesIn(folder);
  const paths = evenly(all, count);
  const chosen = new Set(paths);
  return {
    kind: 'pictures',
    words: `${paths.length} of the ${all.length} pictures in ${basename(resolve(folder))}`,
    paths,
    heldApart: all.filter((path) => !chosen.has(path)),
    images: fingerprintOf(paths),
  };
}

/** Each so-many-th image of a set, for networks with many activations; made images stay as they are. */
export function thinned(set: CalibrationSet, step: number): CalibrationSet {
  const paths = set.paths.filter((_, i) => i % step === 0);
  return set.kind === 'pictures' ? { ...set, paths, words: set.words.replace(/^\d+/, String(paths.length)), images: fingerprintOf(paths) } : set;
}

const SYNTHETIC: CalibrationSet = {
  kind: 'synthetic',
  words: `${SYNTHETIC_COUNT} made pictures (no real ones were there)`,
  paths: [],
  heldApart: [],
};

/**
 * What to calibrate with: CALIBRATION_PICTURES=folder, then calibration/, then ../shared/pictures, else images that are made.
 *
 * @param root the project's folder
 * @throws Error where CALIBRATION_PICTURES names no folder with images
 */
export function findCalibrationSet(root: string, environment: NodeJS.ProcessEnv = process.env): CalibrationSet {
  const named = environment['CALIBRATION_PICTURES'];
  if (named) {
    try {
      return calibrationImages(resolve(root, named));
    } catch (error) {
      throw new Error(`CALIBRATION_PICTURES: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
  for (const folder of [join(root, 'calibration'), join(root, '../shared/pictures')]) {
    if (!existsSync(folder)) continue;
    try {
      return calibrationImages(folder);
    } catch (error) {
      console.warn(error instanceof Error ? error.message : String(error));
    }
  }
  return SYNTHETIC;
}

/** The network's inputs of a set, one after another; the array is the same each time. */
export async function* calibrationInputs(set: CalibrationSet, preprocessing: Preprocessing): AsyncGenerator<Float32Array> {
  if (set.kind === 'pictures') {
    for await (const { input } of networkInputs(set.paths, preprocessing)) yield input;
    return;
  }
  const preprocessor = new Preprocessor(preprocessing);
  const input = new Float32Array(preprocessor.outputLength);
  for (let i = 0; i < SYNTHETIC_COUNT; i++) {
    const { data, width, height } = deadLeaves(i);
    preprocessor.run(data, width, height, input);
    yield input;
  }
}
