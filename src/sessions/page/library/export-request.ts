import type { SessionManifest } from '../../shared/session';
import type { DatasetDefinition } from '../../shared/dataset/dataset';
import { datasetFileName, exportName, SESSIONS_FILE } from '../../shared/export/export-name';
import { isDatasetFormat, isPictureFormat, type DatasetRequest, type ExportFormat, type ExportRequest, type SessionsRequest } from '../../shared/session-export';
import type { KeptDataset } from '../dataset/dataset-shelf';
import { labelledFilm } from './export-words';
import type { LabelChoice } from './label-options';

/** What is chosen to be taken away, and how. */
interface ExportChoice {
  /** One session; undefined where it is several, or a training set. */
  readonly session: SessionManifest | undefined;
  /** Sessions that are to be one file. */
  readonly several: readonly SessionManifest[];
  /** The training set; undefined where it is none. */
  readonly kept: KeptDataset | undefined;
  /** Which pictures, of a session too. */
  readonly definition: DatasetDefinition | undefined;
  readonly format: ExportFormat;
  readonly choice: LabelChoice;
  /** Whether the browser encodes H.264. */
  readonly h264: boolean;
  readonly cameraless: boolean;
}

/** A choice as an export is asked for it, with the file's usual name; undefined where nothing is chosen. */
export function exportRequest({ session, several, kept, definition, format, choice, h264, cameraless }: ExportChoice):
  { readonly request: ExportRequest | DatasetRequest | SessionsRequest; readonly name: string; readonly type: string } | undefined {
  if (several.length > 0) return { request: { sessionIds: several.map(({ id }) => id), cameraless }, ...SESSIONS_FILE };
  if (!definition) return undefined;
  if (isPictureFormat(format) || (kept && isDatasetFormat(format))) {
    const dataset = { ...definition, name: kept?.name ?? session?.name ?? definition.name, classes: kept?.classes ?? definition.classes };
    const request: DatasetRequest = { format, dataset, ...(kept && { set: kept.id }), ...choice, cameraless };
    return { request, ...datasetFileName(request) };
  }
  if (!session) return undefined;
  const request: ExportRequest = {
    sessionId: session.id, format, ...choice, cameraless, ...(format === 'film-labels' && { labelled: labelledFilm(h264) }), ...(format === 'film-constant' && { container: h264 ? 'mp4' : 'webm' }),
  };
  return { request, ...exportName(session, request) };
}
