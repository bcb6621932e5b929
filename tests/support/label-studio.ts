import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { LabelStudio } from '../../tools/label-studio';
import { freePort } from './free-port';
import { SCRATCH } from './shared';

/** Its database is made at the first start, which takes minutes on a machine that others use as well. */
const START_MS = 420_000;
/** Time between two looks whether it answers, milliseconds. */
const LOOK_MS = 250;

/**
 * Label Studio's own Python; undefined, with a loud word how to make it, where there is none: it has 1.5 GB, so that it is made by hand.
 */
export function labelStudioPython(): string | undefined {
  const venv = process.env['SIGHTGLASS_LABEL_STUDIO'] ?? join(SCRATCH, 'venv-label-studio');
  const command = join(venv, 'bin/label-studio');
  if (existsSync(command) && spawnSync(join(venv, 'bin/python'), ['-c', 'import importlib.metadata as m; m.version("label-studio")']).status === 0) return command;
  console.warn(`\n*** SKIPPED: a real Label Studio needs Python packages, 1.5 GB: python3 -m venv ${venv} && ${venv}/bin/pip install label-studio==1.23.2 ***\n`);
  return undefined;
}

export interface RunningLabelStudio extends LabelStudio {
  close(): Promise<void>;
}

async function untilHealthy(url: string, child: ChildProcess, log: string): Promise<void> {
  const until = performance.now() + START_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`Label Studio ended with ${child.exitCode}: ${readFileSync(log, 'utf8').slice(-2000)}`);
    const healthy = await fetch(new URL('/health', url)).then(({ ok }) => ok, () => false);
    if (healthy) return;
    if (performance.now() > until) throw new Error(`Label Studio did not answer in ${START_MS / 1000} s: ${readFileSync(log, 'utf8').slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** A Label Studio of its own on loopback, with nothing in it; it asks no other machine for anything. */
export async function startLabelStudio(command: string): Promise<RunningLabelStudio> {
  mkdirSync(SCRATCH, { recursive: true });
  const folder = mkdtempSync(join(SCRATCH, 'label-studio-'));
  const root = join(folder, 'files');
  mkdirSync(root);
  const port = await freePort();
  const token = '0123456789abcdef0123456789abcdef01234567';
  const log = join(folder, 'log');
  const options = [
    'start', '--no-browser', '--internal-host', '127.0.0.1', '--port', String(port), '--username', 'ann@example.com', '--password', 'not-a-secret-1',
    '--user-token', token, '--enable-legacy-api-token', '--data-dir', join(folder, 'data'),
  ];
  const env = {
    ...process.env, LATEST_VERSION_CHECK: 'false', COLLECT_ANALYTICS: '0', SENTRY_DSN: '', FRONTEND_SENTRY_DSN: '',
    LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED: 'true', LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT: root,
  };
  const output = openSync(log, 'w');
  const child = spawn(command, options, { cwd: folder, env, stdio: ['ignore', output, output] });
  const close = async (): Promise<void> => {
    if (child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilHealthy(url, child, log);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, token, root, close };
}
