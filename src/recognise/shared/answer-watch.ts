/** Labels without an answer for so long are old, milliseconds. */
const STALE = 2000;
/** So many times what the last answers took is no stall on a slow device. */
const SLOW = 4;
/** A look that comes later than this was asleep with the page, milliseconds: that time does not count. */
const ASLEEP = 1000;

/** Tells when the network owes an answer for too long. Times are milliseconds of one clock. */
export class AnswerWatch {
  #owedMs: number | undefined;
  #lookedAt = 0;
  #usualMs = 0;

  /** A frame is on its way. */
  asked(now: number): void {
    this.#owedMs = 0;
    this.#lookedAt = now;
  }

  /** Its answer came, or none will. @param tookMs undefined where none came */
  answered(tookMs: number | undefined): void {
    this.#owedMs = undefined;
    if (tookMs !== undefined) this.#usualMs = tookMs;
  }

  /** To be called several times a second. @returns whether the answer is overdue */
  overdue(now: number): boolean {
    if (this.#owedMs === undefined) return false;
    this.#owedMs += Math.min(now - this.#lookedAt, ASLEEP);
    this.#lookedAt = now;
    return this.#owedMs >= Math.max(STALE, SLOW * this.#usualMs);
  }
}
