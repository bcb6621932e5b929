/** Without a new frame for so long a live source gives none, milliseconds. */
export const SILENCE = 2000;
/** Looked at more rarely than this the page itself stood still, and frames wait to be told of, milliseconds. */
const STALL = 1000;

/** Tells when a source that is to give frames gives none. Times are milliseconds of one clock. */
export class FrameWatch {
  #lastFrame: number;
  #lastLook: number;

  /** @param now from when on frames are waited for */
  constructor(now: number) {
    this.#lastFrame = this.#lastLook = now;
  }

  frame(now: number): void {
    this.#lastFrame = now;
  }

  /**
   * To be called several times a second.
   *
   * @param paused whether no frames are to come now
   * @returns whether frames are to come and none has for `SILENCE`
   */
  silent(now: number, paused: boolean): boolean {
    if (paused || now - this.#lastLook > STALL) this.#lastFrame = now;
    this.#lastLook = now;
    return now - this.#lastFrame >= SILENCE;
  }
}
