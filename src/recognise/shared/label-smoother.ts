import { isSettled, SETTLES_MS } from '../../base/shared/certainty';
import { type Prediction, topK } from '../../engine/index';

/** How steady the shown labels are. */
export interface SmootherOptions {
  /** Average the probabilities over time. */
  readonly smoothing: boolean;
  /** Keep a shown order of labels for a while before another replaces it. */
  readonly hold: boolean;
  /** Time constant of the average, milliseconds: after this long a new scene weighs 1 - 1/e. */
  readonly timeConstant: number;
  /** How long a shown order stays at least, milliseconds. */
  readonly holdTime: number;
  /** So long all ways of looking take their first turns at another scene, milliseconds: then the order may change once, whatever is held. */
  readonly settleTime: number;
  /** Labels shown. */
  readonly count: number;
}

export const DEFAULT_SMOOTHER_OPTIONS: SmootherOptions = {
  smoothing: true,
  hold: true,
  timeConstant: 1200,
  holdTime: 600,
  settleTime: SETTLES_MS,
  count: 3,
};

/**
 * Below this overlap a new answer is of another scene. Measured as the Bhattacharyya coefficient of the two
 * distributions (1 where they agree, 0 where they share no class).
 */
const SAME_SCENE_OVERLAP = 0.35;

/** Answers that agree with each other and not with the average for so long are of another scene, milliseconds. */
const ODD_MS = 150;

/** A label takes over the first place only where it is this much more likely than the one shown there. */
const TAKEOVER_RATIO = 1.15;

/** How alike two distributions are, 0..1: sum of sqrt(p q) (Bhattacharyya 1943). */
export function distributionOverlap(p: Float32Array, q: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.sqrt(p[i] * q[i]);
  return sum;
}

/**
 * Makes labels steady: an exponential average over time (right for any frame rate: the weight of the past is
 * exp(-elapsed / timeConstant)) and a hold on the shown order, both given up at once where the scene changes.
 *
 * A change is either told by the caller (the image itself changed) or seen from answers that agree with each other and not with the
 * average for a while; one odd answer alone is left out.
 */
export class LabelSmoother {
  #options: SmootherOptions;
  #average: Float32Array;
  #outlier: Float32Array;
  #hasAverage = false;
  #hasOutlier = false;
  /** When the answers that have little in common with the average began. */
  #oddSince = 0;
  #lastTime = 0;
  #shown: number[] = [];
  #shownSince = -Infinity;
  #begunAt: number | undefined;
  #lookedAt: number | undefined;
  #begins = false;
  /** Whether not all ways of looking have had their say yet. */
  #unsettled = true;

  /** @param classes length of each distribution */
  constructor(
    readonly classes: number,
    options: SmootherOptions = DEFAULT_SMOOTHER_OPTIONS,
  ) {
    this.#options = options;
    this.#average = new Float32Array(classes);
    this.#outlier = new Float32Array(classes);
  }

  get options(): SmootherOptions {
    return this.#options;
  }

  /** Whether the last answer was taken for the first one of another scene, by the caller's word or by itself. */
  get begins(): boolean {
    return this.#begins;
  }

  /** Changes the settings and begins anew. */
  configure(options: SmootherOptions): void {
    this.#options = options;
    this.reset();
  }

  /** Forgets the past: the next answer is shown as it is. */
  reset(): void {
    this.#hasAverage = false;
    this.#hasOutlier = false;
    this.#shown = [];
    this.#shownSince = -Infinity;
    this.#begunAt = undefined;
    this.#lookedAt = undefined;
    this.#unsettled = true;
  }

  /**
   * Takes one answer of the network.
   *
   * @param probabilities shape [classes]; not kept
   * @param time when the frame was captured, milliseconds, never falling
   * @param sceneChanged the image itself differs from the one before
   * @returns the labels to show, first the one shown on top, with their steady probabilities
   */
  update(probabilities: Float32Array, time: number, sceneChanged = false): Prediction[] {
    const odd = !sceneChanged && this.#isOdd(probabilities);
    const again = odd && this.#hasOutlier && distributionOverlap(this.#outlier, probabilities) >= SAME_SCENE_OVERLAP;
    if (odd && !again) this.#oddSince = time;
    const confirmed = again && time - this.#oddSince >= ODD_MS;
    this.#begins = sceneChanged || confirmed;
    if (this.#begins) this.reset();
    const wait = odd && !confirmed && !this.#hasOutlier && this.#options.smoothing;
    this.#hasOutlier = odd && !confirmed;
    if (this.#hasOutlier) this.#outlier.set(probabilities);
    this.#begunAt ??= time;
    if (!wait) this.#blend(probabilities, time);
    const settling = !isSettled(this.#begunAt, this.#lookedAt, time, this.#options.settleTime);
    this.#lookedAt = time;
    // What the first look saw stands until all have taken their turn, then what all saw; from then on changes are held back.
    const decides = this.#shown.length === 0 || (this.#unsettled && !settling);
    this.#unsettled = settling;
    const best = topK(this.#average, this.#options.count);
    if (!this.#options.hold) return best;
    if (decides) return this.#show(best, time);
    return settling ? this.#asShown() : this.#held(best, time);
  }

  /** Whether an answer has little in common with the average. */
  #isOdd(probabilities: Float32Array): boolean {
    return this.#hasAverage && distributionOverlap(this.#average, probabilities) < SAME_SCENE_OVERLAP;
  }

  #blend(probabilities: Float32Array, time: number): void {
    const elapsed = Math.max(0, time - this.#lastTime);
    this.#lastTime = time;
    if (!this.#hasAverage || !this.#options.smoothing || this.#unsettled) {
      this.#average.set(probabilities);
      this.#hasAverage = true;
      return;
    }
    const keep = Math.exp(-elapsed / this.#options.timeConstant);
    for (let i = 0; i < this.classes; i++) {
      this.#average[i] = keep * this.#average[i] + (1 - keep) * probabilities[i];
    }
  }

  #held(best: Prediction[], time: number): Prediction[] {
    const order = this.#defendFirst(best);
    const same = order.length === this.#shown.length && order.every((p, i) => p.index === this.#shown[i]);
    if (same) return order;
    if (time - this.#shownSince >= this.#options.holdTime) return this.#show(order, time);
    return this.#asShown();
  }

  #asShown(): Prediction[] {
    return this.#shown.map((index) => ({ index, probability: this.#average[index] }));
  }

  #show(order: Prediction[], time: number): Prediction[] {
    this.#shownSince = time;
    this.#shown = order.map((p) => p.index);
    return order;
  }

  /** Keeps the label in the first place there unless another is clearly more likely: two that are as likely would swap for ever. */
  #defendFirst(best: Prediction[]): Prediction[] {
    const first = this.#shown[0] as number | undefined;
    if (first === undefined || best[0].index === first) return best;
    const probability = this.#average[first];
    if (best[0].probability > TAKEOVER_RATIO * probability) return best;
    return [{ index: first, probability }, ...best.filter((p) => p.index !== first)].slice(0, best.length);
  }
}
