import { BUILD_LOCK_PREFIX, FILES_CACHE, OFFLINE_LIST, SHELL_CACHE_PREFIX, type OfflineList } from '../../base/shared/offline';

declare const self: ServiceWorkerGlobalScope;

/** Builds that open pages run. Undefined where the browser has no locks: then nobody can tell. */
async function buildsInUse(): Promise<Set<string> | undefined> {
  // Typed as always there; Safari has them since 15.4.
  const locks = navigator.locks as LockManager | undefined;
  const held = (await locks?.query())?.held;
  if (!held) return undefined;
  const names = held.flatMap(({ name }) => (name?.startsWith(BUILD_LOCK_PREFIX) ? [name.slice(BUILD_LOCK_PREFIX.length)] : []));
  return new Set(names);
}

/** Keys of the large files that a version lists, absolute. */
async function listedFiles(shell: string): Promise<string[]> {
  const cache = await caches.open(shell);
  const found = await cache.match(new URL(OFFLINE_LIST, self.registration.scope), { ignoreSearch: true });
  const list = (await found?.json()) as OfflineList | undefined;
  return (list?.files ?? []).map(({ key }) => new URL(key, self.registration.scope).href);
}

/**
 * Throws away the files of versions that no open page runs any more, and large files that no version lists.
 * @param build this service worker's own
 */
export async function tidy(build: string): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith(SHELL_CACHE_PREFIX));
  const used = await buildsInUse();
  // A newer version may be putting its files together: it tidies up itself once it is in charge.
  if (!used || self.registration.installing || self.registration.waiting) return;
  const stays = (shell: string): boolean => {
    const id = shell.slice(SHELL_CACHE_PREFIX.length);
    return id === build || used.has(id);
  };
  await Promise.all(shells.filter((shell) => !stays(shell)).map((shell) => caches.delete(shell)));
  const listed = new Set((await Promise.all(shells.filter(stays).map(listedFiles))).flat());
  const files = await caches.open(FILES_CACHE);
  const stale = (await files.keys()).filter(({ url }) => url.startsWith(self.registration.scope) && !listed.has(url));
  await Promise.all(stale.map((request) => files.delete(request)));
}
