import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Time between two looks whether another process has finished, milliseconds. */
const LOOK_MS = 100;

/**
 * Does something that only one process may do at a time: test files that run side by side share what they make on disk.
 * @param path what is made; a file beside it is there as long as it is being made
 */
export function alone<T>(path: string, make: () => T): T {
  const lock = `${path}.lock`;
  mkdirSync(dirname(path), { recursive: true });
  while (!taken(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
  try {
    return make();
  } finally {
    rmSync(lock, { force: true });
  }
}

function taken(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!ended(lock)) return false;
    // Of several that see this, one takes it away: a name is moved once.
    const left = `${lock}.${process.pid}`;
    try {
      renameSync(lock, left);
    } catch {
      return false;
    }
    rmSync(left, { force: true });
    return taken(lock);
  }
}

/** Whether the process that has it ended without giving it back. */
function ended(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
