import type { PrecacheController } from 'workbox-precaching';
import type { ShellState } from '../../base/shared/offline';
import { withHeaders } from './answer';

/** What is needed of the files that are kept, and what is known of them. */
type Shell = Pick<PrecacheController, 'getURLsToCacheKeys' | 'getIntegrityForCacheKey'>;

/** A digest as in a page's `integrity`: of the bytes after any content encoding was undone. */
async function integrityOf(response: Response): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-384', await response.arrayBuffer()));
  return `sha384-${btoa(String.fromCharCode(...digest))}`;
}

/** Whether a kept file is what the build made; its body is still to be read then. */
export async function isWhole(response: Response, integrity: string | undefined): Promise<boolean> {
  if (integrity === undefined) return true;
  try {
    return (await integrityOf(response.clone())) === integrity;
  } catch {
    // A body that cannot be read.
    return false;
  }
}

/** As it is to be kept: browsers refuse to open a page that came by way of another address, as `index.html` does from hosts that send it on to `/`. */
function toKeep(fetched: Response): Response {
  const { body, status, statusText, headers } = fetched;
  return withHeaders(fetched.redirected ? new Response(body, { status, statusText, headers }) : fetched);
}

/**
 * Looks at each kept file of the app, and fetches anew what is not what the build made: a disk may give back other bytes than it was given.
 * @param cacheName where they are kept
 */
export async function mendShell(shell: Shell, cacheName: string): Promise<ShellState> {
  const cache = await caches.open(cacheName);
  const state = { damaged: 0, mended: 0, answered: false, replaced: false };
  for (const [url, key] of shell.getURLsToCacheKeys()) {
    const integrity = shell.getIntegrityForCacheKey(key);
    const kept = await cache.match(key, { ignoreVary: true }).catch(() => undefined);
    if (kept && (await isWhole(kept, integrity))) continue;
    state.damaged++;
    try {
      const fetched = await fetch(url, { cache: 'reload', credentials: 'same-origin' });
      // An answer that breaks off in the middle is none: nothing is known then of what the server has.
      const found = await integrityOf(fetched.clone());
      state.answered = true;
      if (!fetched.ok || (integrity !== undefined && found !== integrity)) {
        // A server in trouble says nothing of what it has.
        state.replaced ||= fetched.status < 500;
        continue;
      }
      await cache.put(key, toKeep(fetched));
      state.mended++;
    } catch {
      // No network, or no room: the next look tries again.
    }
  }
  return state;
}
