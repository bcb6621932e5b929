import type { Aim } from '../../../engine/index';
import { csvRecord, UTF8_MARK } from '../../../base/shared/csv';
import { middleUs } from '../label-times';
import { squaresOfEntries } from '../square-track';
import { squareInImage, type Size } from '../squares';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import type { SetMember } from '../dataset/set-member';
import { frameCounter, secondsText, squaresOf, standing, type ExportSource, type LabelTrack, type Pieces } from './export-source';

/** Where the network looked, pixels of the video's picture. */
const SQUARE_COLUMNS = ['square_left', 'square_top', 'square_side'] as const;

function squareCells(square: Aim | undefined, video: Size): (number | undefined)[] {
  if (!square) return [undefined, undefined, undefined];
  const { x, y, width } = squareInImage(square, video, video);
  return [x, y, width];
}

/** Columns in front, where the table is of a dataset. */
const SET_COLUMNS = ['session', 'session_id', 'split', 'class_id'] as const;
const COLUMNS: Readonly<Record<LabelTrack, readonly string[]>> = {
  predicted: ['frame', 'time_s', 'rank', 'class', 'label', 'probability', 'model', 'precision', 'latency_ms', ...SQUARE_COLUMNS, 'sure'],
  human: ['kind', 'id', 'frame', 'last_frame', 'start_s', 'end_s', 'class', 'label', 'accepted', 'file', ...SQUARE_COLUMNS],
};

/** The table's first record, with UTF-8's mark. @param set whether it is of a dataset */
export function csvHead(track: LabelTrack, set = false): string {
  return UTF8_MARK + csvRecord([...(set ? SET_COLUMNS : []), ...COLUMNS[track]]);
}

async function* predictedRows(source: ExportSource, member: SetMember | undefined): Pieces {
  const { id, name: session, film } = source.manifest;
  const squareOf = squaresOfEntries(source.manifest);
  const frames = await frameCounter(source);
  for await (const [entry, endUs] of standing(source)) {
    const { timeUs, top, modelId, precision, latencyMs, sure } = entry;
    const square = squareCells(squareOf(entry), film);
    const frame = frames.at(timeUs);
    const side = member?.sideWithin(timeUs, endUs);
    let lines = '';
    top.forEach((one, i) => {
      const front = member ? [session, id, side, member.names.idOf(one)] : [];
      const cells = [frame, Number(secondsText(timeUs)), i + 1, one.index, member?.names.of(one) ?? one.name, one.probability, modelId, precision, latencyMs];
      lines += csvRecord([...front, ...cells, ...square, sure === undefined ? undefined : String(sure)]);
    });
    yield lines;
  }
}

async function* humanRows(source: ExportSource, member: SetMember | undefined): Pieces {
  const { human, manifest: { id: sessionId, name: session, film: video } } = source;
  const squares = await squaresOf(source);
  const frames = await frameCounter(source);
  const front = (label: LabelRef | undefined, side: string | undefined) => (member ? [session, sessionId, side, label && member.names.idOf(label)] : []);
  const called = (label: LabelRef) => member?.names.of(label) ?? label.name;
  for (const { id, startUs, endUs, label, accepted } of human.spans) {
    const square = squareCells(squares.at(middleUs({ startUs, endUs })), video);
    const cells = [...frames.within(startUs, endUs), Number(secondsText(startUs)), Number(secondsText(endUs)), label.index, called(label)];
    yield csvRecord([...front(label, member?.sideWithin(startUs, endUs)), 'span', id, ...cells, String(accepted === true), undefined, ...square]);
  }
  for (const { id, timeUs, label, file, accepted } of human.snapshots) {
    const frame = frames.at(timeUs);
    const cells = [frame, frame, Number(secondsText(timeUs)), undefined, label?.index, label && called(label), String(accepted === true), file];
    yield csvRecord([...front(label, member?.sideOf(`${sessionId}/${file}`)), 'snapshot', id, ...cells, ...squareCells(squares.at(timeUs), video)]);
  }
}

/** The records of a session. @param member what it is in a dataset, where the table is of one */
export function csvRows(source: ExportSource, track: LabelTrack, member?: SetMember): Pieces {
  return track === 'human' ? humanRows(source, member) : predictedRows(source, member);
}

/**
 * A table, RFC 4180, UTF-8 with its mark. Human: a span or snapshot a record, times in seconds. Predicted: a record for each
 * label of each answer, with whether the live view named it. Frames count from 0, and are
 * empty where the video cannot be read. The square is that of the answer, of a span's middle, of a snapshot's time; empty in sessions that do not say.
 */
export async function* csv(source: ExportSource, track: LabelTrack): Pieces {
  yield csvHead(track);
  yield* csvRows(source, track);
}
