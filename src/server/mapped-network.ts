import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { NativeWeights, Network } from './job';
import { messageOf } from './problem';
import { FROM_SOURCE, PROCESS_ENVIRONMENT, TSX } from './processes';

const PROCESS_FILE = fileURLToPath(new URL(FROM_SOURCE ? './map-process.ts' : './map-process.js', import.meta.url));

const NAME = 'sightglass-weights-';
/** Names of this process's own folders. */
const own = new Set<string>();

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Removes what services have left that were killed: in a container the next one has the same folder, and often the same id. */
async function clearLeft(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${NAME}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || own.has(name) || (Number(pid) !== process.pid && isRunning(Number(pid)))) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** What the process that writes it is told. */
export interface ToMap {
  readonly network: Network;
  /** That the service has: the native kernels are tried on one of each kind. */
  readonly all: readonly Network[];
  /** That a picture may have. */
  readonly threads: number;
  /** Path of the .onnx file; where it is left out nothing is written. */
  readonly into?: string;
}

/** What it answers. */
export interface Mapped {
  /** Where all lies in the file that it has written for our own kernels; undefined of an .onnx file that onnxruntime has optimised, and of none. */
  readonly native?: NativeWeights;
  /** Why it is onnxruntime that runs the network. */
  readonly reason?: string;
  /** Why there is no file. */
  readonly problem?: string;
}

/** How the processes that recognise are to run the service's networks. */
export interface MappedNetwork extends Mapped {
  /** Path of the file, see {@link Mapped}. */
  readonly path?: string;
  /** Whether the native kernels may run anything: they were tried in a process of their own, which they did not end. */
  readonly tried: boolean;
  /** Removes its files; who has them open keeps them. Where that fails the next service clears them away. */
  remove(): Promise<void>;
}

/** What a process is ended by whose processor does not know an instruction, or whose code is wrong. */
const FAULTS: readonly (string | undefined)[] = ['SIGILL', 'SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGFPE'];

/** The signal that has ended a process. */
const signalOf = (error: unknown): string | undefined => (error instanceof Error && 'signal' in error && typeof error.signal === 'string' ? error.signal : undefined);

async function prepare(told: ToMap): Promise<Mapped> {
  const running = promisify(execFile)(process.execPath, [...TSX, PROCESS_FILE], { env: PROCESS_ENVIRONMENT });
  // One that ends before it has read all says why by itself.
  running.child.stdin?.on('error', () => undefined).end(JSON.stringify(told));
  return JSON.parse((await running).stdout) as Mapped;
}

/** In onnxruntime alone where the native kernels were not tried, or their process did not live to tell. */
async function prepareSafely(told: ToMap): Promise<Omit<MappedNetwork, 'path' | 'remove'>> {
  let reason: string | undefined;
  if (told.network.engine !== 'onnxruntime') {
    try {
      return { ...(await prepare(told)), tried: true };
    } catch (error) {
      const signal = signalOf(error);
      reason = FAULTS.includes(signal) ? `the native kernels end their process here (${signal ?? ''})` : `the native kernels could not be tried: ${signal === undefined ? messageOf(error) : `their process was ended (${signal})`}`;
    }
  }
  const plain = await prepare({ ...told, network: { ...told.network, engine: 'onnxruntime' } }).catch((error: unknown): Mapped => ({ problem: messageOf(error) }));
  return { ...plain, ...(reason === undefined ? {} : { reason }), tried: false };
}

async function makeFolder(): Promise<string> {
  await clearLeft();
  const folder = await mkdtemp(join(tmpdir(), `${NAME}${process.pid}-`));
  own.add(basename(folder));
  return folder;
}

/**
 * Tries the native kernels in a process of their own, and writes a network once as it runs on this processor, in a new folder for temporary files:
 * the memory of our own kernels with its weights in their order, where they run it, else the network as onnxruntime optimises it, its weights in a
 * file of their own. Either is mapped into memory: all processes share those pages, and each starts in a fraction of the time. Where there is no
 * room for that, or the network is no good, the answer says so.
 *
 * @param all networks that the service has
 * @param threads that a picture may have
 */
export async function mapNetwork(network: Network, all: readonly Network[], threads: number): Promise<MappedNetwork> {
  const folder = await makeFolder().catch((error: unknown) => ({ problem: messageOf(error) }));
  if (typeof folder !== 'string') return { ...(await prepareSafely({ network, all, threads })), ...folder, remove: () => Promise.resolve() };
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => undefined);
  const into = join(folder, 'network.onnx');
  const mapped = await prepareSafely({ network, all, threads, into });
  if (mapped.problem === undefined) return { ...mapped, path: mapped.native ? `${into}.weights` : into, remove };
  await remove();
  return { ...mapped, remove };
}
