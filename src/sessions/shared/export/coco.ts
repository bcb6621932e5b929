import type { Region } from '../../../engine/index';
import type { RecognitionEntry } from '../session';
import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import { ANSWER_HOLDS_US } from '../label-times';
import { DistinctNames } from './distinct-names';
import type { ExportSource, Pieces } from './export-source';

/*
 * COCO's JSON (cocodataset.org/#format-data). Each label is a box: the square that the network looked at then, or the whole image in
 * sessions that do not say, as tools that convert labels of images do. A person's labels are `annotations.json`, the network's are
 * `predictions.json` in COCO's format of results, which pycocotools' `loadRes` reads on top of it.
 */

/** An image that was written beside the JSON. */
export interface CocoImage {
  /** Path from the JSON. */
  readonly file: string;
  /** Time in the video, microseconds. */
  readonly timeUs: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Where the network looked, pixels of the image, not whole ones; undefined where the session does not say. */
  readonly square: Region | undefined;
  /** A person's labels that hold in it. */
  readonly labels: readonly LabelRef[];
}

/** Ids from here on are a person's own labels; below are ImageNet's classes, each one more than its index. */
const OWN_LABELS_FROM = 1001;

/** Which label has which number. */
export class CocoCategories {
  readonly #ids = new Map<string, { id: number; label: LabelRef }>();
  #own = 0;

  add(label: LabelRef): number {
    const key = labelKey(label);
    let known = this.#ids.get(key);
    if (!known) {
      const id = label.index === undefined ? OWN_LABELS_FROM + this.#own++ : label.index + 1;
      this.#ids.set(key, (known = { id, label }));
    }
    return known.id;
  }

  all(): { id: number; name: string; supercategory: string }[] {
    const names = new DistinctNames();
    return [...this.#ids.values()]
      .sort((a, b) => a.id - b.id)
      .map(({ id, label }) => ({ id, name: names.of(label), supercategory: label.index === undefined ? 'own' : 'imagenet' }));
  }
}

/** The network's answer for each image, if one stood then. Images by time; answers are read one at a time. */
async function* answered(
  source: ExportSource,
  images: readonly CocoImage[],
): AsyncGenerator<{ image: CocoImage; id: number; entry: RecognitionEntry }> {
  const entries = source.recognitions()[Symbol.asyncIterator]();
  let current: RecognitionEntry | undefined;
  let next = await entries.next();
  for (const [i, image] of images.entries()) {
    while (!next.done && next.value.timeUs <= image.timeUs) {
      current = next.value;
      next = await entries.next();
    }
    if (current && image.timeUs - current.timeUs < ANSWER_HOLDS_US) yield { image, id: i + 1, entry: current };
  }
  await entries.return?.();
}

/** Numbers for all labels of the images, a person's and the network's. */
export async function cocoCategories(source: ExportSource, images: readonly CocoImage[]): Promise<CocoCategories> {
  const categories = new CocoCategories();
  for (const image of images) for (const label of image.labels) categories.add(label);
  for await (const { entry } of answered(source, images)) for (const label of entry.top) categories.add(label);
  return categories;
}

/** Elements of a JSON list, with what stands between them. */
async function* listed(items: AsyncIterable<object> | Iterable<object>): Pieces {
  let first = true;
  yield '[';
  for await (const item of items) {
    yield `${first ? '\n' : ',\n'}${JSON.stringify(item)}`;
    first = false;
  }
  yield '\n]';
}

/** `annotations.json`. @param images by time */
export async function* cocoAnnotations(source: ExportSource, images: readonly CocoImage[], categories: CocoCategories): Pieces {
  const { name, createdAt, id } = source.manifest;
  const created = new Date(createdAt).toISOString();
  const boxes = images.some(({ square }) => square)
    ? 'The square that the network looked at.'
    : 'Whole pictures: the session does not say where the network looked.';
  const info = { description: name, date_created: created, year: new Date(createdAt).getUTCFullYear(), version: '1.0', session: id, boxes };
  yield `{\n"info": ${JSON.stringify(info)},\n"licenses": [],\n"categories": `;
  yield* listed(categories.all());
  yield ',\n"images": ';
  yield* listed(
    images.map(({ file, width, height, timeUs }, i) => ({ id: i + 1, file_name: file, width, height, date_captured: created, time_us: timeUs })),
  );
  yield ',\n"annotations": ';
  yield* listed(annotationsOf(images, categories));
  yield '\n}\n';
}

/** Sums of hundredths, without the noise of floating point. */
const hundredths = (value: number): number => Number(value.toFixed(2));

function boxOf({ square, width, height }: CocoImage): Region {
  return square ?? { x: 0, y: 0, width, height };
}

function* annotationsOf(images: readonly CocoImage[], categories: CocoCategories): Generator<object> {
  let id = 0;
  for (const [i, image] of images.entries()) {
    const { x, y, width, height } = boxOf(image);
    const [right, below] = [hundredths(x + width), hundredths(y + height)];
    for (const label of image.labels) {
      yield {
        id: ++id,
        image_id: i + 1,
        category_id: categories.add(label),
        bbox: [x, y, width, height],
        area: hundredths(width * height),
        iscrowd: 0,
        segmentation: [[x, y, right, y, right, below, x, below]],
      };
    }
  }
}

/** `predictions.json`: a result for each label of the answer that stood at each image. @param images by time */
export async function* cocoPredictions(source: ExportSource, images: readonly CocoImage[], categories: CocoCategories): Pieces {
  yield* listed(
    (async function* (): AsyncGenerator<object> {
      for await (const { image, id, entry } of answered(source, images)) {
        const { x, y, width, height } = boxOf(image);
        for (const { probability, ...label } of entry.top) {
          yield { image_id: id, category_id: categories.add(label), bbox: [x, y, width, height], score: probability };
        }
      }
    })(),
  );
  yield '\n';
}
