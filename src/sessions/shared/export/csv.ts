import type { Aim } from '../../../engine/index';
import { csvRecord, UTF8_MARK } from '../../../base/shared/csv';
import { middleUs } from '../label-times';
import { squaresOfEntries } from '../square-track';
import { squareInImage, type Size } from '../squares';
import { secondsText, squaresOf, type ExportSource, type LabelTrack, type Pieces } from './export-source';

/** Where the network looked, pixels of the video's picture. */
const SQUARE_COLUMNS = ['square_left', 'square_top', 'square_side'] as const;

function squareCells(square: Aim | undefined, video: Size): (number | undefined)[] {
  if (!square) return [undefined, undefined, undefined];
  const { x, y, width } = squareInImage(square, video, video);
  return [x, y, width];
}

async function* predictedCsv(source: ExportSource): Pieces {
  yield UTF8_MARK + csvRecord(['time_s', 'rank', 'class', 'label', 'probability', 'model', 'precision', 'latency_ms', ...SQUARE_COLUMNS, 'sure']);
  const squareOf = squaresOfEntries(source.manifest);
  for await (const entry of source.recognitions()) {
    const { timeUs, top, modelId, precision, latencyMs, sure } = entry;
    const square = squareCells(squareOf(entry), source.manifest.film);
    let lines = '';
    top.forEach(({ index, name, probability }, i) => {
      lines += csvRecord([Number(secondsText(timeUs)), i + 1, index, name, probability, modelId, precision, latencyMs, ...square, sure === undefined ? undefined : String(sure)]);
    });
    yield lines;
  }
}

async function* humanCsv(source: ExportSource): Pieces {
  const { human, manifest: { film: video } } = source;
  yield UTF8_MARK + csvRecord(['kind', 'id', 'start_s', 'end_s', 'class', 'label', 'file', ...SQUARE_COLUMNS]);
  const squares = await squaresOf(source);
  for (const { id, startUs, endUs, label } of human.spans) {
    const square = squareCells(squares.at(middleUs({ startUs, endUs })), video);
    yield csvRecord(['span', id, Number(secondsText(startUs)), Number(secondsText(endUs)), label.index, label.name, undefined, ...square]);
  }
  for (const { id, timeUs, label, file } of human.snapshots) {
    yield csvRecord(['snapshot', id, Number(secondsText(timeUs)), undefined, label?.index, label?.name, file, ...squareCells(squares.at(timeUs), video)]);
  }
}

/**
 * A table, RFC 4180, UTF-8 with its mark. Human: a span or snapshot a record, times in seconds. Predicted: a record for each
 * label of each answer, with whether the live view named it. The square is that of the answer, of a span's middle, of a snapshot's time; empty in sessions that do not say.
 */
export function csv(source: ExportSource, track: LabelTrack): Pieces {
  return track === 'human' ? humanCsv(source) : predictedCsv(source);
}
