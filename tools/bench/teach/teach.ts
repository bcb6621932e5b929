// npm run bench -- teach [--trials N] [--settings]: how well classes are learned from ../shared/pictures, and how fast; writes
// docs/teach.md's table. With --settings it writes the other two instead: other ways of naming, penalties, and ranks of the adapter.
import { cpus } from 'node:os';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ADAPTER_EXAMPLES } from '../../../src/teach/shared/train-adapter';
import { ascending, at, table, writePart } from '../report';
import { openNetwork, type Look } from './network';
import { listImages, type BenchImage } from './images';
import { RANK_WAYS, ranksOfAdapters, WAYS, waysOfNaming } from './settings';
import { deal, lookAtAsked, lookAtTaught, runTrial, type Trial } from './trial';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const IMAGES = join(process.env['SIGHTGLASS_SHARED'] ?? join(root, '../../shared'), 'pictures');
const MODEL = join(root, 'public/models/resnet18.onnx');
const COUNTS = [5, 10, 20, 50];
/** The largest number of examples is slow to learn with an adapter: fewer trials of it. */
const MANY = 50;
/** Adapters of each rank take a minute a trial. */
const RANK_TRIALS = 2;
const DOCS = join(root, 'docs/teach.md');

const percent = (values: readonly number[]): string => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const error = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, values.length - 1) / values.length);
  return `${(100 * mean).toFixed(1)} ± ${(100 * error).toFixed(1)}`;
};
const median = (values: readonly number[]): string => (values.length === 0 ? '–' : `${at(ascending(values), 0.5).toFixed(2)} s`);

function measured(command: string, seconds: number): string {
  return `Measured by \`${command}\` on ${new Date().toISOString().slice(0, 10)}, one thread of ${cpus()[0].model.trim()}, Node ${process.versions.node}, in ${Math.round(seconds)} s. Per cent, mean ± standard error of the trials.`;
}

function report(trials: readonly Trial[], seconds: number): string {
  const rows = COUNTS.map((count) => trials.filter(({ examples }) => examples === count)).filter((own) => own.length > 0).map((own) => [
    String(own[0].examples),
    String(own.length),
    percent(own.map((t) => t.neighbour)),
    percent(own.map((t) => t.head.named)),
    percent(own.map((t) => t.head.accepted)),
    percent(own.map((t) => t.head.falseAccepts)),
    own[0].adapter === 'too few examples' ? '–' : `${own.filter((t) => t.adapter === 'kept').length} of ${own.length}`,
    percent(own.map((t) => t.adapted.named)),
    percent(own.map((t) => t.adapted.falseAccepts)),
    median(own.map((t) => t.headSeconds)),
    median(own.filter((t) => t.adapter !== 'too few examples').map((t) => t.adapterSeconds)),
  ]);
  return [
    measured('npm run bench -- teach', seconds),
    '',
    table(
      ['examples of each', 'trials', '1-NN right', 'head: right thing', 'head: right and accepted', 'head: false accepts', 'adapter kept', 'as live: right thing', 'as live: false accepts', 'head learned in', 'adapter tried in'],
      rows,
    ),
  ].join('\n');
}

/** Learns and asks as the app does. */
async function measure(images: readonly BenchImage[], look: Look, wanted: number, started: number): Promise<void> {
  const trials: Trial[] = [];
  for (let n = 0; n < wanted; n++) {
    const dealt = deal(images, n + 1);
    const counts = COUNTS.filter((count) => count < MANY || n * 3 < wanted);
    const asked = await lookAtAsked(dealt, look, true);
    const taught = await lookAtTaught(dealt, look, counts[counts.length - 1]);
    for (const count of counts) {
      const trial = runTrial(dealt.names, taught, asked, count);
      trials.push(trial);
      const share = (value: number): string => `${(100 * value).toFixed(0)} %`;
      console.log(
        `trial ${n + 1}, ${count} examples of ${dealt.names.join(', ')}: 1-NN ${share(trial.neighbour)}, head ${share(trial.head.named)} in ${trial.headSeconds.toFixed(2)} s, ` +
          `false accepts ${share(trial.head.falseAccepts)}, adapter ${trial.adapter} ${share(trial.adapted.named)} in ${trial.adapterSeconds.toFixed(1)} s`,
      );
    }
  }
  writePart('bench', report(trials, (performance.now() - started) / 1000), DOCS);
}

/** Learns in other ways, from the same examples and asked about the same images. */
async function compareSettings(images: readonly BenchImage[], look: Look, wanted: number, started: number): Promise<void> {
  const ways: number[][][] = COUNTS.map(() => []);
  const ranks: number[][][] = COUNTS.map(() => []);
  for (let n = 0; n < wanted; n++) {
    const dealt = deal(images, n + 1);
    const known = (await lookAtAsked(dealt, look, true)).filter(({ label }) => label >= 0);
    const taught = await lookAtTaught(dealt, look, MANY);
    for (const [c, count] of COUNTS.entries()) {
      const split = { names: dealt.names, examples: taught.flatMap((own) => own.slice(0, count)), known };
      ways[c].push(waysOfNaming(split));
      if (n < RANK_TRIALS && count >= ADAPTER_EXAMPLES) ranks[c].push(ranksOfAdapters(split));
      console.log(`trial ${n + 1}, ${count} examples: ${WAYS.map((way, i) => `${way} ${(100 * ways[c][n][i]).toFixed(0)} %`).join(', ')}`);
    }
  }
  const rows = (all: readonly (readonly (readonly number[])[])[]): string[][] =>
    all.flatMap((trials, c) => (trials.length === 0 ? [] : [[String(COUNTS[c]), String(trials.length), ...trials[0].map((_, i) => percent(trials.map((t) => t[i])))]]));
  const text = [
    measured('npm run bench -- teach --settings', (performance.now() - started) / 1000),
    '',
    table(['examples of each', 'trials', ...WAYS], rows(ways)),
    '',
    table(['examples of each', 'trials', ...RANK_WAYS], rows(ranks)),
  ];
  writePart('settings', text.join('\n'), DOCS);
}

/** @param args `--trials N`, `--settings` */
export async function benchTeach(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { trials: { type: 'string' }, settings: { type: 'boolean' } } });
  const wanted = Number(values.trials ?? 8);
  if (!Number.isInteger(wanted) || wanted < 1) throw new Error('npm run bench -- teach --trials N takes a whole number of 1 or more.');
  if (!existsSync(IMAGES)) throw new Error(`The benchmark needs ${IMAGES}, which is not here: labelled pictures that may not be passed on.`);
  if (!existsSync(MODEL)) throw new Error('The benchmark needs ResNet-18: npm run model.');
  const started = performance.now();
  const images = listImages(IMAGES);
  const look = await openNetwork(MODEL);
  if (values.settings) await compareSettings(images, look, wanted, started);
  else await measure(images, look, wanted, started);
}
