import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProblemBody, ProblemDocument } from '../../src/server/problem';
import { encodeBmp } from '../support/server/bmp';
import { noise } from '../support/weights';
import { form, encodedImage, pngBomb, post, startService, type TestService } from '../support/server/service';

const MAX_BYTES = 400_000;
const MAX_PIXELS = 4_000_000;

/** What a failure must look like whatever went wrong: words, what to do, nothing of the inside. */
async function problemOf(response: Response, status: number, code: string): Promise<ProblemBody> {
  const text = await response.text();
  expect(response.status, text).toBe(status);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const { error, ...members } = JSON.parse(text) as ProblemDocument;
  expect(error).toMatchObject({ status, code });
  // RFC 9457's members, and ours beside them.
  expect(members).toMatchObject({ ...error, detail: error.message, type: `urn:problem-type:sightglass:${code}` });
  expect(members.title.length).toBeGreaterThan(3);
  expect(members.instance).toBe(`urn:sightglass:request:${response.headers.get('x-request-id')}`);
  expect(error.message.length).toBeGreaterThan(10);
  expect(error.next.length).toBeGreaterThan(10);
  expect(text).not.toMatch(/node_modules|\.ts\b|\.js\b|Error:/);
  expect(`${error.message} ${error.next}`).not.toMatch(/\bat .*:\d+/);
  return error;
}

