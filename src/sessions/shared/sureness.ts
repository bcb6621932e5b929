import { isSure } from '../../base/shared/certainty';
import type { RecognitionEntry } from './session';

/**
 * Whether an answer names its first label, or says "not sure": both the live view, when it was recorded, and the threshold of whoever
 * reads it have to be sure of it. Of sessions that do not say what the live view did, the threshold alone decides.
 *
 * @param certainty probability from which on a label is named, 0 for always
 */
export function isNamed({ top, sure }: Pick<RecognitionEntry, 'top' | 'sure'>, certainty: number): boolean {
  const first = top.at(0);
  return first !== undefined && sure !== false && isSure(first, certainty, sure);
}
