import { Fault } from '../../../src/base/shared/fault';
import { BundleError, parseBundleHead } from '../../../src/sessions/shared/export/bundle';
import { textExport } from '../../../src/sessions/shared/export/text-export';
import { toJsonLines } from '../../../src/sessions/shared/json-lines';
import { parseHumanEdit, parseManifest, parseRecognition, SessionFormatError } from '../../../src/sessions/shared/parse';
import { readJsonLines, type LineOptions } from '../../../src/sessions/shared/read-json-lines';
import { cutMp4 } from '../../../src/sessions/shared/video/mp4-cut';
import { cutWebm } from '../../../src/sessions/shared/video/webm-cut';
import { isTime, type ByteSource, type VideoCut } from '../../../src/sessions/shared/video/video-cut';
import { importSession } from '../../../src/sessions/worker/export/import-service';
import { frameTimes, openVideo } from '../../../src/sessions/worker/export/open-video';
import { SessionSource } from '../../../src/sessions/worker/export/session-source';
import { repairVideo } from '../../../src/sessions/worker/store/video-repair';
import type { GrowingFile } from '../../../src/sessions/worker/store/device-file';
import { mutated, mutatedJson, type Random } from '../../support/fuzz/mutate';
import type { FuzzTarget, FuzzTargets } from '../../support/fuzz/target';
import { memoryFiles } from '../../support/memory-files';
import { aimedSession, catAndDog, manifestOf, oddSpans, sessionOf } from '../../support/session-fixture';
import { sessionZip } from '../../support/session-zip';
import { fileAfter, syntheticVideo } from '../../support/synthetic-video';

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const isFormatError = (error: unknown): boolean => error instanceof SessionFormatError;

/** What a film's readers look for, of little else than headers. */
const MARKS = {
  mp4: ['ftyp', 'moov', 'mdhd', 'stsd', 'vp09', 'trex', 'moof', 'tfhd', 'tfdt', 'trun', 'mdat', 'stts', 'mfra', 'tkhd', 'mvhd'].map(bytesOf),
  webm: [[0x1a, 0x45, 0xdf, 0xa3], [0x18, 0x53, 0x80, 0x67], [0x15, 0x49, 0xa9, 0x66], [0x2a, 0xd7, 0xb1], [0x16, 0x54, 0xae, 0x6b], [0x1f, 0x43, 0xb6, 0x75], [0xa3, 0x81], [0xe7, 0x81]].map((mark) => Uint8Array.from(mark)),
};
const TIMES = Array.from({ length: 24 }, (_, i) => i * 100_000);

async function films(container: 'mp4' | 'webm'): Promise<Uint8Array<ArrayBuffer>[]> {
  const video = await syntheticVideo(container, TIMES, 6, 24);
  return [fileAfter(video, video.writes.length), fileAfter(video, video.unfinished)];
}

const sourceOf = (bytes: Uint8Array): ByteSource => ({ size: bytes.length, read: (at, length) => bytes.subarray(Math.min(at, bytes.length), Math.min(at + length, bytes.length)) });

function checkCut(cut: VideoCut, times: readonly number[], size: number): void {
  if (cut.bytes < 0 || cut.bytes > size) throw new Error(`${cut.bytes} of ${size} bytes would stay.`);
  if (cut.frames !== times.length) throw new Error(`${cut.frames} frames have ${times.length} times.`);
  const wrong = [...times, cut.durationUs].find((time) => !isTime(time));
  if (wrong !== undefined || !(cut.lastUs >= -1)) throw new Error(`There is a time ${wrong ?? cut.lastUs}.`);
  if (![cut.width, cut.height].every((side) => Number.isInteger(side) && side >= 0 && side <= 65_536)) throw new Error(`The film would have ${cut.width} x ${cut.height} pixels.`);
  for (const { at, bytes } of cut.patches) if (at < 0 || at + bytes.length > cut.bytes) throw new Error(`${bytes.length} bytes would be put at ${at} of ${cut.bytes}.`);
}

/** A film that a person's tab left behind. */
function repaired(bytes: Uint8Array<ArrayBuffer>): void {
  let film = bytes.slice();
  const file: GrowingFile = {
    get size() {
      return film.length;
    },
    read: (at, length) => film.slice(at, at + length),
    write: (put, at) => film.set(put, at),
    truncate: (size) => (film = film.slice(0, size)),
    release: () => undefined,
    flush: () => undefined,
    close: () => undefined,
  };
  if (repairVideo(file).damaged && Buffer.compare(film, bytes) !== 0) throw new Error('A damaged film was written to.');
}

