import { Fault } from '../../../base/shared/fault';
import { hasPrivateFiles, storageFault } from '../../../base/worker/private-files';
import type { HumanEdit, RecognitionEntry, SessionData, SessionManifest } from '../../shared/session';
import { sessionLock, type SessionStoreApi } from '../../shared/session-store';
import { foldEdits, isHumanEdit, isRecognitionEntry } from '../../shared/human-labels';
import { LabelTable } from '../../shared/label-table';
import { parseJsonLines, sortJsonLines } from '../../shared/json-lines';
import {
  appendLines, folderBytes, HUMAN, LABELS, newerSession, readManifest, readText, sessionFolder, sessionsFolder,
  SNAPSHOTS, writeManifest,
} from './session-folder';
import { isImport, removeLeftOvers } from './left-overs';
import { recoverSession } from './session-recovery';
import { SessionRegister } from './session-register';

/** How long a change waits for another tab's change of the same session, milliseconds; a recording holds on for longer. */
const LOCK_WAIT_MS = 2000;
/** Bytes of labels that are read to say how a session begins. */
const BEGIN_BYTES = 1 << 16;

/** Reads and changes the recorded sessions; knows nothing of Comlink. */
export class SessionStoreService implements SessionStoreApi {
  readonly #register = new SessionRegister();
  /** The labels of the session that was edited last, as they stand while its file of them has so many bytes: they are not read anew. */
  #edited: { readonly id: string; readonly bytes: number; readonly table: LabelTable } | undefined;

  async list(): Promise<SessionManifest[]> {
    if (!hasPrivateFiles()) return [];
    try {
      const known = await this.#register.all();
      const found: SessionManifest[] = [];
      for await (const [id, folder] of (await sessionsFolder()).entries()) {
        if (folder.kind !== 'directory') continue;
        const manifest = await this.#listed(folder, known.get(id));
        known.delete(id);
        if (manifest) found.push(manifest);
      }
      for (const id of known.keys()) await this.#register.forget(id);
      return found.sort((a, b) => b.createdAt - a.createdAt);
    } catch (error) {
      throw storageFault(error, 'The sessions could not be listed');
    }
  }

  async ids(): Promise<string[]> {
    if (!hasPrivateFiles()) return [];
    return guarded('The sessions could not be listed', async () => {
      const found: string[] = [];
      for await (const id of (await sessionsFolder()).keys()) found.push(id);
      return found;
    });
  }

