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
  /** JPEG; left out until it is made, when one is recognised or shown. */
  readonly thumbnail?: Blob;
  /** Most probable first; empty where it is to be recognised yet. */
  readonly top: readonly Prediction[];
  /** Where the network looked, pixels of the image; left out in those of before 2026-11-26. */
  readonly square?: Region;
  /** What kept it from being recognised, where that could be seen. */
  readonly shortcoming?: Shortcoming;
  /** Pixels; 0 until it is decoded. */
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

/** Without what it need not hold. */
function record({ file, name, small, thumbnail, top, square, shortcoming, width, height, modelId, precision }: KeptImage): KeptImage {
  return {
    file, top, width, height, modelId, precision, ...(name !== undefined && { name }), ...(small && { small }), ...(thumbnail && { thumbnail }), ...(square && { square }),
    ...(shortcoming && { shortcoming }),
  };
}

/** Keeps one, and asks the browser to keep what is stored also on a full device. @throws Fault `storage-full`, `storage-failed` */
export async function keepImage(image: KeptImage): Promise<number> {
  const key = await use((database) => database.add(STORE, record(image)));
  void keepStoredOnce();
  return key;
}

/** What is found out of an image when it is recognised. */
export type Findings = Pick<KeptImage, 'thumbnail' | 'top' | 'square' | 'shortcoming' | 'width' | 'height' | 'modelId' | 'precision'>;

/** Keeps what was found out of one after it was kept; of one that is gone, nothing. @throws Fault `storage-full`, `storage-failed` */
export function keepFindings(key: number, findings: Findings): Promise<void> {
  return use(async (database) => {
    const { store, done } = database.transaction(STORE, 'readwrite');
    const image = await store.get(key);
    if (image) await store.put(record({ ...findings, file: image.file, name: image.name, small: image.small }), key);
    await done;
  });
}

/** Takes some away, or all that are kept, and for good when `forgetImages` is called, or at a later visit. @returns their keys @throws Fault `storage-full`, `storage-failed` */
export function removeKeptImages(keys?: readonly number[]): Promise<readonly number[]> {
  return use(async (database) => {
    const transaction = database.transaction([STORE, REMOVED], 'readwrite');
    const removed = transaction.objectStore(REMOVED);
    const [all, before] = await Promise.all([transaction.objectStore(STORE).getAllKeys(), removed.getAllKeys()]);
    const [gone, wanted] = [new Set(before), new Set(keys ?? all)];
    const found = all.filter((key) => wanted.has(key) && !gone.has(key));
    for (const key of found) await removed.put(Date.now(), key);
    await transaction.done;
    return found;
  });
}

/** Has some back that were taken away. @returns the keys of those that could be had @throws Fault `storage-failed` */
export function bringBackImages(keys: readonly number[]): Promise<readonly number[]> {
  return use(async (database) => {
    const { store, done } = database.transaction(REMOVED, 'readwrite');
    const gone = new Set(await store.getAllKeys());
    const found = keys.filter((key) => gone.has(key));
    for (const key of found) await store.delete(key);
    await done;
    return found;
  });
}

/**
 * Deletes for good some of those that were taken away, whichever tab did it.
 * @param which by key and time of removal, milliseconds since 1970
 * @returns bytes of the files that are gone
 * @throws Fault `storage-failed`
 */
export function forgetImages(which: (key: number, at: number) => boolean): Promise<number> {
  return use(async (database) => {
    const transaction = database.transaction([STORE, REMOVED], 'readwrite');
    const [store, removed] = [transaction.objectStore(STORE), transaction.objectStore(REMOVED)];
    const [keys, times] = await Promise.all([removed.getAllKeys(), removed.getAll()]);
    let bytes = 0;
    for (const key of keys.filter((each, i) => which(each, times[i]))) {
      bytes += (await store.get(key))?.file.size ?? 0;
      await store.delete(key);
      await removed.delete(key);
    }
    await transaction.done;
    return bytes;
  });
}

/** What is kept, the oldest first, and what it takes. */
export interface KeptImages {
  readonly images: readonly (KeptImage & { readonly key: number })[];
  /** Of all files, also of those that were taken away and are not deleted yet. */
  readonly bytes: number;
}

/** @throws Fault `storage-failed` */
export function keptImages(): Promise<KeptImages> {
  return use(async (database) => {
    const transaction = database.transaction([STORE, REMOVED]);
    const store = transaction.objectStore(STORE);
    const [keys, images, removed] = await Promise.all([store.getAllKeys(), store.getAll(), transaction.objectStore(REMOVED).getAllKeys()]);
    const gone = new Set(removed);
    return {
      images: images.map((image, i) => ({ ...image, key: keys[i] })).filter(({ key }) => !gone.has(key)),
      bytes: images.reduce((sum, { file }) => sum + file.size, 0),
    };
  });
}

/** A picture as other features have it. */
export interface KeptPicture extends Pick<KeptImage, 'file' | 'width' | 'height'> {
  readonly key: number;
  readonly name: string;
  readonly thumbnail: Blob | undefined;
  /** What its file says of when it was taken, milliseconds since 1970. */
  readonly takenAt: number;
  readonly square: Region | undefined;
  /** Most probable first; empty where it is to be recognised yet. */
  readonly answers: readonly Prediction[];
  /** Id of the model that gave them. */
  readonly model: string;
}

/** The oldest first. @throws Fault `storage-failed` */
export async function keptPictures(): Promise<readonly KeptPicture[]> {
  const { images } = await keptImages();
  return images.map(({ key, file, name, thumbnail, width, height, square, top, modelId }) => (
    { key, name: name ?? file.name, file, thumbnail, takenAt: file.lastModified, width, height, square, answers: top, model: modelId }
  ));
}

/** How many of them there are, by their keys alone. @throws Fault `storage-failed` */
export function countKeptPictures(): Promise<number> {
  return use(async (database) => {
    const transaction = database.transaction([STORE, REMOVED]);
    const [all, removed] = await Promise.all([transaction.objectStore(STORE).count(), transaction.objectStore(REMOVED).count()]);
    // What was taken away lies among the pictures until it is forgotten.
    return all - removed;
  });
}