describe('errors', () => {
  let service: TestService;
  let png: Buffer;
  const predict = (path = ''): string => `${service.url}/predict${path}`;

  beforeAll(async () => {
    [service, png] = await Promise.all([
      startService({ maxBytes: MAX_BYTES, maxPixels: MAX_PIXELS, maxFiles: 3, maxBatchBytes: 700_000, workers: 1 }),
      encodedImage(),
    ]);
  });
  afterAll(() => service.end());

  /** After whatever it was, the service answers a good image. */
  const stillWell = async (): Promise<void> => expect((await post(predict(), png)).status).toBe(200);

  describe('of the address', () => {
    it.each(['0', '-1', '1001', '1.5', 'three', '', ' ', '1e3x', '0x', 'Infinity', 'NaN'])('refuses k=%j', async (k) => {
      const error = await problemOf(await post(predict(`?k=${encodeURIComponent(k)}`), png), 400, 'bad-parameter');
      expect(error.message).toContain('1 to 1000');
    });
    it('refuses a parameter that it does not know, or one that comes twice', async () => {
      expect((await problemOf(await post(predict('?top=5'), png), 400, 'bad-parameter')).message).toContain('"top"');
      await problemOf(await post(predict('?k=1&k=2'), png), 400, 'bad-parameter');
    });
    it('names the models and precisions that are there', async () => {
      expect((await problemOf(await post(predict('?model=vgg'), png), 404, 'no-such-model')).message).toContain('efficientnet-lite0');
      expect((await problemOf(await post(predict('?precision=fp8'), png), 404, 'no-such-model')).message).toContain('fp16, int8');
      await problemOf(await post(predict('?model=../../etc/passwd'), png), 404, 'no-such-model');
    });
    it('says where there is nothing, and which method is right', async () => {
      await problemOf(await fetch(`${service.url}/nothing`), 404, 'not-found');
      await problemOf(await post(`${service.url}/healthz`, png), 405, 'method-not-allowed');
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
        for (const path of ['/predict', '/predict/batch']) {
          const response = await fetch(service.url + path, { method });
          expect(response.headers.get('allow')).toBe('POST, OPTIONS');
          await problemOf(response, 405, 'method-not-allowed');
        }
      }
      await problemOf(await fetch(`${service.url}/%zz`), 400, 'bad-request');
    });
  });

  describe('of the upload', () => {
    it('says that nothing came', async () => {
      await problemOf(await fetch(predict(), { method: 'POST' }), 400, 'no-picture');
      await problemOf(await post(predict(), ''), 400, 'no-picture');
      await problemOf(await fetch(predict(), { method: 'POST', body: form([['file', 'empty.jpg', '']]) }), 400, 'no-picture');
      const other = await fetch(predict(), { method: 'POST', body: form([['image', 'a.png', png]]) });
      expect((await problemOf(other, 400, 'no-picture')).message).toContain('"image"');
      await problemOf(await fetch(predict('/batch'), { method: 'POST', body: new FormData() }), 400, 'no-picture');
    });
    it('wants one picture in a form', async () => {
      const two = form([['file', 'a.png', png], ['file', 'b.png', png]]);
      await problemOf(await fetch(predict(), { method: 'POST', body: two }), 400, 'bad-upload');
      const text = new FormData();
      text.append('file', 'words');
      await problemOf(await fetch(predict(), { method: 'POST', body: text }), 400, 'bad-upload');
      await problemOf(await post(predict('/batch'), png), 400, 'bad-upload');
    });
    it.each([
      ['cut short', 'bad-upload', '--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nabc'],
      ['without an end of its head', 'bad-upload', '--x\r\nContent-Disposition: form-data; na'],
      ['empty', 'no-picture', ''],
      ['of something else', 'bad-upload', 'words'],
    ])('tells of a form that is %s', async (_what, code, body) => {
      await problemOf(await post(predict(), body, 'multipart/form-data; boundary=x'), 400, code);
      await problemOf(await post(predict(), body, 'multipart/form-data'), 400, 'bad-upload');
      await stillWell();
    });
    it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense'])('does not take the type %s', async (type) => {
      const error = await problemOf(await post(predict(), '{}', type), 415, 'unsupported-type');
      expect(error.message).toContain(type);
      expect(error.next).toContain('curl');
    });
    it('refuses a file that is too large, before and while it is read, and the sender sees why', async () => {
      const big = Buffer.alloc(3 * MAX_BYTES);
      const error = await problemOf(await post(predict(), big), 413, 'upload-too-large');
      expect(error.message).toMatch(/\d{6}/);
      expect((await problemOf(await post(predict(), big.subarray(0, MAX_BYTES + 1)), 413, 'upload-too-large')).message).toContain(String(MAX_BYTES));
      const body = form([['file', 'big.png', big.subarray(0, MAX_BYTES + 1)]]);
      await problemOf(await fetch(predict(), { method: 'POST', body }), 413, 'upload-too-large');
      await problemOf(await fetch(predict(), { method: 'POST', body: form([['file', 'big.png', big]]) }), 413, 'upload-too-large');
      const streamed = new ReadableStream({
        start(controller) {
          for (let i = 0; i < 20; i++) controller.enqueue(new Uint8Array(100_000));
          controller.close();
        },
      });
      const chunked = await fetch(predict(), { method: 'POST', body: streamed, duplex: 'half', headers: { 'Content-Type': 'image/png' } } as RequestInit);
      await problemOf(chunked, 413, 'upload-too-large');
      await stillWell();
    });
    it('bounds a batch: files, their sum, each one', async () => {
      const batch = (count: number, bytes: Buffer): Promise<Response> =>
        fetch(predict('/batch'), { method: 'POST', body: form(Array.from({ length: count }, (_, i) => ['file', `${i}.png`, bytes] as const)) });
      expect((await problemOf(await batch(4, png), 413, 'too-many-files')).message).toContain('4 files');
      await problemOf(await batch(3, Buffer.alloc(250_000)), 413, 'upload-too-large');
      const response = await fetch(predict('/batch'), {
        method: 'POST', body: form([['file', 'big.png', Buffer.alloc(MAX_BYTES + 1)], ['file', 'good.png', png]]),
      });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ results: [{ error: { status: 413, code: 'upload-too-large' } }, { predictions: [{}, {}, {}] }] });
    });
  });

  describe('of the picture', () => {
    it.each([
      ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>', 'SVG'],
      ['SVG with a prologue', '<?xml version="1.0"?>\n<!-- a -->\n<svg width="9" height="9"/>', 'SVG'],
      ['PDF', '%PDF-1.7\n1 0 obj\n', 'PDF'],
      ['HTML', '<!doctype html><title>x</title>', 'no picture'],
      ['words', 'words', 'no picture'],
    ])('refuses %s', async (_what, bytes, word) => {
      for (const type of ['image/png', 'image/svg+xml', 'application/octet-stream']) {
        expect((await problemOf(await post(predict(), bytes, type), 415, 'unsupported-type')).message).toContain(word);
      }
    });
    it('refuses HEIC, which sharp is built without, by its name', async () => {
      const heic = Buffer.alloc(64);
      heic.writeUInt32BE(24, 0);
      heic.write('ftypheic\0\0\0\0mif1heic', 4, 'latin1');
      const error = await problemOf(await post(predict(), heic, 'image/heic'), 415, 'unsupported-type');
      expect(error.message).toContain('HEIC');
      expect(error.next).toContain('JPEG');
    });
    it.each([
      ['cut short in its pixels', (bmp: Buffer) => bmp.subarray(0, bmp.length / 2), 400, 'picture-corrupt', /ends too early/],
      ['cut short in its header', (bmp: Buffer) => bmp.subarray(0, 30), 400, 'picture-corrupt', /ends too early/],
      ['cut short in its palette', (bmp: Buffer) => bmp.subarray(0, 100), 400, 'picture-corrupt', /palette ends too early/],
      ['of no size', (bmp: Buffer) => bmp.fill(0, 18, 22), 400, 'picture-corrupt', /size is 0 x 20/],
      ['of 7 bits a pixel', (bmp: Buffer) => bmp.fill(7, 28, 29), 400, 'picture-corrupt', /7 bits a pixel/],
      ['with a header of no known length', (bmp: Buffer) => bmp.fill(200, 14, 15), 400, 'picture-corrupt', /200 bytes/],
      ['around a JPEG', (bmp: Buffer) => bmp.fill(4, 30, 31), 415, 'unsupported-type', /holds a JPEG/],
      ['of a huge size', (bmp: Buffer) => bmp.fill(0x7f, 18, 26), 413, 'picture-too-large', /2139062143 x 2139062143/],
    ] as const)('says what is wrong with a BMP %s', async (_what, change, status, code, words) => {
      const bmp = encodeBmp(Buffer.alloc(30 * 20 * 4, 99), 30, 20, { bits: 8 });
      expect((await post(predict(), bmp)).status).toBe(200);
      expect((await problemOf(await post(predict(), change(bmp)), status, code)).message).toMatch(words);
      await stillWell();
    });
    it('reads a BMP whose runs are longer than its rows as far as it goes', async () => {
      const bmp = encodeBmp(Buffer.alloc(30 * 20 * 4, 99), 30, 20, { bits: 8, runs: true });
      for (let at = bmp.readUInt32LE(10); at < bmp.length - 2; at += 2) if (bmp[at] > 0) bmp[at] = 255;
      expect((await post(predict(), bmp)).status).toBe(200);
    });
    it('refuses TIFF, which no browser shows', async () => {
      expect((await problemOf(await post(predict(), await sharp(png).tiff().toBuffer()), 415, 'unsupported-type')).message).toContain('TIFF');
    });
    it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('names what is wrong with a %s that was cut short', async (format) => {
      const whole = await encodedImage(format, 300, 300);
      for (const share of [0.15, 0.4, 0.7, 0.95]) {
        const response = await post(predict(), whole.subarray(0, Math.floor(whole.length * share)));
        const error = await problemOf(response, 400, 'picture-corrupt');
        expect(error.message).toMatch(/^The picture('s header cannot be read| cannot be decoded): \S.{5,}\.$/s);
        expect(error.message).not.toMatch(/unknown error/i);
      }
      await stillWell();
    });
    it('refuses by its header a picture that would fill the memory', async () => {
      const bomb = pngBomb(30_000, 30_000);
      expect(bomb.length).toBeLessThan(MAX_BYTES);
      const error = await problemOf(await post(predict(), bomb), 413, 'picture-too-large');
      expect(error.message).toContain('30000 x 30000');
      expect(error.message).toContain(String(MAX_PIXELS));
      const header = Buffer.from(await encodedImage('jpeg', 64, 64));
      const frame = header.indexOf(Buffer.from([0xff, 0xc0]));
      header.writeUInt16BE(65_000, frame + 5);
      header.writeUInt16BE(65_000, frame + 7);
      await problemOf(await post(predict(), header), 413, 'picture-too-large');
      await stillWell();
    });
    it('lives through chunks that unpack to far more than they are', async () => {
      const packed = deflateSync(Buffer.alloc(200_000_000), { level: 9 });
      const text = Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), packed]);
      const profile = Buffer.concat([Buffer.from('icc\0\0', 'latin1'), packed]);
      for (const bomb of [pngBomb(8, 8, [['zTXt', text]]), pngBomb(8, 8, [['iCCP', profile]])]) {
        expect(bomb.length).toBeLessThan(MAX_BYTES);
        expect([200, 400]).toContain((await post(predict(), bomb)).status);
      }
      await stillWell();
    });
    it('answers every mangled picture with labels or a reason', async () => {
      const next = noise(7);
      const random = (below: number): number => Math.floor(((next() + 1) / 2) * below);
      const seen = new Map<number, number>();
      for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif'] as const) {
        const whole = await encodedImage(format, 90, 70);
        for (let round = 0; round < 24; round++) {
          const mangled = Buffer.from(whole.subarray(0, round % 3 === 0 ? random(whole.length) : whole.length));
          for (let i = 0; i < random(12); i++) if (mangled.length > 0) mangled[random(mangled.length)] = random(256);
          const response = await post(predict(), mangled);
          seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
          if (response.status === 200) expect(await response.json()).toHaveLength(3);
          else {
            const { error } = (await response.clone().json()) as { error: ProblemBody };
            expect(['no-picture', 'unsupported-type', 'picture-corrupt', 'picture-too-large'], error.message).toContain(error.code);
            await problemOf(response, error.status, error.code);
          }
        }
      }
      for (let round = 0; round < 20; round++) {
        const bytes = Buffer.from(Array.from({ length: random(2000) }, () => random(256)));
        expect([400, 415]).toContain((await post(predict(), bytes)).status);
      }
      // Both kinds of answer must have come up, or this test tests nothing.
      expect(seen.get(200)).toBeGreaterThan(0);
      expect(seen.get(400)).toBeGreaterThan(0);
      await stillWell();
    });
  });

  describe('of the connection', () => {
    const raw = (bytes: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () => socket.write(bytes));
        let text = '';
        socket.setEncoding('utf8').on('data', (part: string) => (text += part)).on('error', reject).on('close', () => resolve(text));
      });

    it('answers what is no HTTP in the same shape', async () => {
      const answer = await raw('HELLO\r\n\r\n');
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(JSON.parse(answer.split('\r\n\r\n')[1])).toMatchObject({ error: { status: 400, code: 'bad-request' } });
      expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    });
    it('reads the next request of a connection after one that was too large', async () => {
      const size = 3 * MAX_BYTES;
      const head = 'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n';
      const answer = await raw(`${head}${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['413', '200']);
    });
    it('gives room back when a sender goes away in the middle', async () => {
      for (const type of ['image/png', 'multipart/form-data; boundary=x']) {
        await new Promise<void>((resolve) => {
          const sending = httpRequest(predict(), { method: 'POST', headers: { 'Content-Type': type, 'Content-Length': 300_000 } });
          sending.on('error', () => resolve());
          sending.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nabc');
          setTimeout(() => sending.destroy(), 100);
        });
      }
      await expect.poll(async () => (await fetch(`${service.url}/metrics`)).text()).toMatch(/^sightglass_held_upload_bytes 0$/m);
      await stillWell();
    });
  });
});
