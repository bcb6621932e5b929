/**
 * Decides which camera frames are recognised: one inference in flight, the newest frame wins, there is no queue.
 * Pure bookkeeping; the caller captures a frame when told to.
 */
export class FrameGate {
  #busy = false;
  #newFrame = false;
  #presented = 0;
  #submitted = 0;

  /** Camera frames seen since the last reset. */
  get presented(): number {
    return this.#presented;
  }

  /** Frames that were never handed to the network because a newer one came first. */
  get skipped(): number {
    return this.#presented - this.#submitted - (this.#newFrame ? 1 : 0);
  }

  get busy(): boolean {
    return this.#busy;
  }

  /**
   * The camera shows a new frame.
   * @param count frames since the last call, 1 or more (the browser may have presented some that it never told of)
   * @returns true where the caller must capture this frame now and call `finished` afterwards
   */
  frame(count = 1): boolean {
    this.#presented += count;
    this.#newFrame = true;
    return this.#take();
  }

  /**
   * The inference in flight has ended, well or not.
   * @returns true where a newer frame waits: capture it now and call `finished` afterwards
   */
  finished(): boolean {
    this.#busy = false;
    return this.#take();
  }

  /** Forgets a waiting frame and sets the counts to zero; an inference in flight must still be `finished`. */
  reset(): void {
    this.#presented = this.#busy ? 1 : 0;
    this.#submitted = this.#presented;
    this.#newFrame = false;
  }

  #take(): boolean {
    if (this.#busy || !this.#newFrame) return false;
    this.#busy = true;
    this.#newFrame = false;
    this.#submitted++;
    return true;
  }
}
