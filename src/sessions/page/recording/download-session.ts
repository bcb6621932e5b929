import { downloadZip } from 'client-zip';
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
  const url = URL.createObjectURL(await downloadZip(entries).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = safeName(manifest.name, 'session') + BUNDLE_SUFFIX;
  link.click();
  // The browser has taken the address over long before.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
