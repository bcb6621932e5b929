import type { SessionManifest } from '../../shared/session';
import { writeAll } from '../../../base/worker/private-files';
import { RESERVE_BYTES } from '../../shared/quota';
import { DeviceFile, type GrowingFile } from './device-file';
import { SNAPSHOTS, sessionFolder, sessionsFolder, writeManifest } from './session-folder';

/** Room that is taken for each file of labels, bytes: those of more than a minute. */
const LINES_HELD = 1 << 18;
/** Pictures of so many bytes are remembered beside the files. */
const REMEMBERED = 32 * 1024 * 1024;

/** Where a session's files go while it is recorded. */
export interface SessionFiles {
  readonly keptIn: 'device' | 'memory';
  /** Bytes of all files. */
  readonly bytes: number;
  /**
   * Bytes that may still be written; undefined where nobody knows, because all that was wanted is there.
   * @param wanted bytes that are held for the video where the browser lets us
   */
  quota(wanted: number): number | undefined;
  open(name: string): Promise<GrowingFile>;
  /** Keeps a snapshot's image, flushed. */
  snapshot(name: string, image: Blob): Promise<void>;
  manifest(manifest: SessionManifest): Promise<void>;
  /** Removes a file that was opened. */
  remove(name: string): Promise<void>;
  /** Whether the files are where they were made, as long as they were written. */
  stand(): Promise<boolean>;
  /** All files by path, once they are closed. */
  blobs(types: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, Blob>>;
  /** The files that are open, read back, and the last pictures, by path: for a folder that is gone. */
  remembered(types: Readonly<Record<string, string>>): ReadonlyMap<string, Blob>;
  /** Removes all, where the recording could not even begin. */
  discard(): Promise<void>;
}

/** A session's folder in the private file system. */
export class DeviceFiles implements SessionFiles {
  readonly keptIn = 'device';
  /** The video first. */
  readonly #files: DeviceFile[] = [];
  readonly #named = new Map<string, DeviceFile>();
  #snapshotBytes = 0;
  /** The last pictures, by path, so that they can be handed over where the files vanish. */
  readonly #snapshots = new Map<string, Blob>();

  private constructor(
    private readonly id: string,
    private readonly folder: FileSystemDirectoryHandle,
  ) {}

  static async create(id: string): Promise<DeviceFiles> {
    return new DeviceFiles(id, await sessionFolder(id, true));
  }

  get bytes(): number {
    return this.#files.reduce((sum, file) => sum + file.size, this.#snapshotBytes);
  }

  quota(wanted: number): number | undefined {
    const [video, ...lines] = this.#files;
    // First: a label that finds no room ends the recording as well.
    const poor = lines.some((file) => file.hold(LINES_HELD).refused && file.end - file.size < LINES_HELD / 2);
    const held = video?.hold(wanted);
    return poor ? 0 : held?.refused ? held.bytes : undefined;
  }

  async stand(): Promise<boolean> {
    for (const [name, file] of this.#named) {
      const { end } = file;
      try {
        const found = await (await this.folder.getFileHandle(name)).getFile();
        // It may have been made shorter since, by ourselves.
        if (found.size < Math.min(end, file.end)) return false;
      } catch (error) {
        if (error instanceof DOMException && error.name === 'NotFoundError') return this.#named.get(name) !== file;
        throw error;
      }
    }
    return true;
  }

  async open(name: string): Promise<GrowingFile> {
    const file = await DeviceFile.open(this.folder, name);
    this.#files.push(file);
    this.#named.set(name, file);
    return file;
  }

  async snapshot(name: string, image: Blob): Promise<void> {
    const folder = await this.folder.getDirectoryHandle(SNAPSHOTS, { create: true });
    const bytes = new Uint8Array(await image.arrayBuffer());
    try {
      await this.#writeSnapshot(folder, name, bytes);
    } catch (error) {
      // The room that the film holds ahead is the recording's: a picture is part of it. A full disk has errors of several names.
      if (!this.#files[0]?.giveUp(bytes.length, RESERVE_BYTES)) throw error;
      await this.#writeSnapshot(folder, name, bytes);
    }
    this.#snapshotBytes += image.size;
    this.#remember(`${SNAPSHOTS}/${name}`, image);
  }

  async #writeSnapshot(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array): Promise<void> {
    const access = await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle();
    try {
      writeAll(access, bytes, 0);
      access.flush();
    } catch (error) {
      // Half an image is none.
      access.close();
      await folder.removeEntry(name);
      throw error;
    }
    access.close();
  }

  #remember(path: string, image: Blob): void {
    this.#snapshots.set(path, image);
    let bytes = [...this.#snapshots.values()].reduce((sum, { size }) => sum + size, 0);
    for (const [oldest, { size }] of this.#snapshots) {
      if (bytes <= REMEMBERED) return;
      this.#snapshots.delete(oldest);
      bytes -= size;
    }
  }

  async remove(name: string): Promise<void> {
    const file = this.#named.get(name);
    file?.close();
    if (file) this.#files.splice(this.#files.indexOf(file), 1);
    this.#named.delete(name);
    await this.folder.removeEntry(name);
  }

  manifest(manifest: SessionManifest): Promise<void> {
    return writeManifest(this.folder, manifest);
  }

  async blobs(): Promise<ReadonlyMap<string, Blob>> {
    const files = new Map<string, Blob>();
    const gather = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const handle of folder.values()) {
        if (handle.kind === 'directory') await gather(handle, `${path}${handle.name}/`);
        else files.set(path + handle.name, await handle.getFile());
      }
    };
    await gather(this.folder, '');
    return files;
  }

  remembered(types: Readonly<Record<string, string>>): ReadonlyMap<string, Blob> {
    const files = [...this.#named].map(([name, file]): [string, Blob] => [name, file.blob(types[name])]);
    return new Map([...files, ...this.#snapshots]);
  }

  async discard(): Promise<void> {
    for (const file of this.#files) file.close();
    await (await sessionsFolder()).removeEntry(this.id, { recursive: true });
  }
}
