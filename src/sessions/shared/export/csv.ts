import { secondsText, type ExportSource, type LabelTrack, type Pieces } from './export-source';

/** A cell: numbers are ours, texts may be anybody's. */
type Cell = string | number | undefined;

/**
 * What a spreadsheet would take for a formula, and run: such a text gets an apostrophe before it, as OWASP advises
 * (owasp.org/www-community/attacks/CSV_Injection). The full-width forms count too: Excel takes them as equal.
 */
const FORMULA = /^[\s]*[=+\-@\t\r＝＋－＠]/u;

/** One cell by RFC 4180: quoted where it holds a comma, a quote or a line break, quotes doubled. */
export function csvCell(value: Cell): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** One record by RFC 4180, with its line end. */
export function csvRecord(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** UTF-8's mark, without which Excel garbles all but English. Readers: `utf-8-sig` in Python. */
const MARK = '\ufeff';

async function* predictedCsv(source: ExportSource): Pieces {
  yield MARK + csvRecord(['time_s', 'rank', 'class', 'label', 'probability', 'model', 'precision', 'latency_ms']);
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
  yield MARK + csvRecord(['kind', 'id', 'start_s', 'end_s', 'class', 'label', 'file']);
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
