import { type DBSchema, openDB } from 'idb';
import type { Precision, Prediction } from '../../engine/index';
import { keepStoredOnce } from '../../base/page/storage-quota';
import { Fault } from '../../base/shared/fault';

/** A picture that was taken with the shutter, as it is kept on the device. */
export interface KeptImage {
  readonly file: File;
  readonly top: readonly Prediction[];
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly modelId: string;
  readonly precision: Precision;
}

interface Schema extends DBSchema {
  pictures: { key: number; value: KeptImage };
}

const STORE = 'pictures';

/** One connection a job: another tab may want to change the database, and the browser may close it. */
async function use<T>(job: (database: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T> {
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

const open = () =>
  openDB<Schema>('sightglass.pictures', 1, { upgrade: (database) => void database.createObjectStore(STORE, { autoIncrement: true }) });

/** Keeps one, and asks the browser to keep what is stored also on a full device. @throws Fault `storage-full`, `storage-failed` */
export async function keepImage({ file, top, width, height, modelId, precision }: KeptImage): Promise<number> {
  const key = await use((database) => database.add(STORE, { file, top, width, height, modelId, precision }));
  void keepStoredOnce();
  return key;
}

/** Keeps the labels of one that was recognised after it was kept; of one that is gone, nothing. @throws Fault `storage-full`, `storage-failed` */
export function keepLabels(key: number, { top, modelId, precision }: Pick<KeptImage, 'top' | 'modelId' | 'precision'>): Promise<void> {
  return use(async (database) => {
    const { store, done } = database.transaction(STORE, 'readwrite');
    const image = await store.get(key);
    if (image) await store.put({ ...image, top, modelId, precision }, key);
    await done;
  });
}

/** Takes one away. @throws Fault `storage-failed` */
export function removeKeptImage(key: number): Promise<void> {
  return use((database) => database.delete(STORE, key));
}

/** All that are kept, the oldest first, by their keys. @throws Fault `storage-failed` */
export function keptImages(): Promise<(KeptImage & { readonly key: number })[]> {
  return use(async (database) => {
    const [keys, images] = await Promise.all([database.getAllKeys(STORE), database.getAll(STORE)]);
    return images.map((image, i) => ({ ...image, key: keys[i] }));
  });
}

/** Takes all away. @throws Fault `storage-failed` */
export function removeKeptImages(): Promise<void> {
  return use((database) => database.clear(STORE));
}
