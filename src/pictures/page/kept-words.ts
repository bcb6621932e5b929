import { msg, str } from '@lit/localize';
import type { ImageItem } from '../shared/image';
import type { KeepLack } from './image-keeper';
import { MOST_KEPT } from './kept-images';

/** Why images are only shown, or kept small, and what to do: a sentence or two for each reason. */
export function keptWords(lacks: Iterable<KeepLack>): string[] {
  const counts = new Map<KeepLack, number>();
  for (const lack of lacks) counts.set(lack, (counts.get(lack) ?? 0) + 1);
  return Array.from(counts, ([lack, count]) => lackWords(lack, count));
}

function lackWords(lack: KeepLack, count: number): string {
  switch (lack) {
    case 'most':
      return msg(str`As many pictures are kept as may be (${MOST_KEPT}). Of the last ones ${count} are gone after a reload: remove others, or save the list as CSV.`);
    case 'storage-full':
      return msg(str`The device is full. Of the last pictures ${count} are gone after a reload: remove others, or save the list as CSV.`);
    case 'storage-failed':
      return msg(str`This browser keeps nothing here (a private window?). Of the last pictures ${count} are gone after a reload: save the list as CSV.`);
    case 'small':
      return msg(str`There is no more room for whole pictures (1 GB). Of the last ones ${count} are kept as small pictures only: remove others, then add these again.`);
  }
}

/** What was taken away; '' for nothing. */
export function removedWords(images: readonly ImageItem[]): string {
  if (images.length === 0) return '';
  return images.length === 1 ? msg(str`${images[0].name} was removed.`) : msg(str`${images.length} pictures were removed.`);
}
