import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { makeZip } from 'client-zip';
import type { HumanEdit, SessionData, SessionManifest, Snapshot } from '../../src/sessions/shared/session';
import { BUNDLE_FOLDER, BUNDLE_HEAD, bundleHead } from '../../src/sessions/shared/export/bundle';
import { toJsonLines } from '../../src/sessions/shared/json-lines';
import { SCRATCH } from './shared';

/** A video of colours, as ffmpeg makes it: fragmented, its first frame at 0, with frames at uneven times where wanted. */
export interface VideoOptions {
  readonly name: string;
  /** Two colours, three seconds each. */
  readonly colours: readonly [string, string];
  /** Frames a second; uneven drops every fifth frame, from the third on. */
  readonly rate: number;
  readonly uneven?: boolean;
  readonly size?: string;
  /** When its first frame is shown, seconds: videos of other recorders need not begin at 0. */
  readonly start?: number;
}

/** Makes the video with ffmpeg (H.264 in fragmented MP4, or VP8 in live WebM, which has no length), once. */
export function makeSessionVideo({ name, colours, rate, uneven = false, size = '320x240', start = 0 }: VideoOptions): string {
  mkdirSync(SCRATCH, { recursive: true });
  const path = join(SCRATCH, name);
  if (existsSync(path)) return path;
  // Another process may look for it meanwhile.
  const part = join(SCRATCH, `${process.pid}-${name}`);
  const inputs = colours.flatMap((colour) => ['-f', 'lavfi', '-i', `color=${colour}:s=${size}:r=${rate}:d=3`]);
  const select = uneven ? ",select='mod(n+3\\,5)'" : '';
  const codec = name.endsWith('.webm')
    ? ['-c:v', 'libvpx', '-g', String(rate), '-f', 'webm', '-live', '1']
    : ['-c:v', 'libx264', '-bf', '0', '-g', String(rate), '-pix_fmt', 'yuv420p', '-movflags', 'frag_keyframe+empty_moov+default_base_moof'];
  execFileSync('ffmpeg', [
    '-v', 'error', '-y', ...inputs, '-filter_complex', `[0][1]concat=n=2:v=1${select}[v]`, '-map', '[v]', '-fps_mode', 'vfr', ...codec,
    ...(start > 0 ? ['-output_ts_offset', String(start)] : []), part,
  ]);
  renameSync(part, path);
  return path;
}

/** Files of a session, by path in its folder. */
export type SessionFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** The files of a session as they are on the device. */
export function sessionFiles(data: SessionData, video: string, images: ReadonlyMap<Snapshot, Uint8Array<ArrayBuffer>> = new Map()): SessionFiles {
  const text = (values: readonly unknown[]): Uint8Array<ArrayBuffer> => new TextEncoder().encode(toJsonLines(values));
  const edits: HumanEdit[] = [
    ...data.human.spans.map((span): HumanEdit => ({ kind: 'put-span', span })),
    ...[...images.keys()].map((snapshot): HumanEdit => ({ kind: 'put-snapshot', snapshot })),
  ];
  return new Map([
    [data.manifest.film.file, new Uint8Array(readFileSync(video))],
    ['labels.jsonl', text(data.recognitions)],
    ['human.jsonl', text(edits)],
    ...[...images].map(([{ file }, bytes]): [string, Uint8Array<ArrayBuffer>] => [`snapshots/${file}`, bytes]),
  ]);
}

/** A zip entry that is not as it should be. */
export interface ZipTricks {
  /** Replaces `sightglass.json`. */
  readonly head?: string;
  /** Further entries, by their names in the zip. */
  readonly more?: Readonly<Record<string, string>>;
  /** Put in front of the name of each of our entries, as other tools do that pack the unpacked folder. */
  readonly before?: string;
}

/** Our own zip, made in Node. */
export async function sessionZip(manifest: SessionManifest, files: SessionFiles, { head, more = {}, before = '' }: ZipTricks = {}): Promise<Buffer> {
  const listed = [...files].map(([path, bytes]) => ({ path, bytes: bytes.length }));
  const entries = [
    { name: before + BUNDLE_HEAD, input: head ?? JSON.stringify(bundleHead(manifest, listed)) },
    ...[...files].map(([path, input]) => ({ name: before + BUNDLE_FOLDER + path, input })),
    ...Object.entries(more).map(([name, input]) => ({ name, input })),
  ];
  const chunks: Uint8Array[] = [];
  for await (const chunk of makeZip(entries) as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
