import type { Prediction } from '../../engine/index';

/**
 * Below this probability of the first label the app is not sure. Measured (`npm run tool -- certainty`): for ResNet-18 it
 * hides all labels of walls and darkness and 35 % of the wrong ones, and 4 % of the right ones.
 */
export const DEFAULT_CERTAINTY = 0.25;

/** How sure a label is that is named; words for it are beside its colour. */
export type Sureness = 'sure' | 'likely' | 'perhaps';

/** From these probabilities on a label is called so. Measured: see docs/design.md, `npm run tool -- certainty`. */
const SURE = 0.8;
const LIKELY = 0.5;

export function surenessOf(probability: number): Sureness {
  return probability >= SURE ? 'sure' : probability >= LIKELY ? 'likely' : 'perhaps';
}

/** A label that is shown stays until its probability falls below this share of the threshold: near it labels would flicker. */
const STAY = 0.6;

/**
 * Whether a label is likely enough to be named: what everything asks that names one, live or not.
 *
 * @param threshold probability from which on it is, 0 for always
 * @param named whether it was named just before
 */
export function isSure({ probability }: Pick<Prediction, 'probability'>, threshold: number, named = false): boolean {
  return probability >= (named ? STAY : 1) * threshold;
}

/** A verdict on the same scene changes only where the other one has stood so long, milliseconds: one frame out of many decides nothing. */
const LASTS_MS = 400;
/** So long after another scene has begun its first verdict stands, milliseconds; then the newest answer decides once, as all looks were taken. */
export const SETTLES_MS = 240;
/** A second look that comes so long after the first is the nearest to that time, milliseconds: where there are few, it decides. */
export const SECOND_LOOK_MS = 0.75 * SETTLES_MS;

/**
 * Whether all looks at a scene were taken that are before `settleTime`: a look decides that is nearer to it than the next one would be.
 * All times are milliseconds of one clock.
 *
 * @param begunAt time of the scene's first look
 * @param before time of the look before this one, `begunAt` or later; undefined for the first
 */
export function isSettled(begunAt: number, before: number | undefined, now: number, settleTime = SETTLES_MS): boolean {
  return now - begunAt + (now - (before ?? now)) / 2 >= settleTime;
}

/** Decides whether the first label is shown, or that the app is not sure. */
export class CertaintyGate {
  /** The label that was sure last. */
  #named: number | undefined;
  #sure = false;
  /** Since when the answers speak against the verdict. */
  #against: number | undefined;
  #begunAt: number | undefined;
  #lookedAt: number | undefined;
  #settled = false;

  /** @param threshold probability from which on a label is shown, 0 for always */
  constructor(public threshold = DEFAULT_CERTAINTY) {}

  /**
   * @param first the most probable label
   * @param time when its frame was captured, milliseconds, never falling
   * @param sceneChanged whether the frame shows another scene than the one before
   * @returns whether to show it
   */
  update(first: Prediction, time: number, sceneChanged = false): boolean {
    const begins = sceneChanged || this.#begunAt === undefined;
    if (begins) this.#begunAt = time;
    const sure = isSure(first, this.threshold, !begins && this.#sure && first.index === this.#named);
    if (sure) this.#named = first.index;
    const settling = !isSettled(this.#begunAt ?? time, begins ? undefined : this.#lookedAt, time);
    this.#lookedAt = time;
    const decides = begins || (!settling && !this.#settled);
    this.#settled = !settling;
    this.#against = settling || sure === this.#sure ? undefined : (this.#against ?? time);
    if (decides || (this.#against !== undefined && time - this.#against >= LASTS_MS)) {
      this.#sure = sure;
      this.#against = undefined;
    }
    return this.#sure;
  }
}
