import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../tools/serve';
import { SCRATCH } from '../support/shared';

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
    const again = await fetch(serving.url, { headers: { 'If-None-Match': page.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
  });

  it.each(['/.secret', '/assets/.secret', '/%2esecret', '/assets/%2Esecret', '/../beside.txt', '/..%2fbeside.txt', '/%2e%2e/beside.txt', '/assets/../../beside.txt', '/..%5cbeside.txt', '/%', '/%00'])(
    'gives nothing out that is not of the page: %s',
    async (path) => {
      expect((await ask(path)).status).toBe(404);
    },
  );
});
