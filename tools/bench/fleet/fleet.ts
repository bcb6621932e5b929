import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../../../src/server/settings';
import { freePort } from '../../../tests/support/free-port';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** An instance of the service, a process with recognising processes of its own. */
export interface Instance {
  readonly url: string;
  /** Ends it and all its processes at once, as a machine that fails. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Several instances behind one address. */
export interface Fleet {
  readonly url: string;
  readonly instances: readonly Instance[];
  close(): Promise<void>;
}

/** The nginx of this machine; undefined where there is none. */
export function findNginx(): string | undefined {
  return ['/usr/sbin/nginx', '/usr/local/sbin/nginx', 'nginx'].find((path) => {
    try {
      execFileSync(path, ['-v'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** @param scripted true for recognising processes whose time each request says (tests/support/server/scripted-process.mjs) */
async function startInstance(settings: Partial<Settings>, scripted: boolean): Promise<Instance> {
  const child = fork(join(root, 'tools/bench/fleet/instance.ts'), [JSON.stringify({ settings, scripted })], { cwd: root, execArgv: ['--import', 'tsx'] });
  const ended = once(child, 'exit');
  const [message] = (await Promise.race([once(child, 'message'), ended.then(() => [undefined])])) as [{ url: string } | undefined];
  if (!message) throw new Error('An instance of the service ended while it started.');
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  return { url: message.url, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}

/** An nginx with deploy/nginx/fleet.conf, but for ports. @returns its address, and what ends it */
async function startProxy(nginx: string, urls: readonly string[]): Promise<{ readonly url: string; close(): Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), 'sightglass-fleet-'));
  const port = await freePort();
  const server = '  server 127.0.0.1:4174 max_fails=1 fail_timeout=5s;\n';
  const shipped = readFileSync(join(root, 'deploy/nginx/fleet.conf'), 'utf8');
  const written = shipped
    .replace(server, () => urls.map((url) => server.replace('127.0.0.1:4174', new URL(url).host)).join(''))
    .replace('listen 8080;', `listen 127.0.0.1:${port};`);
  writeFileSync(join(home, 'fleet.conf'), written);
  mkdirSync(join(home, 'temp'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${home}/temp;`).join(' ');
  writeFileSync(
    join(home, 'nginx.conf'),
    // One process: each has a count of its own of who has how much in hand.
    `${process.getuid?.() === 0 ? 'user root;' : ''} worker_processes 1; pid ${home}/pid; error_log ${home}/errors; events {} http { access_log off; ${temporary} include ${home}/fleet.conf; }`,
  );
  const child: ChildProcess = spawn(nginx, ['-p', home, '-c', join(home, 'nginx.conf'), '-g', 'daemon off;'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      child.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Starts so many instances and an nginx in front of them that sends each request to whom has the fewest in hand. */
export async function startFleet(nginx: string, count: number, settings: Partial<Settings>, scripted: boolean): Promise<Fleet> {
  const instances: Instance[] = [];
  try {
    await Promise.all(Array.from({ length: count }, async () => instances.push(await startInstance(settings, scripted))));
    const proxy = await startProxy(nginx, instances.map(({ url }) => url));
    const close = async (): Promise<void> => {
      await Promise.all([proxy.close(), ...instances.map((instance) => instance.stop())]);
    };
    for (let tries = 0; ; tries++) {
      const answered = await fetch(`${proxy.url}/healthz`).then(({ ok }) => ok, () => false);
      if (answered) return { url: proxy.url, instances, close };
      if (tries === 200) throw new Error('nginx does not answer.');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  } catch (error) {
    await Promise.all(instances.map((instance) => instance.stop()));
    throw error;
  }
}

/** What became of requests. */
export interface Answered {
  /** Answers of 200. */
  readonly good: number;
  /** Status of each other answer; 0 where there was none. */
  readonly others: readonly number[];
  /** Answers of 200 a second, from the first request to the last answer. */
  readonly rate: number;
}

/**
 * Sends requests, so many at a time, until all are answered.
 * @param onAnswer called with how many have been answered, each time
 */
export async function sendAll(url: string, body: Uint8Array | string, type: string, count: number, atOnce: number, onAnswer: (answered: number) => void = () => undefined): Promise<Answered> {
  const begun = performance.now();
  let [next, answered, good] = [0, 0, 0];
  const others: number[] = [];
  const lane = async (): Promise<void> => {
    while (next < count) {
      next++;
      const status = await fetch(`${url}/predict`, { method: 'POST', body: body as Uint8Array<ArrayBuffer>, headers: { 'Content-Type': type } }).then(async (response) => {
        await response.arrayBuffer();
        return response.status;
      }, () => 0);
      if (status === 200) good++;
      else others.push(status);
      onAnswer(++answered);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { good, others, rate: good / ((performance.now() - begun) / 1000) };
}
