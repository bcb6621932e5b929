import { readdirSync, readFileSync } from 'node:fs';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Linux: ticks of a second in /proc/PID/stat (USER_HZ, 100 on every architecture that Node runs on). */
const TICKS = 100;

interface Usage {
  /** Seconds of processor time. */
  readonly cpu: number;
  /** Bytes. */
  readonly resident: number;
  readonly virtual: number;
  readonly files: number;
}

/** What a process has used; undefined where it has ended, or there is no /proc. */
function usageOf(pid: number): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold anything: from the third field on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
    // In kilobytes here, in pages there, whose size is the machine's.
    const [, resident] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    // One that has ended and was not waited for yet has none.
    if (resident === undefined) return undefined;
    return { cpu: (fields[11] + fields[12]) / TICKS, virtual: fields[20], resident: Number(resident) * 1024, files: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

/**
 * Prometheus' standard metrics of processes, for each process of the service by itself (`process="server"`, `process="worker-1"` ...), in place
 * of prom-client's, which see the server's alone. Where there is no /proc, those stay.
 * @param workers ids of the recognising processes by place, undefined where there is none now: the others keep their numbers
 */
export function processMetrics(registry: Registry, workers: () => readonly (number | undefined)[]): void {
  if (!usageOf(process.pid)) return;
  const all = (): [string, Usage][] =>
    [process.pid, ...workers()].flatMap((pid, i): [string, Usage][] => {
      const usage = pid === undefined ? undefined : usageOf(pid);
      return usage ? [[i === 0 ? 'server' : `worker-${i}`, usage]] : [];
    });
  const registers = [registry];
  const labelNames = ['process'] as const;
  const gauge = (name: string, help: string, read: (usage: Usage) => number): void => {
    registry.removeSingleMetric(name);
    const made: Gauge<'process'> = new Gauge({
      name, help, labelNames, registers,
      collect: () => {
        made.reset();
        for (const [label, usage] of all()) made.set({ process: label }, read(usage));
      },
    });
  };
  registry.removeSingleMetric('process_cpu_seconds_total');
  const cpu: Counter<'process'> = new Counter({
    name: 'process_cpu_seconds_total', help: 'Processor time of each process.', labelNames, registers,
    collect: () => {
      cpu.reset();
      for (const [label, usage] of all()) cpu.inc({ process: label }, usage.cpu);
    },
  });
  gauge('process_resident_memory_bytes', 'Resident memory of each process.', ({ resident }) => resident);
  gauge('process_virtual_memory_bytes', 'Virtual memory of each process.', ({ virtual }) => virtual);
  gauge('process_open_fds', 'Open files of each process.', ({ files }) => files);
}
