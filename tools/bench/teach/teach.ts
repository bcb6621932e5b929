// npm run bench -- teach [--trials N] [--settings]: how well classes are learned from ../shared/pictures and pictures of other kinds made of
// them, and how fast; writes docs/teach.md's table. With --settings it writes the other one instead: other ways of naming, and penalties.
import { cpus } from 'node:os';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ascending, at, table, writePart } from '../report';
import { openNetwork, type Look } from './network';
import { DOMAINS, FINE_KINDS, KINDS, listImages, type BenchImage } from './images';
import { WAYS, waysOfNaming } from './settings';
import { deal, lookAtAsked, lookAtTaught, runTrial, type Trial } from './trial';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const IMAGES = join(process.env['SIGHTGLASS_SHARED'] ?? join(root, '../../shared'), 'pictures');
const MODEL = join(root, 'public/models/resnet18.onnx');
const COUNTS = [5, 10, 40];
const MANY = COUNTS[COUNTS.length - 1];
const DOCS = join(root, 'docs/teach.md');

/** Two-sided 97.5 % points of Student's t by degrees of freedom, from 1; beyond them the normal distribution's is near. */
const STUDENT = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1, 2.09];

/** Mean and half of its 95 % interval over the trials. */
const percent = (values: readonly number[]): string => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length < 2) return (100 * mean).toFixed(1);
  const error = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1) / values.length);
  return `${(100 * mean).toFixed(1)} ± ${(100 * error * (STUDENT.at(values.length - 2) ?? 2)).toFixed(1)}`;
};
const median = (values: readonly number[]): string => (values.length === 0 ? '–' : `${at(ascending(values), 0.5).toFixed(2)} s`);

function measured(command: string, seconds: number): string {
  return `Measured by \`${command}\` on ${new Date().toISOString().slice(0, 10)}, one thread of ${cpus()[0].model.trim()}, Node ${process.versions.node}, in ${Math.round(seconds)} s. Per cent, mean and 95 % interval over the trials.`;
}

/** What is taught: things of far or near kinds, in pictures of one domain. */
const SETTINGS = [
  ...DOMAINS.map((domain) => ({ name: domain, kinds: KINDS, domain })),
  ...DOMAINS.map((domain) => ({ name: `${domain}, kinds near each other`, kinds: FINE_KINDS, domain })),
];

const COLUMNS = ['pictures', 'examples of each', 'trials', '1-NN right', 'right thing', 'right and accepted', 'false accepts', 'learned in'];

function rowOf(name: string, own: readonly Trial[]): string[] {
  return [
    name, String(own[0].examples), String(own.length), percent(own.map((t) => t.neighbour)), percent(own.map((t) => t.head.named)),
    percent(own.map((t) => t.head.accepted)), percent(own.map((t) => t.head.falseAccepts)), median(own.map((t) => t.headSeconds)),
  ];
}

/** Learns and asks as the app does. */
async function measure(images: readonly BenchImage[], look: Look, wanted: number, started: number): Promise<void> {
  const rows: string[][] = [];
  for (const { name, kinds, domain } of SETTINGS) {
    const trials = new Map<number, Trial[]>(COUNTS.map((count) => [count, []]));
    for (let n = 0; n < wanted; n++) {
      const dealt = deal(images, n + 1, kinds, domain);
      const asked = await lookAtAsked(dealt, look);
      const taught = await lookAtTaught(dealt, look, MANY);
      for (const count of COUNTS) trials.get(count)?.push(runTrial(dealt.names, taught, asked, count));
    }
    rows.push(...[...trials.values()].map((own) => rowOf(name, own)));
    console.log(`${name}: ${[...trials].map(([count, own]) => `${count} examples ${percent(own.map((t) => t.head.named))}`).join(', ')}`);
  }
  const text = [measured('npm run bench -- teach', (performance.now() - started) / 1000), '', table(COLUMNS, rows)];
  writePart('bench', text.join('\n'), DOCS);
}

/** Learns in other ways, from the same examples and asked about the same images. */
async function compareSettings(images: readonly BenchImage[], look: Look, wanted: number, started: number): Promise<void> {
  const ways: number[][][] = COUNTS.map(() => []);
  for (let n = 0; n < wanted; n++) {
    const dealt = deal(images, n + 1, KINDS);
    const known = (await lookAtAsked(dealt, look)).filter(({ label }) => label >= 0);
    const taught = await lookAtTaught(dealt, look, MANY);
    for (const [c, count] of COUNTS.entries()) {
      const split = { names: dealt.names, examples: taught.flatMap((own) => own.slice(0, count)), known };
      ways[c].push(waysOfNaming(split));
      console.log(`trial ${n + 1}, ${count} examples: ${WAYS.map((way, i) => `${way} ${(100 * ways[c][n][i]).toFixed(0)} %`).join(', ')}`);
    }
  }
  const rows = (all: readonly (readonly (readonly number[])[])[]): string[][] =>
    all.flatMap((trials, c) => (trials.length === 0 ? [] : [[String(COUNTS[c]), String(trials.length), ...trials[0].map((_, i) => percent(trials.map((t) => t[i])))]]));
  const text = [
    measured('npm run bench -- teach --settings', (performance.now() - started) / 1000),
    '',
    table(['examples of each', 'trials', ...WAYS], rows(ways)),
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
