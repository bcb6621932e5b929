// One of the page's own models, whose kept file may have gone bad.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { modelKey } from '../../../src/base/shared/offline';
import { siteModel } from '../../../src/recognise/worker/site-model';

const URL = 'https://app.test/models/one.onnx';
const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const variant = { precision: 'fp32', file: 'one.onnx', bytes: BYTES.length, sha256: createHash('sha256').update(BYTES).digest('hex') } as const;
const KEY = modelKey(URL, variant.sha256);

describe('a model file that is kept', () => {
  let kept: Map<string, Response>;
  let fetched: number;

  beforeEach(() => {
    kept = new Map();
    fetched = 0;
    const cache = {
      match: (key: string) => Promise.resolve(kept.get(key)?.clone()),
      put: (key: string, response: Response) => Promise.resolve(void kept.set(key, response)),
      delete: (key: string) => Promise.resolve(kept.delete(key)),
    };
    vi.stubGlobal('caches', { open: () => Promise.resolve(cache) });
    vi.stubGlobal('fetch', () => {
      fetched++;
      return Promise.resolve(new Response(BYTES));
    });
  });
  afterEach(() => void vi.unstubAllGlobals());

  it('is read without a network where it is whole', async () => {
    kept.set(KEY, new Response(BYTES));
    expect((await siteModel(URL, variant, false, () => undefined)).bytes).toEqual(BYTES);
    expect(fetched).toBe(0);
  });

  it.each<[string, () => Response]>([
    ['has another byte', () => new Response(BYTES.map((byte, i) => (i === 700 ? byte ^ 1 : byte)))],
    ['is cut off', () => new Response(BYTES.subarray(0, 400))],
    ['is empty', () => new Response('')],
    ['cannot be read', () => new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError('unreadable')) }))],
  ])('is fetched anew and kept where it %s', async (_, damaged) => {
    kept.set(KEY, damaged());
    expect((await siteModel(URL, variant, false, () => undefined)).bytes).toEqual(BYTES);
    expect(fetched).toBe(1);
    await expect.poll(async () => new Uint8Array((await kept.get(KEY)?.clone().arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(BYTES);
  });
});
