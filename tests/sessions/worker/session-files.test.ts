import { beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryFiles } from '../../support/memory-files';
import { RESERVE_BYTES } from '../../../src/sessions/shared/quota';
import { DeviceFiles } from '../../../src/sessions/worker/store/session-files';

const disk = memoryFiles();
const MB = 1 << 20;
const picture = (bytes: number): Blob => new Blob([new Uint8Array(bytes)]);

/** A recording on a disk that has given all it has, and holds so much of it. */
async function recordingOnFullDisk(holds: number): Promise<{ readonly files: DeviceFiles; readonly held: () => number }> {
  const files = await DeviceFiles.create('20260101T000000-aaaaaa');
  const film = await files.open('film.mp4');
  film.write(new Uint8Array(MB), 0);
  disk.root.disk.capacity = disk.root.disk.used + holds + MB;
  // A part at a time.
  let left: number | undefined;
  for (let i = 0; i < 20; i++) left = files.quota(50 * MB);
  expect(left).toBe(holds);
  // What was left free is gone as well.
  disk.root.disk.capacity = disk.root.disk.used;
  return { files, held: () => files.quota(50 * MB) ?? Infinity };
}

describe('the files of a recording on a full disk', () => {
  beforeEach(() => disk.clear());

  it('have room for a picture as long as more is held than the end needs, and leave a megabyte free', async () => {
    const { files, held } = await recordingOnFullDisk(10 * MB);
    await files.snapshot('0.jpg', picture(2 * MB));
    expect(disk.root.paths()).toContain('sessions/20260101T000000-aaaaaa/snapshots/0.jpg');
    expect([held(), disk.root.disk.capacity - disk.root.disk.used, files.bytes]).toEqual([7 * MB, MB, 3 * MB]);
  });

  it('keep what the end needs, and refuse a picture before', async () => {
    const { files, held } = await recordingOnFullDisk(3 * MB);
    expect(RESERVE_BYTES).toBeLessThan(3 * MB);
    await expect(files.snapshot('0.jpg', picture(MB))).rejects.toThrow('The disk is full.');
    expect([held(), disk.root.paths().filter((path) => path.endsWith('.jpg'))]).toEqual([3 * MB, []]);
  });

  it('say what is held also where the device takes nothing back', async () => {
    const files = await DeviceFiles.create('20260101T000000-aaaaaa');
    const folder = await (await disk.root.getDirectoryHandle('sessions')).getDirectoryHandle('20260101T000000-aaaaaa');
    const handle = await folder.getFileHandle('film.mp4', { create: true });
    const create = handle.createSyncAccessHandle.bind(handle);
    const truncate = (): never => {
      throw new DOMException('no', 'InvalidStateError');
    };
    vi.spyOn(handle, 'createSyncAccessHandle').mockImplementation(async () => ({ ...(await create()), truncate }));
    await files.open('film.mp4');
    disk.root.disk.capacity = disk.root.disk.used + 2 * MB;
    expect(files.quota(50 * MB)).toBe(2 * MB);
  });
});
