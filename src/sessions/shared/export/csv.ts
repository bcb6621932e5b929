import type { Aim } from '../../../engine/index';
import { csvRecord, UTF8_MARK } from '../../../base/shared/csv';
import { middleUs } from '../label-times';
import { squaresOfEntries } from '../square-track';
import { squareInImage, type Size } from '../squares';
import { frameAt, framesOf, secondsText, squaresOf, type ExportSource, type LabelTrack, type Pieces } from './export-source';

/** Where the network looked, pixels of the video's picture. */
const SQUARE_COLUMNS = ['square_left', 'square_top', 'square_side'] as const;

function squareCells(square: Aim | undefined, video: Size): (number | undefined)[] {
  if (!square) return [undefined, undefined, undefined];
  const { x, y, width } = squareInImage(square, video, video);
  return [x, y, width];
}

async function* predictedCsv(source: ExportSource): Pieces {
  yield UTF8_MARK + csvRecord(['frame', 'time_s', 'rank', 'class', 'label', 'probability', 'model', 'precision', 'latency_ms', ...SQUARE_COLUMNS, 'sure']);
  const squareOf = squaresOfEntries(source.manifest);
  const times = await source.frameTimes?.();
  for await (const entry of source.recognitions()) {
    const { timeUs, top, modelId, precision, latencyMs, sure } = entry;
    const square = squareCells(squareOf(entry), source.manifest.film);
    const frame = frameAt(times, timeUs);
    let lines = '';
    top.forEach(({ index, name, probability }, i) => {
      lines += csvRecord([frame, Number(secondsText(timeUs)), i + 1, index, name, probability, modelId, precision, latencyMs, ...square, sure === undefined ? undefined : String(sure)]);
    });
    yield lines;
  }
}

async function* humanCsv(source: ExportSource): Pieces {
  const { human, manifest: { film: video } } = source;
  yield UTF8_MARK + csvRecord(['kind', 'id', 'frame', 'last_frame', 'start_s', 'end_s', 'class', 'label', 'accepted', 'file', ...SQUARE_COLUMNS]);
  const squares = await squaresOf(source);
  const times = await source.frameTimes?.();
  for (const { id, startUs, endUs, label, accepted } of human.spans) {
    const square = squareCells(squares.at(middleUs({ startUs, endUs })), video);
    const cells = [...framesOf(times, startUs, endUs), Number(secondsText(startUs)), Number(secondsText(endUs)), label.index, label.name];
    yield csvRecord(['span', id, ...cells, String(accepted === true), undefined, ...square]);
  }
  for (const { id, timeUs, label, file, accepted } of human.snapshots) {
    const frame = frameAt(times, timeUs);
    const cells = [frame, frame, Number(secondsText(timeUs)), undefined, label?.index, label?.name, String(accepted === true), file];
    yield csvRecord(['snapshot', id, ...cells, ...squareCells(squares.at(timeUs), video)]);
  }
}

/**
 * A table, RFC 4180, UTF-8 with its mark. Human: a span or snapshot a record, times in seconds. Predicted: a record for each
 * label of each answer, with whether the live view named it. Frames count from 0, and are
 * empty where the video cannot be read. The square is that of the answer, of a span's middle, of a snapshot's time; empty in sessions that do not say.
 */
export function csv(source: ExportSource, track: LabelTrack): Pieces {
  return track === 'human' ? humanCsv(source) : predictedCsv(source);
}
