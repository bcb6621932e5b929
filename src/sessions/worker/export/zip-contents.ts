import type { ExportRequest } from '../../shared/session-export';
import { Fault } from '../../../base/shared/fault';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { bundleEntries } from '../../shared/export/bundle';
import type { Region } from '../../../engine/index';
import { cocoAnnotations, cocoCategories, cocoPredictions, type CocoImage } from '../../shared/export/coco';
import { csvRecord, UTF8_MARK } from '../../../base/shared/csv';
import { LabelFolders } from '../../shared/export/distinct-names';
import { TEXT_SUFFIX, type TextFormat } from '../../shared/export/export-name';
import { secondsText, squaresOf, type LabelTrack } from '../../shared/export/export-source';
import { safeName, UniqueNames } from '../../shared/export/file-names';
import { labelledFrames, type FrameChoice, type PlannedFrame } from '../../shared/export/frame-plan';
import { constantRate, labelStudioConfig, labelStudioNames, labelStudioTasks } from '../../shared/export/label-studio';
import { textExport } from '../../shared/export/text-export';
import { toJsonLines } from '../../shared/json-lines';
import { squareInImage, type Size } from '../../shared/squares';
import { encodeAtRate, encodingOf, frameCount } from './video';
import { cutJpeg, frameImages, jpegSize, type FrameImage } from './frame-images';
import type { OpenVideo } from './open-video';
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
  const { manifest, video, labels, human, edits } = source;
  const humanText = new Blob([toJsonLines(edits)]);
  const files: [path: string, file: Blob][] = [
    [manifest.film.file, video],
    ['labels.jsonl', labels],
    ['human.jsonl', humanText],
  ];
  for (const { file } of human.snapshots) {
    const image = await source.snapshot(file);
    if (image) files.push([`snapshots/${file}`, image]);
  }
  yield* bundleEntries({ ...manifest, spans: human.spans.length, snapshots: human.snapshots.length }, files);
  yield* texts(source, ['webvtt', 'srt', 'csv', 'jsonl'], 'exports/');
}

function choiceOf({ everyUs }: ExportRequest): FrameChoice {
  return everyUs === undefined ? { kind: 'one-a-span' } : { kind: 'every', everyUs };
}

/** Where the network looked at a time, in an image of some size; undefined where the session does not say. */
type LookedAt = (timeUs: number, image: Size) => Region | undefined;

async function lookedAt(source: SessionSource): Promise<LookedAt> {
  const squares = await squaresOf(source);
  return (timeUs, image) => {
    const square = squares.at(timeUs);
    return square && squareInImage(square, source.manifest.film, image);
  };
}

/** Planned frames with their images; times at which the video has no frame are left out. */
async function* withImages(
  video: OpenVideo,
  plan: AsyncIterable<PlannedFrame>,
  report: Report,
): AsyncGenerator<PlannedFrame & { readonly image: FrameImage }> {
  // The decoder asks for times ahead of the images that it gives.
  const waiting: PlannedFrame[] = [];
  const times = async function* (): AsyncGenerator<number> {
    for await (const frame of plan) {
      waiting.push(frame);
      yield frame.timeUs;
    }
  };
  for await (const image of frameImages(video, times())) {
    const frame = waiting.shift();
    if (frame && image) yield { ...frame, image };
    if (frame) report({ phase: 'pictures', done: Math.min(1, frame.timeUs / 1e6 / video.duration) });
  }
}

