// What the service worker does with the files that are kept.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ISOLATION_HEADERS, SECURITY_HEADERS } from '../../../src/base/shared/headers';
import { BUILD_LOCK_PREFIX, FILES_CACHE, SHELL_CACHE_PREFIX } from '../../../src/base/shared/offline';
import { mendShell } from '../../../src/app/service-worker/shell-check';
import { tidy } from '../../../src/app/service-worker/tidy';

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
    return Promise.resolve(found?.[1]);
  }

  open(name: string): Promise<object> {
    const store = this.store(name);
    return Promise.resolve({
      match: (url: string) => Promise.resolve(store.get(url)),
      put: (url: string, response: Response) => Promise.resolve(void store.set(url, response)),
      keys: () => Promise.resolve([...store.keys()].map((url) => ({ url }))),
      delete: ({ url }: { url: string }) => Promise.resolve(store.delete(url)),
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

  it('leaves what is whole', async () => {
    caches.store(SHELL).set(PAGE, new Response(TEXT));
    expect(await mendShell(shell, SHELL)).toEqual({ damaged: 0, mended: 0, answered: false, replaced: false });
  });
});
