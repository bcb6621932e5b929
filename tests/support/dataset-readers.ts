import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
