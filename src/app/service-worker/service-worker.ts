import { PrecacheController } from 'workbox-precaching';
import { FILES_CACHE, SHELL_CACHE_PREFIX, type ServiceWorkerMessage } from '../../base/shared/offline';
import { withHeaders } from './answer';
import { tidy } from './tidy';

declare const self: ServiceWorkerGlobalScope;
/** Set by the build (tools/vite-pwa.ts). */
declare const __BUILD_ID__: string;

/** The page itself, under the name that it has among the kept files. */
const PAGE = 'index.html';

/**
 * Each version keeps its small files in a cache of its own and answers from it alone, so a page never gets files of two
 * versions. A new version waits until a person asks for it (`SKIP_WAITING`) or the last page is closed.
 */
const shell = new PrecacheController({
  cacheName: SHELL_CACHE_PREFIX + __BUILD_ID__,
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
  const files = await caches.open(FILES_CACHE);
  return (await files.match(request, { ignoreVary: true })) ?? caches.match(request, { ignoreVary: true });
}

/** The answer to a request, undefined where the network alone has it. */
function answer({ request }: FetchEvent): Promise<Response> | undefined {
  const url = new URL(request.url);
  if (request.method !== 'GET' || !url.href.startsWith(page.href)) return undefined;
  if (request.mode === 'navigate' && isPage(url)) return keptOrFetched(request, () => shell.matchPrecache(PAGE));
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
    case 'build':
      event.ports[0]?.postMessage(__BUILD_ID__);
      break;
  }
});
