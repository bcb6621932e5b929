import type { RecognitionEntry } from './session';
import { labelKey, type LabelRef } from '../../base/shared/labels/label-ref';
import { lastAtOrBefore } from './label-times';

/** Probability of one label over time, in equal slices of it. */
export interface ConfidenceSeries {
  readonly label: LabelRef;
  /** Highest probability in each slice, shape [slices]; NaN where the network gave no answer in it. */
  readonly highest: Float32Array;
  /** Mean of each slice, shape [slices]; NaN likewise. */
  readonly mean: Float32Array;
}

/**
 * Probabilities for a plot, no more points than it has pixels. A label that an answer does not name among its first few has
 * probability 0 there: that is a lower bound, as the recording keeps only those few.
 *
 * @param recognitions by time
 * @param startUs inclusive, microseconds
 * @param endUs exclusive, above `startUs`
 * @param slices 1 or more
 */
export function confidenceSeries(
  recognitions: readonly RecognitionEntry[],
  labels: readonly LabelRef[],
  startUs: number,
  endUs: number,
  slices: number,
): ConfidenceSeries[] {
  if (!(endUs > startUs) || !Number.isInteger(slices) || slices < 1) {
    throw new RangeError(`There is nothing to plot from ${startUs} to ${endUs} in ${slices} slices.`);
  }
  const place = new Map(labels.map((label, i) => [labelKey(label), i]));
  const highest = labels.map(() => new Float32Array(slices));
  const sums = labels.map(() => new Float32Array(slices));
  const counts = new Uint32Array(slices);
  for (let i = lastAtOrBefore(recognitions, startUs - 1) + 1; i < recognitions.length; i++) {
    const { timeUs, top } = recognitions[i];
    if (timeUs >= endUs) break;
    const slice = Math.min(slices - 1, Math.floor(((timeUs - startUs) / (endUs - startUs)) * slices));
    counts[slice]++;
    for (const entry of top) {
      const at = place.get(labelKey(entry));
      if (at === undefined) continue;
      sums[at][slice] += entry.probability;
      highest[at][slice] = Math.max(highest[at][slice], entry.probability);
    }
  }
  return labels.map((label, i) => ({
    label,
    highest: highest[i].map((value, slice) => (counts[slice] === 0 ? NaN : value)),
    mean: sums[i].map((value, slice) => (counts[slice] === 0 ? NaN : value / counts[slice])),
  }));
}
