import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SIDES, type Side } from '../../src/sessions/shared/dataset/dataset';
import type { DatasetFormat } from '../../src/sessions/shared/session-export';
import { ROOT, SCRATCH } from './shared';

const REQUIREMENTS = join(ROOT, 'tests/exports/requirements-datasets.txt');
/** Whole: they go in without their own. */
const FIFTYONE_REQUIREMENTS = join(ROOT, 'tests/exports/requirements-fiftyone.txt');

/**
 * The Python with the programs that training sets are for: datasets, pycocotools, datumaro, webdataset, and where it has them torchvision
 * and ultralytics. Undefined, with a loud word how to make it, where there is none: with PyTorch it has 6 GB, so that it is made by hand.
 */
export function datasetPython(): { readonly python: string; readonly torch: boolean } | undefined {
  const venv = process.env['SIGHTGLASS_READERS'] ?? join(SCRATCH, 'venv-readers');
  const python = join(venv, 'bin/python');
  if (!existsSync(python)) {
    console.warn(`\n*** SKIPPED: reading training sets with what they are for needs Python packages, 6 GB: python3 -m venv ${venv} && ${venv}/bin/pip install -r ${REQUIREMENTS} ***\n`);
    return undefined;
  }
  const torch = spawnSync(python, ['-c', 'import torchvision, ultralytics']).status === 0;
  if (!torch) console.warn(`\n*** SKIPPED: torchvision and ultralytics are not in ${venv}. ***\n`);
  return { python, torch };
}

/**
 * FiftyOne's Python, with the database that it starts; undefined, with a loud word how to make it, where there is none: it has 1.2 GB, so that it is made by
 * hand. The database is in a package of its own: that of FiftyOne's own requirements fetches it from elsewhere when it is installed.
 */
export function fiftyOnePython(): string | undefined {
  const venv = process.env['SIGHTGLASS_FIFTYONE'] ?? join(SCRATCH, 'venv-fiftyone');
  const python = join(venv, 'bin/python');
  if (existsSync(python)) return python;
  console.warn(`\n*** SKIPPED: FiftyOne needs Python packages, 1.2 GB: python3 -m venv ${venv} && ${venv}/bin/pip install --no-deps -r ${FIFTYONE_REQUIREMENTS} ***\n`);
  return undefined;
}

/** What a reader found in a folder: see tests/exports/read_dataset.py. */
export function readDataset(python: string, kind: string, folder: string): unknown {
  const output = execFileSync(python, [join(ROOT, 'tests/exports/read_dataset.py'), kind, folder], { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });
  return JSON.parse(output);
}

/** A label, none for background, and the mean red of its picture; what else a reader says of it. */
export type Row = readonly [label: string | null, red: number, ...rest: unknown[]];
/** Pictures of each side that is there. */
export type Sides = Readonly<Partial<Record<Side, readonly Row[]>>>;

/** The programs that a format is for, as tests/exports/read_dataset.py calls them. */
const PROGRAMS = {
  'image-folder': ['hugging-face', 'torchvision', 'ultralytics-classify'],
  parquet: ['parquet'],
  'web-dataset': ['web-dataset'],
  coco: ['coco', 'datumaro-coco'],
  yolo: ['datumaro-yolo', 'yolo'],
  'cvat-images': ['datumaro-cvat'],
  fiftyone: ['fiftyone'],
} satisfies Partial<Record<DatasetFormat, readonly string[]>>;

/** A format of pictures that programs here read. */
export type ReadFormat = keyof typeof PROGRAMS;
export const READ_FORMATS = Object.keys(PROGRAMS) as readonly ReadFormat[];
const OF_TORCH: readonly string[] = ['torchvision', 'ultralytics-classify', 'yolo'];

/** What was read, by side and nothing else: Hugging Face calls one `validation`, CVAT has its pictures' sides in their names. */
function sidesOf(program: string, found: Readonly<Record<string, readonly Row[]>>): Sides {
  const all = program === 'datumaro-cvat' ? Object.values(found).flat() : undefined;
  const rows = SIDES.map((side) => [side, all?.filter(([, , , id]) => String(id).startsWith(`${side}/`)) ?? found[side] ?? found[side === 'val' ? 'validation' : side]] as const);
  return Object.fromEntries(rows.filter(([, some]) => some && some.length > 0));
}

/** The programs here that read exports, of one session and of a training set alike. */
export class DatasetReaders {
  readonly #python = datasetPython();
  readonly #fiftyOne = fiftyOnePython();

  /** Whether one of the programs that a format is for is here. */
  has(format: ReadFormat): boolean {
    return (format === 'fiftyone' ? this.#fiftyOne : this.#python) !== undefined;
  }

  /** What each of the programs that a format is for finds in an unpacked export; those that are not here find nothing. */
  read(format: ReadFormat, folder: string): readonly (readonly [program: string, sides: Sides])[] {
    const python = (format === 'fiftyone' ? this.#fiftyOne : this.#python?.python) ?? '';
    const programs: readonly string[] = PROGRAMS[format];
    return programs.filter((program) => this.#python?.torch || !OF_TORCH.includes(program)).flatMap((program) => {
      const found = readDataset(python, program, folder) as Record<string, never>;
      // Hugging Face reads a folder by its names and by its card.
      const ways = 'by_card' in found ? Object.entries(found) : [['', found] as const];
      return ways.map(([way, rows]) => [`${program} ${way}`, sidesOf(program, rows)] as const);
    });
  }

  /** Frames of an unpacked CVAT task of a film that have a label's box in sight, as datumaro counts them. */
  filmFrames(folder: string): Readonly<Record<string, number>> {
    const items = Object.values(readDataset(this.#python?.python ?? '', 'datumaro-cvat', folder) as Record<string, readonly [string | null, null, [string, number[], { outside: boolean }][]][]>).flat();
    const counts: Record<string, number> = {};
    // A track ends with a box that is outside.
    for (const [label] of items.flatMap(([, , boxes]) => boxes.filter(([, , { outside }]) => !outside))) counts[label] = (counts[label] ?? 0) + 1;
    return counts;
  }
}
