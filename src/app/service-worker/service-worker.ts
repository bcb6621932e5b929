import { PrecacheController } from 'workbox-precaching';
import { SHELL_CACHE_PREFIX, type ServiceWorkerMessage, type ShellState } from '../../base/shared/offline';
import { withHeaders } from './answer';
import { wholeLargeFile } from './large-files';
import { noPage } from './no-page';
import { isWhole, mendShell } from './shell-check';
import { tidy } from './tidy';

declare const self: ServiceWorkerGlobalScope;
/** Set by the build (tools/vite-pwa.ts). */
declare const __BUILD_ID__: string;

/** The page itself, under the name that it has among the kept files. */
const PAGE = 'index.html';
/** What watches the page's start: the beginning of its file's path. */
const BOOT_GUARD = '/assets/boot-guard-';
const SHELL = SHELL_CACHE_PREFIX + __BUILD_ID__;

/**
 * Each version keeps its small files in a cache of its own and answers from it alone, so a page never gets files of two
 * versions. A new version waits until a person asks for it (`SKIP_WAITING`) or the last page is closed.
 */
const shell = new PrecacheController({
  cacheName: SHELL,
  plugins: [{ cacheWillUpdate: ({ response }) => Promise.resolve(response.ok ? withHeaders(response) : null) }],
});
shell.addToCacheList(self.__WB_MANIFEST);

const page = new URL(self.registration.scope);

/** Whether an address is the page's own, whatever it asks for behind `?`. */
function isPage(url: URL): boolean {
  return url.pathname === page.pathname || url.pathname === `${page.pathname}${PAGE}`;
}

/** The file that is kept, else the network's; a broken cache is no reason to answer nothing. */
async function keptOrFetched(request: Request, kept: () => Promise<Response | undefined>): Promise<Response> {
  return (await kept().catch(() => undefined)) ?? withHeaders(await fetch(request));
}

/** A file whose name tells its content: a large one, or one of an older version whose pages are still open. */
async function hashedFile(request: Request): Promise<Response | undefined> {
  return (await wholeLargeFile(request.url, __BUILD_ID__)) ?? caches.match(request, { ignoreVary: true });
}

let mending: Promise<ShellState> | undefined;

/** Looks at all kept files, once at a time. */
function mend(): Promise<ShellState> {
  return (mending ??= mendShell(shell, SHELL).finally(() => (mending = undefined)));
}

/** A kept file that is what the build made. Of the page and of what watches its start this is looked at each time: they find what is wrong with the others. */
async function wholeFile(url: string, event: FetchEvent): Promise<Response | undefined> {
  const kept = await shell.matchPrecache(url);
  if (!kept || (await isWhole(kept, shell.getIntegrityForCacheKey(shell.getCacheKeyForURL(url) ?? '')))) return kept;
  event.waitUntil(mend());
  return undefined;
}

/** The page; where it is damaged and cannot be fetched, words instead of a browser's error. */
function thePage(event: FetchEvent): Promise<Response> {
  return keptOrFetched(event.request, () => wholeFile(PAGE, event)).catch((error: unknown) => {
    if (shell.getCacheKeyForURL(PAGE) === undefined) throw error;
    return noPage();
  });
}

/** The answer to a request, undefined where the network alone has it. */
function answer(event: FetchEvent): Promise<Response> | undefined {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || !url.href.startsWith(page.href)) return undefined;
  if (request.mode === 'navigate' && isPage(url)) return thePage(event);
  if (url.pathname.includes(BOOT_GUARD)) return keptOrFetched(request, () => wholeFile(url.href, event));
  if (shell.getCacheKeyForURL(url.href) !== undefined) return keptOrFetched(request, () => shell.matchPrecache(url.href));
  return url.pathname.startsWith(`${page.pathname}assets/`) ? keptOrFetched(request, () => hashedFile(request)) : undefined;
}

self.addEventListener('install', (event) => {
  void shell.install(event);
});

self.addEventListener('activate', (event) => {
  void shell.activate(event);
  // Not waited for: until this event ends every request of the page waits, and Firefox 153 never ends a claim that the event
  // waits for. The page asks for tidying up itself.
  void self.clients.claim().catch(() => undefined);
});

self.addEventListener('fetch', (event) => {
  const response = answer(event);
  if (response) event.respondWith(response);
});

self.addEventListener('message', (event) => {
  switch ((event.data as ServiceWorkerMessage).type) {
    case 'SKIP_WAITING':
      event.waitUntil(self.skipWaiting());
      break;
    case 'tidy':
      event.waitUntil(tidy(__BUILD_ID__));
      break;
    case 'mend': {
      const [port] = event.ports;
      event.waitUntil(mend().then((state) => port?.postMessage(state)));
      break;
    }
    case 'build':
      event.ports[0]?.postMessage(__BUILD_ID__);
      break;
  }
});
