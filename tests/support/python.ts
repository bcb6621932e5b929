import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from './alone';
import { ROOT, SCRATCH } from './shared';

/**
 * A Python with the packages that the parity test's reference needs, in tests/.tmp/venv; made at first use.
 * @returns its path, or undefined with a loud word where there is no Python 3 with venv or pip cannot install
 */
export function referencePython(): string | undefined {
  const folder = join(SCRATCH, 'venv');
  const python = join(folder, 'bin/python');
  const works = (): boolean => existsSync(python) && spawnSync(python, ['-c', 'import numpy, onnxruntime, PIL']).status === 0;
  const make = (): boolean => {
    if (works()) return true;
    if (spawnSync('python3', ['-m', 'venv', folder], { encoding: 'utf8' }).status !== 0) return false;
    const requirements = join(ROOT, 'tests/parity/requirements.txt');
    spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements], { stdio: 'inherit' });
    return works();
  };
  if (alone(folder, make)) return python;
  console.warn('\n*** SKIPPED: the parity test needs Python 3 with venv and pip, to run Pillow and onnxruntime. ***\n');
  return undefined;
}
