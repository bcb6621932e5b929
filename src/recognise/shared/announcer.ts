/** Between two announcements at least, milliseconds: a reader that is cut off at each word is worse than a late one. */
export const ANNOUNCE_INTERVAL = 2000;

/**
 * Decides when a changed label is read out: at once after a quiet time, else at the end of the interval, and then only the
 * newest one. What changed back meanwhile is not read out at all. Pure: the caller has the clock, and speaks.
 */
export class Announcer {
  #last: string | undefined;
  #lastAt = -Infinity;
  #waiting: string | undefined;

  /** @param interval milliseconds between two announcements, at least */
  constructor(readonly interval = ANNOUNCE_INTERVAL) {}

  /**
   * The label that is shown now.
   * @param time milliseconds, never falling
   * @returns what to read out now, undefined for nothing
   */
  offer(text: string, time: number): string | undefined {
    this.#waiting = text === this.#last ? undefined : text;
    return this.due(time);
  }

  /** @returns what has become due to be read out, undefined for nothing */
  due(time: number): string | undefined {
    const text = this.#waiting;
    if (text === undefined || time - this.#lastAt < this.interval) return undefined;
    this.#last = text;
    this.#lastAt = time;
    this.#waiting = undefined;
    return text;
  }

  /** Milliseconds until `due` has something; undefined where nothing waits. */
  wait(time: number): number | undefined {
    return this.#waiting === undefined ? undefined : Math.max(0, this.#lastAt + this.interval - time);
  }

  /** Nothing is shown any more: the same label is read out anew when it comes again, still not too soon. */
  reset(): void {
    this.#last = undefined;
    this.#waiting = undefined;
  }
}
