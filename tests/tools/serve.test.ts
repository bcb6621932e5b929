import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { get, request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../tools/serve';
import { ROOT, SCRATCH } from '../support/shared';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request with headers as they are: `fetch` refuses or adds some. */
const send = (url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(url);
    request({ host: hostname, port, path: pathname, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('latin1').on('data', (part: string) => (body += part));
      response.on('error', reject).on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    }).on('error', reject).end();
  });

describe('the server of the built page', () => {
  let folder: string;
  let serving: Serving;

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, 'served-'));
    mkdirSync(join(folder, 'assets'));
    for (const name of ['index.html', 'assets/old.js', '.secret', 'assets/.secret']) writeFileSync(join(folder, name), name);
    writeFileSync(join(folder, '..', 'beside.txt'), 'beside');
    serving = await serveBuilt({ folder });
  });
  afterAll(async () => {
    await serving.close();
    rmSync(folder, { recursive: true, force: true });
    rmSync(join(SCRATCH, 'beside.txt'), { force: true });
  });

  /** Status and body of a path that is sent as it is: `fetch` tidies it up. */
  const ask = (path: string): Promise<{ status: number | undefined; body: string }> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(serving.url);
      get({ host: '127.0.0.1', port, path }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode, body }));
      }).on('error', reject);
    });

  it('goes on when the page is built anew under it', async () => {
    expect(await ask('/assets/old.js')).toEqual({ status: 200, body: 'assets/old.js' });
    rmSync(join(folder, 'assets/old.js'));
    writeFileSync(join(folder, 'assets/new.js'), 'new');
    expect(await ask('/assets/old.js')).toEqual({ status: 404, body: 'Not found' });
    expect(await ask('/assets/new.js')).toEqual({ status: 200, body: 'new' });
    expect(await ask('/')).toEqual({ status: 200, body: 'index.html' });
  });

  it('keeps names in the assets for good, and asks again for all others', async () => {
    expect((await fetch(`${serving.url}assets/new.js`)).headers.get('cache-control')).toContain('immutable');
    const page = await fetch(serving.url);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    // Not with fetch: it adds Cache-Control: no-cache, which asks for the whole file.
    expect((await send(serving.url, { 'If-None-Match': page.headers.get('etag') ?? '' })).status).toBe(304);
  });

  it.each(['/.secret', '/assets/.secret', '/%2esecret', '/assets/%2Esecret', '/../beside.txt', '/..%2fbeside.txt', '/%2e%2e/beside.txt', '/assets/../../beside.txt', '/..%5cbeside.txt', '/%', '/%00'])(
    'gives nothing out that is not of the page: %s',
    async (path) => {
      expect((await ask(path)).status).toBe(404);
    },
  );
});

const FILE = '0123456789abcdefghij';

