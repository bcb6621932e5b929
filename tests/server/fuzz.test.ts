import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import sharp from 'sharp';
import type { ProblemBody } from '../../src/server/problem';
import type { BatchResult } from '../../src/server/routes/predict';
import { seeded } from '../../src/teach/shared/split';
import { mutated, mutatedJson, placesOf } from '../support/fuzz/mutate';
import { encodeBmp } from '../support/server/bmp';
import { encodedImage, form, pngBomb, post, startService, type TestService } from '../support/server/service';
import { ROOT } from '../support/shared';

/** Others by `FUZZ_SEED=7 FUZZ_CASES=20000`; the file that fails is told by its number. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20);
const CASES = Number(process.env['FUZZ_CASES'] ?? 480);
const AT_ONCE = 4;
/** What a picture may call for; anything else is a fault of the service. */
const CODES = ['no-picture', 'unsupported-type', 'picture-corrupt', 'picture-too-large', 'timed-out'];
/** Words that tell nobody anything. */
const EMPTY = /unknown error|bad seek|corrupt header|Vips|: \.$|undefined/i;

/** Sequences, clean apertures, turns: what sharp does not write, and all small enough for the service of this test. */
const AVIF_FOLDER = join(ROOT, 'tests/server/pictures');
/** Boxes that say what is where in an AVIF file, and how it is shown. */
const AVIF_BOXES = ['ftyp', 'meta', 'pitm', 'iloc', 'infe', 'ipma', 'ispe', 'pixi', 'av1C', 'colr', 'clap', 'irot', 'imir', 'tkhd', 'mdhd', 'stsd', 'av01', 'stts', 'stsc', 'stsz', 'stco'].map((type) => Buffer.from(type, 'latin1'));

describe('pictures that are not what they say', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ workers: 2, queue: 64, maxPixels: 4_000_000, timeoutMs: 20_000, waitMs: 60_000 });
  });
  afterAll(() => service.end());

  it(`get labels or a reason, ${CASES} of them, and no process is lost`, { timeout: Math.max(120_000, CASES * 500) }, async () => {
    const plain = await encodedImage('png', 90, 70, 4);
    const raw = await sharp(plain).raw().toBuffer();
    const files = [
      ...(await Promise.all((['jpeg', 'png', 'webp', 'gif', 'avif'] as const).map((format) => encodedImage(format, 90, 70)))),
      await sharp(plain).png({ palette: true, progressive: true }).toBuffer(),
      await sharp(plain).webp({ lossless: true }).toBuffer(),
      await sharp(plain).avif({ effort: 0 }).toBuffer(),
      await sharp(plain).jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
      await sharp(plain).toColourspace('cmyk').jpeg().toBuffer(),
      pngBomb(3000, 1200),
      ...([{ bits: 24 }, { bits: 8, runs: true }, { bits: 32, header: 124, masks: [0xff0000, 0xff00, 0xff, 0xff000000] }] as const).map((kind) => encodeBmp(raw, 90, 70, kind)),
      ...readdirSync(AVIF_FOLDER).filter((name) => name !== 'grey-large.avif').map((name) => readFileSync(join(AVIF_FOLDER, name))),
    ];
    const seeds = files.map((file) => new Uint8Array(file));
    const places = seeds.map((bytes) => placesOf(bytes, AVIF_BOXES));
    const { pids } = service.pool;
    const seen = new Map<string, number>();
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let number = next++; number < CASES; number = next++) {
        const random = seeded(SEED * 1_000_003 + number);
        const at = Math.floor(random() * seeds.length);
        const bytes = mutated(seeds[at], seeds[Math.floor(random() * seeds.length)], places[at], random);
        // As a body, or as one of a form.
        const inForm = random() < 0.3;
        const response = inForm
          ? await fetch(`${service.url}/predict/batch`, { method: 'POST', body: form([['file', 'a', bytes]]) })
          : await post(`${service.url}/predict`, bytes);
        const which = `FUZZ_SEED=${SEED}, case ${number}`;
        const answer: unknown = await response.json();
        const error = inForm
          ? (answer as { results: BatchResult[] }).results.map((result) => ('error' in result ? result.error : undefined))[0]
          : (answer as { error?: ProblemBody }).error;
        seen.set(error?.code ?? 'labels', (seen.get(error?.code ?? 'labels') ?? 0) + 1);
        if (!error) continue;
        expect(CODES, `${which}: ${error.message}`).toContain(error.code);
        expect(error.message, which).not.toMatch(EMPTY);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    // All kinds of answer must have come up, or this tests nothing.
    for (const answer of ['labels', 'picture-corrupt', 'unsupported-type']) expect(seen.get(answer), [...seen].join()).toBeGreaterThan(CASES / 100);
    if (!seen.has('timed-out')) {
      expect(service.pool.pids).toEqual(pids);
      expect(service.pool.restarts).toBe(0);
    }
    expect((await post(`${service.url}/predict`, await encodedImage())).status).toBe(200);
  });
});

