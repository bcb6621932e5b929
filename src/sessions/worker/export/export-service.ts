import { Fault } from '../../../base/shared/fault';
import type { ExportedFile, ExportRequest, SessionsRequest } from '../../shared/session-export';
import { exportName, isTextFormat, SESSIONS_FILE } from '../../shared/export/export-name';
import { textBlocks } from '../../shared/export/text';
import { textExport } from '../../shared/export/text-export';
import { chunksOf } from '../../../base/worker/async';
import { Captions } from '../../shared/export/captions';
import { encodeAsMp4, encodeAtRate, encodeWithCaptions, encodingOf, isForMp4, remuxVideo } from './video';
import { openVideo } from './open-video';
import { writeExport, writeStream, type OutputFile } from './output-file';
import type { Report } from './reports';
import { SessionSource } from './session-source';
import { writeZip } from './write-zip';
import { countedAtRate, cvatVideo, everything, everythingOf, labelStudio, rateOf, textContents } from './zip-contents';

/** Makes one of the formats out of a session, in bounded memory. */
export async function exportSession(
  request: ExportRequest,
  target: FileSystemFileHandle | undefined,
  report: Report,
): Promise<ExportedFile> {
  const source = await SessionSource.open(request.sessionId);
  const { name } = exportName(source.manifest, request);
  return writeExport(name, { target, small: isTextFormat(request.format) }, (file) => write(source, request, file, report));
}

/** Makes one zip of several sessions, which the app reads back, in bounded memory. */
export function exportSessions({ sessionIds, ...provenance }: SessionsRequest, target: FileSystemFileHandle | undefined, report: Report): Promise<ExportedFile> {
  return writeExport(SESSIONS_FILE.name, { target, small: false }, (file) => writeZip(file, everythingOf(sessionIds, provenance, report), new Date()));
}

async function write(source: SessionSource, request: ExportRequest, file: OutputFile, report: Report): Promise<void> {
  const { format, tracks } = request;
  const modified = new Date(source.manifest.createdAt);
  report({ phase: isTextFormat(format) ? 'labels' : 'packing', done: 0 });
  if (isTextFormat(format)) {
    // The sheet sends the choice with every format; captions have times, and count no frames.
    const counted = request.counted === 'constant' && (format === 'csv' || format === 'jsonl') ? await countedAtRate(source) : source;
    if (tracks === 'both') await writeZip(file, textContents(counted, format), modified);
    else await writeStream(file, textBlocks(textExport(counted, format, tracks)));
    return;
  }
  if (format === 'everything') {
    await writeZip(reporting(file, source.video.size + source.labels.size, report), everything(source, request), modified);
    return;
  }
  if (format === 'film' && source.manifest.flaw === 'film-damaged') {
    // As it was found: who knows such files may get more out of it than this app can.
    await writeStream(file, chunksOf(source.video.stream()));
    return;
  }
  using video = await openVideo(source.video);
  switch (format) {
    case 'film':
      await remuxVideo(video, source.manifest.film.file === 'film.webm' ? 'webm' : 'mp4', file, (done) => report({ phase: 'film', done }));
      break;
    case 'film-mp4':
      if (await isForMp4(video)) await remuxVideo(video, 'mp4', file, (done) => report({ phase: 'film', done }));
      else await encodeAsMp4(video, file, (done) => report({ phase: 'film', done }));
      break;
    case 'film-constant': {
      const encoding = await encodingOf(video, request.container);
      await encodeAtRate(video, encoding, await rateOf(video), file, (done) => report({ phase: 'film', done }));
      break;
    }
    case 'film-labels': {
      const { labelled } = request;
      if (!labelled) throw new Fault('export-failed', 'It is not said what the labels are called.');
      const captions = await Captions.of(source, tracks, labelled);
      if (captions.empty) throw new Fault('export-empty', 'There are no such labels.');
      await encodeWithCaptions(video, captions, labelled.container, file, (done) => report({ phase: 'film', done }));
      break;
    }
    case 'label-studio':
      await writeZip(file, labelStudio(source, video, report), modified);
      break;
    case 'cvat-video':
      await writeZip(file, cvatVideo(source, video, report), modified);
      break;
    default:
      throw new Fault('export-failed', `There is no format ${String(format)}.`);
  }
}

/** Tells how much of about `total` bytes is written. */
function reporting(file: OutputFile, total: number, report: Report): OutputFile {
  return {
    get bytes() {
      return file.bytes;
    },
    async write(bytes, at) {
      await file.write(bytes, at);
      report({ phase: 'packing', done: Math.min(1, file.bytes / Math.max(1, total)) });
    },
    close: () => file.close(),
    abort: () => file.abort(),
  };
}
