import type { HumanSpan } from './session';
import { sameLabel, type LabelRef } from '../../base/shared/labels/label-ref';

/** Shorter than this a press is a tap, milliseconds. */
export const HOLD_MS = 350;

interface Press {
  readonly id: string;
  readonly label: LabelRef;
  /** Whether the label is the network's guess. */
  readonly accepted: boolean;
  readonly startUs: number;
  readonly atMs: number;
}

/**
 * Turns presses of labels into spans. A tap latches its label until the same or another one is tapped; a press that is held labels as long
 * as it lasts, several at once and beside the latched one. Knows neither pointers nor keys: each press has a name of its own (a key, a
 * pointer's number). A label has one span at a time.
 */
export class SpanHolder {
  readonly #presses = new Map<string, Press>();
  #latched: Press | undefined;

  /** @param newId gives an id that no other span has */
  constructor(private readonly newId: () => string) {}

  /** Labels that are latched, or held for longer than a tap. */
  held(atMs: number): LabelRef[] {
    return this.#standing(atMs).map((press) => press.label);
  }

  /** What a picture that is kept now is of: the label that is latched, or held first, and whether the network guessed it. */
  first(atMs: number): { readonly label: LabelRef; readonly accepted: boolean } | undefined {
    return this.#standing(atMs).at(0);
  }

  /**
   * A press begins; one of the same name that goes on is left alone (a key repeats).
   * @param timeUs where the video is
   * @param atMs any clock that only goes forward
   * @param accepted whether the label is the network's guess
   */
  press(name: string, label: LabelRef, timeUs: number, atMs: number, accepted = false): void {
    if (this.#presses.has(name)) return;
    this.#presses.set(name, { id: this.newId(), label, accepted, startUs: timeUs, atMs });
  }

  /** A press ends. @returns the spans that it ends: its own, or that of the label which was latched until now */
  release(name: string, timeUs: number, atMs: number): HumanSpan[] {
    const press = this.#presses.get(name);
    this.#presses.delete(name);
    if (!press) return [];
    const latched = this.#latched;
    if (latched && sameLabel(latched.label, press.label)) {
      this.#latched = undefined;
      return spansOf([latched], timeUs);
    }
    if (atMs - press.atMs >= HOLD_MS) return spansOf([press], timeUs);
    this.#latched = press;
    return latched ? spansOf([latched], press.startUs) : [];
  }

  /** A press is taken back, because it became the scrolling of a list, say: no tap; but a span that was held stays. */
  cancel(name: string, timeUs: number, atMs: number): HumanSpan[] {
    const press = this.#presses.get(name);
    if (press && atMs - press.atMs < HOLD_MS) this.#presses.delete(name);
    return this.release(name, timeUs, atMs);
  }

  /** All presses end, and what is latched, since the recording pauses or ends. */
  releaseAll(timeUs: number, atMs: number): HumanSpan[] {
    const standing = this.#standing(atMs);
    this.#presses.clear();
    this.#latched = undefined;
    return spansOf(standing, timeUs);
  }

  /** The spans that are held or latched, up to now: written again and again, a crash keeps them. */
  current(timeUs: number, atMs: number): HumanSpan[] {
    return spansOf(this.#standing(atMs), timeUs);
  }

  #standing(atMs: number): Press[] {
    const latched = this.#latched;
    const held = [...this.#presses.values()].filter((press) => atMs - press.atMs >= HOLD_MS && !(latched && sameLabel(latched.label, press.label)));
    return latched ? [latched, ...held] : held;
  }
}

function spansOf(presses: readonly Press[], endUs: number): HumanSpan[] {
  return presses
    .filter(({ startUs }) => endUs > startUs)
    .map(({ id, startUs, label, accepted }) => ({ id, startUs, endUs, label, ...(accepted && { accepted }) }));
}
