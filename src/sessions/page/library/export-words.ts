import { msg, str } from '@lit/localize';
import type { SessionManifest, VideoInfo } from '../../shared/session';
import { className } from '../../../base/page/language';
import { IMAGENET_LABELS } from '../../../base/shared/labels/imagenet';
import type { DatasetFormat, ExportFormat, FilmSetFormat, LabelledFilm, PictureFormat, TransferProgress } from '../../shared/session-export';

/** A format in words. */
export interface FormatWords {
  readonly format: ExportFormat;
  readonly name: string;
  readonly hint: string;
}

/** A film's name by its container and codec. */
function filmName({ file, mimeType }: VideoInfo): string {
  if (file === 'film.webm') return msg('Film (WebM)');
  const codec = /av01/.test(mimeType) ? 'AV1' : /vp0?9/.test(mimeType) ? 'VP9' : undefined;
  return codec === undefined ? msg('Film (MP4)') : msg(str`Film (MP4 with ${codec})`);
}

/**
 * What a session can be exported as.
 * @param h264 whether the browser encodes H.264, without which a WebM film cannot be made an MP4 that players take
 */
export function exportFormats({ film: video }: SessionManifest, h264: boolean): readonly FormatWords[] {
  const webm = video.file === 'film.webm';
  return [
    { format: 'everything', name: msg('Everything'), hint: msg('One zip, which this app can read back on any device.') },
    webm
      ? { format: 'film', name: filmName(video), hint: msg('As it was recorded, made seekable.') }
      : { format: 'film', name: filmName(video), hint: msg('Plays anywhere; the picture is not encoded anew.') },
    { format: 'film-labels', name: msg('Film with labels'), hint: msg('Labels drawn onto the picture, to be shown to anyone; encoded anew.') },
    ...(webm && h264 ? [{ format: 'film-mp4' as const, name: msg('Film (MP4)'), hint: msg('For what cannot play WebM: H.264, encoded anew.') }] : []),
    { format: 'webvtt', name: msg('Subtitles (WebVTT)'), hint: msg('Labels over the film in a browser or player.') },
    { format: 'srt', name: msg('Subtitles (SRT)'), hint: msg('Labels over the film in older players and editors.') },
    { format: 'film-constant', name: msg('Film at a constant rate'), hint: msg('For programs that seek by number, as OpenCV does; encoded anew.') },
    ...tables(),
    ...pictureFormats(),
    ...filmTasks(),
  ];
}

/** What a training set can be exported as: its pictures, and its films under its labels. */
export function datasetFormats(): readonly (FormatWords & { readonly format: DatasetFormat })[] {
  return [...pictureFormats(), ...tables(), ...filmTasks()];
}

const tables = (): readonly (FormatWords & { readonly format: FilmSetFormat })[] => [
  { format: 'csv', name: msg('Table (CSV)'), hint: msg('For a spreadsheet or pandas.') },
  { format: 'jsonl', name: msg('JSON lines'), hint: msg('A label a line, for programs.') },
];

const filmTasks = (): readonly (FormatWords & { readonly format: FilmSetFormat })[] => [
  { format: 'label-studio', name: msg('Label Studio, film'), hint: msg('A task with the film at a constant frame rate, to label on there.') },
  { format: 'cvat-video', name: msg('CVAT, film'), hint: msg('Your labels as tracks, and the film at a constant frame rate.') },
  { format: 'features', name: msg('Features (Parquet)'), hint: msg('What the network that runs makes of every frame: its numbers, for programs of your own.') },
];

/** What pictures for training can be exported as. */
function pictureFormats(): readonly (FormatWords & { readonly format: PictureFormat })[] {
  return [
    { format: 'image-folder', name: msg('Pictures in folders (ImageFolder)'), hint: msg('For torchvision, Keras, Ultralytics classify and Hugging Face.') },
    { format: 'parquet', name: msg('Parquet'), hint: msg('Pictures and labels in tables, for Hugging Face.') },
    { format: 'web-dataset', name: msg('WebDataset'), hint: msg('Shards (.tar) that are read as a stream.') },
    { format: 'coco', name: msg('COCO'), hint: msg('Pictures with annotations and predictions in JSON.') },
    { format: 'yolo', name: msg('YOLO'), hint: msg('Boxes as Ultralytics trains on them.') },
    { format: 'cvat-images', name: msg('CVAT, pictures'), hint: msg('Pictures with boxes, to label on there.') },
    { format: 'label-studio-images', name: msg('Label Studio, pictures'), hint: msg('A task for each picture, to label on there.') },
    { format: 'fiftyone', name: msg('FiftyOne'), hint: msg('Pictures with boxes, to look through there.') },
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
    case 'features':
      return msg('Looking at every frame');
    case 'packing':
      return msg('Copying the files');
    case 'checking':
      return msg('Checking the labels');
    case undefined:
      return msg('One moment');
  }
}

/** How labels are drawn onto a film: in the reader's language. @param h264 whether the browser encodes H.264 */
export function labelledFilm(h264: boolean): LabelledFilm {
  return { container: h264 ? 'mp4' : 'webm', classNames: IMAGENET_LABELS.map((_, index) => className(index)), unsure: msg('Not sure') };
}
