import type { Prediction } from '../../engine/index';

/**
 * Below this probability of the first label the app is not sure. Measured (`npm run tool -- certainty`): for ResNet-18 it
 * hides all labels of walls and darkness and 35 % of the wrong ones, and 4 % of the right ones.
 */
export const DEFAULT_CERTAINTY = 0.25;

/** A label that is shown stays until its probability falls below this share of the threshold: near it labels would flicker. */
const STAY = 0.8;

/**
 * Whether a label is likely enough to be named: what everything asks that names one, live or not.
 *
 * @param threshold probability from which on it is, 0 for always
 * @param named whether it was named just before
 */
export function isSure({ probability }: Pick<Prediction, 'probability'>, threshold: number, named = false): boolean {
  return probability >= (named ? STAY : 1) * threshold;
}

/** Decides whether the first label is shown, or that the app is not sure. */
export class CertaintyGate {
  #shown: number | undefined;

  /** @param threshold probability from which on a label is shown, 0 for always */
  constructor(public threshold = DEFAULT_CERTAINTY) {}

  /**
   * @param first the most probable label
   * @returns whether to show it
   */
  update(first: Prediction): boolean {
    const sure = isSure(first, this.threshold, first.index === this.#shown);
    this.#shown = sure ? first.index : undefined;
    return sure;
  }
}
