import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../support/server/service';
import type { Settings } from '../../src/server/settings';

const KEYS = ['first-key-0123456789', 'second-key-9876543210'];

describe('who may call', () => {
  let service: TestService | undefined;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sightglass-keys-'));
  });
  afterEach(async () => {
    await service?.end();
    service = undefined;
    rmSync(folder, { recursive: true, force: true });
  });
  const start = async (settings: Partial<Settings>): Promise<string> => (service = await startService({ workers: 1, ...settings }, true)).url;
  const keysFile = (text: string): string => {
    writeFileSync(join(folder, 'keys'), text);
    return join(folder, 'keys');
  };
  const predict = (url: string, headers: Record<string, string> = {}, path = '/predict'): Promise<Response> =>
    fetch(`${url}${path}`, { method: 'POST', body: 'answer', headers: { 'Content-Type': 'image/png', ...headers } });

  it('is anybody, as often as they like, unless told', async () => {
    const url = await start({});
    for (let i = 0; i < 5; i++) {
      const response = await predict(url);
      expect([response.status, response.headers.get('ratelimit-limit') ?? response.headers.get('x-ratelimit-limit')]).toEqual([200, null]);
    }
  });

  it('is who has a key of the file, in either header; what recognises nothing is open', async () => {
    const url = await start({ apiKeysFile: keysFile(`# ours\n${KEYS.join('\r\n')}\n\n`) });
    for (const key of KEYS) {
      expect((await predict(url, { Authorization: `Bearer ${key}` })).status).toBe(200);
      expect((await predict(url, { 'X-API-Key': key })).status).toBe(200);
    }
    for (const headers of [{}, { Authorization: 'Bearer ours' }, { 'X-API-Key': '# ours' }, { 'X-API-Key': '' }, { Authorization: `Basic ${KEYS[0]}` }, { 'X-API-Key': `${KEYS[0]}0` }]) {
      const refused = await predict(url, headers as Record<string, string>);
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(await refused.json()).toMatchObject({ code: 'unauthorised' });
    }
    for (const path of ['/predict/batch', '/v2/models/efficientnet-lite0/infer']) {
      const refused = await predict(url, {}, path);
      expect([refused.status, refused.headers.get('www-authenticate')], path).toEqual([401, 'Bearer']);
    }
    for (const path of ['/healthz', '/v2/health/ready', '/metrics', '/']) expect((await fetch(`${url}${path}`)).status, path).toBe(200);
  });

  it.each([['', /has no key/], ['# nothing\n', /has no key/], ['first-key-0123456789\nshort\n', /line 2: a key has at least 16/]])('refuses to start with the file %j', async (text, words) => {
    await expect(start({ apiKeysFile: keysFile(text) })).rejects.toThrow(words);
  });

  it('refuses to start without the file', async () => {
    await expect(start({ apiKeysFile: join(folder, 'none') })).rejects.toThrow(/cannot be read.*none/);
  });

  it('may call so often a minute, each by itself, and is told when again', async () => {
    const url = await start({ rateLimit: 2, apiKeysFile: keysFile(KEYS.join('\n')) });
    const ask = (key: string): Promise<Response> => predict(url, { 'X-API-Key': key });
    expect([(await ask(KEYS[0])).status, (await ask(KEYS[0])).status]).toEqual([200, 200]);
    const refused = await ask(KEYS[0]);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(await refused.json()).toMatchObject({ code: 'too-many-requests', message: 'At most 2 requests a minute are taken of one caller.' });
    expect((await ask(KEYS[1])).status).toBe(200);
    for (let i = 0; i < 5; i++) expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('may read in a page how often they may call, where that page may call at all', async () => {
    const origin = 'https://shop.example';
    const url = await start({ rateLimit: 1, allowOrigin: origin });
    expect((await predict(url, { Origin: origin })).status).toBe(200);
    const refused = await predict(url, { Origin: origin });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([429, origin]);
    const exposed = refused.headers.get('access-control-expose-headers')?.toLowerCase().split(', ') ?? [];
    const told = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'retry-after'];
    expect(told.map((name) => refused.headers.has(name))).toEqual(told.map(() => true));
    expect(exposed).toEqual(expect.arrayContaining([...told, 'inference-header-content-length']));
    const asked = await fetch(`${url}/v2/models/efficientnet-lite0/infer`, { method: 'OPTIONS', headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' } });
    expect(asked.headers.get('access-control-allow-headers')).toContain('Inference-Header-Content-Length');
  });

  it('are one in an IPv6 network of 64 bits, whose addresses are all of one line', async () => {
    await start({ rateLimit: 1 });
    const from = async (remoteAddress: string): Promise<number | undefined> =>
      (await service?.app.inject({ method: 'POST', url: '/predict', payload: 'answer', headers: { 'Content-Type': 'image/png' }, remoteAddress }))?.statusCode;
    expect([await from('2001:db8::1'), await from('2001:db8::2'), await from('2001:db8:0:1::1'), await from('192.0.2.1'), await from('192.0.2.2')]).toEqual([200, 429, 200, 200, 200]);
  });
});