describe('parts, methods, hosts and links', () => {
  let root: string;
  let folder: string;
  let serving: Serving;
  const file = (): string => `${serving.url}file.bin`;

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    root = mkdtempSync(join(SCRATCH, 'parts-'));
    folder = join(root, 'dist');
    mkdirSync(join(folder, 'inside'), { recursive: true });
    mkdirSync(join(root, 'outside'));
    writeFileSync(join(folder, 'index.html'), 'page');
    writeFileSync(join(folder, 'file.bin'), FILE);
    writeFileSync(join(folder, 'file.bin.br'), 'compressed');
    writeFileSync(join(folder, 'empty.bin'), '');
    writeFileSync(join(folder, 'inside/own.txt'), 'own');
    for (const name of ['secret.txt', 'secret.html', 'index.html']) writeFileSync(join(root, 'outside', name), 'secret');
    symlinkSync(join(root, 'outside/secret.txt'), join(folder, 'link.txt'));
    symlinkSync(join(root, 'outside'), join(folder, 'linked'));
    symlinkSync(join(root, 'outside/secret.txt'), join(folder, 'inside/own.txt.br'));
    symlinkSync(join(folder, 'inside/own.txt'), join(folder, 'alias.txt'));
    serving = await serveBuilt({ folder, files: { '/memory.json': { type: 'application/json', body: '{"in":"memory"}' } } });
  });
  afterAll(async () => {
    await serving.close();
    rmSync(root, { recursive: true, force: true });
  });

  it.each([
    ['bytes=0-0', 'bytes 0-0/20', '0'],
    ['bytes=-10', 'bytes 10-19/20', 'abcdefghij'],
    ['bytes=-1000', 'bytes 0-19/20', FILE],
    ['bytes=5-', 'bytes 5-19/20', '56789abcdefghij'],
    ['bytes=5-1000', 'bytes 5-19/20', '56789abcdefghij'],
    ['bytes=3-5', 'bytes 3-5/20', '345'],
  ])('sends the part %s', async (range, contentRange, body) => {
    const answer = await send(file(), { Range: range, 'Accept-Encoding': 'br' });
    expect(answer).toMatchObject({ status: 206, body, headers: { 'content-range': contentRange, 'content-length': String(body.length) } });
  });

  it.each(['bytes=5-2', 'bytes=20-', 'bytes=100-200', 'bytes=-0'])('answers 416 to the part %s, which the file does not have', async (range) => {
    const answer = await send(file(), { Range: range });
    expect(answer).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */20' } });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect((await send(file())).body).toBe(FILE);
  });

  it.each(['lines=1-2', 'bytes=x', 'bytes', ''])('sends the whole file where the part makes no sense: %j', async (range) => {
    expect(await send(file(), { Range: range })).toMatchObject({ body: FILE });
  });

  it('has no part of an empty file', async () => {
    expect((await send(`${serving.url}empty.bin`, { Range: 'bytes=-10' })).status).toBe(416);
    expect(await send(`${serving.url}empty.bin`)).toMatchObject({ status: 200, body: '' });
  });

  it('sends a part of the file that the asker has begun, and the whole of another one', async () => {
    const { headers } = await send(file());
    const part = { Range: 'bytes=5-6' };
    expect((await send(file(), { ...part, 'If-Range': headers['last-modified'] ?? '' })).body).toBe('56');
    expect(await send(file(), { ...part, 'If-Range': '"another"' })).toMatchObject({ status: 200, body: FILE });
    expect(await send(file(), { ...part, 'If-Range': 'Thu, 01 Jan 2015 00:00:00 GMT' })).toMatchObject({ status: 200, body: FILE });
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('refuses %s, and says what it takes', async (method) => {
    for (const path of ['file.bin', '', 'memory.json']) {
      expect(await send(serving.url + path, {}, method), path).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } });
      expect(await send(serving.url + path, {}, 'OPTIONS'), path).toMatchObject({ status: 204, headers: { allow: 'GET, HEAD, OPTIONS' } });
    }
    expect((await send(`${serving.url}nothing`, {}, method)).status).toBe(404);
  });

  it('answers HEAD with the headers alone', async () => {
    expect(await send(file(), {}, 'HEAD')).toMatchObject({ status: 200, body: '', headers: { 'content-length': '20' } });
    expect(await send(`${serving.url}memory.json`, {}, 'HEAD')).toMatchObject({ status: 200, body: '', headers: { 'content-length': '15' } });
  });

  it.each(['localhost', '127.0.0.1', '127.0.0.1:80', 'LOCALHOST:1234', '[::1]:80', 'sightglass.localhost', 'localhost.'])('answers to %s', async (host) => {
    expect((await send(`${serving.url}memory.json`, { Host: host })).body).toBe('{"in":"memory"}');
  });

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.1.20', '0.0.0.0', 'localhost@evil.example', 'evil.example/localhost'])(
    'gives nothing to who calls it %s', async (host) => {
      for (const path of ['', 'file.bin', 'memory.json', 'nothing']) {
        const answer = await send(serving.url + path, { Host: host });
        expect([400, 421], path).toContain(answer.status);
        expect(answer.body).not.toMatch(/memory|0123|^page/);
      }
    },
  );

  it.each(['link.txt', 'linked/secret.txt', 'linked/', 'linked', 'linked/index.html'])('follows no link out of the folder: %s', async (path) => {
    expect(await send(serving.url + path)).toMatchObject({ status: 404, body: 'Not found' });
  });

  it('follows links within the folder, and sends no compressed file from elsewhere', async () => {
    expect(await send(`${serving.url}alias.txt`)).toMatchObject({ status: 200, body: 'own' });
    expect((await send(`${serving.url}inside/own.txt`, { 'Accept-Encoding': 'br' })).body).not.toContain('secret');
  });
});

/** The server in a process of its own that may have few files open, as `npm start` runs. */
const CHILD = `import { serveBuilt } from ${JSON.stringify(join(ROOT, 'tools/serve.ts'))};
const { url } = await serveBuilt({ folder: process.argv[2] });
console.log(url);
process.on('exit', () => console.log('ended'));`;

describe('the server with few descriptors', () => {
  let folder: string;
  let child: ChildProcess;
  let url: string;

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, 'few-'));
    writeFileSync(join(folder, 'index.html'), 'page');
    writeFileSync(join(folder, 'large.bin'), Buffer.alloc(8_000_000));
    const script = join(folder, 'child.mts');
    writeFileSync(script, CHILD);
    child = spawn('sh', ['-c', 'ulimit -n 100; exec "$@"', 'sh', process.execPath, '--import', 'tsx', script, folder], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    if (!child.stdout) throw new Error('The server has no output.');
    [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  }, 60_000);
  afterAll(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Begins a download and goes away at its first bytes. */
  const abort = (path: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`));
      socket.once('data', () => socket.resetAndDestroy()).once('close', () => resolve());
      socket.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve() : reject(error)));
    });

  it('outlives 300 downloads that are broken off, and still opens files', { timeout: 60_000 }, async () => {
    for (let i = 0; i < 300; i++) await abort('/large.bin');
    expect(child.exitCode).toBeNull();
    const answer = await send(`${url}large.bin`);
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBe(8_000_000);
  });

  it('outlives files that vanish while they are asked for', { timeout: 60_000 }, async () => {
    const name = join(folder, 'passing.bin');
    let going = true;
    // The whole file at once, as a renamed one is there.
    const flicker = (async () => {
      while (going) {
        linkSync(join(folder, 'index.html'), name);
        await new Promise((resolve) => setImmediate(resolve));
        unlinkSync(name);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const seen = new Set<number | undefined>();
    try {
      for (let i = 0; i < 40; i++) {
        for (const { status } of await Promise.all(Array.from({ length: 20 }, () => send(`${url}passing.bin`)))) seen.add(status);
      }
    } finally {
      going = false;
      await flicker;
    }
    expect([...seen].every((status) => status === 200 || status === 404), [...seen].join()).toBe(true);
    expect(child.exitCode).toBeNull();
    expect((await send(`${url}index.html`)).body).toBe('page');
  });

  it('outlives a part that cannot be', async () => {
    expect((await send(`${url}large.bin`, { Range: 'bytes=5-2' })).status).toBe(416);
    expect((await send(`${url}index.html`)).body).toBe('page');
  });
});
