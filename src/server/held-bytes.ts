import { Problem } from './problem';

/** What one request holds of its upload. */
export interface Hold {
  /**
   * Counts bytes that have come.
   * @throws Problem `busy` where there is no room for them now
   */
  add(bytes: number): void;
  /** Gives back so many of them, or all; more calls than one do nothing. */
  release(bytes?: number): void;
}

/** How many bytes of uploads the service holds at one time; so many slow or large senders cannot fill its memory. */
export class HeldBytes {
  #held = 0;

  constructor(private readonly limit: number) {}

  get held(): number {
    return this.#held;
  }

  /** Begins an upload. What counts is what has come, not what was announced: who sends nothing keeps nobody out. */
  open(): Hold {
    let own = 0;
    const release = (bytes = own): void => {
      this.#held -= bytes;
      own -= bytes;
    };
    return {
      release,
      add: (bytes) => {
        const others = this.#held - own;
        if (others > 0 && this.#held + bytes > this.limit) {
          throw new Problem('busy', `Other uploads hold ${others} of the ${this.limit} bytes that are held at one time.`);
        }
        own += bytes;
        this.#held += bytes;
      },
    };
  }
}
