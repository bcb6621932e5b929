import type { LabelRef } from '../../contract/session';
import { IMAGENET_LABELS } from '../labels/imagenet';
import type { Prediction } from './probabilities';

/** What a prediction names: a class of the network, or a taught thing by its own name. */
export function labelRefOf({ index, name }: Prediction): LabelRef {
  return name === undefined ? { index, name: IMAGENET_LABELS[index] ?? String(index) } : { name };
}
