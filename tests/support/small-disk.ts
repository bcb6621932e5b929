import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own that can be filled. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves so many bytes free. */
  leave(bytes: number): void;
  close(): void;
}

/** @returns undefined where this machine mounts nothing for us */
export function smallDisk(megabytes: number): SmallDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), 'sightglass-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none', path], { stdio: 'ignore' });
  } catch {
    rmSync(path, { recursive: true });
    return undefined;
  }
  let fillers = 0;
  return {
    path,
    leave(bytes) {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(join(path, `filler-${fillers++}`), Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
    },
    close() {
      execFileSync('umount', ['-l', path]);
      rmSync(path, { recursive: true });
    },
  };
}
