import type { SessionManifest } from '../../shared/session';
import { writeAll } from '../../../base/worker/private-files';
import { DeviceFile, type GrowingFile } from './device-file';
import { SNAPSHOTS, sessionFolder, sessionsFolder, writeManifest } from './session-folder';

/** Where a session's files go while it is recorded. */
export interface SessionFiles {
  readonly keptIn: 'device' | 'memory';
  /** Bytes of all files. */
  readonly bytes: number;
  /**
   * Bytes that may still be written; undefined where nobody knows.
   * @param wanted bytes that are held back for the video where the browser lets us
   */
  quota(wanted: number): Promise<number | undefined>;
  open(name: string): Promise<GrowingFile>;
  /** Keeps a snapshot's image, flushed. */
  snapshot(name: string, image: Blob): Promise<void>;
  manifest(manifest: SessionManifest): Promise<void>;
  /** Removes a file that was opened. */
  remove(name: string): Promise<void>;
  /** All files by path, where they are in memory. */
  blobs(types: Readonly<Record<string, string>>): ReadonlyMap<string, Blob> | undefined;
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

  async quota(wanted: number): Promise<number | undefined> {
    const held = this.#files.at(0)?.hold(wanted) ?? 0;
    if (held < wanted) return held;
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined || usage === undefined ? undefined : Math.max(held, quota - usage);
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
    this.#snapshotBytes += image.size;
  }

  async remove(name: string): Promise<void> {
    const file = this.#named.get(name);
    file?.close();
    if (file) this.#files.splice(this.#files.indexOf(file), 1);
    await this.folder.removeEntry(name);
  }

  manifest(manifest: SessionManifest): Promise<void> {
    return writeManifest(this.folder, manifest);
  }

  blobs(): undefined {
    return undefined;
  }

  async discard(): Promise<void> {
    for (const file of this.#files) file.close();
    await (await sessionsFolder()).removeEntry(this.id, { recursive: true });
  }
}
