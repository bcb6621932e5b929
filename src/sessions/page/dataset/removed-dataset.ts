import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { DatasetShelf, KeptDataset } from './dataset-shelf';

/** The training set that was deleted last: it can be had back for a while. */
export class RemovedDataset implements ReactiveController {
  #set: KeptDataset | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param time milliseconds */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly shelf: DatasetShelf,
    private readonly time: number,
  ) {
    host.addController(this);
  }

  /** Undefined where there is none, or its time has passed. */
  get set(): KeptDataset | undefined {
    return this.#set;
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  /** It is off the shelf already. */
  put(set: KeptDataset): void {
    this.#change(set);
    this.#timer = setTimeout(() => this.#change(undefined), this.time);
  }

  undo(): void {
    if (this.#set) this.shelf.put(this.#set);
    this.#change(undefined);
  }

  #change(set: KeptDataset | undefined): void {
    clearTimeout(this.#timer);
    this.#set = set;
    this.host.requestUpdate();
  }
}
