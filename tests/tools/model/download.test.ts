import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChecksumError, download } from '../../../tools/model/download';

const BODY = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251));
const SHA = createHash('sha256').update(BODY).digest('hex');

/** How the server treats each request in turn. */
type Manner = 'whole' | 'cut' | 'no-range' | 'other' | 'error';

describe('download', () => {
  let folder: string;
  let target: string;
  let server: Server;
  let url: string;
  let manners: Manner[];
  let ranges: (string | undefined)[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sightglass-download-'));
    target = join(folder, 'sub/weights.safetensors');
    manners = [];
    ranges = [];
    server = createServer((request, response) => {
      const manner = manners.shift() ?? 'whole';
      ranges.push(request.headers.range);
      const from = manner === 'no-range' ? 0 : Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (manner === 'error') {
        response.writeHead(503).end();
        return;
      }
      const body = manner === 'other' ? Buffer.alloc(BODY.length, 1) : BODY;
      response.writeHead(from > 0 ? 206 : 200, { 'Content-Length': body.length - from });
      if (manner === 'cut') {
        response.write(body.subarray(from, from + 100_000), () => response.destroy());
      } else response.end(body.subarray(from));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.safetensors`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const run = (tries?: number): Promise<void> => download(url, target, SHA, () => undefined, tries);

  it('fetches a file, with progress to the end', async () => {
    const seen: [number, number][] = [];
    await download(url, target, SHA, (received, total) => seen.push([received, total]));
    expect(readFileSync(target).equals(BODY)).toBe(true);
    expect(seen.at(-1)).toEqual([BODY.length, BODY.length]);
    expect(existsSync(`${target}.part`)).toBe(false);
  });

  it('takes a broken connection up where it ended', async () => {
    manners = ['cut', 'cut', 'whole'];
    await run();
    expect(readFileSync(target).equals(BODY)).toBe(true);
    expect(ranges[0]).toBeUndefined();
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('keeps what came for the next run, and leaves a good file alone', async () => {
    await run();
    manners = ['cut'];
    await expect(run(1)).rejects.toThrow(/goes on from there/);
    expect(readFileSync(target).equals(BODY)).toBe(true);
    expect(readFileSync(`${target}.part`).length).toBeGreaterThan(0);
    await run(1);
    expect(ranges.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
    expect(readFileSync(target).equals(BODY)).toBe(true);
  });

  it('begins anew where the server knows no ranges', async () => {
    manners = ['cut', 'no-range'];
    await run();
    expect(readFileSync(target).equals(BODY)).toBe(true);
  });

  it('refuses another file, throws it away, and leaves a good one alone', async () => {
    await run();
    manners = ['other'];
    await expect(run()).rejects.toThrow(ChecksumError);
    expect(readFileSync(target).equals(BODY)).toBe(true);
    expect(existsSync(`${target}.part`)).toBe(false);
  });

  it('checks a part that is already whole', async () => {
    await run();
    writeFileSync(`${target}.part`, BODY);
    rmSync(target);
    await run();
    expect(readFileSync(target).equals(BODY)).toBe(true);
  });

  it('says what the server said', async () => {
    manners = ['error', 'error', 'error'];
    await expect(run()).rejects.toThrow(/503/);
  });
});
