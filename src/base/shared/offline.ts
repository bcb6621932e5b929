// What page, worker and service worker agree on for use without a network.

/** Cache of large files (models, onnxruntime's WebAssembly), by `OfflineFile.key`; shared by all versions of the app. */
export const FILES_CACHE = 'sightglass-files';

/** Caches of the app's own small files, one for each version: this prefix and the build's id. */
export const SHELL_CACHE_PREFIX = 'sightglass-shell-';

/** Web lock that each open page holds while it lives: this prefix and the id of its build. */
export const BUILD_LOCK_PREFIX = 'sightglass-build-';

/** Web lock of who fetches a large file for keeping: this prefix and the file's key. So none is fetched twice. */
export const KEEP_LOCK_PREFIX = 'sightglass-keep-';

/** The list of what is worth keeping, beside the page; its build writes it (tools/vite-pwa.ts). */
export const OFFLINE_LIST = 'offline.json';

/** Licences of what the page is made of, beside it; its build writes it (tools/notices). */
export const NOTICES = 'THIRD-PARTY-NOTICES.txt';

/** Name of the `<meta>` with the id of the page's build. */
export const BUILD_META = 'sightglass-build';

/** A large file of the app: without a network it runs with those of them that are kept. */
export interface OfflineFile {
  /** Address, relative to the page. */
  readonly url: string;
  /** Name in the cache, relative to the page: tells the content as well, so that a changed file is another one. */
  readonly key: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly kind: 'model' | 'engine';
}

export interface OfflineList {
  readonly build: string;
  readonly files: readonly OfflineFile[];
}

/** Messages to the service worker. `SKIP_WAITING` is Workbox's own word. */
export type ServiceWorkerMessage =
  | { readonly type: 'SKIP_WAITING' }
  /** Throw away what no open page needs any more. */
  | { readonly type: 'tidy' }
  /** Answers with the id of its build through the port that comes with it. */
  | { readonly type: 'build' }
  /** Look at the app's own files, and fetch anew those that are damaged; answers with a {@link ShellState} through the port that comes with it. */
  | { readonly type: 'mend' };

/** What became of a look at the kept files of the app itself. */
export interface ShellState {
  /** Files that were not what the build made, or missing. */
  readonly damaged: number;
  /** Those of them that are whole now. */
  readonly mended: number;
  /** Whether the server answered at all. */
  readonly answered: boolean;
  /** Whether it has other content for one of them, or none: as where it has a newer version. */
  readonly replaced: boolean;
}

/** Key of a model's file: its address alone does not change with its content. */
export function modelKey(url: string, sha256: string): string {
  return `${url}?sha256=${sha256}`;
}

/** What the keeping of large files has come to. */
export interface OfflineProgress {
  /** `stopped`: it could not be ended, for `reason`. */
  readonly phase: 'keeping' | 'kept' | 'stopped';
  readonly reason?: 'no-network' | 'no-room' | 'failed';
  /** Bytes that are kept, those kept before included. */
  readonly kept: number;
  /** Bytes in all that are to be kept. */
  readonly total: number;
  /** Bytes of what nobody has asked for, and is not kept. */
  readonly rest: number;
}

/** Begins the keeping of large files. */
export interface OfflineRequest {
  /** The page's address. */
  readonly page: string;
  /** Whether everything is to be kept, as a person asked for; else what runs alone. */
  readonly all: boolean;
  /** Key of the model's file that runs, absolute; undefined for a person's own, which is on the device. */
  readonly model: string | undefined;
  /** Whether onnxruntime runs it. */
  readonly engine: boolean;
}
