import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { alone } from './alone';
import { ROOT, SCRATCH } from './shared';

/** A model that an exporter made, and what must come of it: see tests/exporters/make.py. */
export interface ExportedCase {
  readonly name: string;
  /** Below the folder. */
  readonly files: readonly string[];
  /** Probability of each class of the picture, as PyTorch gives it. */
  readonly answer?: readonly number[];
  /** Largest difference from it, where numbers are not float32. */
  readonly tolerance?: number;
  /** Class names, where the files have them. */
  readonly labels?: readonly string[];
  /** Whether each class has a probability of its own (a sigmoid). */
  readonly independent?: boolean;
  /** What the network gives in place of scores, where it has no classifier. */
  readonly features?: readonly number[];
  /** Words of the refusal. */
  readonly refused?: string;
}

export interface ExportedCases {
  readonly folder: string;
  readonly cases: readonly ExportedCase[];
  /** The picture that the answers are of: pixels are RGBA. */
  readonly picture: { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray<ArrayBuffer> };
}

/** Sets of make.py that are made anew where its Python is there. */
export const EXPORTER_SETS = ['small', 'odd', 'quantised', 'weights', 'transformers', 'torchvision', 'timm'] as const;
const MAKE = join(ROOT, 'tests/exporters/make.py');
/** Files of the exporters that are small enough to be kept with the tests. */
export const KEPT_CASES = join(ROOT, 'tests/exporters/files');

/** What is in a folder that make.py filled. */
export async function readCases(folder: string): Promise<ExportedCases> {
  const { cases } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as Pick<ExportedCases, 'cases'>;
  const { data, info } = await sharp(join(folder, 'picture.png')).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { folder, cases, picture: { width: info.width, height: info.height, data: new Uint8ClampedArray(data) } };
}

/**
 * The Python with PyTorch and the exporters; undefined, with a loud word how to make it, where there is none. It has 6 GB, since PyTorch
 * comes with CUDA on Linux, so it is made by hand.
 */
export function exportersPython(): string | undefined {
  const venv = process.env['SIGHTGLASS_EXPORTERS'] ?? join(SCRATCH, 'venv-exporters');
  const python = join(venv, 'bin/python');
  if (existsSync(python)) return python;
  console.warn(
    `\n*** SKIPPED: files that exporters make anew need PyTorch, 6 GB: python3 -m venv ${venv} && ${venv}/bin/pip install -r tests/exporters/requirements.txt ***\n`,
  );
  return undefined;
}

/** The cases of a set, made where they are not there or older than make.py. */
export function makeCases(python: string, set: (typeof EXPORTER_SETS)[number]): Promise<ExportedCases> {
  const folder = join(SCRATCH, 'exporters', set);
  const list = join(folder, 'cases.json');
  alone(folder, () => {
    if (existsSync(list) && statSync(list).mtimeMs > statSync(MAKE).mtimeMs) return;
    const { status, stderr } = spawnSync(python, [MAKE, folder, set], { encoding: 'utf8', maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(stderr.slice(-4000));
  });
  return readCases(folder);
}
