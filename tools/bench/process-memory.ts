import { readdirSync, readFileSync } from 'node:fs';

interface ProcessStatus {
  readonly parent: number;
  /** Anonymous resident memory, bytes: heaps and buffers, not files that are mapped. */
  readonly anonymous: number;
}

function statusOf(pid: string): ProcessStatus | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
    return { parent: field('PPid'), anonymous: field('RssAnon') * 1024 };
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}

/** All processes that this one started, theirs included, by number. */
function children(): [number, ProcessStatus][] {
  const all = new Map<number, ProcessStatus>();
  for (const name of readdirSync('/proc')) {
    const status = /^\d+$/.test(name) ? statusOf(name) : undefined;
    if (status) all.set(Number(name), status);
  }
  const isOurs = (pid: number): boolean => {
    for (let at = all.get(pid)?.parent; at !== undefined && at > 1; at = all.get(at)?.parent) if (at === process.pid) return true;
    return false;
  };
  return [...all].filter(([pid]) => isOurs(pid));
}

/** Anonymous resident memory of all processes that this one started, theirs included, bytes (proc_pid_status(5); Linux only). */
export function childrenMemory(): number {
  return children().reduce((sum, [, { anonymous }]) => sum + anonymous, 0);
}

/** Open file descriptors of all processes that this one started, theirs included (proc_pid_fd(5); Linux only). */
export function childrenDescriptors(): number {
  return children().reduce((sum, [pid]) => {
    try {
      return sum + readdirSync(`/proc/${pid}/fd`).length;
    } catch {
      // It ended meanwhile.
      return sum;
    }
  }, 0);
}

/** Memory before a job, and the most while it runs, seen every 50 ms, bytes. */
export async function peakMemory<T>(job: () => Promise<T>): Promise<{ readonly before: number; readonly peak: number; readonly result: T }> {
  const before = childrenMemory();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, childrenMemory())), 50);
  try {
    const result = await job();
    return { before, peak, result };
  } finally {
    clearInterval(timer);
  }
}
