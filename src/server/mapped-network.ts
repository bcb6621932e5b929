import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { NativeLayout } from '../engine/index';
import type { Network } from './job';
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

/** What was written for all processes. */
export interface Mapped {
  /** Of our own kernels' memory; undefined of an .onnx file that onnxruntime has optimised. */
  readonly native?: NativeLayout;
  /** Why it is onnxruntime that runs it. */
  readonly reason?: string;
}

/** A network whose weights processes have in common. */
export interface MappedNetwork extends Mapped {
  /** Path of the file, see {@link Mapped}. */
  readonly path: string;
  /** Removes its files; who has them open keeps them. Where that fails the next service clears them away. */
  remove(): Promise<void>;
}

/** Whether a process was ended by a signal, as one is whose processor does not know an instruction. */
const wasKilled = (error: unknown): boolean => error instanceof Error && 'signal' in error && typeof error.signal === 'string';

async function prepare(network: Network, threads: number, into: string): Promise<Mapped> {
  const { stdout } = await promisify(execFile)(process.execPath, [...TSX, PROCESS_FILE, JSON.stringify([network, threads, into])], { env: PROCESS_ENVIRONMENT });
  return JSON.parse(stdout) as Mapped;
}

/**
 * Writes a network once as it runs on this processor, in a new folder for temporary files: the memory of our own kernels with its weights in
 * their order, where they run it, else the network as onnxruntime optimises it, its weights in a file of their own. Either is mapped into
 * memory: all processes share those pages, and each starts in a fraction of the time.
 *
 * @param threads that a picture may have
 * @throws Error where it cannot be optimised, or there is no room for it
 */
export async function mapNetwork(network: Network, threads: number): Promise<MappedNetwork> {
  await clearLeft();
  const folder = await mkdtemp(join(tmpdir(), `${NAME}${process.pid}-`));
  own.add(basename(folder));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => undefined);
  const into = join(folder, 'network.onnx');
  try {
    const mapped = await prepare(network, threads, into).catch(async (error: unknown) => {
      if (!wasKilled(error) || network.engine === 'onnxruntime') throw error;
      const { reason: _, ...onnx } = await prepare({ ...network, engine: 'onnxruntime' }, threads, into);
      return { ...onnx, reason: 'The native kernels end their process here.' };
    });
    return { ...mapped, path: mapped.native ? `${into}.weights` : into, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
