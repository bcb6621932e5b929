import type { DoneImage } from './image';

/** A label and how many images have it first. */
export interface LabelCount {
  readonly index: number;
  /** Of a taught class. */
  readonly name?: string;
  readonly count: number;
}

/** First labels of the images, the most frequent first. */
export function countFirstLabels(images: readonly DoneImage[]): LabelCount[] {
  const counts = new Map<string | number, { index: number; name?: string; count: number }>();
  for (const { top } of images) {
    const first = top.at(0);
    if (!first) continue;
    const { index, name } = first;
    // The index of a taught class is another one after the next lesson.
    const key = name ?? index;
    const entry = counts.get(key) ?? { index, ...(name === undefined ? {} : { name }), count: 0 };
    counts.set(key, { ...entry, count: entry.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || a.index - b.index);
}

/**
 * Images one of whose labels contains the words; all of them for no words.
 * @param words upper and lower case alike
 * @param names of the 1000 classes, one list a language
 */
export function filterByLabel(images: readonly DoneImage[], words: string, names: readonly (readonly string[])[]): readonly DoneImage[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return images;
  const has = (text: string): boolean => text.toLowerCase().includes(wanted);
  return images.filter(({ top }) => top.some(({ index, name }) => (name === undefined ? names.some((list) => has(list[index])) : has(name))));
}
