// Figures within sentences: README and docs have them between <!-- figure NAME --> and <!-- end -->, filled from the
// tables that benchmarks wrote. A benchmark fills them when it writes its table; npm run bench -- figures does so
// alone.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A Markdown table's rows, by the words of its head; of two columns with one name the second is `name 2`. */
export type Rows = readonly Readonly<Record<string, string>>[];
/** The tables of a part of a page (`<!-- PART -->` to `<!-- end PART -->`), in order. */
export type Tables = (page: string, part: string) => readonly Rows[];

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** @throws Error where the page has no such part */
export function tablesOf(text: string, part: string): Rows[] {
  const [, body] = new RegExp(`<!-- ${part} -->\n([\\s\\S]*?)<!-- end ${part} -->`).exec(text) ?? [];
  if (body === undefined) throw new Error(`There is no part "${part}".`);
  return [...body.matchAll(/(?:^\|.*\n)+/gm)].map(([lines]) => {
    const [head, , ...rows] = lines.trim().split('\n').map(cellsOf);
    const names = head.map((name, i) => (head.indexOf(name) < i ? `${name} 2` : name));
    return rows.map((row) => Object.fromEntries(row.map((cell, i) => [names[i], cell])));
  });
}

/** The number that a cell begins with. @throws Error where there is none */
function number(cell: string | undefined): number {
  const value = parseFloat(cell ?? '');
  if (Number.isNaN(value)) throw new Error(`"${cell ?? ''}" is no number.`);
  return value;
}

function find(rows: Rows, column: string, value: string): Readonly<Record<string, string>> {
  const found = rows.find((row) => row[column] === value);
  if (!found) throw new Error(`No row has "${value}" under "${column}".`);
  return found;
}

/** "3.0 to 3.3", or "3.1" where both round alike. */
function range(values: readonly number[], digits = 1): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return low === high ? low : `${low} to ${high}`;
}

const FLOATS = 'own kernels fp32, relaxed SIMD';
const PLAIN = 'own kernels fp32, plain SIMD';
const INT8 = 'own kernels int8, relaxed SIMD';
const NATIVE = 'native onnxruntime-node fp32';

/** One engine's cells of a column, with one thread and with two. */
const engine = (tables: Tables, name: string, column: string): number[] =>
  tables('docs/performance.md', 'engines').map((rows) => number(find(rows, 'engine', name)[column]));
const quicker = (tables: Tables, name: string): string =>
  range([...engine(tables, name, 'times quicker (min)'), ...engine(tables, name, 'times quicker (median)')]);
/** How many times as quick one engine is as another, by the medians, and the least where wanted. */
const against = (tables: Tables, one: string, other: string, columns: readonly string[]): string =>
  range(columns.flatMap((column) => engine(tables, other, column).map((ms, i) => ms / engine(tables, one, column)[i])));
const both = (values: readonly number[], digits: number): string =>
  values.map((value) => value.toFixed(digits)).join(' and ');

const layers = (tables: Tables): Rows => tables('docs/engine-study.md', 'layers')[0];
const ratiosOf = (tables: Tables, shape: RegExp): string =>
  range(
    layers(tables)
      .filter((row) => shape.test(row['shape']))
      .map((row) => number(row['ratio'])),
  );
const wholeInt8 = (tables: Tables, name: string): Readonly<Record<string, string>> =>
  find(tables('docs/engine-study.md', 'int8')[0], 'convolution', `whole network, ${name}`);

function startup(tables: Tables, file: string): string {
  const row = tables('docs/performance.md', 'startup')[0].find(
    (each) => each['model file'] === file && each['link'] === '20 Mbit/s',
  );
  return number(row?.['cold s']).toFixed(1);
}

function exportMemory(tables: Tables, kind: string): string {
  const memory = tables('docs/sessions.md', 'export')[0]
    .filter((row) => row['export'] === kind)
    .map((row) => number(row['memory, MB']));
  return (memory[memory.length - 1] / memory[memory.length - 2]).toFixed(1);
}

/** Every figure by its name, each as it stands in a sentence. */
export const FIGURES: Readonly<Record<string, (tables: Tables) => string>> = {
  floats: (tables) => quicker(tables, FLOATS),
  integers: (tables) => quicker(tables, INT8),
  'integers-to-native': (tables) => against(tables, INT8, NATIVE, ['min ms', 'median ms']),
  'native-to-floats': (tables) => against(tables, NATIVE, FLOATS, ['median ms']),
  'floats-each': (tables) => both(engine(tables, FLOATS, 'times quicker (median)'), 2),
  'plain-each': (tables) => both(engine(tables, PLAIN, 'times quicker (median)'), 2),
  native: (tables) => range(engine(tables, NATIVE, 'times quicker (median)')),
  'integers-each': (tables) => both(engine(tables, INT8, 'times quicker (median)'), 2),
  'integers-ms': (tables) => both(engine(tables, INT8, 'median ms'), 1),
  'native-ms': (tables) => both(engine(tables, NATIVE, 'median ms'), 1),
  'layers-winograd': (tables) => ratiosOf(tables, /^3x3\/1/),
  'layers-direct': (tables) => ratiosOf(tables, /^[13]x[13]\/2/),
  'layers-whole': (tables) => number(find(layers(tables), 'layer', 'whole run')['ratio']).toFixed(1),
  'integers-share': (tables) => {
    const row = wholeInt8(tables, 'all but conv1 and fc');
    return (number(row['int8 ms, VNNI']) / number(row['float ms, VNNI'])).toFixed(2);
  },
  'integers-layers': (tables) => number(wholeInt8(tables, 'all but conv1 and fc')['ratio']).toFixed(2),
  'integers-without': (tables) => (1 / number(wholeInt8(tables, 'all but conv1 and fc')['ratio 2'])).toFixed(1),
  'integers-mixed': (tables) =>
    `${((number(wholeInt8(tables, 'the quicker of each')['ratio 2']) - 1) * 100).toFixed(0)} %`,
  'startup-int8': (tables) => startup(tables, 'int8'),
  'startup-fp16': (tables) => startup(tables, 'fp16'),
  'flask-tuned': (tables) =>
    range(
      tables('docs/service.md', 'bench')[1]
        .filter((row) => row['against'].endsWith('a thread a core') && row['pictures'] === '640 x 480' && row['connections'] === '16')
        .map((row) => number(row['requests/s'])),
    ),
  'export-everything': (tables) => exportMemory(tables, 'everything'),
  'export-film': (tables) => exportMemory(tables, 'film'),
};

/** @throws Error where a text names a figure that there is not */
export function fillFigures(text: string, tables: Tables): string {
  return text.replace(/<!-- figure ([\w-]+) -->[\s\S]*?<!-- end -->/g, (_, name: string) => {
    if (!Object.hasOwn(FIGURES, name)) throw new Error(`There is no figure "${name}".`);
    return `<!-- figure ${name} -->${FIGURES[name](tables)}<!-- end -->`;
  });
}

/** Tables of the pages as they are. */
export const recorded: Tables = (page, part) => tablesOf(readFileSync(join(root, page), 'utf8'), part);

/** Pages that may have figures, from the root on. */
export const pages = (): string[] => [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Fills the figures of README and docs from their tables. */
export function writeFigures(): void {
  for (const page of pages()) {
    const path = join(root, page);
    const before = readFileSync(path, 'utf8');
    const after = fillFigures(before, recorded);
    if (after === before) continue;
    writeFileSync(path, after);
    console.log(`Figures within ${page} are filled anew.`);
  }
}
