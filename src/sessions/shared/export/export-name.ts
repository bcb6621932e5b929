import type { DatasetRequest, ExportRequest } from '../session-export';
import type { VideoInfo } from '../session';
import { safeName } from './file-names';

/** Which of the text formats a file is in. */
export type TextFormat = 'webvtt' | 'srt' | 'csv' | 'jsonl';

export const TEXT_SUFFIX: Readonly<Record<TextFormat, string>> = { webvtt: '.vtt', srt: '.srt', csv: '.csv', jsonl: '.jsonl' };

const TEXT_TYPE: Readonly<Record<TextFormat, string>> = { webvtt: 'text/vtt', srt: 'application/x-subrip', csv: 'text/csv', jsonl: 'application/jsonl' };

export function isTextFormat(format: ExportRequest['format']): format is TextFormat {
  return format in TEXT_SUFFIX;
}

/** End of our own zip's name. */
export const BUNDLE_SUFFIX = '.sightglass.zip';

/** The same of several sessions at once. */
export const SESSIONS_FILE = { name: `sessions${BUNDLE_SUFFIX}`, type: 'application/zip' } as const;

/** The name of the file that an export makes, safe everywhere, and its MIME type. */
export function exportName(session: { readonly name: string; readonly film: VideoInfo }, { format, tracks, labelled, container }: ExportRequest): { readonly name: string; readonly type: string } {
  const base = safeName(session.name, 'session');
  if (isTextFormat(format)) {
    const suffix = TEXT_SUFFIX[format];
    if (tracks === 'both') return { name: `${base}${suffix}.zip`, type: 'application/zip' };
    return { name: `${base}.${tracks}${suffix}`, type: TEXT_TYPE[format] };
  }
  switch (format) {
    case 'everything':
      return { name: base + BUNDLE_SUFFIX, type: 'application/zip' };
    case 'film':
      return session.film.file === 'film.webm' ? { name: `${base}.webm`, type: 'video/webm' } : { name: `${base}.mp4`, type: 'video/mp4' };
    case 'features':
      return { name: `${base}.features.parquet`, type: 'application/vnd.apache.parquet' };
    case 'film-labels':
      return labelled?.container === 'webm' ? { name: `${base}.labels.webm`, type: 'video/webm' } : { name: `${base}.labels.mp4`, type: 'video/mp4' };
    case 'film-constant':
      return container === 'webm' ? { name: `${base}.constant.webm`, type: 'video/webm' } : { name: `${base}.constant.mp4`, type: 'video/mp4' };
    case 'film-mp4':
      return { name: `${base}.mp4`, type: 'video/mp4' };
    default:
      return { name: `${base}.${format}.zip`, type: 'application/zip' };
  }
}

/** The same of a dataset. */
export function datasetFileName({ format, dataset, tracks }: DatasetRequest): { readonly name: string; readonly type: string } {
  const base = safeName(dataset.name, 'dataset');
  if (format === 'features') return { name: `${base}.features.parquet`, type: 'application/vnd.apache.parquet' };
  if ((format === 'csv' || format === 'jsonl') && tracks !== 'both') return { name: `${base}.${tracks}.${format}`, type: TEXT_TYPE[format] };
  return { name: `${base}.${format}.zip`, type: 'application/zip' };
}
