import { transfer } from 'comlink';
import { Fault } from '../../../base/shared/fault';
import type { PictureRules } from '../../shared/dataset/dataset';
import type { SetMember } from '../../shared/dataset/set-member';
import type { Still } from '../../shared/dataset/still';
import { datasetFileName, exportName } from '../../shared/export/export-name';
import { squaresOf } from '../../shared/export/export-source';
import { featureTable, type FeatureRow } from '../../shared/export/features';
import type { ExportedFile, FeatureLook, FeaturesRequest } from '../../shared/session-export';
import type { HumanSpan } from '../../shared/session';
import { SpanIndex } from '../../shared/span-index';
import { squareInImage } from '../../shared/squares';
import { membersOf } from '../dataset/export-films';
import { planDataset } from '../dataset/plan-dataset';
import { frameImages } from './frame-images';
import { openVideo } from './open-video';
import { writeExport, writeStream } from './output-file';
import type { Report } from './reports';
import { SessionSource } from './session-source';

type Whose = PictureRules['whose'];

/** A session, and what it is in the dataset where there is one, whose labels that is of. */
type Member = readonly [source: SessionSource, member?: SetMember, whose?: Whose];

/**
 * What a frame's label is, and what that is in the dataset: pictures of it have the class that they have there. The label is a person's always:
 * of a dataset of what was recognised the class alone is the network's.
 */
export function labelOf(span: HumanSpan | undefined, timeUs: number, member: SetMember | undefined, whose: Whose = 'human'): Pick<FeatureRow, 'label' | 'inSet'> {
  const label = span && { ...span.label, accepted: span.accepted ?? false };
  if (!member) return { label };
  const picture = member.pictureAt(timeUs);
  const ofSpan = whose === 'human' && span ? member.names.idOf(span.label) : undefined;
  const classId = picture ? member.names.idOf(picture.label.label) : ofSpan;
  const said = picture && whose === 'human' ? { ...picture.label.label, accepted: picture.label.author === 'accepted' } : label;
  return { label: said && { ...said, name: member.names.of(said) }, inSet: { classId, side: picture?.side } };
}

async function* rowsOf([source, member, whose]: Member, look: FeatureLook, report: (done: number) => void): AsyncGenerator<FeatureRow> {
  const { film, name: session, id: sessionId } = source.manifest;
  using video = await openVideo(source.video);
  const times = (await source.frameTimes()) ?? new Float64Array();
  const squares = await squaresOf(source);
  const spans = new SpanIndex([...source.human.spans].sort((a, b) => a.startUs - b.startUs));
  const each = async function* (): AsyncGenerator<number> {
    for (const timeUs of times) yield await Promise.resolve(timeUs);
  };
  let frame = -1;
  for await (const image of frameImages(video, each())) {
    frame++;
    report(frame / times.length);
    if (!image) continue;
    const timeUs = times[frame];
    const bitmap = await image.bitmap();
    // Without a square of the session's own it is the one that this network looks at where nobody aims.
    const aim = squares.at(timeUs);
    const { features, predicted, square } = await look(transfer(bitmap, [bitmap]), aim);
    yield { session, sessionId, frame, timeUs, features, predicted, ...labelOf(spans.at(timeUs).at(-1), timeUs, member, whose), square: aim ? squareInImage(aim, film, film) : square };
  }
}

async function* allRows(members: readonly Member[], look: FeatureLook, report: Report): AsyncGenerator<FeatureRow> {
  let count = 0;
  for (const [i, one] of members.entries()) {
    for await (const row of rowsOf(one, look, (done) => report({ phase: 'features', done: (i + done) / members.length }))) {
      count++;
      yield row;
    }
  }
  if (count === 0) throw new Fault('export-empty', 'The film has no frame that can be read.');
}

/** What a network makes of every frame of one session's film or of a dataset's, in bounded memory. @throws as `SessionTransferApi.exportFeatures` */
export async function exportFeatures({ of, model }: FeaturesRequest, stills: readonly Still[], target: FileSystemFileHandle | undefined, look: FeatureLook, report: Report): Promise<ExportedFile> {
  report({ phase: 'features', done: 0 });
  const set = 'dataset' in of;
  const members: readonly Member[] = set ? membersOf(await planDataset(of.dataset, stills)).map((one) => [...one, of.dataset.pictures.whose] as const) : [[await SessionSource.open(of.sessionId)]];
  if (members.length === 0) throw new Fault('export-empty', 'The set has no film.');
  const [[{ manifest }]] = members;
  const { name } = set ? datasetFileName({ format: 'features', dataset: of.dataset, tracks: 'both' }) : exportName(manifest, { sessionId: manifest.id, format: 'features', tracks: 'both' });
  return writeExport(name, { target, small: false }, (file) =>
    writeStream(file, featureTable(allRows(members, look, report), set ? of.dataset.name : manifest.name, model, set)));
}
