import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../tools/serve';
import { makeSite, startService, type TestService } from '../support/server/service';

const PATHS = ['/', '/index.html', '/assets/page-abc.js', '/assets/part.mjs', '/assets/part.wasm', '/app.webmanifest', '/models/efficientnet-lite0.json', '/models/efficientnet-lite0.onnx'];
/** What differs by file system, connection and moment, not by server. */
const OF_THE_MOMENT = new Set(['date', 'connection', 'keep-alive', 'etag', 'last-modified', 'content-length', 'transfer-encoding', 'accept-ranges', 'vary', 'x-request-id']);

const headersOf = (response: Response): Record<string, string> =>
  Object.fromEntries([...response.headers].filter(([name]) => !OF_THE_MOMENT.has(name)).map(([name, value]) => [name, value.toLowerCase().replaceAll(' ', '').replace('application/json;charset=utf-8', 'application/json')]));

describe('the page that the service serves', () => {
  let service: TestService;
  let plain: Serving;
  let site: ReturnType<typeof makeSite>;

  beforeAll(async () => {
    site = makeSite();
    service = await startService({ workers: 1 }, true);
    plain = await serveBuilt({ folder: site.folder });
  });
  afterAll(async () => {
    await service.end();
    await plain.close();
    site.remove();
  });

  it.each(PATHS)('has the headers of npm start: %s', async (path) => {
    const [ours, theirs] = await Promise.all([fetch(service.url + path), fetch(plain.url.replace(/\/$/, '') + path)]);
    expect(ours.status).toBe(200);
    expect(theirs.status).toBe(200);
    expect(headersOf(ours)).toEqual(headersOf(theirs));
    expect(Buffer.from(await ours.arrayBuffer()).equals(Buffer.from(await theirs.arrayBuffer()))).toBe(true);
    expect(ours.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(ours.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(ours.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('keeps what changes its name, asks again for the rest, and answers 304', async () => {
    expect((await fetch(`${service.url}/assets/page-abc.js`)).headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const page = await fetch(`${service.url}/`);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    // Not with fetch: it adds Cache-Control: no-cache, which asks for the whole file.
    expect(await raw('/', `If-None-Match: ${page.headers.get('etag')}\r\n`)).toMatch(/^HTTP\/1\.1 304 /);
  });

  /** A path as it is, without the tidying that fetch does. */
  const raw = (path: string, headers = ''): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}Connection: close\r\n\r\n`));
      let text = '';
      socket.setEncoding('utf8').on('data', (part: string) => (text += part)).on('error', reject).on('close', () => resolve(text));
    });

  it.each([
    '/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/..%5csecret.txt', '/assets/../../secret.txt', '/assets/%2e%2e/%2e%2e/secret.txt',
    '//etc/passwd', '/%00', '/index.html%00.js', '/.env', '/assets', '/assets/', '/models/', '/..;/secret.txt', '/%252e%252e/secret.txt',
  ])('does not give away %s', async (path) => {
    const answer = await raw(path);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|403|404) /);
    expect(answer).not.toMatch(/secret$|hidden|root:|part\.wasm/m);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"next"');
  });

  it('tells of parts that cannot be, of methods and of names that are not its own', async () => {
    expect(await raw('/index.html', 'Range: bytes=5-2\r\n')).toMatch(/^HTTP\/1\.1 416 [\s\S]*content-range: bytes \*\/[\s\S]*"range-not-satisfiable"/i);
    expect(await raw('/index.html', 'Range: bytes=-5\r\n')).toMatch(/^HTTP\/1\.1 206 [\s\S]*itle>$/);
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const answer = await fetch(`${service.url}/index.html`, { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
      expect(await answer.json()).toMatchObject({ error: { code: 'method-not-allowed' } });
      expect((await fetch(`${service.url}/nothing`, { method })).status).toBe(404);
    }
    for (const url of ['/', '/healthz', '/metrics', '/nothing', '/predict']) {
      const answer = await service.app.inject({ method: url === '/predict' ? 'POST' : 'GET', url, headers: { host: 'rebound.example' } });
      expect(answer.statusCode, url).toBe(421);
      expect(answer.json()).toMatchObject({ error: { code: 'wrong-host' } });
    }
  });

  it('sends its headers with faults too', async () => {
    const response = await fetch(`${service.url}/nothing`);
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});
