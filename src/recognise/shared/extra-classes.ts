import type { EngineOutput, Prediction } from '../../engine/index';
import type { FeatureModel } from './feature-model';

/** Classes that are named beside the network's own in what one loaded network sees. */
export interface ExtraClasses {
  /** The state of the source that this was made of. */
  readonly live: object;
  readonly count: number;
  /**
   * @param labels probabilities of the network's own classes, shape [classes]
   * @returns those with the extra ones behind them, shape [classes + count]; overwritten by the next call
   */
  join(labels: Float32Array, output: EngineOutput): Float32Array;
  /** Puts the extra classes' names to predictions of them. @param classes how many the network has itself */
  name(predictions: readonly Prediction[], classes: number): Prediction[];
}

/** Where extra classes come from; looked at before each frame. */
export interface ExtraClassesSource {
  /** Another object whenever what is to be named has changed; undefined for nothing. */
  readonly live: object | undefined;
  /** @returns undefined where there is nothing to name for this network */
  for(model: FeatureModel | undefined): ExtraClasses | undefined;
}

export const NO_EXTRA_CLASSES: ExtraClassesSource = { live: undefined, for: () => undefined };
