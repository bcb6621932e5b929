import { Fault } from '../../base/shared/fault';
import type { DoneImage } from '../shared/image';
import * as device from './kept-images';
import type { KeptImage } from './kept-images';

/** Why some images are only shown, and not kept: there are as many as may be, the device is full, or it refuses. */
export type KeepLack = 'most' | 'storage-full' | 'storage-failed';

/** Where images stay; `kept-images.ts` of it. */
type Store = Pick<typeof device, 'bringBackImages' | 'forgetImages' | 'keepImage' | 'keepLabels' | 'keptImages' | 'removeKeptImages'>;

/**
 * Keeps images with their labels on the device, within bounds: so many, and files only as long as there is room for them, small images then.
 * What it is asked for is done one after the other, so that what was kept before is what is read.
 */
export class ImageKeeper {
  /** Why the last ones were not kept; undefined where all are. */
  lack: KeepLack | undefined;
  /** How many were not. */
  unkept = 0;
  #count = 0;
  #bytes = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly onChange: () => void,
    private readonly store: Store = device,
    private readonly bounds = { most: device.MOST_KEPT, bytes: device.MOST_BYTES },
  ) {}

  /** All that are kept. @throws Fault `storage-failed` */
  read(): Promise<readonly (KeptImage & { readonly key: number })[]> {
    return this.#next(async () => {
      const images = await this.store.keptImages();
      this.#count = images.length;
      this.#bytes = images.reduce((sum, { file }) => sum + file.size, 0);
      return images;
    });
  }

  /** @returns its key; undefined where it is not kept, which `lack` says */
  keep({ file, name, thumbnail, top, square, shortcoming, width, height, modelId, precision }: DoneImage): Promise<number | undefined> {
    return this.#next(async () => {
      if (this.#count >= this.bounds.most) return this.#lacks('most');
      const small = this.#bytes + file.size > this.bounds.bytes;
      const kept = small ? new File([thumbnail], file.name, { type: thumbnail.type }) : file;
      try {
        const key = await this.store.keepImage({
          file: kept, name, thumbnail, top, width, height, modelId, precision, ...(square && { square }), ...(shortcoming && { shortcoming }), ...(small && { small }),
        });
        this.#count++;
        this.#bytes += kept.size;
        return key;
      } catch (error) {
        return this.#lacks(Fault.from(error, 'storage-failed').code === 'storage-full' ? 'storage-full' : 'storage-failed');
      }
    });
  }

  /** Keeps what was recognised of one after it was kept; where that is refused it is recognised again at the next visit. */
  relabel(key: number, image: DoneImage): void {
    void this.#next(() => this.store.keepLabels(key, image)).catch(() => undefined);
  }

  /** Takes some away, or all. @returns their keys @throws Fault `storage-full`, `storage-failed` */
  remove(keys?: readonly number[]): Promise<readonly number[]> {
    return this.#next(async () => {
      const removed = await this.store.removeKeptImages(keys);
      // Its bytes stay until it cannot be had back any more: `read` counts anew.
      this.#count -= removed.length;
      return removed;
    });
  }

  /** @throws Fault `storage-failed` */
  bringBack(keys: readonly number[]): Promise<void> {
    return this.#next(async () => {
      this.#count += await this.store.bringBackImages(keys);
    });
  }

  /** Deletes for good what was taken away before a time, milliseconds since 1970; where that is refused, a later visit does. */
  forget(before: number): void {
    void this.#next(() => this.store.forgetImages(before)).catch(() => undefined);
  }

  /** It was read that some are not kept. */
  dismiss(): void {
    this.lack = undefined;
    this.unkept = 0;
    this.onChange();
  }

  #lacks(lack: KeepLack): undefined {
    this.lack = lack;
    this.unkept++;
    this.onChange();
    return undefined;
  }

  #next<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#last.then(job);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
