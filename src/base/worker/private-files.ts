import { Fault } from '../shared/fault';

/** Whether the browser has a private file system whose files a worker can write in place. */
export function hasPrivateFiles(): boolean {
  return (
    typeof navigator.storage?.getDirectory === 'function' &&
    typeof FileSystemFileHandle !== 'undefined' &&
    'createSyncAccessHandle' in FileSystemFileHandle.prototype
  );
}

/** Writes all of `bytes` at a place. @throws DOMException `QuotaExceededError` where there is no room */
export function writeAll(access: Pick<FileSystemSyncAccessHandle, 'write'>, bytes: Uint8Array, at: number): void {
  let written = 0;
  while (written < bytes.length) {
    const count = access.write(bytes.subarray(written), { at: at + written });
    // Asked again, it would say 0 for ever.
    if (count === 0) throw new DOMException('Nothing more could be written.', 'QuotaExceededError');
    written += count;
  }
}

/** A browser's error about files or a database as a fault: `storage-full` or `storage-failed`. @param what was tried, for the message */
export function storageFault(error: unknown, what: string): Fault {
  if (error instanceof Fault) return error;
  const name = error instanceof Error ? error.name : '';
  return new Fault(name === 'QuotaExceededError' ? 'storage-full' : 'storage-failed', `${what}: ${String(error)}`, { cause: error });
}
