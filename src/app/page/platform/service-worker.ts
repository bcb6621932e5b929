import { BUILD_LOCK_PREFIX, BUILD_META } from '../../../base/shared/offline';

/** The only place of the service worker's address: beside the page, so that it may answer for all of it. */
export const SERVICE_WORKER = 'service-worker.js';

/** The page does not wait longer for isolation than this, milliseconds: it works without. */
const ISOLATION_TIMEOUT = 4000;

/** Set for the visit once the page was loaded anew to become isolated: it is never done twice. */
const RELOADED = 'sightglass.reloaded';

/** Whether this page has a service worker at all: built, on a secure address, in a browser that has them. */
export function hasServiceWorker(): boolean {
  return import.meta.env.PROD && 'serviceWorker' in navigator;
}

/** Id of the build that this page is of, '' in development. */
export function pageBuild(): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${BUILD_META}"]`)?.content ?? '';
}

/** Lets the service worker know, for as long as this page lives, that its version's files are still needed. */
export function holdBuild(): void {
  const locks = navigator.locks as LockManager | undefined;
  const name = BUILD_LOCK_PREFIX + pageBuild();
  void locks?.request(name, { mode: 'shared' }, () => new Promise(() => undefined)).catch(() => undefined);
}

async function activeServiceWorker(): Promise<boolean> {
  const url = new URL(SERVICE_WORKER, document.baseURI);
  await navigator.serviceWorker.register(url);
  const timeout = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), ISOLATION_TIMEOUT));
  return (await Promise.race([navigator.serviceWorker.ready, timeout])) !== undefined;
}

/**
 * Makes the page cross-origin isolated where its host sends no headers for that: the service worker adds them, from the next
 * load on. So it loads the page anew, once a visit at most, and only before anything of the app has started.
 *
 * @returns when the app is to start; never where the page is being loaded anew
 */
export async function becomeIsolated(): Promise<void> {
  // Undefined in browsers that know no isolation; a page that the service worker answered for cannot gain by a second try.
  if ((globalThis.crossOriginIsolated as boolean | undefined) !== false || !hasServiceWorker() || window.top !== window) return;
  if (navigator.serviceWorker.controller) return;
  try {
    if (sessionStorage.getItem(RELOADED) !== null || !(await activeServiceWorker())) return;
    sessionStorage.setItem(RELOADED, '1');
  } catch {
    // Storage or service workers are blocked: one thread then.
    return;
  }
  location.reload();
  await new Promise(() => undefined);
}
