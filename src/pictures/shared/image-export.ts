import type { ImageItem } from './image';
import { csvRecord, UTF8_MARK } from '../../base/shared/csv';

/** Labels of each image that are written. */
const COUNT = 3;

type Names = readonly string[];

/**
 * A table, RFC 4180, a record an image: file, size in pixels, model, three labels with probabilities 0..1, and the reason where
 * it failed. Images that still wait are left out. Taught classes have a label and no index.
 *
 * @param names of the 1000 classes
 */
export function imagesCsv(items: readonly ImageItem[], names: Names): string {
  const ranks = Array.from({ length: COUNT }, (_, i) => i + 1);
  const head = ['file', 'width', 'height', 'model', 'precision', ...ranks.flatMap((n) => [`class_${n}`, `label_${n}`, `probability_${n}`]), 'error'];
  const records = items.flatMap((item) => {
    if (item.state === 'failed') return [csvRecord([item.name, ...Array<undefined>(head.length - 2).fill(undefined), item.problem])];
    if (item.state !== 'done') return [];
    const labels = ranks.flatMap((n) => {
      const label = item.top.at(n - 1);
      if (!label) return [undefined, undefined, undefined];
      const { index, name, probability } = label;
      return name === undefined ? [index, names[index], probability] : [undefined, name, probability];
    });
    return [csvRecord([item.name, item.width, item.height, item.modelId, item.precision, ...labels, undefined])];
  });
  return UTF8_MARK + csvRecord(head) + records.join('');
}

/** The same as JSON, one object a line. */
export function imagesJsonLines(items: readonly ImageItem[], names: Names): string {
  return items
    .flatMap((item): object[] => {
      if (item.state === 'failed') return [{ file: item.name, error: item.problem, detail: item.detail }];
      if (item.state !== 'done') return [];
      const { name, width, height, modelId, precision, top } = item;
      const labels = top.slice(0, COUNT).map(({ index, name: taught, probability }) =>
        taught === undefined ? { class: index, label: names[index], probability } : { label: taught, probability },
      );
      return [{ file: name, width, height, model: modelId, precision, labels }];
    })
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
}
