import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compressFolder, type Saved } from '../../tools/compress';
import { serveBuilt, type Serving } from '../../tools/serve';
import { SCRATCH } from '../support/shared';

const SCRIPT = `export const words = ${JSON.stringify(Array.from({ length: 400 }, (_, i) => `word ${i}`))};`;
const NOISE = `/* ${randomBytes(3000).toString('latin1')} */`;

async function ask(url: string, encoding: string): Promise<{ response: IncomingMessage; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'Accept-Encoding': encoding } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ response, body: Buffer.concat(chunks) }));
    }).on('error', reject);
  });
}

describe('the built page, compressed', () => {
  let folder: string;
  let saved: Saved;
  let serving: Serving;

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, 'compressed-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), `<!doctype html>${'<p>word</p>'.repeat(200)}`);
    writeFileSync(join(folder, 'assets/words.js'), SCRIPT);
    writeFileSync(join(folder, 'assets/small.js'), 'export {};');
    writeFileSync(join(folder, 'assets/noise.css'), Buffer.from(NOISE, 'latin1'));
    writeFileSync(join(folder, 'assets/model.onnx'), Buffer.alloc(4000));
    saved = await compressFolder(folder);
    serving = await serveBuilt({ folder });
  });
  afterAll(async () => {
    await serving.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has a compressed file beside each that is smaller so', () => {
    expect(saved.files).toBe(2);
    expect(saved.br).toBeLessThan(saved.gz);
    expect(saved.gz).toBeLessThan(saved.plain / 3);
    for (const name of ['small.js', 'noise.css', 'model.onnx']) expect(existsSync(join(folder, 'assets', `${name}.br`)), name).toBe(false);
  });

  it.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['identity', undefined, (bytes: Buffer) => bytes],
  ] as const)('is sent to who takes %s as %s', async (accepted, sent, unpack) => {
    const { response, body } = await ask(`${serving.url}assets/words.js`, accepted);
    expect(response.headers['content-encoding']).toBe(sent);
    expect(response.headers['content-type']).toMatch(/javascript/);
    expect(response.headers.vary).toMatch(/accept-encoding/i);
    expect(unpack(body).toString()).toBe(SCRIPT);
    if (sent) expect(body.length).toBeLessThan(SCRIPT.length / 2);
  });
});
