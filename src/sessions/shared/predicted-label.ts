import type { Prediction } from '../../engine/index';
import { IMAGENET_LABELS } from '../../base/shared/labels/imagenet';
import type { LabelRef } from '../../base/shared/labels/label-ref';
import { numberedName } from '../../base/shared/own-model';

/**
 * What a session calls an answer. The third class of one network is not that of another: where a person's own network has no names, its own
 * stands behind the number.
 * @param model name of the network that answered
 */
export function labelOfPrediction({ index, name, ofNetwork }: Prediction, model: string | undefined): LabelRef {
  if (name === undefined) return { index, name: IMAGENET_LABELS[index] ?? String(index) };
  return { name: ofNetwork && model !== undefined && name === numberedName(index) ? `${name} (${model})` : name };
}
