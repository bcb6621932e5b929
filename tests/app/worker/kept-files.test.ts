// What the service worker does with the files that are kept.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ISOLATION_HEADERS, SECURITY_HEADERS } from '../../../src/base/shared/headers';
import { BUILD_LOCK_PREFIX, FILES_CACHE, SHELL_CACHE_PREFIX, type OfflineFile, type OfflineProgress, type OfflineRequest } from '../../../src/base/shared/offline';
import { wholeLargeFile } from '../../../src/app/service-worker/large-files';
import { mendShell } from '../../../src/app/service-worker/shell-check';
import { tidy } from '../../../src/app/service-worker/tidy';
import { keepOffline } from '../../../src/app/worker/keep-offline';

const SCOPE = 'https://app.test/';
const SHELL = `${SHELL_CACHE_PREFIX}now`;

/** A browser's caches, by name, then by address without what follows `?` where that is ignored. */
class FakeCaches {
  readonly stores = new Map<string, Map<string, Response>>();

  store(name: string): Map<string, Response> {
    const store = this.stores.get(name) ?? new Map<string, Response>();
    this.stores.set(name, store);
    return store;
  }

  keys(): Promise<string[]> {
    return Promise.resolve([...this.stores.keys()]);
  }

  delete(name: string): Promise<boolean> {
    return Promise.resolve(this.stores.delete(name));
  }

  match(url: URL | string, { cacheName }: { cacheName: string }): Promise<Response | undefined> {
    const found = [...(this.stores.get(cacheName) ?? [])].find(([key]) => key.split('?')[0] === String(url));
    return Promise.resolve(found?.[1].clone());
  }

  open(name: string): Promise<object> {
    const store = this.store(name);
    return Promise.resolve({
      match: (url: string) => Promise.resolve(store.get(url)?.clone()),
      put: (url: string, response: Response) => Promise.resolve(void store.set(url, response)),
      keys: () => Promise.resolve([...store.keys()].map((url) => ({ url }))),
      delete: (request: { url: string } | string) => Promise.resolve(store.delete(typeof request === 'string' ? request : request.url)),
    });
  }
}

let caches: FakeCaches;
/** Builds that open pages run. */
let open: string[];

beforeEach(() => {
  caches = new FakeCaches();
  open = ['now'];
  vi.stubGlobal('caches', caches);
  vi.stubGlobal('self', { registration: { scope: SCOPE, installing: null, waiting: null } });
  const query = () => Promise.resolve({ held: open.map((build) => ({ name: BUILD_LOCK_PREFIX + build })) });
  vi.stubGlobal('navigator', { locks: { query } });
});

afterEach(() => void vi.unstubAllGlobals());

describe('tidy', () => {
  const list = (shell: string, text: string) => caches.store(shell).set(`${SCOPE}offline.json?__WB_REVISION__=1`, new Response(text));
  const kept = () => [...caches.store(FILES_CACHE).keys()].map((url) => url.slice(SCOPE.length));
  const listing = (...keys: string[]) => JSON.stringify({ build: '', files: keys.map((key) => ({ key })) });

  beforeEach(() => {
    for (const key of ['one.bin?sha256=1', 'two.bin?sha256=2', 'old.bin?sha256=0']) caches.store(FILES_CACHE).set(SCOPE + key, new Response(''));
  });

  it('throws away what no version lists that runs, and caches of those that do not', async () => {
    open = ['now', 'before'];
    list(SHELL, listing('one.bin?sha256=1'));
    list(`${SHELL_CACHE_PREFIX}before`, listing('two.bin?sha256=2'));
    list(`${SHELL_CACHE_PREFIX}gone`, listing('old.bin?sha256=0'));
    await tidy('now');
    expect(kept()).toEqual(['one.bin?sha256=1', 'two.bin?sha256=2']);
    expect([...caches.stores.keys()]).not.toContain(`${SHELL_CACHE_PREFIX}gone`);
  });

  it.each(['null', '{}', '{"files":{}}', '<!doctype html>'])('throws away no large file where the list is %s', async (text) => {
    list(SHELL, text);
    await tidy('now');
    expect(kept()).toHaveLength(3);
  });

  it('throws away no large file where the list, or the whole cache of the app, is missing', async () => {
    await tidy('now');
    expect(kept()).toHaveLength(3);
    caches.store(SHELL);
    await tidy('now');
    expect(kept()).toHaveLength(3);
  });
});

describe('a large file that is kept', () => {
  const WASM = 'assets/ort.wasm';
  const sha256 = createHash('sha256').update('whole').digest('hex');

  beforeEach(() => {
    caches.store(SHELL).set(`${SCOPE}offline.json?__WB_REVISION__=1`, Response.json({ build: 'now', files: [{ key: WASM, url: WASM, bytes: 5, sha256, kind: 'engine' }] }));
  });
  const kept = (address: string): boolean => caches.store(FILES_CACHE).has(SCOPE + address);
  const served = async (address: string): Promise<string | undefined> => (await wholeLargeFile(SCOPE + address, 'now'))?.text();

  it.each<[string, () => Response]>([
    ['has other bytes', () => new Response('whOle')],
    ['is cut off', () => new Response('who')],
    ['is empty', () => new Response('')],
    ['cannot be read', () => new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError('unreadable')) }))],
  ])('is forgotten where it %s, so that it is fetched anew', async (_, damaged) => {
    caches.store(FILES_CACHE).set(SCOPE + WASM, damaged());
    expect(await served(WASM)).toBeUndefined();
    expect(kept(WASM)).toBe(false);
  });

  it('is served where it is whole, and where no list tells what it should be', async () => {
    caches.store(FILES_CACHE).set(`${SCOPE}assets/older.wasm`, new Response('of another version'));
    caches.store(FILES_CACHE).set(SCOPE + WASM, new Response('whole'));
    expect(await served('assets/older.wasm')).toBe('of another version');
    expect(await served(WASM)).toBe('whole');
    expect(await served(WASM)).toBe('whole');
    caches.store(SHELL).clear();
    expect(await served('assets/older.wasm')).toBe('of another version');
    expect([kept(WASM), kept('assets/older.wasm')]).toEqual([true, true]);
  });
});