  /** @param known what the index tells of it */
  async #listed(folder: FileSystemDirectoryHandle, known: SessionManifest | undefined): Promise<SessionManifest | undefined> {
    // A newer version of the app writes the index as well.
    if (known?.version === 1) return known;
    const newer = await newerSession(folder);
    if (newer) return newer;
    const manifest = await readManifest(folder);
    if (manifest) await this.#register.note(manifest);
    return manifest;
  }

  async open(id: string): Promise<SessionData> {
    const folder = await sessionFolder(id);
    return guarded('The session could not be read', async () => {
      const manifest = await this.#manifest(folder, id);
      const labels = sortJsonLines(await readText(folder, LABELS), isRecognitionEntry);
      const edits = sortJsonLines(await readText(folder, HUMAN), isHumanEdit);
      const recognitions = [...labels.values].sort((a, b) => a.timeUs - b.timeUs);
      return { manifest, recognitions, human: foldEdits(edits.values), unreadable: labels.unreadable.length + edits.unreadable.length };
    });
  }

  async begin(id: string): Promise<RecognitionEntry[]> {
    const folder = await sessionFolder(id);
    return guarded('The labels could not be read', async () => {
      const text = await readText(folder, LABELS, BEGIN_BYTES);
      return parseJsonLines(text, isRecognitionEntry).sort((a, b) => a.timeUs - b.timeUs);
    });
  }

  async video(id: string): Promise<File> {
    const folder = await sessionFolder(id);
    return guarded('The film could not be read', async () => {
      const manifest = await this.#manifest(folder, id);
      const file = await (await folder.getFileHandle(manifest.film.file)).getFile();
      // OPFS tells the type by the file's name at most; a player wants it.
      return new File([file], file.name, { type: manifest.film.mimeType, lastModified: file.lastModified });
    });
  }

  async snapshot(id: string, file: string): Promise<File> {
    const folder = await sessionFolder(id);
    return guarded('The snapshot could not be read', async () => {
      const image = await (await (await folder.getDirectoryHandle(SNAPSHOTS)).getFileHandle(file)).getFile();
      return new File([image], file, { type: 'image/jpeg', lastModified: image.lastModified });
    });
  }

  async history(id: string): Promise<HumanEdit[]> {
    const folder = await sessionFolder(id);
    return guarded('The labels could not be read', async () => parseJsonLines(await readText(folder, HUMAN), isHumanEdit));
  }

  edit(id: string, edits: readonly HumanEdit[]): Promise<void> {
    return this.#change(id, async (folder, manifest) => {
      const bad = edits.find((edit) => !isHumanEdit(edit));
      if (bad) throw new Fault('storage-failed', `This is no edit of labels: ${JSON.stringify(bad)}`);
      const last = this.#edited;
      const { before, after } = await appendLines(folder, HUMAN, edits);
      // Another tab may have written meanwhile.
      const known = last?.id === id && last.bytes === before;
      const table = known ? last.table : new LabelTable();
      table.applyAll(known ? edits : await this.history(id));
      this.#edited = { id, bytes: after, table };
      await this.#put(folder, { ...manifest, bytes: known ? manifest.bytes + after - before : await folderBytes(folder), ...table.counts });
    });
  }

  rename(id: string, name: string): Promise<SessionManifest> {
    return this.#change(id, (folder, manifest) => this.#put(folder, { ...manifest, name: name.trim() || manifest.name }));
  }

  async recover(): Promise<SessionManifest[]> {
    if (!hasPrivateFiles()) return [];
    await removeLeftOvers(false);
    const recovered: SessionManifest[] = [];
    const known = await this.#register.all();
    for await (const [id, folder] of (await sessionsFolder()).entries()) {
      // An import that runs in another tab is none of ours.
      if (folder.kind !== 'directory' || (await isImport(folder))) continue;
      const manifest = await readableManifest(folder);
      if (manifest === 'newer') continue;
      if (manifest && manifest.state !== 'recording') {
        // The crash came between the file and the index.
        if (known.get(id)?.state === 'recording') await this.#register.put(manifest);
        continue;
      }
      const whole = await navigator.locks.request(sessionLock(id), { ifAvailable: true }, (lock) =>
        lock ? guarded('The session could not be recovered', () => this.#recover(id, folder)) : undefined,
      );
      if (whole) recovered.push(whole);
    }
    return recovered.sort((a, b) => b.createdAt - a.createdAt);
  }

  async #recover(id: string, folder: FileSystemDirectoryHandle): Promise<SessionManifest | undefined> {
    // It may have been ended by its recorder, or recovered by another tab, since its manifest was read.
    const now = await readManifest(folder);
    if (now && now.state !== 'recording') return undefined;
    const manifest = await recoverSession(id, folder);
    if (manifest) await this.#register.put(manifest);
    else await this.#register.delete(id);
    return manifest;
  }

  async tidy(): Promise<void> {
    if (hasPrivateFiles()) await removeLeftOvers(true);
  }

  delete(id: string): Promise<void> {
    return this.#locked(id, async () => {
      await sessionFolder(id);
      await (await sessionsFolder()).removeEntry(id, { recursive: true });
      await this.#register.delete(id);
    });
  }

  async #manifest(folder: FileSystemDirectoryHandle, id: string): Promise<SessionManifest> {
    const manifest = await readManifest(folder);
    if (!manifest) throw new Fault('session-missing', `The session ${id} has no session.json that can be read.`);
    return manifest;
  }

  async #put(folder: FileSystemDirectoryHandle, manifest: SessionManifest): Promise<SessionManifest> {
    await writeManifest(folder, manifest);
    await this.#register.put(manifest);
    return manifest;
  }

  #change<T>(id: string, job: (folder: FileSystemDirectoryHandle, manifest: SessionManifest) => Promise<T>): Promise<T> {
    return this.#locked(id, async () => {
      const folder = await sessionFolder(id);
      return job(folder, await this.#manifest(folder, id));
    });
  }

  async #locked<T>(id: string, job: () => Promise<T>): Promise<T> {
    const wait = AbortSignal.timeout(LOCK_WAIT_MS);
    try {
      return await navigator.locks.request(sessionLock(id), { signal: wait }, () => guarded('The session could not be changed', job));
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw new Fault('session-busy', `The session ${id} is being recorded: ${String(error)}`, { cause: error });
    }
  }

}

/** @returns `newer` where a newer version of the app wrote it: that is none of ours to mend */
async function readableManifest(folder: FileSystemDirectoryHandle): Promise<SessionManifest | 'newer' | undefined> {
  try {
    return await readManifest(folder);
  } catch (error) {
    if (error instanceof Fault && error.code === 'session-newer') return 'newer';
    throw error;
  }
}

async function guarded<T>(what: string, job: () => Promise<T>): Promise<T> {
  try {
    return await job();
  } catch (error) {
    throw storageFault(error, what);
  }
}
