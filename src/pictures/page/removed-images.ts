import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ImageItem } from '../shared/image';
import type { ImageBatch } from './image-batch';
import type { ImageKeeper } from './image-keeper';

/** Milliseconds for which what was taken away can be had back by a press. */
export const UNDO_SHOWN = 12_000;

/** What was taken away by one press. */
interface Removal {
  readonly items: readonly ImageItem[];
  /** Keys of what is kept of them, once the device has marked it; rejects where it refused. */
  readonly keys: Promise<readonly number[]>;
}

/** Owns the images that were taken away last, one or all, until the time to have them back is over. */
export class RemovedImages implements ReactiveController {
  /** Whether the device refused to take away what is kept on it. */
  refused = false;
  #removal: Removal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param read whether a person is at what is said of it: it stays then */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly batch: ImageBatch,
    private readonly keeper: ImageKeeper,
    private readonly read: () => boolean,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('pagehide', this.#giveUp);
  }

  hostDisconnected(): void {
    removeEventListener('pagehide', this.#giveUp);
    this.#giveUp();
  }

  get items(): readonly ImageItem[] {
    return this.#removal?.items ?? [];
  }

  /** Takes some away, or all that there are, also those that are kept and not in the list. Never throws: see `refused`. */
  async remove(images?: readonly ImageItem[]): Promise<void> {
    this.#giveUp();
    this.refused = false;
    const items = this.batch.take(images);
    const keys = items.flatMap(({ key }) => key ?? []);
    const removal = { items, keys: images && keys.length === 0 ? Promise.resolve([]) : this.keeper.remove(images && keys) };
    this.#removal = removal;
    this.#timer = setTimeout(this.#expire, UNDO_SHOWN);
    this.host.requestUpdate();
    try {
      await removal.keys;
    } catch {
      if (this.#removal === removal) this.#end();
      this.batch.putBack(items);
      this.refused = true;
      this.host.requestUpdate();
    }
  }

  /** Has back what was taken away last. Never throws. */
  async undo(): Promise<void> {
    const removal = this.#end();
    if (!removal) return;
    // Where it was refused they are back already.
    const keys = await removal.keys.catch(() => undefined);
    if (!keys) return;
    // Where the device refuses, or another tab has deleted them since, they are shown all the same, and kept anew.
    const back = new Set(keys.length > 0 ? await this.keeper.bringBack(keys).catch(() => []) : []);
    this.batch.putBack(removal.items.map((item) => (item.key === undefined || back.has(item.key) ? item : { ...item, key: undefined })));
    this.host.requestUpdate();
  }

  readonly #expire = (): void => {
    if (this.read()) this.#timer = setTimeout(this.#expire, UNDO_SHOWN);
    else this.#giveUp();
  };

  readonly #giveUp = (): void => {
    const removal = this.#end();
    if (!removal) return;
    const forget = (keys: readonly number[]): void => {
      this.batch.giveUp(removal.items);
      if (keys.length > 0) this.keeper.forget(keys);
    };
    // Where it was refused they are back in the list.
    removal.keys.then(forget, () => undefined);
  };

  /** Nothing can be had back any more. @returns what could */
  #end(): Removal | undefined {
    const removal = this.#removal;
    clearTimeout(this.#timer);
    this.#removal = undefined;
    this.host.requestUpdate();
    return removal;
  }
}
