import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import type { BuiltStage } from './build';

/** A user without rights, for where this runs as root: `node`, as in the image, or else nobody. */
function user(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = readFileSync('/etc/passwd', 'utf8');
  const found = /^node:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd);
  return found ? { uid: Number(found[1]), gid: Number(found[2]) } : undefined;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** The image's own command under way. */
export interface RunningImage {
  readonly url: string;
  /** User id of the process; undefined where the caller is not root. */
  readonly uid: number | undefined;
  /** Runs the HEALTHCHECK's command. @returns its exit code, 0 for healthy */
  health(): number;
  /** Sends STOPSIGNAL. @returns the exit code, and what it had printed */
  stop(): Promise<{ readonly code: number | null; readonly signal: string | null; readonly output: string }>;
  readonly child: ChildProcess;
}

/** Starts what was built as the container would: its CMD, its environment and nothing else, not as root; on loopback and a free port. */
export async function startImage({ stage, workdir, env }: BuiltStage): Promise<RunningImage> {
  if (!stage.command || !stage.health) throw new Error('The last stage has no CMD or no HEALTHCHECK.');
  if (stage.user === undefined || stage.user === 'root' || stage.user === '0') throw new Error('The image would run as root: USER is missing.');
  const port = await freePort();
  const environment = { PATH: process.env['PATH'] ?? '', ...env, HOST: '127.0.0.1', PORT: String(port), WORKERS: '1' };
  const who = user();
  const options = { cwd: workdir, env: environment, ...who };
  const child = spawn(stage.command[0], stage.command.slice(1), { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const [program, ...args] = stage.health;
  return {
    url: `http://127.0.0.1:${port}`,
    uid: who?.uid,
    child,
    health: () => spawnSync(program, args, { ...options, timeout: 10_000 }).status ?? 1,
    async stop() {
      child.kill((stage.stopSignal ?? 'SIGTERM') as NodeJS.Signals);
      return { ...(await ended), output };
    },
  };
}

/** Asks the HEALTHCHECK until it is content. @throws Error after so many seconds, or where the process has ended */
export async function untilHealthy(image: RunningImage, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (image.health() !== 0) {
    if (image.child.exitCode !== null) throw new Error(`The service ended: ${(await image.stop()).output}`);
    if (performance.now() > end) throw new Error(`Not healthy after ${seconds} s.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
