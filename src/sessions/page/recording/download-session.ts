import { downloadZip } from 'client-zip';
import { downloadFile } from '../../../base/page/save-file';
import type { FinishedRecording } from '../../shared/recorder';
import { bundleEntries } from '../../shared/export/bundle';
import { BUNDLE_SUFFIX } from '../../shared/export/export-name';
import { safeName } from '../../shared/export/file-names';

/**
 * Hands a session that could not be kept to the person: our own zip, as a download, which a browser that keeps sessions
 * imports. Its manifest stands in the zip's head.
 */
export async function downloadSession({ manifest, files }: FinishedRecording): Promise<void> {
  const kept = [...(files ?? [])].filter(([path]) => path !== 'session.json');
  const lastModified = new Date(manifest.createdAt);
  const entries = [...bundleEntries(manifest, kept)].map((entry) => ({ ...entry, lastModified }));
  downloadFile(await downloadZip(entries).blob(), safeName(manifest.name, 'session') + BUNDLE_SUFFIX, { onlyCopy: true });
}
