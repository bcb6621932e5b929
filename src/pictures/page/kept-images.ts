import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Precision, Prediction, Region } from '../../engine/index';
import { keepStoredOnce } from '../../base/page/storage-quota';
import { Fault } from '../../base/shared/fault';
import type { Shortcoming } from '../../recognise/shared/index';

/** A picture as it is kept on the device. */
export interface KeptImage {
  /** The file itself; of one that came when there was no more room for files, its small image. */
  readonly file: File;
  /** Path inside a dropped folder; left out where it is the file's name, as in those of before 2026-11-26. */
  readonly name?: string;
  /** Whether `file` is the small image. */
  readonly small?: boolean;
  /** JPEG; left out of what the shutter took. */
  readonly thumbnail?: Blob;
  readonly top: readonly Prediction[];
  /** Where the network looked, pixels of the image; left out in those of before 2026-11-26. */
  readonly square?: Region;
  /** What kept it from being recognised, where that could be seen. */
  readonly shortcoming?: Shortcoming;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly modelId: string;
  readonly precision: Precision;
}

/** More than these are not kept: a device holds a person's work beside them. */
export const MOST_KEPT = 2000;
/** Bytes of files above which small images are kept instead. */
export const MOST_BYTES = 2 ** 30;

interface Schema extends DBSchema {
  pictures: { key: number; value: KeptImage };
  /** Those that were taken away, and can be had back until then: milliseconds since 1970, by the key of the picture. */
  removed: { key: number; value: number };
}

type Database = IDBPDatabase<Schema>;

const STORE = 'pictures';
const REMOVED = 'removed';

/** One connection a job: another tab may want to change the database, and the browser may close it. */
async function use<T>(job: (database: Database) => Promise<T>): Promise<T> {
  try {
    const database = await open();
    try {
      return await job(database);
    } finally {
      database.close();
    }
  } catch (error) {
    const full = error instanceof DOMException && error.name === 'QuotaExceededError';
    throw new Fault(full ? 'storage-full' : 'storage-failed', String(error), { cause: error });
  }
}

const open = (): Promise<Database> =>
  openDB<Schema>('sightglass.pictures', 2, {
    upgrade: (database, before) => {
      if (before < 1) database.createObjectStore(STORE, { autoIncrement: true });
      database.createObjectStore(REMOVED);
    },
  });

/** Keeps one, and asks the browser to keep what is stored also on a full device. @throws Fault `storage-full`, `storage-failed` */
export async function keepImage(image: KeptImage): Promise<number> {
  const { file, name, small, thumbnail, top, square, shortcoming, width, height, modelId, precision } = image;
  const kept: KeptImage = {
    file, top, width, height, modelId, precision, ...(name !== undefined && { name }), ...(small && { small }), ...(thumbnail && { thumbnail }), ...(square && { square }),
    ...(shortcoming && { shortcoming }),
  };
  const key = await use((database) => database.add(STORE, kept));
  void keepStoredOnce();
  return key;
}

/** Keeps what was recognised of one after it was kept; of one that is gone, nothing. @throws Fault `storage-full`, `storage-failed` */
export function keepLabels(key: number, { top, square, modelId, precision }: Pick<KeptImage, 'top' | 'square' | 'modelId' | 'precision'>): Promise<void> {
  return use(async (database) => {
    const { store, done } = database.transaction(STORE, 'readwrite');
    const image = await store.get(key);
    if (image) await store.put({ ...image, top, modelId, precision, ...(square && { square }) }, key);
    await done;
  });
}

/** Takes some away, or all that are kept, and for good when `forgetImages` is called, or at a later visit. @returns their keys @throws Fault `storage-full`, `storage-failed` */
export function removeKeptImages(keys?: readonly number[]): Promise<readonly number[]> {
  return use(async (database) => {
    const transaction = database.transaction([STORE, REMOVED], 'readwrite');
    const removed = transaction.objectStore(REMOVED);
    const before = new Set(await removed.getAllKeys());
    const found = (keys ?? (await transaction.objectStore(STORE).getAllKeys())).filter((key) => !before.has(key));
    for (const key of found) await removed.put(Date.now(), key);
    await transaction.done;
    return found;
  });
}

/** Has some back that were taken away. @returns how many of them were @throws Fault `storage-failed` */
export function bringBackImages(keys: readonly number[]): Promise<number> {
  return use(async (database) => {
    const { store, done } = database.transaction(REMOVED, 'readwrite');
    const gone = new Set(await store.getAllKeys());
    const found = keys.filter((key) => gone.has(key));
    for (const key of found) await store.delete(key);
    await done;
    return found.length;
  });
}

/** Deletes those that were taken away before a time, milliseconds since 1970. @throws Fault `storage-failed` */
export function forgetImages(before: number): Promise<void> {
  return use(async (database) => {
    const transaction = database.transaction([STORE, REMOVED], 'readwrite');
    const removed = transaction.objectStore(REMOVED);
    const [keys, times] = await Promise.all([removed.getAllKeys(), removed.getAll()]);
    for (const [i, key] of keys.entries()) {
      if (times[i] >= before) continue;
      await transaction.objectStore(STORE).delete(key);
      await removed.delete(key);
    }
    await transaction.done;
  });
}

/** All that are kept, the oldest first, by their keys. @throws Fault `storage-failed` */
export function keptImages(): Promise<(KeptImage & { readonly key: number })[]> {
  return use(async (database) => {
    const transaction = database.transaction([STORE, REMOVED]);
    const store = transaction.objectStore(STORE);
    const [keys, images, removed] = await Promise.all([store.getAllKeys(), store.getAll(), transaction.objectStore(REMOVED).getAllKeys()]);
    const gone = new Set(removed);
    return images.map((image, i) => ({ ...image, key: keys[i] })).filter(({ key }) => !gone.has(key));
  });
}
