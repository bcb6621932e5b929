import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { productionBuild } from './production-build';
import { ROOT, SCRATCH } from './shared';

/** That of the build which the tests run on, where it is not public/. */
const publicFolder = (): { publicDir?: string } => (process.env['SIGHTGLASS_PUBLIC'] === undefined ? {} : { publicDir: process.env['SIGHTGLASS_PUBLIC'] });

/**
 * Builds the app once more, as a later version of it: some words in its source are others.
 *
 * @param changes words to be replaced, by a part of the path of the source file that has them
 * @returns the folder of the build
 */
export async function buildVersion(name: string, changes: Readonly<Record<string, readonly [from: string, to: string]>>): Promise<string> {
  const folder = join(SCRATCH, `build-${name}`);
  const seen = new Set<string>();
  const change: Plugin = {
    name: 'another-version',
    enforce: 'pre',
    transform(code, id) {
      const entry = Object.entries(changes).find(([path]) => id.includes(path));
      if (!entry) return;
      const [path, [from, to]] = entry;
      if (!code.includes(from)) throw new Error(`${path} no longer has the words "${from}", which the test changes.`);
      seen.add(path);
      return code.replaceAll(from, to);
    },
  };
  await productionBuild({ root: ROOT, logLevel: 'error', plugins: [change], ...publicFolder(), build: { outDir: folder, emptyOutDir: true } });
  const missed = Object.keys(changes).filter((path) => !seen.has(path));
  if (missed.length > 0 || !existsSync(join(folder, 'index.html'))) throw new Error(`Not built, or not changed: ${missed.join(', ')}`);
  return folder;
}
