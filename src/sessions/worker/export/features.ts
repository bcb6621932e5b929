import { transfer } from 'comlink';
import { Fault } from '../../../base/shared/fault';
import { exportName } from '../../shared/export/export-name';
import { squaresOf } from '../../shared/export/export-source';
import { featureTable, type FeatureRow } from '../../shared/export/features';
import type { ExportedFile, FeatureLook, FeaturesRequest } from '../../shared/session-export';
import { SpanIndex } from '../../shared/span-index';
import { squareInImage } from '../../shared/squares';
import { frameImages } from './frame-images';
import { openVideo, type OpenVideo } from './open-video';
import { writeExport, writeStream } from './output-file';
import type { Report } from './reports';
import { SessionSource } from './session-source';

async function* rowsOf(source: SessionSource, video: OpenVideo, times: Float64Array, look: FeatureLook, report: Report): AsyncGenerator<FeatureRow> {
  const { film } = source.manifest;
  const squares = await squaresOf(source);
  const spans = new SpanIndex([...source.human.spans].sort((a, b) => a.startUs - b.startUs));
  const each = async function* (): AsyncGenerator<number> {
    for (const timeUs of times) yield await Promise.resolve(timeUs);
  };
  let frame = -1;
  for await (const image of frameImages(video, each())) {
    frame++;
    report({ phase: 'features', done: frame / times.length });
    if (!image) continue;
    const timeUs = times[frame];
    const bitmap = await image.bitmap();
    // Without a square of the session's own it is the one that this network looks at where nobody aims.
    const { features, predicted, square } = await look(transfer(bitmap, [bitmap]), squares.at(timeUs));
    const span = spans.at(timeUs).at(-1);
    const aim = squares.at(timeUs);
    yield {
      frame, timeUs, features, predicted, label: span && { ...span.label, accepted: span.accepted ?? false },
      square: aim ? squareInImage(aim, film, film) : square,
    };
  }
}

/** What a network makes of every frame of a session's film, in bounded memory. @throws as `SessionTransferApi.exportFeatures` */
export async function exportFeatures({ sessionId, model }: FeaturesRequest, target: FileSystemFileHandle | undefined, look: FeatureLook, report: Report): Promise<ExportedFile> {
  const source = await SessionSource.open(sessionId);
  const { name } = exportName(source.manifest, { sessionId, format: 'features', tracks: 'both' });
  report({ phase: 'features', done: 0 });
  return writeExport(name, { target, small: false }, async (file) => {
    using video = await openVideo(source.video);
    const times = await source.frameTimes();
    if (!times || times.length === 0) throw new Fault('export-empty', 'The film has no frame that can be read.');
    await writeStream(file, featureTable(rowsOf(source, video, times, look, report), source.manifest.name, model));
  });
}
