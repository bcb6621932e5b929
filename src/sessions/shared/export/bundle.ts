import { briefly } from '../../../base/shared/briefly';
import type { SessionManifest } from '../session';
import { parseManifest, SessionFormatError } from '../parse';

/*
 * Our own zip, which the app reads back: `sightglass.json` first, then the session's files as they are on the device under
 * `session/`, then the light exports under `exports/`, which the import leaves alone.
 */

const BUNDLE_FORMAT = 'sightglass-session';
const BUNDLE_VERSION = 1;
export const BUNDLE_HEAD = 'sightglass.json';
export const BUNDLE_FOLDER = 'session/';

/** One file of the session. */
export interface BundleFile {
  /** Path in the session's folder, for example `snapshots/1500000.jpg`. */
  readonly path: string;
  readonly bytes: number;
}

/** What `sightglass.json` holds. */
export interface BundleHead {
  readonly format: typeof BUNDLE_FORMAT;
  readonly version: typeof BUNDLE_VERSION;
  readonly session: SessionManifest;
  readonly files: readonly BundleFile[];
}

/** What each file may be at most, bytes: far above a day's recording, far below what fills a device. */
const LIMITS: readonly [pattern: RegExp, most: number][] = [
  [/^film\.(mp4|webm)$/, 64e9],
  [/^labels\.jsonl$/, 1e9],
  [/^human\.jsonl$/, 100e6],
  [/^snapshots\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}$/, 100e6],
];

/** Most files that a session may have. */
const MOST_FILES = 20_000;
/** `sightglass.json` at most, bytes. */
export const MOST_HEAD_BYTES = 10e6;
/** Deflate makes at most 1032 of 1 (zlib.net/zlib_tech.html); text like ours 30, videos 1. */
const MOST_RATIO = 200;

/** Thrown where a zip is none of ours, broken, or a danger. */
export class BundleError extends Error {
  override readonly name = 'BundleError';

  constructor(
    readonly reason: 'not-ours' | 'newer' | 'broken' | 'unsafe' | 'packed',
    message: string,
  ) {
    super(message);
  }
}

export function bundleHead(session: SessionManifest, files: readonly BundleFile[]): BundleHead {
  return { format: BUNDLE_FORMAT, version: BUNDLE_VERSION, session, files };
}

/** What goes into the zip of a session: its head, then its files. @param files by path in the session's folder */
export function* bundleEntries(session: SessionManifest, files: readonly (readonly [path: string, file: Blob])[]): Generator<{ name: string; input: Blob | string }> {
  const head = bundleHead(session, files.map(([path, { size }]) => ({ path, bytes: size })));
  yield { name: BUNDLE_HEAD, input: `${JSON.stringify(head, undefined, 1)}\n` };
  for (const [path, input] of files) yield { name: BUNDLE_FOLDER + path, input };
}

/** An entry of a zip, as its directory tells of it. */
export interface ZipEntryInfo {
  /** As it is read, without the folder that all lies in (`entryName`). */
  readonly name: string;
  /** How it is packed, by the number that zips have for it: 0 not at all, 8 Deflate. */
  readonly method: number;
  readonly directory: boolean;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly encrypted: boolean;
}

/** What other tools put into a zip beside what they were given: macOS's attributes, and its and Windows' notes of how a folder is shown. */
const NOT_CONTENT = /^(.*\/)?(__MACOSX\/.*|\.DS_Store|Thumbs\.db|desktop\.ini)$/;

/** An entry's name as it is meant: some tools put `./` in front of each, which is nothing; those of old Windows write backslashes. */
export const plainName = (name: string): string => name.replaceAll('\\', '/').replace(/^(\.\/)+/, '');

/** What is no name of a folder, but a way out of it, a drive, or the root. */
const LEADS_OUT = /^(\.\.\/|[a-z]:|\/)/i;

/**
 * The folders that sessions lie in, '' or names with a slash behind: several where several were exported at once, another one where somebody
 * unpacked a zip of ours and packed the folder again. [''] where there is none, which is said when our list of files is looked for.
 * @param names of all entries, by `plainName`
 */
export function foldersInZip(names: readonly string[]): readonly string[] {
  if (names.includes(BUNDLE_HEAD)) return [''];
  const heads = names.filter((name) => !NOT_CONTENT.test(name) && name.split('/').length === 2 && name.endsWith(`/${BUNDLE_HEAD}`) && !LEADS_OUT.test(name));
  return heads.length === 0 ? [''] : heads.map((name) => name.slice(0, -BUNDLE_HEAD.length));
}

/** Whether an entry is what somebody packed, and not what the tool added. */
export const isContent = (name: string): boolean => name !== '' && !NOT_CONTENT.test(name);

