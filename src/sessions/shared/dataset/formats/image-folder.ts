import { csvRecord, UTF8_MARK } from '../../../../base/shared/csv';
import { toJsonLines } from '../../json-lines';
import { safeName, UniqueNames } from '../../export/file-names';
import { SIDES, type DatasetClass, type PictureClass } from '../dataset';
import { CSV_HEAD, csvRows, pictureRow, type PictureRow } from './picture-rows';
import type { DatasetContext, Pictures, ZipContent } from './format';

/**
 * Words that Hugging Face's `datasets` takes for a split where a folder's name has one between other words (data_files.py,
 * SPLIT_KEYWORDS): `bullet train` would be read as training pictures, wherever it stands. It only knows them in small letters.
 */
const SPLIT_WORDS = /(^|[-._ 0-9])(train|training|validation|valid|dev|val|test|testing|eval|evaluation)(?=$|[-._ 0-9])/g;

/** A class's folder: safe everywhere, its own, and no split for any reader. */
export class ClassFolders {
  readonly #folders = new Map<number, { folder: string; name: string }>();
  readonly #unique = new UniqueNames();

  constructor(classes: readonly DatasetClass[]) {
    for (const { id, name, from } of classes) {
      if (from.length === 0) continue;
      const safe = safeName(name).replace(SPLIT_WORDS, (_, before: string, word: string) => before + word[0].toUpperCase() + word.slice(1));
      this.#folders.set(id, { folder: this.#unique.take(safe), name });
    }
  }

  of({ id }: Pick<PictureClass, 'id'>): string {
    const known = this.#folders.get(id);
    if (!known) throw new RangeError(`There is no class ${id}.`);
    return known.folder;
  }

  /** @param used ids of classes with a folder in the export */
  table(used: ReadonlySet<number>): string {
    const rows = [...this.#folders].filter(([id]) => used.has(id));
    return csvRecord(['folder', 'class_id', 'label']) + rows.map(([id, { folder, name }]) => csvRecord([folder, id, name])).join('');
  }
}

/**
 * `train/`, `val/` and `test/` with a folder for each class, as torchvision's ImageFolder and Ultralytics read them, and `metadata.jsonl` on
 * each side, from which Hugging Face's `imagefolder` takes the labels. A class that a side has no picture of has an empty folder there:
 * readers number classes by their folders, and would number them otherwise on that side.
 */
export async function* imageFolder({ classes, sides }: DatasetContext, pictures: Pictures): AsyncGenerator<ZipContent> {
  const folders = new ClassFolders(classes);
  const rows = new Map<string, PictureRow[]>();
  const filled = new Set<string>();
  const used = new Set<number>();
  let table = CSV_HEAD;
  for await (const picture of pictures) {
    const { side, file, jpeg } = picture;
    for (const one of picture.classes) {
      const path = `${folders.of(one)}/${file}`;
      yield { name: `${side}/${path}`, input: jpeg };
      filled.add(`${side}/${folders.of(one)}/`);
      used.add(one.id);
      const row = { ...pictureRow(picture, path), label: one.name, class_id: one.id, author: one.author };
      const known = rows.get(side);
      if (known) known.push(row);
      else rows.set(side, [row]);
    }
    table += csvRows(picture, (one) => `${side}/${folders.of(one)}/${file}`);
  }
  for (const side of SIDES.filter((one) => sides.includes(one))) {
    for (const id of [...used].sort((a, b) => a - b)) {
      const folder = `${side}/${folders.of({ id })}/`;
      if (!filled.has(folder)) yield { name: folder, input: '' };
    }
    yield { name: `${side}/metadata.jsonl`, input: toJsonLines(rows.get(side) ?? []) };
  }
  yield { name: 'classes.csv', input: UTF8_MARK + folders.table(used) };
  yield { name: 'pictures.csv', input: table };
}
