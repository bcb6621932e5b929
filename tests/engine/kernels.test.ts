import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/shared';

const pip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0;
if (!pip) console.warn('\n*** SKIPPED: comparing the compiled kernels with their source needs Python with pip, for the compiler. ***\n');

describe.skipIf(!pip)('compiled kernels', () => {
  it('are, byte for byte, what src/engine/kernels compiles to', { timeout: 400_000 }, () => {
    const run = spawnSync('npx', ['tsx', 'tools/kernels/build.ts', '--check'], { cwd: ROOT, encoding: 'utf8' });
    expect(run.stderr).not.toMatch(/Error/);
    expect(run.stdout.match(/as compiled/g)).toHaveLength(4);
    expect(run.status).toBe(0);
  });
});