describe('keepOffline', () => {
  const files = ['one', 'two', 'three'].map((name): OfflineFile => ({
    url: `models/${name}.onnx`, key: `models/${name}.onnx?sha256=${name}`, bytes: name.length, sha256: createHash('sha256').update(name).digest('hex'), kind: 'model',
  }));
  let fetched: string[];

  beforeEach(() => {
    fetched = [];
    vi.stubGlobal('fetch', (url: URL | string) => {
      const path = String(url).slice(SCOPE.length);
      if (path === 'offline.json') return Promise.resolve(Response.json({ build: 'now', files }));
      fetched.push(path);
      return Promise.resolve(new Response(/(\w+)\.onnx$/.exec(path)?.[1]));
    });
    const query = () => Promise.resolve({ held: [] });
    vi.stubGlobal('navigator', { locks: { query, request: (_name: string, run: () => unknown) => Promise.resolve(run()) } });
  });

  async function keep(change: Partial<OfflineRequest> = {}): Promise<OfflineProgress | undefined> {
    let last: OfflineProgress | undefined;
    await keepOffline({ page: SCOPE, all: false, model: SCOPE + files[0].key, engine: false, ...change }, (progress) => (last = progress));
    return last;
  }

  // A former version kept all models by itself, and no setting says so.
  it('leaves all that is there, and fetches none of it again, though nobody has asked for all', async () => {
    for (const { key } of files) caches.store(FILES_CACHE).set(SCOPE + key, new Response('kept before'));
    expect(await keep()).toMatchObject({ phase: 'kept', rest: 0, kept: 11, total: 11 });
    expect(fetched).toEqual([]);
    caches.store(SHELL).set(`${SCOPE}offline.json?__WB_REVISION__=1`, Response.json({ build: 'now', files }));
    await tidy('now');
    expect([...caches.store(FILES_CACHE).keys()]).toEqual(files.map(({ key }) => SCOPE + key));
  });

  it('fetches what runs alone, all where that was asked for, and counts the rest', async () => {
    expect(await keep()).toMatchObject({ phase: 'kept', rest: 8 });
    expect(fetched).toEqual([files[0].url]);
    expect(await keep({ all: true })).toMatchObject({ phase: 'kept', rest: 0 });
    expect(fetched).toEqual(files.map(({ url }) => url));
  });
});

describe('mendShell', () => {
  const PAGE = `${SCOPE}index.html`;
  const TEXT = '<!doctype html>';
  const shell = {
    getURLsToCacheKeys: () => new Map([[PAGE, PAGE]]),
    getIntegrityForCacheKey: () => `sha384-${createHash('sha384').update(TEXT).digest('base64')}`,
  };
  const serve = (response: Response) => vi.stubGlobal('fetch', () => Promise.resolve(response));

  it('keeps a page that the host sent on to another address as one that browsers open', async () => {
    // With all headers that our own servers send: then nothing else makes it anew.
    const headers = { ...ISOLATION_HEADERS, ...SECURITY_HEADERS };
    const sentOn = Object.defineProperty(new Response(TEXT, { headers }), 'redirected', { value: true });
    serve(sentOn);
    expect(await mendShell(shell, SHELL)).toMatchObject({ damaged: 1, mended: 1 });
    const kept = caches.store(SHELL).get(PAGE);
    expect(kept?.redirected).toBe(false);
    expect(await kept?.text()).toBe(TEXT);
    expect(Object.fromEntries(kept?.headers ?? [])).toMatchObject(Object.fromEntries(new Headers(headers)));
  });

  it.each([
    ['other content', new Response('<!doctype html><p>newer'), true],
    ['nothing there', new Response('', { status: 404 }), true],
    ['trouble of its own', new Response('', { status: 503 }), false],
  ])('tells a server that has other content from one that may have the same: %s', async (_, response, replaced) => {
    serve(response);
    expect(await mendShell(shell, SHELL)).toEqual({ damaged: 1, mended: 0, answered: true, replaced });
  });

  it('knows nothing of what a server has whose answer breaks off', async () => {
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(TEXT.slice(0, 5))),
      pull: (controller) => controller.error(new TypeError('network error')),
    });
    serve(new Response(broken));
    expect(await mendShell(shell, SHELL)).toEqual({ damaged: 1, mended: 0, answered: false, replaced: false });
  });

  it('leaves what is whole', async () => {
    caches.store(SHELL).set(PAGE, new Response(TEXT));
    expect(await mendShell(shell, SHELL)).toEqual({ damaged: 0, mended: 0, answered: false, replaced: false });
  });
});
