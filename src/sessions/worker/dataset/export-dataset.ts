import { Fault } from '../../../base/shared/fault';
import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import { CardCounts, datasetCard } from '../../shared/dataset/card';
import { classByLabel } from '../../shared/dataset/classes';
import { SIDES } from '../../shared/dataset/dataset';
import { coco } from '../../shared/dataset/formats/coco';
import { cvatImages } from '../../shared/dataset/formats/cvat';
import { fiftyOne } from '../../shared/dataset/formats/fiftyone';
import type { DatasetContext, DatasetWriter, ZipContent } from '../../shared/dataset/formats/format';
import { imageFolder } from '../../shared/dataset/formats/image-folder';
import { labelStudioImages } from '../../shared/dataset/formats/label-studio-images';
import { webDataset } from '../../shared/dataset/formats/web-dataset';
import { yolo } from '../../shared/dataset/formats/yolo';
import { datasetFileName } from '../../shared/export/export-name';
import { safeName } from '../../shared/export/file-names';
import type { Still } from '../../shared/dataset/still';
import { isPictureFormat, withProvenance, type DatasetRequest, type ExportedFile, type PictureFormat } from '../../shared/session-export';
import { writeExport } from '../export/output-file';
import type { Report } from '../export/reports';
import { writeZip } from '../export/write-zip';
import { datasetPictures } from './dataset-pictures';
import { exportFilmSet } from './export-films';
import { modifiedAt, planDataset, type PlannedDataset } from './plan-dataset';

type PictureRequest = DatasetRequest & { readonly format: PictureFormat };

async function writerOf({ format, dataset, set }: PictureRequest, { classes }: PlannedDataset): Promise<DatasetWriter> {
  const byLabel = classByLabel(classes);
  const classOf = (label: LabelRef) => byLabel.get(labelKey(label));
  switch (format) {
    case 'image-folder':
      return imageFolder;
    case 'parquet':
      // Nobody else has need of the library.
      return (await import('../../shared/dataset/formats/parquet')).parquet;
    case 'web-dataset':
      return webDataset;
    case 'coco':
      return coco((label) => classOf(label)?.id);
    case 'yolo':
      return yolo;
    case 'cvat-images':
      return cvatImages;
    case 'label-studio-images':
      return labelStudioImages(safeName(dataset.name, 'dataset', 60), (label) => classOf(label)?.name, set);
    case 'fiftyone':
      return fiftyOne;
  }
}

async function* contents(request: PictureRequest, planned: PlannedDataset, report: Report): AsyncGenerator<ZipContent> {
  const { dataset } = request;
  const { sources, classes, pictures, sides } = planned;
  const order = SIDES.filter((side) => [...sides.values()].includes(side));
  const context: DatasetContext = { definition: dataset, classes, sessions: sources.map(({ manifest }) => withProvenance(manifest, request)), modified: modifiedAt(planned), sides: order };
  const counts = new CardCounts();
  const taken = datasetPictures(planned, dataset.cut, order, (count) => report({ phase: 'pictures', done: count / Math.max(1, sides.size) }));
  yield* (await writerOf(request, planned))(context, counts.through(taken));
  if (counts.authors.size === 0) throw new Fault('export-empty', 'No picture could be had of the films.');
  const left = { gap: pictures.length - sides.size, picked: planned.leftOut, overlapping: planned.overlapping, missing: sides.size - counts.total };
  yield { name: 'README.md', input: datasetCard(context, request.format, counts, left) };
}

/** Makes a training set out of sessions, in bounded memory. */
export async function exportDataset(request: DatasetRequest, stills: readonly Still[], target: FileSystemFileHandle | undefined, report: Report): Promise<ExportedFile> {
  const { format } = request;
  if (format === 'features') throw new Fault('export-failed', 'Features are asked for by themselves: the network looks.');
  return isPictureFormat(format) ? exportPictures({ ...request, format }, stills, target, report) : exportFilmSet({ ...request, format }, stills, target, report);
}

async function exportPictures(request: PictureRequest, stills: readonly Still[], target: FileSystemFileHandle | undefined, report: Report): Promise<ExportedFile> {
  report({ phase: 'labels', done: 0 });
  const planned = await planDataset(request.dataset, stills);
  if (planned.sides.size === 0) {
    throw new Fault('export-empty', `The session has no ${request.dataset.pictures.whose} labels that a frame could be had of.`);
  }
  const { name } = datasetFileName(request);
  return writeExport(name, { target, small: false }, (file) => writeZip(file, contents(request, planned, report), modifiedAt(planned)));
}
