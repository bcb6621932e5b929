/** Lets work through, and now and then holds it back so that something can be timed with nothing beside it. */
export class ExclusiveGate {
  #inFlight = 0;
  #held: Promise<void> | undefined;
  #emptied: (() => void) | undefined;

  /** Waits until nothing exclusive is on: what is made now, a camera frame, is not old before it gets through. */
  async opened(): Promise<void> {
    while (this.#held) await this.#held;
  }

  /** Does the work, after exclusive work that may be on. */
  async enter<T>(work: () => Promise<T>): Promise<T> {
    // No await where it is open: exclusive work that begins meanwhile has to see this as in hand.
    while (this.#held) await this.#held;
    this.#inFlight++;
    try {
      return await work();
    } finally {
      this.#inFlight--;
      if (this.#inFlight === 0) this.#emptied?.();
    }
  }

  /** Does the work alone, after exclusive work that may be on. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.#held) await this.#held;
    return this.exclusive(work);
  }

  /**
   * Waits until what is in hand is done, holds back the rest, and does the work alone.
   * @throws Error where other exclusive work is on
   */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#held) throw new Error('It is quiet already.');
    let release = (): void => undefined;
    this.#held = new Promise((resolve) => (release = resolve));
    try {
      if (this.#inFlight > 0) await new Promise<void>((emptied) => (this.#emptied = emptied));
      return await work();
    } finally {
      this.#emptied = undefined;
      this.#held = undefined;
      release();
    }
  }
}
