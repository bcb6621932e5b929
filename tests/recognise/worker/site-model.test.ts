import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LoadProgress, ModelPart, ModelVariant } from '../../../src/base/shared/model';
import { siteModel } from '../../../src/recognise/worker/site-model';

const URL_OF_IT = 'https://sightglass.test/models/net.onnx';
const WHOLE = Uint8Array.from({ length: 300 }, (_, i) => (i * 37) % 256);
const FIRST = WHOLE.map((byte) => byte & 0xf8);
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a file of the page in two parts', () => {
  /** What the server has, by the end of the address. */
  let files: Map<string, Uint8Array<ArrayBuffer>>;
  let fetched: string[];
  let kept: Map<string, Uint8Array<ArrayBuffer>>;
  /** Lets the server answer with the second part. */
  let letRestCome: () => void;
  let variant: ModelVariant;
  const silent = (): void => undefined;

  function put(file: string, bytes: Uint8Array<ArrayBuffer>): ModelPart {
    files.set(file, bytes);
    return { file, bytes: bytes.length, sha256: hash(bytes) };
  }

  beforeEach(() => {
    files = new Map();
    fetched = [];
    kept = new Map();
    const mayCome = new Promise<void>((resolve) => (letRestCome = resolve));
    const selfTest = { logits: [1], tolerance: 1 };
    variant = {
      precision: 'int8',
      ...put('net.onnx', WHOLE),
      parts: {
        first: { ...put('net.first.bin', new Uint8Array(gzipSync(FIRST))), selfTest },
        rest: put('net.rest.bin', new Uint8Array(gzipSync(WHOLE.map((byte, i) => byte - FIRST[i])))),
      },
    };
    vi.stubGlobal('fetch', async (address: string | URL) => {
      const file = new URL(address).pathname.split('/').at(-1) ?? '';
      fetched.push(file);
      if (file === 'net.rest.bin') await mayCome;
      const bytes = files.get(file);
      return bytes ? new Response(bytes) : new Response('gone', { status: 404 });
    });
    const cache = {
      match: (key: string) => Promise.resolve(kept.has(key) ? new Response(kept.get(key)) : undefined),
      put: async (key: string, response: Response) => void kept.set(key, new Uint8Array(await response.arrayBuffer())),
      delete: (key: string) => Promise.resolve(kept.delete(key)),
    };
    vi.stubGlobal('caches', { open: () => Promise.resolve(cache) });
    const held = new Map<string, Promise<unknown>>();
    const request = (name: string, run: () => Promise<unknown>): Promise<unknown> => {
      const turn = (held.get(name) ?? Promise.resolve()).then(run, run);
      held.set(name, turn);
      return turn;
    };
    vi.stubGlobal('navigator', { locks: { request } });
  });
  afterEach(() => vi.unstubAllGlobals());

  it('begins with the first part; the whole is put together of both behind it, and kept for who asks next', async () => {
    const progress: LoadProgress[] = [];
    const early = await siteModel(URL_OF_IT, variant, true, (each) => progress.push(each));
    expect(early).toEqual({ bytes: FIRST, coarse: true });
    expect(progress.map(({ total }) => total)).toEqual(progress.map(() => variant.parts?.first.bytes));
    const whole = siteModel(URL_OF_IT, variant, false, silent);
    await vi.waitUntil(() => fetched.includes('net.rest.bin'));
    letRestCome();
    expect(await whole).toEqual({ bytes: WHOLE, coarse: false });
    expect(fetched).toEqual(['net.first.bin', 'net.rest.bin']);
    // A network is made of it meanwhile.
    expect(early.bytes).toEqual(FIRST);
    expect(await siteModel(URL_OF_IT, variant, true, silent)).toEqual({ bytes: WHOLE, coarse: false });
    expect(fetched).toHaveLength(2);
  });

  it('is fetched whole by who wants no less', async () => {
    expect(await siteModel(URL_OF_IT, variant, false, silent)).toEqual({ bytes: WHOLE, coarse: false });
    expect(fetched).toEqual(['net.onnx']);
  });

  it.each([
    ['damaged', (): void => void files.set('net.first.bin', new Uint8Array(gzipSync(WHOLE)))],
    ['missing', (): void => void files.delete('net.first.bin')],
    ['of another length than the file', (): void => void (variant = { ...variant, parts: variant.parts && { ...variant.parts, first: { ...variant.parts.first, ...put('net.first.bin', new Uint8Array(gzipSync(FIRST.slice(1)))) } } })],
  ])('is fetched whole where its first part is %s', async (_words, spoil) => {
    spoil();
    expect(await siteModel(URL_OF_IT, variant, true, silent)).toEqual({ bytes: WHOLE, coarse: false });
    expect(fetched).toEqual(['net.first.bin', 'net.onnx']);
  });

  it.each([
    ['damaged', (): void => void files.set('net.rest.bin', new Uint8Array(gzipSync(WHOLE)))],
    ['of another file', (): void => void (variant = { ...variant, parts: variant.parts && { ...variant.parts, rest: put('net.rest.bin', new Uint8Array(gzipSync(WHOLE))) } })],
    ['missing', (): void => void files.delete('net.rest.bin')],
  ])('keeps nothing where its second part is %s: who asks next fetches the whole', async (_words, spoil) => {
    spoil();
    letRestCome();
    expect((await siteModel(URL_OF_IT, variant, true, silent)).coarse).toBe(true);
    expect(await siteModel(URL_OF_IT, variant, false, silent)).toEqual({ bytes: WHOLE, coarse: false });
    expect(fetched).toEqual(['net.first.bin', 'net.rest.bin', 'net.onnx']);
    await vi.waitUntil(() => kept.size > 0);
    expect([...kept.values()]).toEqual([WHOLE]);
  });

  it('is fetched whole where nothing can be kept: it would be fetched twice', async () => {
    vi.stubGlobal('caches', undefined);
    Reflect.deleteProperty(globalThis, 'caches');
    expect((await siteModel(URL_OF_IT, variant, true, silent)).coarse).toBe(false);
    expect(fetched).toEqual(['net.onnx']);
  });
});
