/** Video times are whole milliseconds, since WebM counts in these: then the same number stands in every container. */
const TICK_US = 1000;
/** Where frames' timestamps and the wall clock differ by more than this, the stream has jumped: a person seeks in a video. */
const JUMP_US = 1_000_000;

/**
 * Gives each camera frame its time in the video. The time runs with the frames' own timestamps, which are steadier than any
 * clock of the page; after a pause it goes on without a gap; another camera, whose timestamps begin anew, is put where the
 * wall clock says.
 */
export class VideoClock {
  #last: { readonly stampUs: number; readonly timeUs: number; readonly nowUs: number } | undefined;
  #offsetUs = 0;
  #atUs = 0;
  #break: 'none' | 'source' | 'pause' = 'none';

  /** Frame distance where none can be known, microseconds. */
  readonly #nominalUs: number;

  /** @param nominalUs frame distance where none can be known, microseconds */
  constructor(nominalUs: number) {
    this.#nominalUs = Math.round(nominalUs / TICK_US) * TICK_US;
  }

  /** Time of the newest frame, microseconds; undefined before the first. */
  get lastUs(): number | undefined {
    return this.#last?.timeUs;
  }

  /** The frames that follow come from elsewhere: their timestamps have nothing to do with those before. */
  sourceChanged(): void {
    if (this.#break === 'none') this.#break = 'source';
  }

  /** What lies between this and the next frame is not in the video. */
  paused(): void {
    this.#break = 'pause';
  }

  /**
   * @param stampUs the frame's own timestamp, microseconds
   * @param nowUs wall clock, microseconds
   * @returns its time in the video, whole milliseconds, above that of the frame before; the same timestamp gives the same time
   */
  time(stampUs: number, nowUs: number): number {
    const last = this.#last;
    if (!last) {
      this.#offsetUs = -stampUs;
      return this.#set(stampUs, 0, nowUs);
    }
    if (this.#break === 'none' && stampUs === last.stampUs) return last.timeUs;
    if (this.#break === 'pause') {
      // Not before what was told of the time before the pause: what was labelled until then would hold this frame as well.
      this.#offsetUs = Math.max(last.timeUs + this.#nominalUs, Math.ceil(this.#atUs / TICK_US) * TICK_US) - stampUs;
    } else if (this.#break === 'source' || stampUs < last.stampUs || jumped(stampUs - last.stampUs, nowUs - last.nowUs)) {
      this.#offsetUs = last.timeUs + Math.max(this.#nominalUs, nowUs - last.nowUs) - stampUs;
    }
    return this.#set(stampUs, stampUs + this.#offsetUs, nowUs);
  }

  /**
   * As `time`, of a frame that tells no timestamp: it is put where the wall clock says.
   * @returns its time in the video, whole milliseconds, above that of the frame before
   */
  unstamped(nowUs: number): number {
    const last = this.#last;
    // After a pause or another source the next timestamp stands in no relation to those before.
    const stampUs = last && this.#break === 'none' ? last.stampUs : -Infinity;
    return this.#set(stampUs, last ? this.at(nowUs) : 0, nowUs);
  }

  /** Where the video is at a moment, for labels between two frames: the time of the newest frame and what has passed since. */
  at(nowUs: number): number {
    const last = this.#last;
    if (!last) return 0;
    const since = this.#break === 'pause' ? this.#nominalUs : Math.max(0, nowUs - last.nowUs);
    // A frame that came late puts the clock back; who reads it must not see that.
    this.#atUs = Math.max(this.#atUs, last.timeUs + since);
    return this.#atUs;
  }

  #set(stampUs: number, wishedUs: number, nowUs: number): number {
    const ticks = Math.round(wishedUs / TICK_US) * TICK_US;
    const timeUs = this.#last ? Math.max(ticks, this.#last.timeUs + TICK_US) : ticks;
    this.#last = { stampUs, timeUs, nowUs };
    this.#break = 'none';
    return timeUs;
  }
}

function jumped(byStamp: number, byWall: number): boolean {
  return Math.abs(byStamp - byWall) > JUMP_US;
}
