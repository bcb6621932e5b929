import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/shared/fault';
import { storageFault, writeAll } from '../../../src/base/worker/private-files';

/** A file that takes so many bytes with each write: the last number goes on. */
function slowFile(...counts: number[]): { write: FileSystemSyncAccessHandle['write']; content: Uint8Array; writes: () => number } {
  const content = new Uint8Array(16);
  let writes = 0;
  return {
    content,
    writes: () => writes,
    write(buffer, { at = 0 } = {}) {
      const bytes = buffer as Uint8Array;
      const count = Math.min(bytes.length, counts[Math.min(writes, counts.length - 1)]);
      content.set(bytes.subarray(0, count), at);
      writes++;
      return count;
    },
  };
}

const BYTES = new Uint8Array([1, 2, 3, 4, 5, 6, 7]);

describe('writeAll', () => {
  it('goes on where a write took less than it was given', () => {
    const file = slowFile(3, 1, 2);
    writeAll(file, BYTES, 4);
    expect([...file.content]).toEqual([0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0]);
    expect(file.writes()).toBe(4);
  });

  it('ends where nothing more is taken', () => {
    const file = slowFile(3, 0);
    expect(() => writeAll(file, BYTES, 0)).toThrow(expect.objectContaining({ name: 'QuotaExceededError' }));
    expect(file.writes()).toBe(2);
  });

  it('writes nothing of nothing', () => {
    const file = slowFile(0);
    writeAll(file, new Uint8Array(0), 0);
    expect(file.writes()).toBe(0);
  });
});

describe('storageFault', () => {
  it('tells a full device from other failures and keeps a fault as it is', () => {
    expect(storageFault(new DOMException('no room', 'QuotaExceededError'), 'Tried').code).toBe('storage-full');
    expect(storageFault(new DOMException('locked', 'NoModificationAllowedError'), 'Tried')).toMatchObject({
      code: 'storage-failed',
      message: 'Tried: NoModificationAllowedError: locked',
    });
    const fault = new Fault('session-busy', 'It is recorded.');
    expect(storageFault(fault, 'Tried')).toBe(fault);
  });
});
