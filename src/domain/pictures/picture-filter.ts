import type { DonePicture } from '../../contract/picture';

/** A label and how many pictures have it first. */
export interface LabelCount {
  readonly index: number;
  readonly count: number;
}

/** First labels of the pictures, the most frequent first. */
export function countFirstLabels(pictures: readonly DonePicture[]): LabelCount[] {
  const counts = new Map<number, number>();
  for (const { top } of pictures) {
    const first = top.at(0);
    if (first) counts.set(first.index, (counts.get(first.index) ?? 0) + 1);
  }
  return [...counts].map(([index, count]) => ({ index, count })).sort((a, b) => b.count - a.count || a.index - b.index);
}

/**
 * Pictures one of whose labels contains the words; all of them for no words.
 * @param words upper and lower case alike
 * @param names of the 1000 classes, one list a language
 */
export function filterByLabel(pictures: readonly DonePicture[], words: string, names: readonly (readonly string[])[]): readonly DonePicture[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return pictures;
  return pictures.filter(({ top }) => top.some(({ index }) => names.some((list) => list[index].toLowerCase().includes(wanted))));
}
