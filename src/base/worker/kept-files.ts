import { ISOLATION_HEADERS } from '../shared/headers';
import { FILES_CACHE, KEEP_LOCK_PREFIX } from '../shared/offline';

/** The browser's caches, undefined where the page is no secure context. */
const storage = (): CacheStorage | undefined => (globalThis as { caches?: CacheStorage }).caches;

/** A kept file, undefined where there is none or the browser keeps nothing. */
export async function findKept(key: string): Promise<Response | undefined> {
  try {
    return await (await storage()?.open(FILES_CACHE))?.match(key);
  } catch {
    // Storage that is switched off or broken: as if nothing were kept.
    return undefined;
  }
}

/**
 * Keeps a file under its key (absolute).
 * @throws DOMException `QuotaExceededError` where there is no room
 */
export async function keep(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const type = key.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream';
  const headers = { ...ISOLATION_HEADERS, 'Content-Type': type, 'Content-Length': String(bytes.length) };
  await (await storage()?.open(FILES_CACHE))?.put(key, new Response(bytes, { headers }));
}

/** Forgets a kept file, for example a damaged one. */
export async function forget(key: string): Promise<void> {
  await (await storage()?.open(FILES_CACHE))?.delete(key);
}

/**
 * Runs while nobody else in this browser fetches or keeps the same file, so that none is fetched twice.
 * @param onWaiting called now and then while another one does
 */
export async function alone<T>(key: string, run: () => Promise<T>, onWaiting: () => void = () => undefined): Promise<T> {
  // Typed as always there; Safari has them since 15.4.
  const locks = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  if (!locks) return run();
  const waiting = setInterval(onWaiting, 5000);
  try {
    return await locks.request(KEEP_LOCK_PREFIX + key, () => {
      clearInterval(waiting);
      return run();
    });
  } finally {
    clearInterval(waiting);
  }
}
