import type { PictureInfo, Side } from '../dataset';
import { boxedClasses, cornersOf, hundredths, type DatasetContext, type Pictures, type ZipContent } from './format';
import { textBlocks } from '../../export/text';

/*
 * COCO's JSON (cocodataset.org/#format-data): `annotations/instances_train.json` with `images/train/`, as datumaro and Ultralytics expect
 * them, and so for each side. Numbers of pictures and annotations go on over all sides and sessions. Each label is a box: the square
 * that the network looked at, or the whole picture in sessions that do not say. What the network said of each picture is
 * `predictions_train.json`, in COCO's format of results, which pycocotools' `loadRes` reads on top.
 */

type Noted = PictureInfo & { readonly id: number };

function* listed(items: Iterable<object>): Generator<string> {
  let first = true;
  yield '[';
  for (const item of items) {
    yield `${first ? '\n' : ',\n'}${JSON.stringify(item)}`;
    first = false;
  }
  yield '\n]';
}

function* annotations(context: DatasetContext, pictures: readonly Noted[], categories: ReadonlyMap<number, object>, ids: { next: number }): Generator<string> {
  const { definition, modified } = context;
  const info = { description: definition.name, date_created: modified.toISOString(), year: modified.getUTCFullYear(), version: '1.0', contributor: '', url: '' };
  yield `{\n"info": ${JSON.stringify(info)},\n"licenses": ${JSON.stringify(definition.licence ? [{ id: 1, name: definition.licence, url: '' }] : [])},\n"categories": `;
  yield* listed([...categories].sort(([a], [b]) => a - b).map(([, category]) => category));
  yield ',\n"images": ';
  yield* listed(
    pictures.map(({ id, file, width, height, session, frame, timeUs }) => {
      const image = { id, file_name: file, width, height, session, frame: frame ?? null, time_us: timeUs };
      return definition.licence ? { ...image, license: 1 } : image;
    }),
  );
  yield ',\n"annotations": ';
  yield* listed(
    (function* (): Generator<object> {
      for (const picture of pictures) {
        const { left, top } = cornersOf(picture.box);
        const { width, height } = picture.box;
        for (const { id, author, probability } of boxedClasses(picture)) {
          yield {
            id: ids.next++, image_id: picture.id, category_id: id + 1, bbox: [left, top, width, height], area: hundredths(width * height), iscrowd: 0,
            // A box is no outline: readers would take it for a second thing.
            segmentation: [],
            attributes: { author, ...(probability !== undefined && { score: probability }) },
          };
        }
      }
    })(),
  );
  yield '\n}\n';
}

/** What the network said, as far as it is of the dataset's classes: others have no category. @param idOf of a label's name and class */
function* predictions(pictures: readonly Noted[], idOf: Answers): Generator<string> {
  yield* listed(
    (function* (): Generator<object> {
      for (const { id, box, answer } of pictures) {
        for (const [i, label] of (answer?.top ?? []).entries()) {
          const category = idOf(label);
          if (category === undefined) continue;
          // Not sure is not said: who evaluates may leave it out.
          const sure = i === 0 ? (answer?.sure ?? null) : null;
          yield { image_id: id, category_id: category + 1, bbox: [box.x, box.y, box.width, box.height], score: label.probability, sure };
        }
      }
    })(),
  );
  yield '\n';
}

/** The class of a label that the network gave; undefined where the dataset has none. */
type Answers = (label: { readonly index?: number; readonly name: string }) => number | undefined;

export function coco(idOf: Answers) {
  return async function* (context: DatasetContext, pictures: Pictures): AsyncGenerator<ZipContent> {
    const ids = { next: 1 };
    let count = 0;
    const names = new Map(context.classes.map(({ id, name }) => [id, name]));
    const sides = new Map<Side, Noted[]>();
    const used = new Set<number>();
    for await (const picture of pictures) {
      const { jpeg, ...info } = picture;
      yield { name: `images/${picture.side}/${picture.file}`, input: jpeg };
      const noted = { ...info, id: ++count };
      const side = sides.get(picture.side);
      if (side) side.push(noted);
      else sides.set(picture.side, [noted]);
      for (const { id } of boxedClasses(picture)) used.add(id);
    }
    // Only the categories in use, the same on all sides.
    const categories = new Map([...used].map((id) => [id, { id: id + 1, name: names.get(id), supercategory: '' }]));
    for (const [side, noted] of sides) {
      yield { name: `annotations/instances_${side}.json`, input: textBlocks(annotations(context, noted, categories, ids)) };
      yield { name: `predictions/predictions_${side}.json`, input: textBlocks(predictions(noted, (label) => { const id = idOf(label); return id !== undefined && used.has(id) ? id : undefined; })) };
    }
  };
}
