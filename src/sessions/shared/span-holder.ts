import type { HumanSpan } from './session';
import type { LabelRef } from '../../base/shared/labels/label-ref';

/** Shorter than this a press is a tap, milliseconds. */
export const HOLD_MS = 350;

interface Press {
  readonly id: string;
  readonly label: LabelRef;
  readonly startUs: number;
  readonly atMs: number;
}

/** What a press became when it ended. */
export type Released = { readonly kind: 'tap'; readonly label: LabelRef } | { readonly kind: 'span'; readonly span: HumanSpan };

/**
 * Turns presses of labels into taps and spans; several labels may be held at once. Knows neither pointers nor keys: each
 * press has a name of its own (a key, a pointer's number).
 */
export class SpanHolder {
  readonly #presses = new Map<string, Press>();

  /** @param newId gives an id that no other span has */
  constructor(private readonly newId: () => string) {}

  /** Labels that are held for longer than a tap. */
  held(atMs: number): LabelRef[] {
    return [...this.#presses.values()].filter((press) => atMs - press.atMs >= HOLD_MS).map((press) => press.label);
  }

  /**
   * A press begins; one of the same name that goes on is left alone (a key repeats).
   * @param timeUs where the video is
   * @param atMs any clock that only goes forward
   */
  press(name: string, label: LabelRef, timeUs: number, atMs: number): void {
    if (this.#presses.has(name)) return;
    this.#presses.set(name, { id: this.newId(), label, startUs: timeUs, atMs });
  }

  /** A press ends; undefined where none of that name was there, or the video stood still under it. */
  release(name: string, timeUs: number, atMs: number): Released | undefined {
    const press = this.#presses.get(name);
    this.#presses.delete(name);
    if (!press) return undefined;
    if (atMs - press.atMs < HOLD_MS) return { kind: 'tap', label: press.label };
    const span = spanOf(press, timeUs);
    return span && { kind: 'span', span };
  }

  /** A press is taken back, because it became the scrolling of a list, say: no tap; but a span that was held stays. */
  cancel(name: string, timeUs: number, atMs: number): HumanSpan | undefined {
    const released = this.release(name, timeUs, atMs);
    return released?.kind === 'span' ? released.span : undefined;
  }

  /** All presses end, since the recording pauses or ends: the spans that were held. */
  releaseAll(timeUs: number, atMs: number): HumanSpan[] {
    return [...this.#presses.keys()].map((name) => this.cancel(name, timeUs, atMs)).filter((span) => span !== undefined);
  }

  /** The spans that are held, up to now: written again and again, a crash keeps them. */
  current(timeUs: number, atMs: number): HumanSpan[] {
    const held = [...this.#presses.values()].filter((press) => atMs - press.atMs >= HOLD_MS);
    return held.map((press) => spanOf(press, timeUs)).filter((span) => span !== undefined);
  }
}

function spanOf({ id, startUs, label }: Press, endUs: number): HumanSpan | undefined {
  return endUs > startUs ? { id, startUs, endUs, label } : undefined;
}
