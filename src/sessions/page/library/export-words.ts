import { msg } from '@lit/localize';
import type { SessionManifest } from '../../shared/session';
import type { ExportFormat, TransferProgress } from '../../shared/session-export';

/** A format in words. */
export interface FormatWords {
  readonly format: ExportFormat;
  readonly name: string;
  readonly hint: string;
}

/** What a session can be exported as. */
export function exportFormats({ film: video }: SessionManifest): readonly FormatWords[] {
  const webm = video.file === 'film.webm';
  return [
    { format: 'everything', name: msg('Everything'), hint: msg('One zip, which this app can read back on any device.') },
    webm
      ? { format: 'film', name: msg('Film (WebM)'), hint: msg('As it was recorded, made seekable.') }
      : { format: 'film', name: msg('Film (MP4)'), hint: msg('Plays anywhere; the picture is not encoded anew.') },
    ...(webm ? [{ format: 'film-mp4' as const, name: msg('Film (MP4)'), hint: msg('For what cannot play WebM; may encode the picture anew.') }] : []),
    { format: 'webvtt', name: msg('Subtitles (WebVTT)'), hint: msg('Labels over the film in a browser or player.') },
    { format: 'srt', name: msg('Subtitles (SRT)'), hint: msg('Labels over the film in older players and editors.') },
    { format: 'csv', name: msg('Table (CSV)'), hint: msg('For a spreadsheet or pandas.') },
    { format: 'jsonl', name: msg('JSON lines'), hint: msg('A label a line, for programs.') },
    { format: 'image-folder', name: msg('Pictures in folders (ImageFolder)'), hint: msg('A folder for each label, as torchvision and Keras read them.') },
    { format: 'coco', name: msg('COCO'), hint: msg('Pictures with annotations and predictions in JSON.') },
    { format: 'label-studio', name: msg('Label Studio'), hint: msg('A task with the film at a constant frame rate, to label on there.') },
  ];
}

/** What an export or import is at. */
export function phaseWords(phase: TransferProgress['phase'] | undefined): string {
  switch (phase) {
    case 'labels':
      return msg('Writing the labels');
    case 'film':
      return msg('Writing the film');
    case 'pictures':
      return msg('Taking pictures from the film');
    case 'packing':
      return msg('Copying the files');
    case 'checking':
      return msg('Checking the labels');
    case undefined:
      return msg('One moment');
  }
}
