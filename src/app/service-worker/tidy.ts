import { BUILD_LOCK_PREFIX, FILES_CACHE, SHELL_CACHE_PREFIX } from '../../base/shared/offline';
import { largeFiles } from './large-files';

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

/** Keys of the large files that a build lists, absolute. Undefined where its list is missing or is none. */
async function listedFiles(build: string): Promise<string[] | undefined> {
  return (await largeFiles(build))?.map(({ key }) => new URL(key, self.registration.scope).href);
}

/**
 * Throws away the files of versions that no open page runs any more, and large files that no version lists: none of these where a list is missing.
 * @param build this service worker's own
 */
export async function tidy(build: string): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith(SHELL_CACHE_PREFIX));
  const used = await buildsInUse();
  // A newer version may be putting its files together: it tidies up itself once it is in charge.
  if (!used || self.registration.installing || self.registration.waiting) return;
  const builds = new Set([build, ...used]);
  const stale = shells.filter((shell) => !builds.has(shell.slice(SHELL_CACHE_PREFIX.length)));
  await Promise.all(stale.map((shell) => caches.delete(shell)));
  const lists = await Promise.all([...builds].map(listedFiles));
  // Models are too large to be thrown away on a guess.
  if (lists.includes(undefined)) return;
  const listed = new Set(lists.flat());
  const files = await caches.open(FILES_CACHE);
  const unlisted = (await files.keys()).filter(({ url }) => url.startsWith(self.registration.scope) && !listed.has(url));
  await Promise.all(unlisted.map((request) => files.delete(request)));
}
