import { IMAGENET_LABELS } from './imagenet';
import type { Prediction } from '../../../engine/index';

/** What a person or the network calls a thing. */
export interface LabelRef {
  /** ImageNet-1k class 0..999; undefined for a person's own label. */
  readonly index?: number;
  /** English name, or the person's own words. */
  readonly name: string;
}

/** What a prediction names: a class of the network, or a taught thing by its own name. */
export function labelRefOf({ index, name }: Prediction): LabelRef {
  return name === undefined ? { index, name: IMAGENET_LABELS[index] ?? String(index) } : { name };
}
