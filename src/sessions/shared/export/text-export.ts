import { csv } from './csv';
import type { TextFormat } from './export-name';
import type { ExportSource, LabelTrack, Pieces } from './export-source';
import { srt, webVtt } from './subtitles';

/**
 * A JSON value a line: `{"kind":"session",...}` first, then `recognition` lines by time, or `span` and `snapshot` lines.
 * Fields are those of the contract (src/sessions/shared/session.ts), times in microseconds.
 */
async function* jsonl(source: ExportSource, track: LabelTrack): Pieces {
  const line = (value: object): string => `${JSON.stringify(value)}\n`;
  yield line({ kind: 'session', ...source.manifest });
  if (track === 'predicted') {
    for await (const entry of source.recognitions()) yield line({ kind: 'recognition', ...entry });
    return;
  }
  for (const span of source.human.spans) yield line({ kind: 'span', ...span });
  for (const snapshot of source.human.snapshots) yield line({ kind: 'snapshot', ...snapshot });
}

const WRITERS: Readonly<Record<TextFormat, (source: ExportSource, track: LabelTrack) => Pieces>> = { webvtt: webVtt, srt, csv, jsonl };

/** One of the formats that are a text. */
export function textExport(source: ExportSource, format: TextFormat, track: LabelTrack): Pieces {
  return WRITERS[format](source, track);
}
