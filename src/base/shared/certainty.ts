import type { Prediction } from '../../engine/index';

/**
 * Below this probability of the first label the app is not sure. Measured (`npm run tool -- certainty`): for ResNet-18 it
 * hides all labels of walls and darkness and 35 % of the wrong ones, and 4 % of the right ones.
 */
export const DEFAULT_CERTAINTY = 0.25;

/** A label that is shown stays until its probability falls below this share of the threshold: near it labels would flicker. */
const STAY = 0.8;

/** Decides whether the first label is shown, or that the app is not sure. */
export class CertaintyGate {
  #shown: number | undefined;

  /** @param threshold probability from which on a label is shown, 0 for always */
  constructor(public threshold = DEFAULT_CERTAINTY) {}

  /**
   * @param first the most probable label
   * @returns whether to show it
   */
  update({ index, probability }: Prediction): boolean {
    const sure = probability >= (index === this.#shown ? STAY : 1) * this.threshold;
    this.#shown = sure ? index : undefined;
    return sure;
  }
}