/** Names of methods that zips are packed by and that browsers do not unpack (PKWARE's APPNOTE.TXT, 4.4.5). */
const METHODS: Readonly<Record<number, string>> = { 9: 'Deflate64', 12: 'bzip2', 14: 'LZMA', 93: 'Zstandard', 95: 'XZ', 98: 'PPMd' };

/** @param sessions how many lie in the zip @throws BundleError `unsafe` where a name leads out of the folder that a zip is unpacked into, or an entry is a bomb */
export function checkEntries(entries: readonly ZipEntryInfo[], sessions = 1): void {
  if (entries.length > 2 * MOST_FILES * sessions) throw new BundleError('unsafe', `The zip has ${entries.length} entries.`);
  const seen = new Set<string>();
  for (const { name, bytes, compressedBytes, encrypted, method, directory } of entries) {
    if (name.includes('\\') || name.includes('\0') || /^([a-z]:|\/)/i.test(name) || name.split('/').includes('..')) {
      throw new BundleError('unsafe', `The zip's entry ${briefly(name)} leads out of its folder.`);
    }
    if (seen.has(name)) throw new BundleError('unsafe', `The zip has the entry ${briefly(name)} twice.`);
    seen.add(name);
    if (encrypted) throw new BundleError('broken', `The zip's entry ${briefly(name)} is locked with a password.`);
    if (!directory && method !== 0 && method !== 8) {
      throw new BundleError('packed', `The zip is packed with ${METHODS[method] ?? `method ${method}`}, not with Deflate.`);
    }
    if (bytes > 1e6 && bytes > compressedBytes * MOST_RATIO) {
      throw new BundleError('unsafe', `The zip's entry ${briefly(name)} would grow from ${compressedBytes} to ${bytes} bytes.`);
    }
  }
}

/** @throws BundleError that says what is wrong with `sightglass.json` */
export function parseBundleHead(text: string): BundleHead {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BundleError('broken', `${BUNDLE_HEAD} is no JSON.`);
  }
  const { format, version, session, files } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (format !== BUNDLE_FORMAT) throw new BundleError('not-ours', `${BUNDLE_HEAD} is not of the format ${BUNDLE_FORMAT}.`);
  if (version !== BUNDLE_VERSION) {
    throw new BundleError(
      typeof version === 'number' && version > BUNDLE_VERSION ? 'newer' : 'broken',
      `The zip is of version ${briefly(version)}; this app reads version ${BUNDLE_VERSION}.`,
    );
  }
  let manifest: SessionManifest;
  try {
    manifest = parseManifest(session);
  } catch (error) {
    if (error instanceof SessionFormatError) throw new BundleError('broken', error.message);
    throw error;
  }
  return { format: BUNDLE_FORMAT, version: BUNDLE_VERSION, session: manifest, files: parseFiles(files, manifest) };
}

function parseFiles(value: unknown, { film: video }: SessionManifest): BundleFile[] {
  if (!Array.isArray(value) || value.length > MOST_FILES) throw new BundleError('broken', `${BUNDLE_HEAD} lists no files, or too many.`);
  const seen = new Set<string>();
  const files = value.map((entry: unknown): BundleFile => {
    const { path, bytes } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
    const limit = typeof path === 'string' ? LIMITS.find(([pattern]) => pattern.test(path))?.[1] : undefined;
    if (typeof path !== 'string' || limit === undefined) {
      throw new BundleError('unsafe', `${BUNDLE_HEAD} lists the file ${briefly(path)}, which a session does not have.`);
    }
    if (typeof bytes !== 'number' || !Number.isInteger(bytes) || bytes < 0 || bytes > limit) {
      throw new BundleError('unsafe', `${path} would have ${briefly(bytes)} bytes.`);
    }
    if (seen.has(path)) throw new BundleError('broken', `${BUNDLE_HEAD} lists ${path} twice.`);
    seen.add(path);
    return { path, bytes };
  });
  for (const needed of [video.file, 'labels.jsonl', 'human.jsonl']) {
    if (!seen.has(needed)) throw new BundleError('broken', `The zip lacks ${needed}.`);
  }
  if (files.some(({ path }) => path.startsWith('film.') && path !== video.file)) throw new BundleError('broken', 'The zip has two films.');
  return files;
}

/** @throws BundleError where the zip's directory is not what its list of files says */
export function checkFiles(head: BundleHead, entries: readonly ZipEntryInfo[]): void {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  for (const { path, bytes } of head.files) {
    const entry = byName.get(BUNDLE_FOLDER + path);
    if (!entry || entry.directory) throw new BundleError('broken', `The zip lacks ${path}.`);
    if (entry.bytes !== bytes) throw new BundleError('broken', `${path} has ${entry.bytes} bytes, not ${bytes}.`);
  }
}
