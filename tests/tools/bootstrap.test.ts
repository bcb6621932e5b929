import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeSite } from '../support/server/service';
import { ROOT } from '../support/shared';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const;

const LISTENS = `
  import { createServer } from 'node:http';
  const server = createServer((request, response) => response.end('here'));
  server.listen(0, '127.0.0.1', () => console.log(\`pid \${process.pid} parent \${process.ppid} port \${server.address().port}\`));
`;
/** What `LISTENS` prints, with its process, the one above, and its port. */
const LISTENING = /pid (\d+) parent (\d+) port (\d+)/;
/** A step that starts a process of its own, and never ends by itself. */
const LASTS = `
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  console.log(\`pid \${process.pid} child \${child.pid}\`);
  if (process.argv[2]) require('node:fs').writeFileSync(process.argv[2], '');
  setInterval(() => {}, 1e6);
`;

/** A step that fails as soon as the one beside it runs. */
const WAITS = `
  const { existsSync } = require('node:fs');
  setInterval(() => existsSync('lasts.begun') && process.exit(3), 20);
`;

/** Scripts of a small project of its own that has the real tools/bootstrap.mjs, started by the real npm. */
const SCRIPTS = {
  start: 'node tools/bootstrap.mjs step server.js',
  typed: 'node tools/bootstrap.mjs step tools/server.ts --name=Ann Other',
  slow: 'node tools/bootstrap.mjs step lasts never',
  failing: 'node tools/bootstrap.mjs step fails never',
  beside: 'node tools/bootstrap.mjs lasts+other never',
  fallen: 'node tools/bootstrap.mjs marks+afterwards never',
  both: 'node tools/bootstrap.mjs slowly+step never',
  passes: 'node tools/bootstrap.mjs step words -a --b',
  service: 'node tools/bootstrap.mjs',
  step: 'node -e "console.log(\'step\')"',
  lasts: 'node lasts.cjs',
  other: 'node lasts.cjs',
  marks: 'node lasts.cjs lasts.begun',
  fails: 'node -e "process.exit(3)"',
  // Ends when the step beside it has begun.
  afterwards: 'node waits.cjs',
  slowly: 'node -e "setTimeout(() => console.log(\'slow\'), 500)"',
  never: "node -e \"console.log(['too', 'far'].join())\"",
  words: 'node -e "console.log(process.argv.slice(1).join())" --',
};

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly link?: boolean;
}
type Packages = Readonly<Record<string, Locked>>;

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // One that nobody has waited for is dead as well.
    return !/^State:\s+Z/m.test(existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '');
  } catch {
    return false;
  }
};

const listening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

const gone = (pids: readonly number[]): Promise<void> =>
  vi.waitFor(() => expect(pids.filter(alive)).toEqual([]), { timeout: 20_000, interval: 50 });

/** @returns the folder of a project whose lock file and installed packages are none */
function makeProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightglass-bootstrap-'));
  for (const name of ['tools', 'node_modules']) mkdirSync(join(folder, name));
  copyFileSync(join(ROOT, 'tools/bootstrap.mjs'), join(folder, 'tools/bootstrap.mjs'));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'small', version: '1.0.0', type: 'module', scripts: SCRIPTS }),
  );
  writeFileSync(join(folder, 'server.js'), LISTENS);
  writeFileSync(join(folder, 'lasts.cjs'), LASTS);
  writeFileSync(join(folder, 'waits.cjs'), WAITS);
  symlinkSync(join(ROOT, 'node_modules/tsx'), join(folder, 'node_modules/tsx'));
  writeFileSync(
    join(folder, 'tools/name.ts'),
    'export const nameOf = (words: readonly string[]): string => words.join();',
  );
  writeFileSync(
    join(folder, 'tools/server.ts'),
    "import { nameOf } from './name';\nconsole.log(`words ${nameOf(process.argv.slice(2))}`);",
  );
  for (const name of ['package-lock.json', 'node_modules/.package-lock.json'])
    writeFileSync(join(folder, name), '{ "packages": {} }');
  return folder;
}

