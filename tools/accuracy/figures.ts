import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interval } from '../../src/base/shared/statistics';

/** The page that accuracy is written to. */
export const ACCURACY = join(fileURLToPath(new URL('../..', import.meta.url)), 'docs/accuracy.md');

/**
 * Names of the labelled pictures in a folder, NNNN-name.
 * @param command what the folder is named to
 * @throws Error where there is no such folder, or none in it
 */
export function labelledPictures(folder: string, command: string): string[] {
  if (!existsSync(folder)) throw new Error(`There are no pictures in ${folder}. Name a folder: ${command} FOLDER`);
  const names = readdirSync(folder).filter((name) => /^\d{4}-.*\.(jpe?g|png|webp)$/i.test(name)).sort();
  if (names.length === 0) throw new Error(`${folder} has no pictures named NNNN-name.jpg, NNNN = ImageNet class.`);
  return names;
}

/** Class of a picture that is named NNNN-name. */
export function wantedOf(name: string): number {
  return Number(name.slice(0, 4));
}

/** A share with its interval, as a table has it. */
export function share(right: number, count: number): string {
  const [low, high] = interval(right, count);
  return `${((100 * right) / count).toFixed(1)} % (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}
