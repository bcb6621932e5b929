import { className } from '../../../base/page/language';
import { CertaintyGate } from '../../../base/shared/certainty';
import type { Prediction } from '../../../engine/index';
import { shortcomingOf } from '../../shared/image-quality';
import type { Recognition } from '../../shared/recogniser';
import type { Doubt } from './doubt-text';
import type { ShownLabel } from './label-list';

/** A further label below this says nothing, 0..1. */
const LEAST_SHOWN = 0.02;

/** A reason stays at least so long, milliseconds: near a bound it would change faster than it can be read. */
const DOUBT_HOLDS = 1000;

/** A taught class's own name, else the class's. */
export function nameOf({ index, name }: Prediction): string {
  return name ?? className(index);
}

/**
 * The labels that are worth a row, most probable first. The first one is that which is held: one that is more probable just now is
 * left out until it takes its place, so that rows neither swap nor stand in the wrong order.
 */
export function rowsOf(steady: readonly Prediction[]): Prediction[] {
  const first = steady.at(0);
  if (!first) return [];
  const further = steady.slice(1).filter(({ probability }) => probability >= LEAST_SHOWN && probability <= first.probability);
  return [first, ...further.sort((a, b) => b.probability - a.probability)];
}

/** Judges each recognition: what is shown of it, and whether the first label is sure enough to be named. */
export class LabelJudge {
  /** Why the first label is not named; undefined where it is, or there is none. */
  doubt: Doubt | undefined;
  readonly #certainty = new CertaintyGate();
  #judged: Recognition | undefined;
  #since = 0;

  /**
   * Takes the newest recognition, again and again.
   *
   * @param threshold probability from which on a label is named, 0 for always
   * @returns whether it is another than the one before
   */
  judge(recognition: Recognition | undefined, threshold: number): boolean {
    this.#certainty.threshold = threshold;
    if (recognition === this.#judged) return false;
    this.#judged = recognition;
    const { first } = this;
    // Of a model without classes nothing comes before something is taught.
    if (!first) {
      this.doubt = recognition && 'untaught';
      return true;
    }
    const sure = !recognition || this.#certainty.update(first, recognition.capturedAt, recognition.sceneChanged);
    if (sure || !recognition) this.doubt = undefined;
    else this.#doubt(shortcomingOf(recognition.quality) ?? 'unknown', recognition.capturedAt);
    return true;
  }

  #doubt(why: Doubt, time: number): void {
    if (this.doubt === why || (this.doubt && time - this.#since < DOUBT_HOLDS)) return;
    this.doubt = why;
    this.#since = time;
  }

  /** The label that is named, or would be. */
  get first(): Prediction | undefined {
    return this.#judged?.steady.at(0);
  }

  /** In the language of the moment. */
  get shown(): ShownLabel[] {
    return rowsOf(this.#judged?.steady ?? []).map((p) => ({ key: String(p.index), name: nameOf(p), probability: p.probability, own: p.name !== undefined && !p.ofNetwork }));
  }
}
