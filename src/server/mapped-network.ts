import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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

/** A network whose weights processes have in common. */
export interface MappedNetwork {
  /** Path of the optimised .onnx file. */
  readonly path: string;
  /** Removes its files; who has them open keeps them. Where that fails the next service clears them away. */
  remove(): Promise<void>;
}

/**
 * Has onnxruntime optimise a network for this processor once, and write it with its weights in a file of their own, in a new folder for
 * temporary files. onnxruntime maps such a file into memory: all sessions of all processes share those pages, and each starts in a
 * fraction of the time.
 *
 * @param path of the .onnx file
 * @throws Error where it cannot be optimised, or there is no room for it
 */
export async function mapNetwork(path: string): Promise<MappedNetwork> {
  await clearLeft();
  const folder = await mkdtemp(join(tmpdir(), `${NAME}${process.pid}-`));
  own.add(basename(folder));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => undefined);
  const mapped = join(folder, 'network.onnx');
  try {
    await promisify(execFile)(process.execPath, [...TSX, PROCESS_FILE, path, mapped], { env: PROCESS_ENVIRONMENT });
  } catch (error) {
    await remove();
    throw error;
  }
  return { path: mapped, remove };
}
