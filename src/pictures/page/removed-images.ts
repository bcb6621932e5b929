import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ImageItem } from '../shared/image';
import type { ImageBatch } from './image-batch';
import type { ImageKeeper } from './image-keeper';

/** Milliseconds for which what was taken away can be had back by a press. */
export const UNDO_SHOWN = 12_000;

/** Owns the images that were taken away last, one or all, until the time to have them back is over. */
export class RemovedImages implements ReactiveController {
  items: readonly ImageItem[] = [];
  /** Whether the device refused to take away what is kept on it. */
  refused = false;
  #keys: readonly number[] = [];
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

  hostDisconnected(): void {
    this.#giveUp();
  }

  /** Takes some away, or all that there are, also those that are kept and not in the list. Never throws: see `refused`. */
  async remove(images?: readonly ImageItem[]): Promise<void> {
    this.#giveUp();
    this.refused = false;
    const taken = this.batch.take(images);
    const keys = taken.flatMap(({ key }) => key ?? []);
    try {
      this.#keys = images ? (keys.length > 0 ? await this.keeper.remove(keys) : []) : await this.keeper.remove();
      this.items = taken;
      this.#timer = setTimeout(() => this.#expire(), UNDO_SHOWN);
    } catch {
      this.batch.putBack(taken);
      this.refused = true;
    }
    this.host.requestUpdate();
  }

  /** Has back what was taken away last. Never throws. */
  async undo(): Promise<void> {
    const { items } = this;
    const keys = this.#keys;
    clearTimeout(this.#timer);
    this.items = [];
    this.#keys = [];
    // Where the device refuses, they are shown all the same.
    if (keys.length > 0) await this.keeper.bringBack(keys).catch(() => (this.refused = true));
    this.batch.putBack(items);
    this.host.requestUpdate();
  }

  #expire(): void {
    if (this.read()) this.#timer = setTimeout(() => this.#expire(), UNDO_SHOWN);
    else this.#giveUp();
  }

  #giveUp(): void {
    clearTimeout(this.#timer);
    if (this.items.length > 0) this.batch.giveUp(this.items);
    if (this.#keys.length > 0) this.keeper.forget(Date.now() + 1);
    this.items = [];
    this.#keys = [];
    this.host.requestUpdate();
  }
}
