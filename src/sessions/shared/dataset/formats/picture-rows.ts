import { csvRecord, UTF8_MARK } from '../../../../base/shared/csv';
import type { PictureInfo } from '../dataset';

/** What is told of a picture in a table: the same columns for all, empty or null where there is nothing to say. */
export interface PictureRow {
  readonly file_name: string;
  readonly split: string;
  readonly label: string;
  readonly labels: readonly string[];
  readonly class_id: number;
  readonly author: string;
  readonly session: string;
  readonly session_id: string;
  readonly frame: number | null;
  readonly time_s: number;
  readonly width: number;
  readonly height: number;
  readonly box: readonly number[];
  /** Where the network looked, in the uncut picture: left, top and side. */
  readonly square: readonly number[] | null;
  readonly predicted: string | null;
  readonly score: number | null;
  readonly sure: boolean | null;
}

/** @param file path from the table */
export function pictureRow(picture: PictureInfo, file: string): PictureRow {
  const { side, classes, session, sessionId, frame, timeUs, width, height, box, looked, answer } = picture;
  const [first] = classes;
  const top = answer?.top.at(0);
  return {
    file_name: file,
    split: side,
    label: first.name,
    labels: classes.map(({ name }) => name),
    class_id: first.id,
    author: first.author,
    session,
    session_id: sessionId,
    frame: frame ?? null,
    time_s: timeUs / 1e6,
    width,
    height,
    box: [box.x, box.y, box.width, box.height],
    square: looked ? [looked.x, looked.y, looked.width] : null,
    predicted: top?.name ?? null,
    score: top?.probability ?? null,
    sure: answer?.sure ?? null,
  };
}

const COLUMNS = [
  'file', 'split', 'class_id', 'label', 'author', 'session', 'session_id', 'frame', 'time_s', 'width', 'height', 'box_left', 'box_top',
  'box_width', 'box_height', 'square_left', 'square_top', 'square_side', 'predicted', 'score', 'sure',
] as const;

export const CSV_HEAD = UTF8_MARK + csvRecord(COLUMNS);

/** One record for each class of a picture. */
export function csvRows(picture: PictureInfo, fileOf: (className: PictureInfo['classes'][number]) => string): string {
  const { side, classes, box } = picture;
  const row = pictureRow(picture, '');
  const shared = [row.session, row.session_id, row.frame ?? undefined, row.time_s, row.width, row.height, box.x, box.y, box.width, box.height];
  const square = row.square ?? [undefined, undefined, undefined];
  const said = [row.predicted ?? undefined, row.score ?? undefined, row.sure === null ? undefined : String(row.sure)];
  return classes.map((one) => csvRecord([fileOf(one), side, one.id, one.name, one.author, ...shared, ...square, ...said])).join('');
}
