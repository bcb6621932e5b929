import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../src/base/shared/model';
import { NETWORK_VARIABLE, type Network } from '../../src/server/job';
import { ROOT, SCRATCH } from '../support/shared';

const MODELS = join(ROOT, 'public/models');
const manifest = JSON.parse(readFileSync(join(MODELS, 'efficientnet-lite0.json'), 'utf8')) as ModelManifest;
const path = join(MODELS, manifest.variants[0].file);
const network: Network = {
  model: manifest.id,
  precision: manifest.variants[0].precision,
  path,
  preprocessing: manifest.preprocessing,
  selfTest: manifest.variants[0].selfTest,
};

const url = (file: string): string => JSON.stringify(pathToFileURL(join(ROOT, file)).href);
/** Says that the network ran, and stays. */
const STAYS = "console.log('ran'); setInterval(() => undefined, 1e6);";
const evaluated = (code: string): string[] => ['--import', 'tsx', '--input-type=module', '--eval', `${code}\n${STAYS}`];

interface Watched {
  readonly child: ChildProcess;
  readonly home: string;
  /** Hosts that it asked for, by way of its proxy. */
  readonly asked: string[];
  /** Resolves with the first of them. */
  readonly asking: Promise<string>;
  /** Resolves once it has printed that its network ran. */
  readonly ran: Promise<void>;
}

/** The only way out for what has it as its proxy: hears where it leads to, and refuses. */
async function listener(hear: (host: string) => void): Promise<Server> {
  const server = createServer((request, response) => {
    hear(request.url ?? '');
    response.writeHead(403).end();
  });
  server.on('connect', (request, socket) => {
    hear(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const filesBelow = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String);

describe("onnxruntime's telemetry", () => {
  const watched: Watched[] = [];
  const servers: Server[] = [];

  /** Starts a process whose home is a new folder and whose every request is heard. */
  async function watch(
    args: readonly string[],
    said: RegExp,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Watched> {
    const home = mkdtempSync(join(tmpdir(), 'sightglass-home-'));
    const asked: string[] = [];
    let tell: (host: string) => void = () => undefined;
    const asking = new Promise<string>((resolve) => (tell = resolve));
    const server = await listener((host) => {
      asked.push(host);
      tell(host);
    });
    servers.push(server);
    const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const proxies = Object.fromEntries(
      ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].map((name) => [name, proxy]),
    );
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: home, ...proxies, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const ran = new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          if (said.test(output)) resolve();
        });
      }
      child.once('exit', () => reject(new Error(`It ended: ${output}`)));
    });
    const started = { child, home, asked, asking, ran };
    watched.push(started);
    return started;
  }

  const service = `const { default: predict } = await import(FILE);
    const answer = await predict({ network: JSON.parse(process.env.${NETWORK_VARIABLE}), count: 1, limits: { maxPixels: 1, seconds: 1 } });
    if (!answer.ok) throw new Error(answer.detail);`;
  const variables = { [NETWORK_VARIABLE]: JSON.stringify(network) };
  const built = join(SCRATCH, 'telemetry-service');
  const quiet = new Map<string, Watched>();
  let control: Watched;

  beforeAll(async () => {
    await build({ configFile: join(ROOT, 'vite.server.config.ts'), logLevel: 'error', build: { outDir: built } });
    quiet.set(
      "the service's process",
      await watch(evaluated(service.replace('FILE', url('src/server/predict-process.ts'))), /^ran$/m, variables),
    );
    const file = JSON.stringify(pathToFileURL(join(built, 'predict-process.js')).href);
    quiet.set(
      "the built service's process",
      await watch(evaluated(service.replace('FILE', file)), /^ran$/m, variables),
    );
    const tool = `import { knownAnswer } from ${url('tools/model/known-answer.ts')};
      await knownAnswer(await (await import('node:fs/promises')).readFile(${JSON.stringify(path)}), 'fp32', ${manifest.preprocessing.crop});`;
    quiet.set('a tool', await watch(evaluated(tool), /^ran$/m));
    const tests = [
      'node_modules/vitest/vitest.mjs',
      '--project',
      'processes',
      '--watch',
      'tests/tools/quantise-graph.test.ts',
    ];
    quiet.set('a test', await watch(tests, /Tests .* passed/));
    await Promise.all([...quiet.values()].map(({ ran }) => ran));
    // Last: by the time that this one is heard of, the others would have been.
    const plain = `import * as ort from 'onnxruntime-node'; await ort.InferenceSession.create(${JSON.stringify(path)});`;
    control = await watch(evaluated(plain), /^ran$/m);
    await control.asking;
  });
  afterAll(() => {
    for (const { child, home } of watched) {
      child.kill('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    }
    for (const server of servers) server.close();
    rmSync(built, { recursive: true, force: true });
  });

  it('is on, and is heard and seen here, where nobody turns it off', () => {
    expect(control.asked.join()).toMatch(/microsoft\.com/);
    expect(filesBelow(control.home).join()).toMatch(/onnxruntime\.db/);
  });

  it.each(["the service's process", "the built service's process", 'a tool', 'a test'])(
    'is off in %s: no file, no request',
    (name) => {
      const { home, asked, child } = quiet.get(name) as Watched;
      expect(child.exitCode).toBeNull();
      expect(asked).toEqual([]);
      expect(filesBelow(home)).toEqual([]);
    },
  );
});
