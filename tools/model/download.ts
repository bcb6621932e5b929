import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Told while bytes come in. `total` is 0 where the server does not say. */
export type OnBytes = (received: number, total: number) => void;

/** The file came whole and is not the one that was asked for. */
export class ChecksumError extends Error {
  override readonly name = 'ChecksumError';
}

/** Lower-case hex SHA-256 of a file, read in pieces. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number> {
  return existsSync(path) ? (await stat(path)).size : 0;
}

/** Longest silence of the server, milliseconds. */
const STALL_MS = 30_000;

async function appendBody(response: Response, part: string, offset: number, total: number, onBytes: OnBytes, abort: () => void): Promise<void> {
  if (!response.body) throw new Error('the server sent no body');
  const file = await open(part, offset > 0 ? 'r+' : 'w');
  let position = offset;
  let timer = setTimeout(abort, STALL_MS);
  try {
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = setTimeout(abort, STALL_MS);
      await file.write(chunk as Uint8Array, 0, (chunk as Uint8Array).length, position);
      position += (chunk as Uint8Array).length;
      onBytes(position, total);
    }
    await file.truncate(position);
  } finally {
    clearTimeout(timer);
    await file.close();
  }
  if (total > 0 && position < total) throw new Error(`the connection ended after ${position} of ${total} bytes`);
}

async function fetchOnce(url: string, part: string, onBytes: OnBytes): Promise<void> {
  const have = await sizeOf(part);
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error(`no byte came for ${STALL_MS / 1000} s`));
  const timer = setTimeout(abort, STALL_MS);
  const response = await fetch(url, {
    signal: controller.signal,
    headers: have > 0 ? { Range: `bytes=${have}-` } : {},
  }).finally(() => clearTimeout(timer));
  // The part is already whole: its checksum will tell.
  if (response.status === 416) return;
  if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`);
  // A server that ignores Range sends all: begin anew.
  const offset = response.status === 206 ? have : 0;
  const length = Number(response.headers.get('content-length') ?? 0);
  await appendBody(response, part, offset, length > 0 ? offset + length : 0, onBytes, abort);
}

/** fetch hides the reason (no such host, connection refused) in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/**
 * Downloads a file: into `<target>.part` first, going on from where an earlier try ended, and under its own name only
 * once its SHA-256 is right. A good file at `target` is never touched by a failure.
 *
 * @param tries how often a broken connection is taken up again
 * @throws ChecksumError where what came is another file (its part is removed), Error where it did not come whole
 */
export async function download(url: string, target: string, sha256: string, onBytes: OnBytes, tries = 3): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.part`;
  let last: unknown;
  for (let attempt = 0; attempt < tries; attempt++) {
    try {
      await fetchOnce(url, part, onBytes);
      last = undefined;
      break;
    } catch (error) {
      last = error;
    }
  }
  if (last !== undefined) {
    throw new Error(`The download broke off (${reasonOf(last)}). What came is kept and the next run goes on from there.`, { cause: last });
  }
  const found = await fileSha256(part);
  if (found !== sha256) {
    await rm(part, { force: true });
    throw new ChecksumError(`The downloaded file has the SHA-256 ${found}, not ${sha256}. It was thrown away; run again.`);
  }
  await rename(part, target);
}
