import { csvRecord, UTF8_MARK } from '../../../base/shared/csv';
import { secondsText, type ExportSource, type LabelTrack, type Pieces } from './export-source';

async function* predictedCsv(source: ExportSource): Pieces {
  yield UTF8_MARK + csvRecord(['time_s', 'rank', 'class', 'label', 'probability', 'model', 'precision', 'latency_ms']);
  for await (const { timeUs, top, modelId, precision, latencyMs } of source.recognitions()) {
    let lines = '';
    top.forEach(({ index, name, probability }, i) => {
      lines += csvRecord([Number(secondsText(timeUs)), i + 1, index, name, probability, modelId, precision, latencyMs]);
    });
    yield lines;
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- the same shape as the other track
async function* humanCsv({ human }: ExportSource): Pieces {
  yield UTF8_MARK + csvRecord(['kind', 'id', 'start_s', 'end_s', 'class', 'label', 'file']);
  for (const { id, startUs, endUs, label } of human.spans) {
    yield csvRecord(['span', id, Number(secondsText(startUs)), Number(secondsText(endUs)), label.index, label.name, undefined]);
  }
  for (const { id, timeUs, label, file } of human.snapshots) {
    yield csvRecord(['snapshot', id, Number(secondsText(timeUs)), undefined, label?.index, label?.name, file]);
  }
}

/**
 * A table, RFC 4180, UTF-8 with its mark. Human: a span or snapshot a record, times in seconds. Predicted: a record for each
 * label of each answer.
 */
export function csv(source: ExportSource, track: LabelTrack): Pieces {
  return track === 'human' ? humanCsv(source) : predictedCsv(source);
}
