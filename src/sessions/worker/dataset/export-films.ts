import { Fault, type FaultCode } from '../../../base/shared/fault';
import { filmSetCard } from '../../shared/dataset/card';
import { SetMember, SetNames } from '../../shared/dataset/set-member';
import type { Still } from '../../shared/dataset/still';
import type { ZipContent } from '../../shared/dataset/formats/format';
import { cvatTracks } from '../../shared/export/cvat-tracks';
import { datasetFileName } from '../../shared/export/export-name';
import { squaresOf, type ExportSource, type LabelTrack, type Pieces } from '../../shared/export/export-source';
import { safeName, UniqueNames } from '../../shared/export/file-names';
import { labelStudioConfig, labelStudioNames, labelStudioTask, withNamesOf, type ConstantRateVideo, type TaskNames } from '../../shared/export/label-studio';
import { textBlocks } from '../../shared/export/text';
import { setTable } from '../../shared/export/text-export';
import { withProvenance, type DatasetRequest, type ExportedFile, type FilmSetFormat } from '../../shared/session-export';
import { openVideo } from '../export/open-video';
import { writeExport, writeStream } from '../export/output-file';
import type { Report } from '../export/reports';
import type { SessionSource } from '../export/session-source';
import { writeZip } from '../export/write-zip';
import { constantFilm, countedAtRate, localFile } from '../export/zip-contents';
import { modifiedAt, planDataset, type PlannedDataset } from './plan-dataset';

/** What of a dataset is asked for, other than pictures. */
export interface FilmSetRequest extends Omit<DatasetRequest, 'format'> {
  readonly format: Exclude<FilmSetFormat, 'features'>;
}

/** The sessions of a dataset with what they are in it. */
export function membersOf({ sources, classes, pictures, sides }: PlannedDataset): (readonly [source: SessionSource, member: SetMember])[] {
  const names = new SetNames(classes);
  return sources.map((source) => [source, new SetMember(names, pictures.filter(({ sessionId }) => sessionId === source.manifest.id), sides)]);
}

type Tail<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;

/** How far a job for each session is, as one. */
const partOf = (report: Report, i: number, count: number): Report => ({ phase, done }) => report({ phase, done: (i + done) / count });

/** @param otherwise what other errors are @throws Fault of what was done, which names the session */
async function ofSession<T>({ manifest }: SessionSource, act: () => Promise<T>, otherwise: FaultCode = 'export-codec'): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { code, message } = Fault.from(error, otherwise);
    throw new Fault(code, `${manifest.name}: ${message}`, { cause: error });
  }
}

/** A session's film at a constant rate. @throws Fault that names the session */
function filmOf(source: SessionSource, ...how: Tail<Parameters<typeof constantFilm>>): ReturnType<typeof constantFilm> {
  return ofSession(source, async () => {
    using video = await openVideo(source.video);
    return await constantFilm(video, ...how);
  });
}

async function* cvat({ sources, classes }: PlannedDataset, names: SetNames, report: Report): AsyncGenerator<ZipContent> {
  if (sources.every(({ human }) => human.spans.length === 0)) throw new Fault('export-empty', 'No session has labels of a person.');
  const folders = new UniqueNames();
  // Each task knows all of them, so that the tasks can be of one project.
  const all = classes.filter(({ from }) => from.length > 0).map(({ name }) => name);
  for (const [i, source] of sources.entries()) {
    const folder = folders.take(safeName(source.manifest.name, 'session', 60));
    const film = await filmOf(source, (name) => name, partOf(report, i, sources.length));
    if (film.file) yield { name: `${folder}/${film.name}`, input: film.file };
    await film.remove();
    yield { name: `${folder}/annotations.xml`, input: textBlocks(cvatTracks(source, film, names, all)) };
  }
}

/** One list of tasks, one set-up and the films. */
async function* labelStudio({ sources, definition }: PlannedDataset, names: SetNames, report: Report): AsyncGenerator<ZipContent> {
  const folder = safeName(definition.name, 'dataset', 60);
  const labels: TaskNames[] = [];
  let squares = false;
  for (const source of sources) {
    labels.push(await ofSession(source, () => labelStudioNames(source, names), 'export-failed'));
    squares ||= (await ofSession(source, () => squaresOf(source), 'export-failed')).known;
  }
  const all = [...new Set(labels.flatMap((one) => [...one.all.keys()]))];
  if (all.length === 0) throw new Fault('export-empty', 'No session has labels.');
  const files = new UniqueNames();
  const tasks: [source: SessionSource, film: ConstantRateVideo, names: TaskNames][] = [];
  for (const [i, source] of sources.entries()) {
    const base = files.take(safeName(source.manifest.name.replaceAll('.', '_'), 'session', 60));
    const film = await filmOf(source, (one) => localFile(folder, one), partOf(report, i, sources.length), base);
    if (film.file) yield { name: `${folder}/${film.name}`, input: film.file };
    await film.remove();
    tasks.push([source, film, withNamesOf(labels[i], labels)]);
  }
  const pieces = async function* (): Pieces {
    yield '[';
    for (const [i, [source, film, own]] of tasks.entries()) {
      if (i > 0) yield ',\n';
      yield* labelStudioTask(source, film, own);
    }
    yield ']\n';
  };
  yield { name: `${folder}/tasks.json`, input: textBlocks(pieces()) };
  yield { name: `${folder}/config.xml`, input: labelStudioConfig(all, squares) };
}

async function countedMembers(request: FilmSetRequest, planned: PlannedDataset): Promise<(readonly [ExportSource, SetMember])[]> {
  const members = membersOf(planned);
  if (request.counted !== 'constant') return members;
  const counted: (readonly [ExportSource, SetMember])[] = [];
  for (const [source, member] of members) counted.push([await ofSession(source, () => countedAtRate(source)), member]);
  return counted;
}

async function* contents(request: FilmSetRequest, planned: PlannedDataset, report: Report): AsyncGenerator<ZipContent> {
  const { format } = request;
  const names = new SetNames(planned.classes);
  if (format === 'cvat-video') yield* cvat(planned, names, report);
  else if (format === 'label-studio') yield* labelStudio(planned, names, report);
  else {
    const members = await countedMembers(request, planned);
    for (const track of ['predicted', 'human'] as const satisfies readonly LabelTrack[]) yield { name: `${track}.${format}`, input: textBlocks(setTable(format, track, members)) };
  }
  yield { name: 'README.md', input: filmSetCard({ definition: planned.definition, classes: planned.classes, sources: planned.sources.map(({ human, manifest }) => ({ human, manifest: withProvenance(manifest, request) })) }, names) };
}

/**
 * Makes tables or tasks of the films of a dataset, in bounded memory.
 * @param stills which are in none of them, but are split with the films: a side is the same in every format
 */
export async function exportFilmSet(request: FilmSetRequest, stills: readonly Still[], target: FileSystemFileHandle | undefined, report: Report): Promise<ExportedFile> {
  report({ phase: 'labels', done: 0 });
  const planned = await planDataset(request.dataset, stills);
  if (planned.sources.length === 0) throw new Fault('export-empty', 'The set has no film.');
  const { format, tracks } = request;
  const { name } = datasetFileName(request);
  const modified = modifiedAt(planned);
  return writeExport(name, { target, small: false }, async (file) => {
    if ((format === 'csv' || format === 'jsonl') && tracks !== 'both') await writeStream(file, textBlocks(setTable(format, tracks, await countedMembers(request, planned))));
    else await writeZip(file, contents(request, planned, report), modified);
  });
}
