import { FILES_CACHE, OFFLINE_LIST, SHELL_CACHE_PREFIX, type OfflineList } from '../../base/shared/offline';
import { sha256 } from '../../base/worker/download';

declare const self: ServiceWorkerGlobalScope;

/** The large files that a build lists. Undefined where its list is missing or is none. */
export async function largeFiles(build: string): Promise<OfflineList['files'] | undefined> {
  const url = new URL(OFFLINE_LIST, self.registration.scope);
  const found = await caches.match(url, { cacheName: SHELL_CACHE_PREFIX + build, ignoreSearch: true });
  const list = (await found?.json().catch(() => undefined)) as Partial<OfflineList> | null | undefined;
  // A damaged disk may give back anything.
  return Array.isArray(list?.files) ? (list.files as OfflineList['files']) : undefined;
}

/** A phone has no room for the bytes at this moment. */
const NO_MEMORY = Symbol('no memory');

/** Addresses whose content was looked at since this service worker was started. */
const whole = new Set<string>();

/**
 * A large file that is kept, where it is what its build lists: a model is looked at by who reads it, all else here. A damaged one is forgotten,
 * so that it is fetched anew, and kept anew by who keeps large files.
 */
export async function wholeLargeFile(address: string, build: string): Promise<Response | undefined> {
  const files = await caches.open(FILES_CACHE);
  const kept = await files.match(address, { ignoreVary: true });
  if (!kept || whole.has(address)) return kept;
  const listed = (await largeFiles(build))?.find(({ key }) => new URL(key, self.registration.scope).href === address);
  // Of another version whose pages are still open: nobody knows here what it should be.
  if (!listed) return kept;
  const bytes = await kept.clone().arrayBuffer().catch((error: unknown) => (error instanceof RangeError ? NO_MEMORY : undefined));
  // It may be good all the same.
  if (bytes === NO_MEMORY) return kept;
  if (!bytes || (await sha256(new Uint8Array(bytes))) !== listed.sha256) {
    await files.delete(address);
    return undefined;
  }
  whole.add(address);
  return kept;
}