describe('tools/bootstrap.mjs', { concurrent: true }, () => {
  let folder: string;
  const started = new Set<ChildProcess>();

  beforeAll(() => {
    folder = makeProject();
  });
  afterAll(() => {
    for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a script as a person does, until it has printed what is waited for. */
  async function begin(args: readonly string[], until: RegExp) {
    const child = spawn('npm', [...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    started.add(child);
    const ended = new Promise<{ readonly code: number | null; readonly signal: string | null }>((resolve) =>
      child.once('close', (code, signal) => resolve({ code, signal })),
    );
    let output = '';
    const found = await new Promise<RegExpExecArray>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          const match = until.exec(output);
          if (match) resolve(match);
        });
      }
      void ended.then(() => reject(new Error(`npm ${args.join(' ')} ended: ${output}`)));
    });
    return { npm: child.pid ?? 0, found: found.slice(1).map(Number), ended, output: () => output };
  }

  const npm = (script: string) => promisify(execFile)('npm', ['run', '--silent', script], { cwd: folder });

  /** Ctrl+C reaches every process of a terminal. Debian's shell only waits where it alone gets a SIGINT. */
  const tell = (top: number, signal: NodeJS.Signals): boolean => process.kill(signal === 'SIGINT' ? -top : top, signal);

  it.each(SIGNALS)('%s to npm ends the server, and its port is free', async (signal) => {
    const { npm: top, found, ended, output } = await begin(['start'], LISTENING);
    const port = found[2];
    expect(output()).toContain('step');
    expect(await listening(port)).toBe(true);
    tell(top, signal);
    await ended;
    await gone(found.slice(0, 2));
    expect(await listening(port)).toBe(false);
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    "%s to npm's shell ends the server, and its port is free",
    async (signal) => {
      const { found, ended } = await begin(['start'], LISTENING);
      const [server, shell, port] = found;
      process.kill(shell, signal);
      await ended;
      await gone([server, shell]);
      expect(await listening(port)).toBe(false);
    },
  );

  it.each(SIGNALS)('%s to the server itself ends npm with it', async (signal) => {
    const { npm: top, found, ended } = await begin(['start'], LISTENING);
    const [server, shell, port] = found;
    process.kill(server, signal);
    await ended;
    await gone([server, shell, top]);
    expect(await listening(port)).toBe(false);
  });

  it.each(SIGNALS.slice(0, 3))(
    '%s to a step that runs ends all that it started, and no other step begins',
    async (signal) => {
      const { npm: top, found, ended, output } = await begin(['run', 'slow'], /pid (\d+) child (\d+)/);
      tell(top, signal);
      await ended;
      await gone(found);
      expect(output()).not.toContain('too,far');
    },
  );

  it.each(SIGNALS.slice(0, 3))('%s is its own end too where a step ends by it', async (signal) => {
    const child = spawn(process.execPath, ['tools/bootstrap.mjs', 'step', 'lasts', 'never'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.add(child);
    const ended = new Promise<unknown>((resolve) => child.once('exit', (code, by) => resolve(by ?? code)));
    let output = '';
    const pids = await new Promise<number[]>((resolve) =>
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const match = /pid (\d+) child (\d+)/.exec(output);
        if (match) resolve([Number(match[1]), Number(match[2])]);
      }),
    );
    child.kill(signal);
    expect(await ended).toBe(signal);
    await gone(pids);
  });

  it.each(['SIGHUP', 'SIGKILL'] as const)('%s to npm ends the service and its pool of processes', async (signal) => {
    const site = makeSite();
    try {
      const service = [join(ROOT, 'src/server/main.ts'), '--port', '0', '--workers', '2', '--folder', site.folder];
      const {
        npm: top,
        found,
        ended,
      } = await begin(['run', 'service', '--', ...service], /recognises at http:\/\/127\.0\.0\.1:(\d+)\/predict/);
      const pids = descendants(top);
      // npm's shell, the service and its two processes at least.
      expect(pids.length).toBeGreaterThanOrEqual(4);
      tell(top, signal);
      await ended;
      await gone(pids);
      expect(await listening(found[0])).toBe(false);
    } finally {
      site.remove();
    }
  });

  it('ends with the exit code of a step that fails, and begins no other', async () => {
    await expect(npm('failing')).rejects.toMatchObject({ code: 3, stdout: 'step\n' });
  });

  it('runs steps side by side, and the next one when both are through', async () => {
    expect((await npm('both')).stdout).toBe('step\nslow\ntoo,far\n');
  });

  it.each(SIGNALS.slice(0, 3))('%s ends all steps that run side by side', async (signal) => {
    const { npm: top, found, ended, output } = await begin(['run', 'beside'], /pid (\d+) child (\d+)[^]*pid (\d+) child (\d+)/);
    tell(top, signal);
    await ended;
    await gone(found);
    expect(output()).not.toContain('too,far');
  });

  it('ends with the exit code of the first that fails, and with it all beside it', async () => {
    const { found, ended, output } = await begin(['run', 'fallen'], /pid (\d+) child (\d+)/);
    expect(await ended).toMatchObject({ code: 3 });
    await gone(found);
    expect(output()).not.toContain('too,far');
  });

  it('hands what follows a dash to the last step, be it a script or a file', async () => {
    expect((await npm('passes')).stdout).toBe('step\n-a,--b\n');
    expect((await npm('typed')).stdout).toBe('step\nwords --name=Ann,Other\n');
  });
});

