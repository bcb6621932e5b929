// npm run accuracy: top-1 and top-5 over labelled images, through the built app's worker in Chromium.
// Images are named NNNN-name.jpg, NNNN = ImageNet class. Usage: npm run accuracy [-- FOLDER [MODEL [PRECISION]]]
// npm run accuracy -- scenes: how often it names what a camera sees (scenes.ts).
// npm run accuracy -- models: what the picker shows of each model (measured.ts).
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DIST } from '../serve';
import { waysToRun } from '../../src/recognise/page/model/fallbacks';
import { modelIndex } from '../../src/server/model-index';
import { withHarness } from '../harness/serve-harness';
import { answers, calibrated, type Answers } from './answers';
import { labelledPictures, wantedOf } from './figures';
import { measureModels } from './measured';
import { measureScenes } from './scenes';

const THREADS = 2;
const root = fileURLToPath(new URL('../..', import.meta.url));
const [folder = join(root, '../shared/pictures'), onlyModel, onlyPrecision] = process.argv.slice(2);

/** Of the normal distribution: this many deviations either side hold 95 %. */
const NORMAL_95 = 1.96;

/** The table's row of one way to run one variant. */
function row(name: string, names: readonly string[], own: Answers, float: Answers | undefined, used: ReadonlySet<string> | undefined): string {
  const share = (right: readonly boolean[]): string => `${((right.filter(Boolean).length / right.length) * 100).toFixed(1)} %`;
  const right = names.map((n, i) => own.first[i] === wantedOf(n));
  const apart = used ? share(right.filter((_, i) => !used.has(names[i]))) : '';
  const same = float && float !== own ? share(names.map((_, i) => own.first[i] === float.first[i])) : '';
  return `| ${name} | ${share(right)} | ${share(own.amongFive)} | ${apart} | ${same} |`;
}

/** How many more of the pictures that did not calibrate get the right label first than in floats: paired, with an interval. */
function differenceWords(names: readonly string[], own: Answers, float: Answers, used: ReadonlySet<string>): string {
  const gains = names.flatMap((n, i) => (used.has(n) ? [] : [Number(own.first[i] === wantedOf(n)) - Number(float.first[i] === wantedOf(n))]));
  const mean = gains.reduce((sum, g) => sum + g, 0) / gains.length;
  const variance = gains.reduce((sum, g) => sum + (g - mean) ** 2, 0) / (gains.length - 1);
  const half = NORMAL_95 * Math.sqrt(variance / gains.length);
  return `top-1 against floats on the ${gains.length} pictures that did not calibrate ${(mean * 100).toFixed(1)} points, 95 % interval ${((mean - half) * 100).toFixed(1)} to ${((mean + half) * 100).toFixed(1)}`;
}

async function main(): Promise<void> {
  const names = labelledPictures(folder, 'npm run accuracy --');
  await withHarness({ extra: { '/pictures': folder } }, async (page, serving) => {
    console.log(`${names.length} pictures of ${folder}\n`);
    console.log('| model, engine | top-1 | top-5 | top-1, pictures that did not calibrate | same first label as floats |');
    console.log('| --- | --- | --- | --- | --- |');
    const notes: string[] = [];
    for (const manifest of modelIndex(join(DIST, 'models')).filter((m) => !onlyModel || m.id === onlyModel)) {
      const used = calibrated(manifest, folder);
      let float: Answers | undefined;
      for (const { precision } of manifest.variants.filter((v) => !onlyPrecision || v.precision === onlyPrecision)) {
        for (const { engine, threads } of waysToRun(manifest, precision, 'auto', THREADS).filter((way) => way.threads === THREADS)) {
          await page.evaluate((load) => window.sightglassHarness.load(load), {
            workerUrl: serving.workerUrl, modelId: manifest.id, precision, engine, threads,
          });
          const own = await answers(page, names);
          if (precision !== 'int8') float ??= own;
          else if (float && used) notes.push(`${manifest.id} int8, ${engine}: ${differenceWords(names, own, float, used)}.`);
          console.log(row(`${manifest.id} ${precision}, ${engine}`, names, own, float, used));
        }
      }
      const int8 = manifest.variants.find((v) => v.quantisation)?.quantisation;
      if (int8) {
        const apart = used ? `${names.length - names.filter((n) => used.has(n)).length} pictures did not calibrate` : 'not by pictures of this folder as it is';
        notes.push(`${manifest.id}: ${manifest.source}; int8 calibrated with ${int8.calibration} (${apart}); ${int8.recipe}.`);
      }
    }
    for (const note of notes) console.log(`\n${note}`);
  });
}

const [first, ...rest] = process.argv.slice(2);
(first === 'scenes' ? measureScenes(rest) : first === 'models' ? measureModels(rest) : main()).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
