import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SCRATCH } from './shared';

const FOLDER = join(SCRATCH, 'skimage');
const DATA = join(FOLDER, 'skimage/data');
/** Photographs that come with scikit-image under free licences (its data/README.txt), none of them needing a download of its own. */
const NAMES = ['astronaut.png', 'chelsea.png', 'coffee.png', 'rocket.jpg', 'hubble_deep_field.jpg', 'coins.png', 'camera.png', 'logo.png'];

/**
 * Paths of some of scikit-image's sample images; its wheel is fetched at first use, without what it depends on.
 * @returns undefined with a loud word where pip cannot get it
 */
export function skimageImages(what: string): string[] | undefined {
  const paths = NAMES.map((name) => join(DATA, name));
  if (paths.every((path) => existsSync(path))) return paths;
  mkdirSync(FOLDER, { recursive: true });
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--no-compile', '--target', FOLDER];
  spawnSync('python3', ['-m', 'pip', 'install', ...options, 'scikit-image==0.26.0'], { stdio: 'inherit' });
  if (paths.every((path) => existsSync(path))) return paths;
  console.warn(`\n*** SKIPPED: part of ${what} needs pip, for scikit-image's sample pictures. ***\n`);
  return undefined;
}
