import { downloadZip } from 'client-zip';
import type { FinishedRecording } from '../contract/recorder';

/** Hands a session that could not be kept to the person: a zip of its files, as a download. */
export async function downloadSession({ manifest, files }: FinishedRecording): Promise<void> {
  const entries = [...(files ?? [])].map(([name, input]) => ({ name: `${manifest.id}/${name}`, input, lastModified: new Date() }));
  const url = URL.createObjectURL(await downloadZip(entries).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = `sightglass-${manifest.id}.zip`;
  link.click();
  // The browser has taken the address over long before.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
