import type { ExportRequest } from '../../shared/session-export';
import { Fault } from '../../../base/shared/fault';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { bundleEntries } from '../../shared/export/bundle';
import { cocoAnnotations, cocoCategories, cocoPredictions, type CocoImage } from '../../shared/export/coco';
import { csvRecord } from '../../../base/shared/csv';
import { LabelFolders } from '../../shared/export/distinct-names';
import { TEXT_SUFFIX, type TextFormat } from '../../shared/export/export-name';
import type { LabelTrack } from '../../shared/export/export-source';
import { safeName, UniqueNames } from '../../shared/export/file-names';
import { labelledFrames, type FrameChoice, type PlannedFrame } from '../../shared/export/frame-plan';
import { constantRate, labelStudioConfig, labelStudioNames, labelStudioTasks } from '../../shared/export/label-studio';
import { textExport } from '../../shared/export/text-export';
import { toJsonLines } from '../../shared/json-lines';
import { encodeAtRate, frameCount } from './video';
import { framePictures, jpegSize, type FramePicture } from './frame-images';
import type { OpenFilm } from './open-video';
import { temporaryFile, textBlocks, withFile } from './output-file';
import type { Report } from './reports';
import type { SessionSource } from './session-source';

/** One file of a zip; a stream is read when its turn comes. */
export interface ZipContent {
  readonly name: string;
  readonly input: AsyncIterable<Uint8Array<ArrayBuffer>> | Blob | string;
}

const TRACKS: readonly LabelTrack[] = ['predicted', 'human'];

function* texts(source: SessionSource, formats: readonly TextFormat[], folder: string): Generator<ZipContent> {
  for (const format of formats) {
    for (const track of TRACKS) {
      yield { name: `${folder}${track}${TEXT_SUFFIX[format]}`, input: textBlocks(textExport(source, format, track)) };
    }
  }
}

/** Both tracks in a text format. */
export function textContents(source: SessionSource, format: TextFormat): Iterable<ZipContent> {
  return texts(source, [format], '');
}

/** Our own zip: the session's files, and the text formats for whoever opens it without us. */
export async function* everything(source: SessionSource): AsyncGenerator<ZipContent> {
  const { manifest, film, labels, human, edits } = source;
  const humanText = new Blob([toJsonLines(edits)]);
  const files: [path: string, file: Blob][] = [
    [manifest.film.file, film],
    ['labels.jsonl', labels],
    ['human.jsonl', humanText],
  ];
  for (const { file } of human.snapshots) {
    const picture = await source.snapshot(file);
    if (picture) files.push([`snapshots/${file}`, picture]);
  }
  yield* bundleEntries({ ...manifest, spans: human.spans.length, snapshots: human.snapshots.length }, files);
  yield* texts(source, ['webvtt', 'srt', 'csv', 'jsonl'], 'exports/');
}

function choiceOf({ everyUs }: ExportRequest): FrameChoice {
  return everyUs === undefined ? { kind: 'one-a-span' } : { kind: 'every', everyUs };
}

/** Planned frames with their pictures; times at which the film has no frame are left out. */
async function* pictured(
  film: OpenFilm,
  plan: AsyncIterable<PlannedFrame>,
  report: Report,
): AsyncGenerator<PlannedFrame & { readonly picture: FramePicture }> {
  // The decoder asks for times ahead of the pictures that it gives.
  const waiting: PlannedFrame[] = [];
  const times = async function* (): AsyncGenerator<number> {
    for await (const frame of plan) {
      waiting.push(frame);
      yield frame.timeUs;
    }
  };
  for await (const picture of framePictures(film, times())) {
    const frame = waiting.shift();
    if (frame && picture) yield { ...frame, picture };
    if (frame) report({ phase: 'pictures', done: Math.min(1, frame.timeUs / 1e6 / film.duration) });
  }
}