/** The cutter, which has to take whatever a crash leaves: it throws nothing at all. */
const cutter = (container: 'mp4' | 'webm', cut: typeof cutMp4): FuzzTarget => ({
  seeds: () => films(container),
  marks: MARKS[container],
  read(file) {
    const times: number[] = [];
    checkCut(cut(sourceOf(file), times), times, file.length);
    repaired(file);
  },
  isOwn: () => false,
});

let files: ReturnType<typeof memoryFiles> | undefined;
const device = (): ReturnType<typeof memoryFiles> => (files ??= memoryFiles());

async function asBlob(file: Uint8Array<ArrayBuffer>): Promise<File> {
  const folder = await device().root.getDirectoryHandle('film', { create: true });
  const handle = await folder.getFileHandle('film', { create: true });
  handle.bytes = file;
  return handle.getFile();
}

/** A film as exports and the import read it, by mediabunny behind our own look at what it counts. */
const film = (container: 'mp4' | 'webm'): FuzzTarget => ({
  seeds: () => films(container),
  marks: MARKS[container],
  async read(file) {
    using video = await openVideo(await asBlob(file));
    const times = await frameTimes(video);
    if (!times.every(Number.isFinite)) throw new Error('There are frames at no time.');
    if (times.length > file.length) throw new Error(`${times.length} frames in ${file.length} bytes`);
  },
  isOwn: (error) => error instanceof Fault && error.code === 'export-codec',
});

const lines = <T>(seeds: () => readonly unknown[], parse: LineOptions<T>['parse']): FuzzTarget => ({
  seeds: () => [bytesOf(toJsonLines(seeds()))],
  mutate(seed, random) {
    const all = textOf(seed).trimEnd().split('\n');
    for (let i = 0; i < all.length; i++) if (random() < 0.2) all[i] = mutatedJson(all[i], random);
    return bytesOf(`${all.join('\n')}\n`);
  },
  async read(file) {
    for (const forgiving of [true, false]) {
      // eslint-disable-next-line @typescript-eslint/require-await -- chunks stream
      const chunks = async function* (): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < file.length; at += 1 << 16) yield file.subarray(at, at + (1 << 16));
      };
      for await (const value of readJsonLines(chunks(), { parse, file: 'x.jsonl', forgiving })) {
        // What was taken is taken again as it was.
        if (JSON.stringify(parse(JSON.parse(JSON.stringify(value)))) !== JSON.stringify(value)) throw new Error(`${JSON.stringify(value)} is read otherwise.`);
      }
    }
  },
  isOwn: isFormatError,
});

const json = (seeds: () => readonly unknown[], parse: (text: string) => unknown, isOwn: FuzzTarget['isOwn']): FuzzTarget => ({
  seeds: () => seeds().map((value) => bytesOf(JSON.stringify(value))),
  mutate: (seed, random) => bytesOf(mutatedJson(textOf(seed), random)),
  read: (file) => parse(textOf(file)),
  isOwn,
});

const edits = (): unknown[] => [
  ...oddSpans().spans.map((span) => ({ kind: 'put-span', span })),
  { kind: 'delete-span', id: 's1', step: 'a', by: 'undo' },
  { kind: 'put-snapshot', snapshot: { id: 'p', timeUs: 1_000_000, file: '1000000.jpg', label: { name: 'x' } } },
  { kind: 'delete-snapshot', id: 'p' },
];

/** JSON.parse throws an error of its own, which the readers of whole files turn into theirs: here it is tried what is behind it. */
const parsed = (parse: (value: unknown) => unknown) => (text: string): unknown => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return parse(value);
};

/** The files of a session, of which one is changed and packed with the rest. */
const zipFiles = async (): Promise<Map<string, Uint8Array<ArrayBuffer>>> => new Map([
  ['film.mp4', (await films('mp4'))[0]],
  ['labels.jsonl', bytesOf(toJsonLines(catAndDog().slice(0, 5)))],
  ['human.jsonl', bytesOf(toJsonLines(edits()))],
  ['snapshots/1000000.jpg', bytesOf('no picture')],
]);
const zipManifest = manifestOf({ durationUs: 2_400_000 });

