import { Fault } from '../../../base/shared/fault';
import type { ZipContent } from '../../shared/dataset/formats/format';
import { bundleEntries } from '../../shared/export/bundle';
import { cvatTracks } from '../../shared/export/cvat-tracks';
import { TEXT_SUFFIX, type TextFormat } from '../../shared/export/export-name';
import { squaresOf, type ExportSource, type LabelTrack } from '../../shared/export/export-source';
import { safeName, UniqueNames } from '../../shared/export/file-names';
import { constantCounter, constantRate, labelStudioConfig, labelStudioNames, labelStudioTasks, type ConstantRateVideo } from '../../shared/export/label-studio';
import { textBlocks } from '../../shared/export/text';
import { textExport } from '../../shared/export/text-export';
import { withProvenance, type Provenance } from '../../shared/session-export';
import { toJsonLines } from '../../shared/json-lines';
import { encodeAtRate, encodingOf, frameCount } from './video';
import { openVideo, type OpenVideo } from './open-video';
import { temporaryFile, withFile } from './output-file';
import type { Report } from './reports';
import { SessionSource } from './session-source';

const TRACKS: readonly LabelTrack[] = ['predicted', 'human'];

function* texts(source: ExportSource, formats: readonly TextFormat[], folder: string): Generator<ZipContent> {
  for (const format of formats) {
    for (const track of TRACKS) {
      yield { name: `${folder}${track}${TEXT_SUFFIX[format]}`, input: textBlocks(textExport(source, format, track)) };
    }
  }
}

/** Both tracks in a text format. */
export function textContents(source: ExportSource, format: TextFormat): Iterable<ZipContent> {
  return texts(source, [format], '');
}

/** Our own zip: the session's files, and the text formats for whoever opens it without us. */
export async function* everything(source: SessionSource, provenance: Provenance): AsyncGenerator<ZipContent> {
  const { video, human, edits } = source;
  const manifest = withProvenance(source.manifest, provenance);
  const images: [path: string, file: Blob][] = [];
  const lost = new Set<string>();
  for (const { file } of human.snapshots) {
    const image = await source.snapshot(file);
    if (image) images.push([`snapshots/${file}`, image]);
    else lost.add(file);
  }
  // What is read back has to be whole: what cannot be read of a damaged session stays out, or goes beside it.
  const kept = edits.filter((edit) => edit.kind !== 'put-snapshot' || !lost.has(edit.snapshot.file));
  const { labels, damaged } = await source.readableLabels();
  const files: [path: string, file: Blob][] = [[manifest.film.file, video], ['labels.jsonl', labels], ['human.jsonl', new Blob([toJsonLines(kept)])], ...images];
  yield* bundleEntries({ ...manifest, spans: human.spans.length, snapshots: images.length }, files);
  yield* texts(source, ['webvtt', 'srt', 'csv', 'jsonl'], 'exports/');
  if (damaged) yield { name: 'exports/labels.damaged.jsonl', input: source.labels };
}

/** The same of several sessions, each in a folder by its name. */
export async function* everythingOf(ids: readonly string[], provenance: Provenance, report: Report): AsyncGenerator<ZipContent> {
  const folders = new UniqueNames();
  for (const [i, id] of ids.entries()) {
    const source = await SessionSource.open(id);
    const folder = folders.take(safeName(source.manifest.name, 'session', 60));
    report({ phase: 'packing', done: i / ids.length });
    for await (const { name, input } of everything(source, provenance)) yield { name: `${folder}/${name}`, input };
  }
}

/** The rate at which a film is made anew, and at which its frames are counted, alone and in a set: frames a second. */
export async function rateOf(original: OpenVideo): Promise<number> {
  return constantRate((await original.track.computePacketStats()).averagePacketRate);
}

/** A session whose frames are counted as those of its film at a constant rate. @throws Fault `export-codec` where its film cannot be read */
export async function countedAtRate(source: SessionSource): Promise<ExportSource> {
  using video = await openVideo(source.video);
  const rate = await rateOf(video);
  const { manifest, human } = source;
  return { manifest, human, recognitions: () => source.recognitions(), counter: constantCounter({ rate, frames: frameCount(video, rate) }) };
}

/** A film at a constant rate, for programs that count frames. */
interface ConstantFilm extends ConstantRateVideo {
  readonly name: string;
  readonly file: Blob | undefined;
  /** Gives its room on the device back, once it is read. */
  remove(): Promise<void>;
}

/** @param url of the film by its name @param base its name without an extension */
export async function constantFilm(original: OpenVideo, url: (name: string) => string, report: Report, base = 'film'): Promise<ConstantFilm> {
  const rate = await rateOf(original);
  const encoding = await encodingOf(original);
  const name = `${base}.${encoding.container}`;
  const output = await temporaryFile(name);
  const file = await withFile(output, async () => {
    await encodeAtRate(original, encoding, rate, output, (done) => report({ phase: 'film', done }));
    return output.close();
  });
  return { name, file, url: url(name), rate, frames: frameCount(original, rate), remove: () => output.abort() };
}

/** Where Label Studio's local storage finds a file. */
export const localFile = (folder: string, name: string): string => `/data/local-files/?d=${encodeURIComponent(folder)}/${encodeURIComponent(name)}`;

/** A task for Label Studio: its JSON, the set-up, and the video at a constant rate. */
export async function* labelStudio(source: SessionSource, original: OpenVideo, report: Report): AsyncGenerator<ZipContent> {
  const names = await labelStudioNames(source);
  if (names.all.size === 0) throw new Fault('export-empty', 'The session has no labels.');
  const folder = safeName(source.manifest.name, 'session', 60);
  const film = await constantFilm(original, (name) => localFile(folder, name), report);
  if (film.file) yield { name: `${folder}/${film.name}`, input: film.file };
  await film.remove();
  yield { name: `${folder}/tasks.json`, input: textBlocks(labelStudioTasks(source, film, names)) };
  yield { name: `${folder}/config.xml`, input: labelStudioConfig([...names.all.keys()], (await squaresOf(source)).known) };
}

/** A person's labels as tracks for CVAT, and the film at a constant rate, as CVAT counts its frames. */
export async function* cvatVideo(source: SessionSource, original: OpenVideo, report: Report): AsyncGenerator<ZipContent> {
  if (source.human.spans.length === 0) throw new Fault('export-empty', 'The session has no labels of a person.');
  const film = await constantFilm(original, (name) => name, report);
  if (film.file) yield { name: film.name, input: film.file };
  await film.remove();
  yield { name: 'annotations.xml', input: textBlocks(cvatTracks(source, film)) };
}
