import { csv } from './csv';
import type { TextFormat } from './export-name';
import { squaresOf, type ExportSource, type LabelTrack, type Pieces } from './export-source';
import { srt, webVtt } from './subtitles';

/**
 * A JSON value a line: `{"kind":"session",...}` first, then `recognition` lines by time, or `span` and `snapshot` lines.
 * Fields are those of the contract (src/sessions/shared/session.ts), times in microseconds; spans and snapshots say besides where the
 * network looked then, a span with each change, unless the session does not say.
 */
async function* jsonl(source: ExportSource, whose: LabelTrack): Pieces {
  const line = (value: object): string => `${JSON.stringify(value)}\n`;
  yield line({ kind: 'session', ...source.manifest });
  if (whose === 'predicted') {
    for await (const entry of source.recognitions()) yield line({ kind: 'recognition', ...entry });
    return;
  }
  const track = await squaresOf(source);
  for (const span of source.human.spans) {
    const squares = track.within(span.startUs, span.endUs).flatMap(({ timeUs, square }) => (square ? [{ timeUs, ...square }] : []));
    yield line({ kind: 'span', ...span, ...(squares.length > 0 && { squares }) });
  }
  for (const snapshot of source.human.snapshots) yield line({ kind: 'snapshot', ...snapshot, square: track.at(snapshot.timeUs) });
}

const WRITERS: Readonly<Record<TextFormat, (source: ExportSource, track: LabelTrack) => Pieces>> = { webvtt: webVtt, srt, csv, jsonl };

/** One of the formats that are a text. */
export function textExport(source: ExportSource, format: TextFormat, track: LabelTrack): Pieces {
  return WRITERS[format](source, track);
}
