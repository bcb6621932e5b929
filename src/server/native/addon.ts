import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Of src/engine/kernels as they are compiled for the processor itself (src/engine/kernels/native). Addresses count from the memory's begin, in bytes. */
export interface Addon {
  /** Zeros, or a file's content of just that size, which all processes share that only read it. @throws Error where there is none */
  memory(bytes: number, path?: string): ArrayBuffer;
  /** Ends the threads that help in a memory. */
  end(memory: ArrayBuffer): void;
  run(memory: ArrayBuffer, control: number, operators: number, count: number): void;
  /** Starts a further thread: 1, then 2, and so on; it computes once `use_threads` says so. @throws Error where it does not start, or is there */
  help(memory: ArrayBuffer, control: number, operators: number, count: number, thread: number): void;
  use_threads(memory: ArrayBuffer, control: number, threads: number): void;
  prepare_conv1(memory: ArrayBuffer, from: number, to: number, oc: number): void;
  prepare_direct(memory: ArrayBuffer, from: number, to: number, oc: number, ic: number, taps: number): void;
  prepare_int8(memory: ArrayBuffer, from: number, to: number, oc: number, ic: number, taps: number): void;
  prepare_winograd2(memory: ArrayBuffer, from: number, to: number, oc: number, ic: number): void;
  prepare_winograd4(memory: ArrayBuffer, from: number, to: number, oc: number, ic: number): void;
}

/** What the processor has, as Linux tells it. */
function processorFlags(): ReadonlySet<string> {
  return new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].trim().split(' '));
}

/** What the floats' kernels are made of, and what the integers' want besides. */
const FLOATS = ['avx2', 'fma', 'bmi1', 'bmi2', 'f16c', 'movbe'];
const INTEGERS = ['avx512f', 'avx512vl', 'avx512_vnni'];

/** The native kernels as a process has loaded them. */
export interface LoadedAddon {
  readonly addon: Addon;
  /** Whether they compute in int8 here. */
  readonly integers: boolean;
  /** SHA-256 of their file. */
  readonly digest: string;
}

let loaded: LoadedAddon | undefined;

function load(): LoadedAddon {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error(`The native kernels are for Linux on x64, not for ${process.platform} on ${process.arch}.`);
  const flags = processorFlags();
  const missing = FLOATS.filter((flag) => !flags.has(flag));
  if (missing.length > 0) throw new Error(`The native kernels want a processor with ${missing.join(', ')}.`);
  const path = fileURLToPath(new URL('./kernels-linux-x64.node', import.meta.url));
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  return { addon: createRequire(import.meta.url)(path) as Addon, integers: INTEGERS.every((flag) => flags.has(flag)), digest };
}

/** @throws Error that says why the native kernels do not run here */
export function loadAddon(): LoadedAddon {
  return (loaded ??= load());
}
