import { Problem } from './problem';

/** How many bytes of uploads the service holds at one time; so many slow or large senders cannot fill its memory. */
export class HeldBytes {
  #held = 0;

  constructor(private readonly limit: number) {}

  get held(): number {
    return this.#held;
  }

  /**
   * Reserves room for an upload before any of it is read.
   *
   * @returns gives the room back; more calls than one do nothing
   * @throws Problem `busy` where there is no room now
   */
  reserve(bytes: number): () => void {
    if (this.#held > 0 && this.#held + bytes > this.limit) {
      throw new Problem('busy', `Other uploads hold ${this.#held} of the ${this.limit} bytes that are held at one time.`);
    }
    this.#held += bytes;
    let reserved = true;
    return () => {
      if (reserved) this.#held -= bytes;
      reserved = false;
    };
  }
}