/** Statuses of `infer` that are no fault of the service. */
const REFUSALS = [400, 404, 413, 415, 503, 504];

describe('requests of the Open Inference Protocol that are not what they say', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ workers: 2, queue: 64, maxFiles: 4, timeoutMs: 20_000, waitMs: 60_000 });
  });
  afterAll(() => service.end());

  /** Requests that are answered, each with what lies behind its JSON. */
  async function requests(): Promise<readonly { readonly head: string; readonly behind: Uint8Array | undefined }[]> {
    const picture = await encodedImage('png', 24, 20);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(picture.length);
    const inJson = { name: 'image', datatype: 'BYTES', shape: [1], data: [picture.toString('base64')] };
    const behind = (length: number): object => ({ parameters: { binary_data_size: length } });
    const pixels = new Uint8Array(new Float32Array(3 * 224 * 224).buffer);
    return [
      { head: JSON.stringify({ id: 'seven', inputs: [inJson], outputs: [{ name: 'probabilities', parameters: { classification: 2 } }] }), behind: undefined },
      { head: JSON.stringify({ inputs: [{ ...inJson, shape: [2], data: [...inJson.data, ...inJson.data] }], parameters: { binary_data_output: true } }), behind: undefined },
      { head: JSON.stringify({ inputs: [{ name: 'image', datatype: 'BYTES', shape: [1, 1], ...behind(picture.length + 4) }], outputs: [{ name: 'logits' }] }), behind: Buffer.concat([size, picture]) },
      { head: JSON.stringify({ inputs: [{ name: 'input', datatype: 'FP32', shape: [1, 3, 224, 224], ...behind(pixels.length) }] }), behind: pixels },
    ];
  }

  it(`get scores or a reason, ${CASES} of them, and no process is lost`, { timeout: Math.max(120_000, CASES * 500) }, async () => {
    const seeds = await requests();
    const { pids } = service.pool;
    const seen = new Map<string, number>();
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let number = next++; number < CASES; number = next++) {
        const random = seeded(SEED * 1_000_003 + number);
        const { head, behind } = seeds[Math.floor(random() * seeds.length)];
        // The JSON, what lies behind it, the length that is said, or nothing but the address.
        const what = Math.floor(random() * 4);
        const json = Buffer.from(what === 0 || behind === undefined ? mutatedJson(head, random) : head);
        const raw = behind && (what === 1 ? mutated(behind, json, [], random) : behind);
        const length = what === 2 ? [-1, 0, 1.5, 1e9, json.length - 1, json.length + 1, NaN][Math.floor(random() * 7)] : json.length;
        const version = what === 3 ? ['/versions/fp16', '/versions/int8', '/versions/fp64', '/versions/..%2F..'][Math.floor(random() * 4)] : '';
        const response = await fetch(`${service.url}/v2/models/efficientnet-lite0${version}/infer`, {
          method: 'POST', body: raw ? Buffer.concat([json, raw]) : json, headers: raw ? { 'Inference-Header-Content-Length': String(length) } : {},
        });
        const which = `FUZZ_SEED=${SEED}, case ${number}`;
        seen.set(String(response.status), (seen.get(String(response.status)) ?? 0) + 1);
        const whole = Buffer.from(await response.arrayBuffer());
        const told = response.headers.get('inference-header-content-length');
        const answer = JSON.parse(whole.toString('utf8', 0, told === null ? whole.length : Number(told))) as { outputs?: unknown; error?: string; code?: string };
        if (response.status === 200) {
          expect(answer.outputs, which).toBeInstanceOf(Array);
          continue;
        }
        expect(REFUSALS, `${which}: ${answer.error}`).toContain(response.status);
        expect(answer.error, which).toMatch(/\S.{10,}/);
        expect(answer.error, which).not.toMatch(EMPTY);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    for (const status of ['200', '400', '404']) expect(seen.get(status), [...seen].join()).toBeGreaterThan(CASES / 100);
    expect(service.pool.pids).toEqual(pids);
    expect(service.pool.restarts).toBe(0);
  });
});
