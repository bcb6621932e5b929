import { METHODS } from 'node:http';
import { connect } from 'node:net';
import type { LightMyRequestResponse as InjectedAnswer } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProblemDocument } from '../../src/server/problem';
import { post, startService, type TestService } from '../support/server/service';

/** What HTTP, browsers and operators expect of any service, whatever it is for. */
describe('the rules of HTTP', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ workers: 1, allowOrigin: 'https://friend.example, http://localhost:3000' }, true);
  });
  afterAll(() => service.end());

  /** Sends bytes as they are. @returns all that is answered until the connection ends */
  const raw = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () => socket.write(bytes));
      let text = '';
      socket.setEncoding('utf8').on('data', (part: string) => (text += part)).on('error', reject).on('close', () => resolve(text));
    });
  const problemIn = (answer: string): ProblemDocument => {
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    return JSON.parse(answer.split('\r\n\r\n')[1]) as ProblemDocument;
  };
  const call = (headers: Readonly<Record<string, string>>, method = 'POST'): Promise<InjectedAnswer> =>
    service.app.inject({ method: method as 'POST', url: '/predict?k=1', headers: { host: '127.0.0.1:4174', 'content-type': 'image/png', ...headers }, ...(method === 'POST' ? { payload: 'answer' } : {}) });

  it.each([
    ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'bad-request'],
    ['an Expect that nobody knows', 'POST /predict HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n', 417, 'expectation-failed'],
    ['no HTTP', 'HELLO\r\n\r\n', 400, 'bad-request'],
    ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
    ['two lengths', 'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400, 'bad-request'],
    ['a coding that nobody knows', 'POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: tea\r\n\r\n', 400, 'bad-request'],
    ['a path that is none', 'GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400, 'bad-request'],
    ['JSON that is none', 'POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{', 415, 'unsupported-type'],
    ['no request in time', '', 408, 'request-timeout'],
  ])('answers %s in the one shape', async (_what, bytes, status, code) => {
    if (bytes === '') {
      const slow = await startService({ workers: 1, uploadMs: 500 }, true);
      const answer = await new Promise<string>((resolve) => {
        const socket = connect(Number(new URL(slow.url).port), '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n'));
        let text = '';
        socket.setEncoding('utf8').on('data', (part: string) => (text += part)).on('close', () => resolve(text));
      });
      await slow.end();
      expect(problemIn(answer)).toMatchObject({ status, code });
      return;
    }
    const answer = await raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const problem = problemIn(answer);
    expect(problem).toMatchObject({ status, code, error: { status, code } });
    expect(problem.detail.length).toBeGreaterThan(10);
    expect(problem.next.length).toBeGreaterThan(10);
  });

  it('goes on after 100-continue', async () => {
    const answer = await raw('POST /predict?k=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Type: image/png\r\nContent-Length: 6\r\n\r\nanswer');
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  it.each([
    ['/predict', ['POST'], 405], ['/predict/batch', ['POST'], 405], ['/healthz', ['GET', 'HEAD'], 405], ['/metrics', ['GET', 'HEAD'], 405], ['/openapi.json', ['GET', 'HEAD'], 405],
    ['/index.html', ['GET', 'HEAD'], 405], ['/', ['GET', 'HEAD'], 405], ['/nothing', ['GET', 'HEAD'], 404],
    ['/v2', ['GET', 'HEAD'], 405], ['/v2/health/ready', ['GET', 'HEAD'], 405], ['/v2/models/efficientnet-lite0/infer', ['POST'], 405], ['/v2/nothing', ['GET', 'HEAD'], 404],
  ] as const)('answers every method at %s', async (url, allowed, wrong) => {
    for (const method of METHODS.filter((name) => name !== 'CONNECT' && !(allowed as readonly string[]).includes(name))) {
      const answer = await raw(`${method} ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      const status = wrong === 404 ? 404 : method === 'OPTIONS' ? 204 : 405;
      expect(answer, `${method} ${url}`).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      if (wrong === 405) expect(answer.toLowerCase(), `${method} ${url}`).toContain(`allow: ${[...allowed, 'OPTIONS'].join(', ').toLowerCase()}\r\n`);
    }
  });

  it('refuses pages of other sites by Sec-Fetch-Site, and over plain http, where browsers send none, by Origin', async () => {
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, { origin: 'https://evil.example' }, { origin: 'null' },
      { origin: 'http://127.0.0.1:9999' }, { origin: 'http://127.0.0.1:9999', 'sec-fetch-site': 'same-site' }, { origin: 'nonsense' },
    ];
    for (const headers of foreign) {
      const answer = await call(headers);
      expect(answer.statusCode, JSON.stringify(headers)).toBe(403);
      expect(answer.json()).toMatchObject({ error: { code: 'cross-site' } });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
    // Itself, also behind a proxy that speaks TLS or calls it by another name; what a person opens; programs.
    const own: Record<string, string>[] = [{}, { origin: 'http://127.0.0.1:4174' }, { origin: 'https://127.0.0.1:4174' }, { origin: 'https://proxy.example', 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }];
    for (const headers of own) expect((await call(headers)).statusCode, JSON.stringify(headers)).toBe(200);
  });

  it('lets pages of the origins that it is told of call it and read the answer, after their preflight', async () => {
    for (const origin of ['https://friend.example', 'http://localhost:3000']) {
      const answer = await call({ origin, 'sec-fetch-site': 'cross-site' });
      expect(answer.statusCode).toBe(200);
      expect(answer.headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' });
      expect(answer.headers['access-control-expose-headers']).toContain('Sightglass-Model');
      const preflight = await call({ origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }, 'OPTIONS');
      expect(preflight.statusCode).toBe(204);
      expect(preflight.headers).toMatchObject({ 'access-control-allow-origin': origin, 'access-control-allow-methods': 'GET, HEAD, POST' });
      expect(String(preflight.headers['access-control-allow-headers'])).toContain('Content-Type');
      // Faults can be read as well.
      expect((await call({ origin, 'content-type': 'text/plain' })).headers['access-control-allow-origin']).toBe(origin);
    }
    const preflight = await call({ origin: 'https://evil.example', 'access-control-request-method': 'POST' }, 'OPTIONS');
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
    const open = await startService({ workers: 1, allowOrigin: '*' }, true);
    const anyone = await fetch(`${open.url}/predict`, { method: 'POST', body: 'answer', headers: { 'Content-Type': 'image/png', Origin: 'https://anyone.example' } });
    await open.end();
    expect(anyone.status).toBe(200);
    expect(anyone.headers.get('access-control-allow-origin')).toBe('*');
  });

  it("gives each answer its request's id: the caller's where that is one", async () => {
    const first = await post(`${service.url}/predict`, 'answer');
    const second = await fetch(`${service.url}/nothing`);
    expect(first.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect((await call({ 'x-request-id': 'mine-7' })).headers['x-request-id']).toBe('mine-7');
    for (const bad of ['a b', 'x'.repeat(200), '{"a":1}']) expect((await call({ 'x-request-id': bad })).headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  });
});
