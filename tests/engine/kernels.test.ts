import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPERATOR_FIELDS, operatorFields } from '../../src/engine/kernels/build/operator-fields';
import { ROOT } from '../support/shared';

const pip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0;
if (!pip) console.warn('\n*** SKIPPED: comparing the compiled kernels with their source needs Python with pip, for the compiler. ***\n');

describe.skipIf(!pip)('compiled kernels', () => {
  it('are, byte for byte, what src/engine/kernels compiles to', { timeout: 400_000 }, () => {
    const run = spawnSync('npx', ['tsx', 'src/engine/kernels/build/build.ts', '--check'], { cwd: ROOT, encoding: 'utf8' });
    expect(run.stderr).not.toMatch(/Error/);
    expect(run.stdout.match(/as compiled/g)).toHaveLength(8);
    expect(run.status).toBe(0);
  });
});

describe("the planner's view of the kernels' structure", () => {
  const header = readFileSync(join(ROOT, 'src/engine/kernels/operator.h'), 'utf8');

  it('is what operator.h gives: npm run tool -- kernels', () => {
    expect(readFileSync(OPERATOR_FIELDS, 'utf8')).toBe(operatorFields());
  });

  it('follows a change of the header', () => {
    const changed = header.replace('int32_t kind, items;', 'int32_t kind, row_count, items;').replace('PAD_INPUT = 0', 'PAD_INPUT = 40');
    const text = operatorFields(changed);
    expect(text).toContain("'kind', 'rowCount', 'items',");
    expect(text).toContain('padInput: 40,');
    expect(text).toContain('OPERATOR_BYTES = 260;');
  });

  it('is refused where a member has not four bytes, or cannot be told', () => {
    expect(() => operatorFields(header.replace('int32_t relu', 'double relu'))).toThrow('double relu');
    expect(() => operatorFields(header.replace('int32_t kind, items', 'int32_t kind[2], items'))).toThrow('array');
    expect(() => operatorFields(header.replace('PAD_INPUT = 0', 'PAD_INPUT'))).toThrow('PAD_INPUT');
  });
});
