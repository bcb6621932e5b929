import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import sharp from 'sharp';
import type { ProblemBody } from '../../src/server/problem';
import type { BatchResult } from '../../src/server/routes/predict';
import { seeded } from '../../src/teach/shared/split';
import { mutated, placesOf } from '../support/fuzz/mutate';
import { encodedImage, form, pngBomb, post, startService, type TestService } from '../support/server/service';

/** Others by `FUZZ_SEED=7 FUZZ_CASES=20000`; the file that fails is told by its number. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20);
const CASES = Number(process.env['FUZZ_CASES'] ?? 480);
const AT_ONCE = 4;
/** What a picture may call for; anything else is a fault of the service. */
const CODES = ['no-picture', 'unsupported-type', 'picture-corrupt', 'picture-too-large', 'timed-out'];
/** Words that tell nobody anything. */
const EMPTY = /unknown error|bad seek|corrupt header|Vips|: \.$|undefined/i;

describe('pictures that are not what they say', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ workers: 2, queue: 64, maxPixels: 4_000_000, timeoutMs: 20_000, waitMs: 60_000 });
  });
  afterAll(() => service.end());

  it(`get labels or a reason, ${CASES} of them, and no process is lost`, { timeout: Math.max(120_000, CASES * 500) }, async () => {
    const plain = await encodedImage('png', 90, 70, 4);
    const files = [
      ...(await Promise.all((['jpeg', 'png', 'webp', 'gif', 'avif'] as const).map((format) => encodedImage(format, 90, 70)))),
      await sharp(plain).png({ palette: true, progressive: true }).toBuffer(),
      await sharp(plain).webp({ lossless: true }).toBuffer(),
      await sharp(plain).avif({ effort: 0 }).toBuffer(),
      await sharp(plain).jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
      await sharp(plain).toColourspace('cmyk').jpeg().toBuffer(),
      pngBomb(3000, 1200),
    ];
    const seeds = files.map((file) => new Uint8Array(file));
    const places = seeds.map((bytes) => placesOf(bytes, []));
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
