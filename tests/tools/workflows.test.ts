import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { ROOT } from '../support/shared';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly 'runs-on': string;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: { readonly node: readonly string[] } };
  readonly container?: string | { readonly image: string };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = join(ROOT, '.github/workflows');
const FILES = readdirSync(FOLDER);
const { scripts, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Readonly<Record<string, string>>; engines: { node: string } };
/** What npm itself does. */
const NPM = ['ci', 'test'];

const read = (name: string): Workflow => {
  const document = parseDocument(readFileSync(join(FOLDER, name), 'utf8'));
  expect(document.errors, name).toEqual([]);
  expect(document.warnings, name).toEqual([]);
  return document.toJS() as Workflow;
};

/** What is wrong with a command of a workflow; undefined where it is known and what it names is there. */
function faultOf(command: string): string | undefined {
  const [program, first, second] = command.split(/\s+/);
  if (program === 'bash') return existsSync(join(ROOT, first)) ? undefined : `${first} is not there`;
  if (program !== 'npm') return `${program} is not known here`;
  if (first === 'run') return second in scripts ? undefined : `there is no script ${second}`;
  return NPM.includes(first) ? undefined : `npm ${first} is not known here`;
}

describe('the workflows', () => {
  it('are the check and the publication', () => {
    expect(FILES.sort()).toEqual(['ci.yml', 'pages.yml']);
  });

  it.each(FILES)('%s names commands, scripts and folders that are there', (file) => {
    const { jobs } = read(file);
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    const commands = steps.flatMap(({ run }) => run?.split('\n').filter((line) => line.trim() !== '') ?? []);
    expect(commands.map(faultOf).filter((fault) => fault !== undefined)).toEqual([]);
    for (const { needs } of Object.values(jobs)) if (needs !== undefined) expect(jobs).toHaveProperty(needs);
    for (const step of steps) expect([step.uses, step.run].filter((part) => part !== undefined)).toHaveLength(1);
  });

  it.each(FILES)('%s pins each action by its commit, ends in time, and asks for no right that it does not need', (file) => {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    const { permissions, jobs } = read(file);
    expect(permissions).toEqual({ contents: 'read' });
    const uses = text.split('\n').filter((line) => /\buses:/.test(line));
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(uses).toHaveLength(Object.values(jobs).flatMap(({ steps }) => steps).filter((step) => step.uses !== undefined).length);
    for (const job of Object.values(jobs)) {
      expect(job['runs-on']).toMatch(/^ubuntu-\d+\.\d+$/);
      expect(job['timeout-minutes']).toBeGreaterThan(0);
    }
  });

  it('check by the very .ci/run that other machines run, on pushes and on requests, in the Dockerfile\'s Node and in the oldest that is taken', () => {
    const { on, jobs } = read('ci.yml');
    expect(Object.keys(on)).toEqual(expect.arrayContaining(['push', 'pull_request']));
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(commands).toEqual(['bash .ci/run']);
    expect(statSync(join(ROOT, '.ci/run')).mode & 0o111).not.toBe(0);
    const { container, strategy } = jobs['test'];
    expect(container).toMatchObject({ image: 'node:${{ matrix.node }}-bookworm' });
    const [ours, oldest] = strategy?.matrix.node ?? [];
    expect(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).toContain(` node:${ours}-bookworm-slim@sha256:`);
    expect(`>=${oldest}`).toBe(`${engines.node}.0`);
  });

  it('publish what the build makes', () => {
    const { jobs } = read('pages.yml');
    const upload = jobs['build'].steps.find(({ uses }) => uses?.startsWith('actions/upload-pages-artifact@'));
    const config = readFileSync(join(ROOT, 'vite.config.ts'), 'utf8');
    // Vite's own folder, unless the configuration names another.
    expect(/outDir/.test(config)).toBe(false);
    expect(upload?.with).toEqual({ path: 'dist' });
    const commands = jobs['build'].steps.flatMap(({ run }) => run ?? []);
    expect(commands).toEqual(['npm ci', 'npm run model', 'npm run build']);
    expect(jobs['deploy'].permissions).toEqual({ pages: 'write', 'id-token': 'write' });
    expect(jobs['deploy'].steps.some(({ uses }) => uses?.startsWith('actions/deploy-pages@'))).toBe(true);
  });
});
