import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from './alone';
import { ROOT, SCRATCH } from './shared';

/**
 * A Python of its own in tests/.tmp, made at first use, by one process at a time.
 * @param works whether it has what is wanted, given its path
 * @param packages what pip is to install
 * @returns its path, or undefined where there is no Python 3 with venv or pip cannot install
 */
export function venvPython(name: string, works: (python: string) => boolean, ...packages: readonly string[]): string | undefined {
  const folder = join(SCRATCH, name);
  const python = join(folder, 'bin/python');
  const ready = (): boolean => existsSync(python) && works(python);
  const run = (...args: readonly string[]): boolean => spawnSync(args[0], args.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const make = (): boolean => {
    if (ready()) return true;
    if (!run('python3', '-m', 'venv', '--without-pip', folder)) return false;
    // The machine's own pip serves where it can, from 22.3 on: to install one takes seconds of a core.
    let pip = ['python3', '-m', 'pip', '--python', python];
    if (spawnSync(pip[0], [...pip.slice(1), '--version']).status !== 0) {
      if (!run('python3', '-m', 'venv', folder)) return false;
      pip = [python, '-m', 'pip'];
    }
    // Python compiles what is imported; most of what packages have never is.
    run(...pip, 'install', '--quiet', '--disable-pip-version-check', '--no-compile', ...packages);
    return ready();
  };
  return alone(folder, make) ? python : undefined;
}

/** Whether a Python can import modules. */
export const imports = (modules: string) => (python: string): boolean => spawnSync(python, ['-c', `import ${modules}`]).status === 0;

/** A Python with the packages that the parity test's reference needs; undefined, with a loud word, where it cannot be had. */
export function referencePython(): string | undefined {
  const python = venvPython('venv', imports('numpy, onnxruntime, PIL'), '-r', join(ROOT, 'tests/parity/requirements.txt'));
  if (python === undefined) console.warn('\n*** SKIPPED: the parity test needs Python 3 with venv and pip, to run Pillow and onnxruntime. ***\n');
  return python;
}
