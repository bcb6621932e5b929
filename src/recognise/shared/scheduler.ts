import { SECOND_LOOK_MS } from '../../base/shared/certainty';
import { DutyControl, type DeviceConditions, type Pace } from './duty-control';

/** Weight of the newest frame interval in the running mean. */
const INTERVAL_WEIGHT = 0.1;
/** A gap longer than this is a camera that stood still (hidden page, other camera), not its rate; milliseconds. */
const LONGEST_INTERVAL = 500;
/**
 * A waiting frame is older than this share of the camera's interval: the next frame is the better choice. With service
 * time S, age a and interval T, the mean age of what is shown (age of information, Kaul, Yates and Gruteser 2012: delay
 * plus half the period) is a + S + S / 2 for taking it and S + (S + T - a) / 2 for waiting; they are equal at a = T / 3.
 */
const STALE_SHARE = 1 / 3;
/** A camera that shows nothing new for this many intervals has stopped: then the waiting frame is the newest there is. */
const PATIENCE = 2;
/** So often a scene's second look comes without a full rest, milliseconds: where every look shows another scene, heat and battery are spared. */
const SOON_AGAIN = 3000;

/** What the caller does after an inference: nothing, or take the newest frame after so many milliseconds unless one comes before. */
export type NextTake = number | undefined;

/**
 * Decides which camera frames are recognised: one inference in flight, the newest frame wins, there is no queue; and
 * how much the network rests in between (`DutyControl`). Pure bookkeeping: the caller captures a frame when told to.
 * All times are milliseconds of one clock.
 */
export class RecognitionScheduler {
  readonly #duty: DutyControl;
  #busy = false;
  #waiting = false;
  #presented = 0;
  #submitted = 0;
  #frameAt = 0;
  #interval = 0;
  #startedAt = 0;
  #restUntil = 0;
  #soonAt = -Infinity;

  /** @param adaptive false to recognise as often as the device can, whatever comes of it */
  constructor(adaptive = true) {
    this.#duty = new DutyControl(adaptive);
  }

  /** Camera frames seen since the last reset. */
  get presented(): number {
    return this.#presented;
  }

  /** Frames that were never handed to the network: a newer one came first, or the network rested. */
  get skipped(): number {
    return this.#presented - this.#submitted - (this.#waiting ? 1 : 0);
  }

  get busy(): boolean {
    return this.#busy;
  }

  get pace(): Pace {
    return this.#duty.pace;
  }

  set adaptive(adaptive: boolean) {
    this.#duty.adaptive = adaptive;
  }

  /** Told of battery and heat; the rate follows. */
  set conditions(conditions: DeviceConditions) {
    this.#duty.conditions = conditions;
  }

  /**
   * The camera shows a new frame.
   * @param count frames since the last call, 1 or more (the browser may have presented some that it never told of)
   * @returns true where the caller must capture this frame now and call `finished` afterwards
   */
  frame(now: number, count = 1): boolean {
    const interval = (now - this.#frameAt) / count;
    if (this.#presented > 0 && interval < LONGEST_INTERVAL) {
      this.#interval = this.#interval === 0 ? interval : this.#interval + INTERVAL_WEIGHT * (interval - this.#interval);
    }
    this.#frameAt = now;
    this.#presented += count;
    this.#waiting = true;
    // Half an interval early is nearer to the wished rate than half an interval late.
    return now >= this.#restUntil - this.#interval / 2 && this.#take(now);
  }

  /**
   * The inference in flight has ended.
   * @param latencyMs camera frame to label; undefined where it failed or nobody saw the label
   * @param begins whether it was the first look at another scene: then the look that settles its label comes as soon as it does so
   * @returns when to call `take`, if no `frame` has been accepted before
   */
  finished(now: number, latencyMs?: number, begins = false): NextTake {
    this.#busy = false;
    const busyMs = now - this.#startedAt;
    if (latencyMs !== undefined) this.#restUntil = now + this.#duty.finished(now, busyMs, latencyMs);
    const soon = this.#startedAt + SECOND_LOOK_MS;
    if (begins && soon < this.#restUntil && now - this.#soonAt >= SOON_AGAIN) {
      this.#soonAt = now;
      this.#restUntil = Math.max(now, soon);
    }
    const rest = this.#restUntil - now;
    // The last frame of all (a video that is paused, a frozen image) may come during the rest: it is taken after it.
    if (!this.#waiting && rest <= 0) return undefined;
    if (rest <= 0 && now - this.#frameAt <= this.#interval * STALE_SHARE) return 0;
    return Math.max(rest, 0) + this.#interval * PATIENCE;
  }

  /** @returns true where a frame waits and nothing runs: capture it now and call `finished` afterwards */
  take(now: number): boolean {
    return this.#take(now);
  }

  /** The frame in flight could not be captured: it waits again, so that it is not lost where no newer one comes. Before `finished`. */
  putBack(): void {
    if (!this.#busy) return;
    this.#waiting = true;
    this.#submitted--;
  }

  /** Forgets a waiting frame and sets the counts to zero; an inference in flight must still be `finished`. */
  reset(): void {
    this.#presented = this.#busy ? 1 : 0;
    this.#submitted = this.#presented;
    this.#waiting = false;
    this.#interval = 0;
    this.#restUntil = 0;
    this.#soonAt = -Infinity;
    this.#duty.reset();
  }

  #take(now: number): boolean {
    if (this.#busy || !this.#waiting) return false;
    this.#busy = true;
    this.#waiting = false;
    this.#submitted++;
    this.#startedAt = now;
    return true;
  }
}