/** A folder of images for each label, as torchvision's ImageFolder reads them, and tables of the folders and of the images. */
export async function* imageFolder(source: SessionSource, video: OpenVideo, request: ExportRequest, report: Report): AsyncGenerator<ZipContent> {
  const track: LabelTrack = request.tracks === 'predicted' ? 'predicted' : 'human';
  const folders = new LabelFolders();
  const base = safeName(source.manifest.name, 'session', 60);
  const squareAt = await lookedAt(source);
  let images = UTF8_MARK + csvRecord(['file', 'time_s', 'square_left', 'square_top', 'square_side']);
  const note = (name: string, timeUs: number, square: Region | undefined): string => {
    images += csvRecord([name, Number(secondsText(timeUs)), square?.x, square?.y, square?.width]);
    return name;
  };
  let count = 0;
  for await (const { timeUs, labels, image } of withImages(video, labelledFrames(source, track, choiceOf(request)), report)) {
    const square = squareAt(timeUs, image);
    const jpeg = await image.jpeg(request.cut ? square : undefined);
    for (const label of labels) {
      count++;
      yield { name: note(`${folders.of(label)}/${base}-${String(timeUs).padStart(10, '0')}.jpg`, timeUs, square), input: jpeg };
    }
  }
  if (track === 'human') {
    for (const { label, file, timeUs } of source.human.snapshots) {
      const image = label && (await source.snapshot(file));
      if (!image) continue;
      count++;
      const square = squareAt(timeUs, await jpegSize(image));
      const name = `${folders.of(label)}/${base}-snapshot-${timeUs}-${safeName(file.replace(/\.jpg$/, ''), 'x', 60)}.jpg`;
      yield { name: note(name, timeUs, square), input: request.cut && square ? await cutJpeg(image, square) : image };
    }
  }
  if (count === 0) throw new Fault('export-empty', `The session has no ${track} labels that a frame could be had of.`);
  let table = csvRecord(['folder', 'class', 'label']);
  for (const { folder, label } of folders.all()) table += csvRecord([folder, label.index, label.name]);
  yield { name: 'classes.csv', input: table };
  yield { name: 'pictures.csv', input: images };
}

/** Frames at a person's spans, snapshots, and COCO's JSON of both; frames all over where there are no spans. */
export async function* coco(source: SessionSource, video: OpenVideo, request: ExportRequest, report: Report): AsyncGenerator<ZipContent> {
  const images: CocoImage[] = [];
  const names = new UniqueNames();
  const squareAt = await lookedAt(source);
  for await (const { timeUs, labels, image } of withImages(video, framesForCoco(source, video, request), report)) {
    const file = `images/${String(timeUs).padStart(10, '0')}.jpg`;
    yield { name: file, input: await image.jpeg() };
    images.push({ file, timeUs, width: image.width, height: image.height, square: squareAt(timeUs, image), labels });
  }
  for (const { file, timeUs, label } of source.human.snapshots) {
    const image = await source.snapshot(file);
    if (!image) continue;
    const path = `images/${names.take(`snapshot-${safeName(file.replace(/\.jpg$/, ''), String(timeUs))}`, '.jpg')}`;
    yield { name: path, input: image };
    const size = await jpegSize(image);
    images.push({ file: path, timeUs, ...size, square: squareAt(timeUs, size), labels: label ? [label] : [] });
  }
  if (images.length === 0) throw new Fault('export-empty', 'The session has neither labels nor snapshots.');
  images.sort((a, b) => a.timeUs - b.timeUs);
  const categories = await cocoCategories(source, images);
  yield { name: 'annotations.json', input: textBlocks(cocoAnnotations(source, images, categories)) };
  yield { name: 'predictions.json', input: textBlocks(cocoPredictions(source, images, categories)) };
}

/** Frames where a person or the network labelled, with the person's labels. */
async function* framesForCoco(source: SessionSource, video: OpenVideo, request: ExportRequest): AsyncGenerator<PlannedFrame> {
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
    if (timeUs >= video.duration * 1e6) return;
    if (next.done || next.value.timeUs !== timeUs) {
      yield { timeUs, labels: none };
      continue;
    }
    yield next.value;
    next = await human.next();
  }
}

/** A task for Label Studio: its JSON, the set-up, and the video at a constant rate. */
export async function* labelStudio(source: SessionSource, original: OpenVideo, report: Report): AsyncGenerator<ZipContent> {
  const { names, all } = await labelStudioNames(source);
  if (all.length === 0) throw new Fault('export-empty', 'The session has no labels.');
  const rate = constantRate((await original.track.computePacketStats()).averagePacketRate);
  const encoding = await encodingOf(original);
  const film = `film.${encoding.container}`;
  const file = await withFile(await temporaryFile(film), async (output) => {
    await encodeAtRate(original, encoding, rate, output, (done) => report({ phase: 'film', done }));
    return output.close();
  });
  const folder = safeName(source.manifest.name, 'session', 60);
  const video = { url: `/data/local-files/?d=${encodeURIComponent(folder)}/${film}`, rate, frames: frameCount(original, rate) };
  if (file) yield { name: `${folder}/${film}`, input: file };
  yield { name: `${folder}/tasks.json`, input: textBlocks(labelStudioTasks(source, video, names)) };
  yield { name: `${folder}/config.xml`, input: labelStudioConfig(video, all, (await squaresOf(source)).known) };
}
