import { msg } from '@lit/localize';
import { copyImage } from '../../base/page/copy-image';
import { decodeImage } from '../../base/page/decode-image';
import { percent } from '../../base/page/elements/format';
import { shareMade } from '../../base/page/share-made';
import { isSure } from '../../base/shared/certainty';
import { loadLabelDrawing, nameOf, type DrawnLabels, type ShownLabel } from '../../recognise/page/index';
import type { DoneImage } from '../shared/image';

/** What is handed on of an image: the file, and what is drawn on it. */
export interface ShownImage extends DrawnLabels {
  readonly image: Pick<DoneImage, 'file' | 'name'>;
}

/** An image as its card shows it. @param certainty probability from which on the first label is named, 0 for always */
export function shownImage(image: DoneImage, certainty: number): ShownImage {
  const { top, square, width, small } = image;
  const sure = top.length > 0 && isSure(top[0], certainty);
  const labels = sure ? top.map((prediction): ShownLabel => ({ key: String(prediction.index), name: nameOf(prediction), probability: prediction.probability })) : [];
  // Of a small image it would be elsewhere.
  return { image, labels, square: small && width > 0 ? undefined : square };
}

/** `holiday/tabby.png` as `tabby-labels.jpg`. */
export function labelledName(name: string): string {
  return `${(name.split('/').at(-1) ?? name).replace(/\.[^.]+$/u, '') || 'picture'}-labels.jpg`;
}

/** The labels as words, one a line. */
export function labelledText({ labels }: Pick<DrawnLabels, 'labels'>): string {
  return labels.length === 0 ? msg('Not sure') : labels.map(({ name, probability }) => `${name} ${percent(probability)}`).join('\n');
}

async function labelled({ file, name }: ShownImage['image'], labels: DrawnLabels, type: 'image/jpeg' | 'image/png'): Promise<File> {
  const { labelledImage } = await loadLabelDrawing();
  return labelledImage(await decodeImage(file, 'default'), labels, labelledName(name), type);
}

/**
 * Hands an image with its labels drawn on it to what a person chooses, or saves it. Call it at once in a press of a button.
 * @returns what is to be said of it; '' for nothing
 */
export async function shareImage({ image, ...labels }: ShownImage): Promise<string> {
  try {
    const outcome = await shareMade(() => labelled(image, labels, 'image/jpeg'));
    return outcome === 'saved' ? msg('Saved as a file') : '';
  } catch {
    return msg('The picture could not be read: it was not shared.');
  }
}

/** Puts an image with its labels drawn on it, and the labels as words, on the clipboard. @returns what is to be said of it */
export async function copyLabelled({ image, ...labels }: ShownImage): Promise<string> {
  const copied = await copyImage(() => labelled(image, labels, 'image/png'), labelledText(labels));
  switch (copied) {
    case 'image':
      return msg('Copied, with its labels');
    case 'text':
      return msg('The labels are copied, as words: this browser copies no pictures.');
    case 'unmade':
      return msg('The picture could not be read: its labels are copied, as words.');
    case undefined:
      return msg('This browser does not allow copying.');
  }
}