const NAMES = ['../x', '/etc/x', 'C:/x', 'a\\..\\x', './session/film.mp4', 'SESSION/film.mp4', 'session/../sightglass.json', 'con', 'nul.txt', '\u0000', 'session/film.mp4/', '.', '..', `${'a/'.repeat(300)}x`, 'x'.repeat(5000)];

async function otherZip(_: Uint8Array, random: Random): Promise<Uint8Array> {
  const session = await zipFiles();
  const names = [...session.keys()];
  const name = names[Math.floor(random() * names.length)];
  const old = session.get(name) ?? new Uint8Array();
  const marks = name === 'film.mp4' ? [4, 40, 100, 300, 600] : [];
  if (random() < 0.6) session.set(name, name.endsWith('.jsonl') ? bytesOf(textOf(old).split('\n').map((line) => (line !== '' && random() < 0.2 ? mutatedJson(line, random) : line)).join('\n')) : mutated(old, old, marks, random));
  const plain = await sessionZip(zipManifest, session);
  if (random() < 0.5) return plain;
  const head = { format: 'sightglass-session', version: 1, session: zipManifest, files: [...session].map(([path, { length }]) => ({ path, bytes: length })) };
  const more = random() < 0.5 ? { [NAMES[Math.floor(random() * NAMES.length)]]: 'x' } : {};
  return sessionZip(zipManifest, session, { head: mutatedJson(JSON.stringify(head), random), more, before: random() < 0.3 ? NAMES[Math.floor(random() * NAMES.length)] : '' });
}

const zip: FuzzTarget = {
  seeds: async () => [await sessionZip(zipManifest, await zipFiles())],
  marks: [[0x50, 0x4b, 1, 2], [0x50, 0x4b, 3, 4], [0x50, 0x4b, 5, 6], [0x50, 0x4b, 6, 6]].map((mark) => Uint8Array.from(mark)),
  mutate: otherZip,
  async read(file) {
    const before = device().root;
    device().clear();
    try {
      const { id, durationUs } = await importSession(new File([file], 'session.zip'), () => undefined);
      if (!isTime(durationUs)) throw new Error(`It would be ${durationUs} us long.`);
      // It is exported as any other.
      const source = await SessionSource.open(id);
      for (const format of ['webvtt', 'srt', 'csv', 'jsonl'] as const) {
        for (const track of ['human', 'predicted'] as const) for await (const piece of textExport(source, format, track)) if (piece.includes('undefined') || piece.includes('NaN')) throw new Error(`${format} has ${piece}`);
      }
    } catch (error) {
      if (device().root.paths().length > 0) throw new Error(`A refused zip leaves ${device().root.paths().join()}.`, { cause: error });
      throw error;
    }
    const strange = device().root.paths().filter((path) => !/^sessions\/[A-Za-z0-9-]{1,64}\/(session\.json|film\.(mp4|webm)|labels\.jsonl|human\.jsonl|snapshots\/[^/]+)$/.test(path));
    if (before === device().root || strange.length > 0) throw new Error(`There are files ${strange.join()}.`);
  },
  // What no check had foreseen is told by a fault too: its cause tells.
  isOwn: (error) => error instanceof Fault && error.code.startsWith('import-') && !(error.cause instanceof RangeError) && !(error.cause instanceof TypeError && !/compressed|invalid|incorrect/i.test(error.cause.message)),
};

export const targets: FuzzTargets = {
  'mp4-cut': cutter('mp4', cutMp4),
  'webm-cut': cutter('webm', cutWebm),
  'film-mp4': film('mp4'),
  'film-webm': film('webm'),
  labels: lines(() => [...catAndDog().slice(0, 4), ...aimedSession().recognitions.slice(5, 7), { ...catAndDog()[0], sure: false }], parseRecognition),
  human: lines(edits, parseHumanEdit),
  manifest: json(() => [sessionOf().manifest, aimedSession().manifest, manifestOf({ ended: 'storage-full', flaw: 'film-short', state: 'recovered' })], parsed(parseManifest), isFormatError),
  head: json(() => [{ format: 'sightglass-session', version: 1, session: manifestOf(), files: [{ path: 'film.mp4', bytes: 9 }, { path: 'labels.jsonl', bytes: 1 }, { path: 'human.jsonl', bytes: 0 }] }], parseBundleHead, (error) => error instanceof BundleError),
  zip,
};