describe('what is installed', () => {
  let folder: string;

  const lock = (packages: Packages): void =>
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
  const install = (packages: Packages): void =>
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));

  beforeEach(() => {
    folder = makeProject();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const A = { version: '1.0.0', integrity: 'sha512-a' };
  let calls: string;

  /** Runs with an npm that only writes down how it was called. */
  function look(): { readonly status: number | null; readonly words: string; readonly calls: string[] } {
    const bin = join(folder, 'bin');
    calls = join(folder, 'calls.txt');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho "$@" >> '${calls}'\n`);
    chmodSync(join(bin, 'npm'), 0o755);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/bootstrap.mjs', 'step'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: [bin, process.env['PATH']].join(delimiter) },
    });
    return {
      status,
      words: stdout + stderr,
      calls: existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [],
    };
  }

  const CI = 'ci --no-audit --no-fund';
  const STEP = 'run --silent step';

  it('is left alone where it is what the lock file wants, however old', () => {
    lock({ '': { version: '2.0.0' }, 'node_modules/a': A, 'node_modules/other-system': { ...A, optional: true } });
    install({ 'node_modules/a': A, 'node_modules/more': A });
    utimesSync(join(folder, 'node_modules/.package-lock.json'), 1000, 1000);
    expect(look()).toMatchObject({ status: 0, calls: [STEP] });
  });

  it.each<[string, Packages, RegExp]>([
    ['another version', { 'node_modules/a': { ...A, version: '0.9.0' } }, /a is 0\.9\.0, not 1\.0\.0/],
    ['other content', { 'node_modules/a': { ...A, integrity: 'sha512-b' } }, /a 1\.0\.0 has other content/],
    ['a package too few', {}, /a 1\.0\.0 is missing/],
  ])('is installed again where there is %s, however new it is', (_, packages, words) => {
    lock({ 'node_modules/a': A });
    install(packages);
    const later = Date.now() / 1000 + 3600;
    utimesSync(join(folder, 'node_modules/.package-lock.json'), later, later);
    const looked = look();
    expect(looked).toMatchObject({ status: 0, calls: [CI, STEP] });
    expect(looked.words).toMatch(words);
  });

  it('is installed where nothing is', () => {
    rmSync(join(folder, 'node_modules'), { recursive: true });
    expect(look()).toMatchObject({ status: 0, calls: [CI, STEP] });
  });

  it.each(['that leads somewhere', 'that leads nowhere'])('is never installed through a symbolic link %s', (kind) => {
    const there = join(folder, 'elsewhere');
    rmSync(join(folder, 'node_modules'), { recursive: true });
    if (kind === 'that leads somewhere') mkdirSync(there);
    symlinkSync(there, join(folder, 'node_modules'));
    const { status, words, calls: called } = look();
    expect(status).toBe(1);
    expect(called).toEqual([]);
    expect(words).toMatch(/node_modules is a symbolic link/);
    expect(words).toMatch(/Run npm ci in the folder that it\nleads to/);
    expect(words).toMatch(/rm node_modules/);
  });

  it('may be a symbolic link where it is what the lock file wants', () => {
    const there = join(folder, 'elsewhere');
    rmSync(join(folder, 'node_modules'), { recursive: true });
    mkdirSync(there);
    symlinkSync(there, join(folder, 'node_modules'));
    lock({ 'node_modules/a': A });
    install({ 'node_modules/a': A });
    expect(look()).toMatchObject({ status: 0, calls: [STEP] });
  });
});

/** Process ids below one, by /proc. */
function descendants(top: number): number[] {
  const pairs = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/stat`))
    .flatMap((name): [number, number][] => {
      try {
        return [[Number(name), Number(/^\d+ \(.*\) \S (\d+) /s.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1])]];
      } catch {
        // It has ended since the folder was read.
        return [];
      }
    });
  const below = (parent: number): number[] =>
    pairs.filter(([, of]) => of === parent).flatMap(([pid]) => [pid, ...below(pid)]);
  return below(top);
}