/** A folder of pictures for each label, as torchvision's ImageFolder reads them, and a table of the folders. */
export async function* imageFolder(source: SessionSource, film: OpenFilm, request: ExportRequest, report: Report): AsyncGenerator<ZipContent> {
  const track: LabelTrack = request.tracks === 'predicted' ? 'predicted' : 'human';
  const folders = new LabelFolders();
  const base = safeName(source.manifest.name, 'session', 60);
  let count = 0;
  for await (const { timeUs, labels, picture } of pictured(film, labelledFrames(source, track, choiceOf(request)), report)) {
    for (const label of labels) {
      count++;
      yield { name: `${folders.of(label)}/${base}-${String(timeUs).padStart(10, '0')}.jpg`, input: picture.jpeg };
    }
  }
  if (track === 'human') {
    for (const { label, file, timeUs } of source.human.snapshots) {
      const picture = label && (await source.snapshot(file));
      if (!picture) continue;
      count++;
      yield { name: `${folders.of(label)}/${base}-snapshot-${timeUs}-${safeName(file.replace(/\.jpg$/, ''), 'x', 60)}.jpg`, input: picture };
    }
  }
  if (count === 0) throw new Fault('export-empty', `The session has no ${track} labels that a frame could be had of.`);
  let table = csvRecord(['folder', 'class', 'label']);
  for (const { folder, label } of folders.all()) table += csvRecord([folder, label.index, label.name]);
  yield { name: 'classes.csv', input: table };
}

/** Frames at a person's spans, snapshots, and COCO's JSON of both; frames all over where there are no spans. */
export async function* coco(source: SessionSource, film: OpenFilm, request: ExportRequest, report: Report): AsyncGenerator<ZipContent> {
  const images: CocoImage[] = [];
  const names = new UniqueNames();
  for await (const { timeUs, labels, picture } of pictured(film, framesForCoco(source, film, request), report)) {
    const file = `images/${String(timeUs).padStart(10, '0')}.jpg`;
    yield { name: file, input: picture.jpeg };
    images.push({ file, timeUs, width: picture.width, height: picture.height, labels });
  }
  for (const { file, timeUs, label } of source.human.snapshots) {
    const picture = await source.snapshot(file);
    if (!picture) continue;
    const path = `images/${names.take(`snapshot-${safeName(file.replace(/\.jpg$/, ''), String(timeUs))}`, '.jpg')}`;
    yield { name: path, input: picture };
    images.push({ file: path, timeUs, ...(await jpegSize(picture)), labels: label ? [label] : [] });
  }
  if (images.length === 0) throw new Fault('export-empty', 'The session has neither labels nor snapshots.');
  images.sort((a, b) => a.timeUs - b.timeUs);
  const categories = await cocoCategories(source, images);
  yield { name: 'annotations.json', input: textBlocks(cocoAnnotations(source, images, categories)) };
  yield { name: 'predictions.json', input: textBlocks(cocoPredictions(source, images, categories)) };
}

/** Frames where a person or the network labelled, with the person's labels. */
async function* framesForCoco(source: SessionSource, film: OpenFilm, request: ExportRequest): AsyncGenerator<PlannedFrame> {
  const choice = choiceOf(request);
  if (choice.kind === 'one-a-span') {
    yield* labelledFrames(source, 'human', choice);
    return;
  }
  const human = labelledFrames(source, 'human', choice);
  let next = await human.next();
  const none: readonly LabelRef[] = [];
  for (let n = 0; ; n++) {
    const timeUs = Math.round(n * choice.everyUs);
    if (timeUs >= film.duration * 1e6) return;
    if (next.done || next.value.timeUs !== timeUs) {
      yield { timeUs, labels: none };
      continue;
    }
    yield next.value;
    next = await human.next();
  }
}

/** A task for Label Studio: its JSON, the set-up, and the film at a constant rate. */
export async function* labelStudio(source: SessionSource, film: OpenFilm, report: Report): AsyncGenerator<ZipContent> {
  const { names, all } = await labelStudioNames(source);
  if (all.length === 0) throw new Fault('export-empty', 'The session has no labels.');
  const rate = constantRate((await film.video.computePacketStats()).averagePacketRate);
  const file = await withFile(await temporaryFile('film.mp4'), async (output) => {
    await encodeAtRate(film, rate, output, (done) => report({ phase: 'film', done }));
    return output.close();
  });
  const folder = safeName(source.manifest.name, 'session', 60);
  const video = { url: `/data/local-files/?d=${encodeURIComponent(folder)}/film.mp4`, rate, frames: frameCount(film, rate) };
  if (file) yield { name: `${folder}/film.mp4`, input: file };
  yield { name: `${folder}/tasks.json`, input: textBlocks(labelStudioTasks(source, video, names)) };
  yield { name: `${folder}/config.xml`, input: labelStudioConfig(video, all) };
}
