import { csv } from './csv';
import type { TextFormat } from './export-name';
import type { ExportSource, LabelTrack, Pieces } from './export-source';
import { jsonl } from './json-lines-export';
import { srt, webVtt } from './subtitles';

const WRITERS: Readonly<Record<TextFormat, (source: ExportSource, track: LabelTrack) => Pieces>> = { webvtt: webVtt, srt, csv, jsonl };

/** One of the formats that are a text. */
export function textExport(source: ExportSource, format: TextFormat, track: LabelTrack): Pieces {
  return WRITERS[format](source, track);
}
