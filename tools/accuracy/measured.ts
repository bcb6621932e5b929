// npm run accuracy -- models [FOLDER]: top-1 of each model's files, as the app runs them first, into src/base/shared/measured.json,
// which the picker shows. Pictures that calibrated an int8 file are left out for it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measured } from '../../src/base/shared/measured';
import { waysToRun } from '../../src/recognise/page/model/fallbacks';
import { modelIndex } from '../../src/server/model-index';
import { withHarness } from '../harness/serve-harness';
import { DIST } from '../serve';
import { answers, calibrated } from './answers';
import { labelledPictures, share, wantedOf } from './figures';

const THREADS = 2;
const root = fileURLToPath(new URL('../..', import.meta.url));
const FILE = join(root, 'src/base/shared/measured.json');

/** Measures all models of the build; what other files were measured to stays. */
export async function measureModels([folder = join(root, '../shared/pictures')]: readonly string[]): Promise<void> {
  const names = labelledPictures(folder, 'npm run accuracy -- models');
  const measured = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Measured>;
  await withHarness({ extra: { '/pictures': folder } }, async (page, serving) => {
    for (const manifest of modelIndex(join(DIST, 'models'))) {
      const used = calibrated(manifest, folder);
      for (const { precision, sha256 } of manifest.variants) {
        const [{ engine }] = waysToRun(manifest, precision, 'auto', THREADS);
        await page.evaluate((load) => window.sightglassHarness.load(load), { workerUrl: serving.workerUrl, modelId: manifest.id, precision, engine, threads: THREADS });
        const counted = names.filter((name) => precision !== 'int8' || !used?.has(name));
        const { first } = await answers(page, counted);
        const right = counted.filter((name, i) => first[i] === wantedOf(name)).length;
        measured[sha256] = { right, of: counted.length };
        console.log(`${manifest.id} ${precision}, ${engine}: ${share(right, counted.length)} of ${counted.length} pictures`);
      }
    }
  });
  writeFileSync(FILE, `${JSON.stringify(measured, undefined, 2)}\n`);
}
