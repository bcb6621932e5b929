import { makeZip } from 'client-zip';
import { Fault } from '../../../base/shared/fault';
import type { ExportedFile, ExportRequest } from '../../shared/session-export';
import { exportName, isTextFormat } from '../../shared/export/export-name';
import { textExport } from '../../shared/export/text-export';
import { removeExports } from '../store/left-overs';
import { chunksOf } from '../../../base/worker/async';
import { encodeAsMp4, isForMp4, remuxVideo } from './video';
import { openVideo } from './open-video';
import { chosenFile, memoryFile, temporaryFile, textBlocks, withFile, writeStream, type OutputFile } from './output-file';
import type { Report } from './reports';
import { SessionSource } from './session-source';
import { coco, everything, imageFolder, labelStudio, textContents, type ZipContent } from './zip-contents';

/** Zips what comes, one file after the other, uncompressed: videos and images are so already. */
async function writeZip(file: OutputFile, contents: AsyncIterable<ZipContent> | Iterable<ZipContent>, modified: Date): Promise<void> {
  const inputs = async function* () {
    for await (const { name, input } of contents) {
      yield input instanceof Blob
        ? { name, lastModified: modified, size: input.size, input: chunksOf(input.stream()) }
        : { name, lastModified: modified, input };
    }
  };
  await writeStream(file, chunksOf(makeZip(inputs()) as ReadableStream<Uint8Array<ArrayBuffer>>));
}

/** Makes one of the formats out of a session, in bounded memory. */
export async function exportSession(
  request: ExportRequest,
  target: FileSystemFileHandle | undefined,
  report: Report,
): Promise<ExportedFile> {
  const source = await SessionSource.open(request.sessionId);
  const { name } = exportName(source.manifest, request);
  await removeExports(false);
  const into = (output: OutputFile): Promise<ExportedFile> =>
    withFile(output, async (file) => {
      await write(source, request, file, report);
      const bytes = file.bytes;
      return { name, bytes, file: await file.close() };
    });
  if (target) return into(await chosenFile(target));
  // Labels are small, and can be had on a device that is full.
  if (isTextFormat(request.format)) return into(memoryFile(name));
  try {
    return await into(await temporaryFile(name));
  } catch (error) {
    const { code } = Fault.from(error, 'export-failed');
    if (code !== 'storage-full' && code !== 'storage-failed') throw error;
    return into(memoryFile(name));
  }
}

async function write(source: SessionSource, request: ExportRequest, file: OutputFile, report: Report): Promise<void> {
  const { format, tracks } = request;
  const modified = new Date(source.manifest.createdAt);
  report({ phase: isTextFormat(format) ? 'labels' : 'packing', done: 0 });
  if (isTextFormat(format)) {
    if (tracks === 'both') await writeZip(file, textContents(source, format), modified);
    else await writeStream(file, textBlocks(textExport(source, format, tracks)));
    return;
  }
  if (format === 'everything') {
    await writeZip(reporting(file, source.video.size + source.labels.size, report), everything(source), modified);
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
    case 'image-folder':
      await writeZip(file, imageFolder(source, video, request, report), modified);
      break;
    case 'coco':
      await writeZip(file, coco(source, video, request, report), modified);
      break;
    case 'label-studio':
      await writeZip(file, labelStudio(source, video, report), modified);
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
