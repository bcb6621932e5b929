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

/** Less than is left in the end, so that each has room. */
const PIECE = 4_000_000;

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
      // In pieces, each measured anew: the browser writes meanwhile.
      for (;;) {
        const { bavail, bsize } = statfsSync(path);
        const rest = Math.min(PIECE, bavail * bsize - bytes);
        if (rest <= 0) return;
        writeFileSync(join(path, `filler-${fillers++}`), Buffer.alloc(rest));
      }
    },
    close() {
      execFileSync('umount', ['-l', path]);
      rmSync(path, { recursive: true });
    },
  };
}
