import { toJsonLines } from '../../../src/sessions/shared/json-lines';
import type { HumanEdit, SessionManifest } from '../../../src/sessions/shared/session';
import { catAndDog, manifestOf } from '../../support/session-fixture';

/** Writes a session to the private file system, as the recorder leaves it. @param film its bytes: none for one that cannot be read */
export async function keepSession(manifest: Pick<SessionManifest, 'id'> & Partial<SessionManifest>, human: readonly HumanEdit[], film: Uint8Array<ArrayBuffer> = new Uint8Array()): Promise<void> {
  const folder = await (await (await navigator.storage.getDirectory()).getDirectoryHandle('sessions', { create: true })).getDirectoryHandle(manifest.id, { create: true });
  const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
  const files = { 'session.json': bytes(JSON.stringify(manifestOf(manifest))), 'film.mp4': film, 'labels.jsonl': bytes(toJsonLines(catAndDog())), 'human.jsonl': bytes(toJsonLines(human)) };
  for (const [file, content] of Object.entries(files)) {
    const access = await (await folder.getFileHandle(file, { create: true })).createSyncAccessHandle();
    access.write(content, { at: 0 });
    access.close();
  }
}
