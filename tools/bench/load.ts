import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Processes that each keep one core busy until they are stopped. */
export function busyProcesses(count: number): { stop(): Promise<void> } {
  const children: ChildProcess[] = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', 'const end = Date.now() + 120000; while (Date.now() < end);'], { stdio: 'ignore' }),
  );
  return {
    stop: async () => {
      await Promise.all(children.map((child) => new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill('SIGKILL');
      })));
    },
  };
}

const GROUPS = ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup'].filter((path) => existsSync(path));
const PERIOD_US = 10_000;

/**
 * Gives this process's children (the browser with all its threads) only 1 / `factor` of the machine's processor time,
 * by a control group; @returns undefined where the system does not let us.
 */
export function throttleChildren(factor: number): { release(): void } | undefined {
  const quota = Math.round((PERIOD_US * cpus().length) / factor);
  for (const base of GROUPS) {
    const group = `${base}/sightglass-bench-${process.pid}-${factor}`;
    try {
      mkdirSync(group);
      if (existsSync(`${group}/cpu.cfs_quota_us`)) {
        writeFileSync(`${group}/cpu.cfs_period_us`, String(PERIOD_US));
        writeFileSync(`${group}/cpu.cfs_quota_us`, String(quota));
      } else {
        writeFileSync(`${group}/cpu.max`, `${quota} ${PERIOD_US}`);
      }
      for (const pid of descendants(process.pid)) writeFileSync(`${group}/cgroup.procs`, String(pid));
      return {
        release: () => {
          for (const pid of readFileSync(`${group}/cgroup.procs`, 'utf8').split('\n').filter(Boolean)) {
            try {
              writeFileSync(`${base}/cgroup.procs`, pid);
            } catch {
              // It has just ended.
            }
          }
          rmdirSync(group);
        },
      };
    } catch (error) {
      console.warn(`No control group at ${base}: ${String(error)}`);
    }
  }
  return undefined;
}

function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      parents.set(Number(pid), Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]));
    } catch {
      // It has just ended.
    }
  }
  const found: number[] = [];
  for (const pid of parents.keys()) {
    let at: number | undefined = pid;
    while (at !== undefined && at > 1 && at !== root) at = parents.get(at);
    if (at === root && pid !== root) found.push(pid);
  }
  return found;
}
