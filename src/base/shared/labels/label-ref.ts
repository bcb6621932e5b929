import type { LabelRef } from '../../../sessions/shared/session';
import { IMAGENET_LABELS } from './imagenet';
import type { Prediction } from '../../../engine/probabilities';

/** What a prediction names: a class of the network, or a taught thing by its own name. */
export function labelRefOf({ index, name }: Prediction): LabelRef {
  return name === undefined ? { index, name: IMAGENET_LABELS[index] ?? String(index) } : { name };
}
