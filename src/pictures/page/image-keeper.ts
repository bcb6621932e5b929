import { Fault } from '../../base/shared/fault';
import type { DoneImage, ImageItem } from '../shared/image';
import * as device from './kept-images';
import type { KeptImages } from './kept-images';

/** Why an image is only shown, and not kept: there are as many as may be, the device is full, or it refuses; or why only a small one of it is. */
export type KeepLack = 'most' | 'storage-full' | 'storage-failed' | 'small';

/** Of an image that was not recognised yet. */
const UNKNOWN: device.Findings = { top: [], width: 0, height: 0, modelId: '', precision: 'fp32' };

/** Where images stay; `kept-images.ts` of it. */
type Store = Pick<typeof device, 'bringBackImages' | 'forgetImages' | 'keepImage' | 'keepFindings' | 'keptImages' | 'removeKeptImages'>;

/**
 * Keeps images with their labels on the device, within bounds: so many, and files only as long as there is room for them, small images then.
 * What it is asked for is done one after the other, so that what was kept before is what is read.
 */
export class ImageKeeper {
  readonly #lacks = new Map<number, KeepLack>();
  #count = 0;
  /** Also of those that can be had back. */
  #bytes = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly onChange: () => void,
    private readonly store: Store = device,
    private readonly bounds = { most: device.MOST_KEPT, bytes: device.MOST_BYTES },
  ) {}

  /** Why some of the last ones are not kept, or not whole, by their ids. */
  get lacks(): ReadonlyMap<number, KeepLack> {
    return this.#lacks;
  }

  /** All that are kept. @throws Fault `storage-failed` */
  read(): Promise<KeptImages['images']> {
    return this.#next(async () => {
      const { images, bytes } = await this.store.keptImages();
      this.#count = images.length;
      this.#bytes = bytes;
      return images;
    });
  }

  /** @returns its key; undefined where it is not kept, which `lacks` says, or not yet: where files have no room, it is when it has a small image */
  keep(image: ImageItem): Promise<number | undefined> {
    return this.#next(async () => {
      const { id, file, name } = image;
      if (this.#count >= this.bounds.most) return this.#tell(id, 'most');
      const small = this.#bytes + file.size > this.bounds.bytes;
      if (small && image.state !== 'done') return undefined;
      const findings = image.state === 'done' ? image : UNKNOWN;
      const kept = small && findings.thumbnail ? new File([findings.thumbnail], file.name, { type: findings.thumbnail.type, lastModified: file.lastModified }) : file;
      try {
        const key = await this.store.keepImage({ ...findings, file: kept, name, ...(small && { small }) });
        this.#count++;
        this.#bytes += kept.size;
        this.#tell(id, small ? 'small' : undefined);
        return key;
      } catch (error) {
        return this.#tell(id, Fault.from(error, 'storage-failed').code === 'storage-full' ? 'storage-full' : 'storage-failed');
      }
    });
  }

  /** Keeps what was found out of one after it was kept; where that is refused it is found out again at the next visit. Never throws. */
  relabel(key: number, image: DoneImage): Promise<void> {
    return this.#next(() => this.store.keepFindings(key, image)).catch(() => undefined);
  }

  /** Takes some away, or all. @returns their keys @throws Fault `storage-full`, `storage-failed` */
  remove(keys?: readonly number[]): Promise<readonly number[]> {
    return this.#next(async () => {
      const removed = await this.store.removeKeptImages(keys);
      // Their bytes stay until they cannot be had back any more.
      this.#count -= removed.length;
      return removed;
    });
  }

  /** @returns the keys of those that could be had back @throws Fault `storage-failed` */
  bringBack(keys: readonly number[]): Promise<readonly number[]> {
    return this.#next(async () => {
      const back = await this.store.bringBackImages(keys);
      this.#count += back.length;
      return back;
    });
  }

  /** Deletes for good some that were taken away; where that is refused, a later visit does. */
  forget(keys: readonly number[]): void {
    const own = new Set(keys);
    this.#forget((key) => own.has(key));
  }

  /** As `forget`, all that were taken away before a time, milliseconds since 1970. */
  forgetBefore(time: number): void {
    this.#forget((_key, at) => at < time);
  }

  #forget(which: (key: number, at: number) => boolean): void {
    const job = async (): Promise<void> => {
      this.#bytes -= await this.store.forgetImages(which);
    };
    void this.#next(job).catch(() => undefined);
  }

  /** Deletes one for good; where that is refused it stays. Never throws. */
  async discard(key: number): Promise<void> {
    await this.remove([key]).catch(() => undefined);
    this.forget([key]);
  }

  /** It was read that some are not kept. */
  dismiss(): void {
    this.#lacks.clear();
    this.onChange();
  }

  #tell(id: number, lack: KeepLack | undefined): undefined {
    if (lack) this.#lacks.set(id, lack);
    else if (!this.#lacks.delete(id)) return;
    this.onChange();
  }

  #next<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#last.then(job);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
