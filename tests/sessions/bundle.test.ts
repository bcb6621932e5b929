import { describe, expect, it } from 'vitest';
import { BundleError, bundleHead, checkEntries, checkFiles, foldersInZip, isContent, parseBundleHead, plainName, type ZipEntryInfo } from '../../src/sessions/shared/export/bundle';
import { parseHumanEdit, parseManifest, parseRecognition, SessionFormatError } from '../../src/sessions/shared/parse';
import { readJsonLines } from '../../src/sessions/shared/read-json-lines';
import { answer, CAT, DOG, manifestOf } from '../support/session-fixture';

const FILES = [
  { path: 'film.mp4', bytes: 1000 },
  { path: 'labels.jsonl', bytes: 10 },
  { path: 'human.jsonl', bytes: 0 },
  { path: 'snapshots/1500000.jpg', bytes: 5 },
];
const head = (): Record<string, unknown> => JSON.parse(JSON.stringify(bundleHead(manifestOf(), FILES))) as Record<string, unknown>;
const entry = (name: string, bytes: number, compressedBytes = bytes): ZipEntryInfo => ({ name, bytes, compressedBytes, directory: false, encrypted: false, method: 8 });

function reasonOf(job: () => unknown): string {
  try {
    job();
  } catch (error) {
    if (error instanceof BundleError) return error.reason;
    throw error;
  }
  return 'none';
}

describe('our own zip', () => {
  it('is read as it is written', () => {
    expect(parseBundleHead(JSON.stringify(head()))).toEqual(bundleHead(manifestOf(), FILES));
  });

  it.each<[string, (value: Record<string, unknown>) => unknown, string]>([
    ['no JSON', () => '{', 'broken'],
    ['another thing', () => [], 'not-ours'],
    ['another format', (h) => ({ ...h, format: 'x' }), 'not-ours'],
    ['a newer version', (h) => ({ ...h, version: 2 }), 'newer'],
    ['no version', (h) => ({ ...h, version: undefined }), 'broken'],
    ['a session without a film', (h) => ({ ...h, session: { ...manifestOf(), film: undefined } }), 'broken'],
    ['a session of a newer version', (h) => ({ ...h, session: { ...manifestOf(), version: 2 } }), 'broken'],
    ['no list', (h) => ({ ...h, files: undefined }), 'broken'],
    ['a path that leads out', (h) => ({ ...h, files: [...FILES, { path: '../x.jpg', bytes: 1 }] }), 'unsafe'],
    ['a path that leads out of snapshots', (h) => ({ ...h, files: [...FILES, { path: 'snapshots/../../x', bytes: 1 }] }), 'unsafe'],
    ['a file that sessions lack', (h) => ({ ...h, files: [...FILES, { path: 'session.json', bytes: 1 }] }), 'unsafe'],
    ['a path that is no text', (h) => ({ ...h, files: [{ path: 5, bytes: 1 }] }), 'unsafe'],
    ['too large a file', (h) => ({ ...h, files: [{ path: 'human.jsonl', bytes: 1e12 }] }), 'unsafe'],
    ['a negative size', (h) => ({ ...h, files: [{ path: 'human.jsonl', bytes: -1 }] }), 'unsafe'],
    ['a file twice', (h) => ({ ...h, files: [...FILES, FILES[0]] }), 'broken'],
    ['no film', (h) => ({ ...h, files: FILES.slice(1) }), 'broken'],
    ['two films', (h) => ({ ...h, files: [...FILES, { path: 'film.webm', bytes: 1 }] }), 'broken'],
  ])('refuses %s', (_, change, reason) => {
    const changed = change(head());
    expect(reasonOf(() => parseBundleHead(typeof changed === 'string' ? changed : JSON.stringify(changed)))).toBe(reason);
  });

  it('refuses entries that lead out, hide, or blow up', () => {
    for (const name of ['../a', 'a/../../b', '/etc/passwd', 'C:\\x', 'c:x', 'a\\..\\b', 'a\0b']) {
      expect(reasonOf(() => checkEntries([entry(name, 1)])), name).toBe('unsafe');
    }
    expect(reasonOf(() => checkEntries([entry('a', 1), entry('a', 2)]))).toBe('unsafe');
    expect(reasonOf(() => checkEntries([entry('labels', 1e9, 1e6)]))).toBe('unsafe');
    expect(reasonOf(() => checkEntries([{ ...entry('a', 1), encrypted: true }]))).toBe('broken');
    expect(reasonOf(() => checkEntries(Array.from({ length: 50_000 }, (_, i) => entry(String(i), 1))))).toBe('unsafe');
    expect(reasonOf(() => checkEntries([entry('session/a..b', 5e6, 1e6), entry('exports/..x', 1)]))).toBe('none');
  });

  it('finds what is ours in a zip that another tool made of the unpacked folder', () => {
    expect(foldersInZip(['sightglass.json', 'session/film.mp4'])).toEqual(['']);
    expect(foldersInZip(['Zoo.sightglass/', 'Zoo.sightglass/session/film.mp4', 'Zoo.sightglass/sightglass.json'])).toEqual(['Zoo.sightglass/']);
    expect(foldersInZip(['__MACOSX/sightglass.json', 'a/sightglass.json'])).toEqual(['a/']);
    // Two of ours, or one that lies deeper: which is meant nobody knows.
    expect(foldersInZip(['a/sightglass.json', 'b/sightglass.json'])).toEqual(['a/', 'b/']);
    expect(foldersInZip(['a/b/sightglass.json'])).toEqual(['']);
    expect(['./', './session/', './session/film.mp4', '././x'].map(plainName)).toEqual(['', 'session/', 'session/film.mp4', 'x']);
    expect(['../x', '.hidden', 'a/./b'].map(plainName)).toEqual(['../x', '.hidden', 'a/./b']);
    expect(['', '__MACOSX/Zoo/._sightglass.json', 'Zoo/.DS_Store', 'desktop.ini', 'a/Thumbs.db'].some(isContent)).toBe(false);
    expect(['session/film.mp4', 'exports/x.csv', 'a__MACOSX/x'].every(isContent)).toBe(true);
  });

  it('names the method that it is packed with, where that is none that browsers unpack', () => {
    const packed = (method: number): ZipEntryInfo => ({ ...entry('session/film.mp4', 1), method });
    for (const method of [0, 8]) expect(reasonOf(() => checkEntries([packed(method)]))).toBe('none');
    for (const method of [1, 9, 12, 14, 93, 98]) expect(reasonOf(() => checkEntries([packed(method)])), String(method)).toBe('packed');
    expect(() => checkEntries([packed(9)])).toThrow(/Deflate64/);
  });

  it('wants the files that it lists, as long as it says', () => {
    const parsed = parseBundleHead(JSON.stringify(head()));
    const entries = FILES.map(({ path, bytes }) => entry(`session/${path}`, bytes));
    expect(reasonOf(() => checkFiles(parsed, entries))).toBe('none');
    expect(reasonOf(() => checkFiles(parsed, entries.slice(1)))).toBe('broken');
    expect(reasonOf(() => checkFiles(parsed, [{ ...entries[0], bytes: 999 }, ...entries.slice(1)]))).toBe('broken');
  });
});

describe('what a session\'s files hold', () => {
  const refuses = (job: () => unknown): void => expect(job).toThrow(SessionFormatError);

  it('takes what the app writes', () => {
    expect(parseRecognition(answer(5, CAT, 0.5, DOG))).toEqual(answer(5, CAT, 0.5, DOG));
    for (const sure of [true, false]) expect(parseRecognition({ ...answer(5, CAT, 0.5), sure })).toEqual({ ...answer(5, CAT, 0.5), sure });
    expect(parseManifest({ ...manifestOf(), more: 1 })).toEqual(manifestOf());
    const span = { id: 'a', startUs: 1, endUs: 2, label: CAT };
    expect(parseHumanEdit({ kind: 'put-span', span, step: 's', by: 'undo' })).toEqual({ kind: 'put-span', span, step: 's', by: 'undo' });
    const snapshot = { id: 'p', timeUs: 1, file: '1.jpg', label: undefined };
    expect(parseHumanEdit({ kind: 'put-snapshot', snapshot })).toEqual({ kind: 'put-snapshot', snapshot });
    expect(parseHumanEdit({ kind: 'delete-span', id: 'a' })).toEqual({ kind: 'delete-span', id: 'a' });
  });

  it('refuses the rest', () => {
    const good = answer(5, CAT, 0.5);
    refuses(() => parseRecognition(null));
    refuses(() => parseRecognition({ ...good, timeUs: -1 }));
    refuses(() => parseRecognition({ ...good, timeUs: 0.5 }));
    refuses(() => parseRecognition({ ...good, top: [{ index: 1000, name: 'x', probability: 1 }] }));
    refuses(() => parseRecognition({ ...good, top: [{ name: 'x', probability: NaN }] }));
    refuses(() => parseRecognition({ ...good, precision: 'fp8' }));
    refuses(() => parseRecognition({ ...good, sure: 'no' }));
    refuses(() => parseHumanEdit({ kind: 'put-span', span: { id: 'a', startUs: 2, endUs: 2, label: CAT } }));
    refuses(() => parseHumanEdit({ kind: 'put-snapshot', snapshot: { id: 'p', timeUs: 1, file: '../1.jpg' } }));
    for (const file of ['con.jpg', 'NUL', '1.jpg.', '-x.jpg', 'a/b.jpg', 'C:1.jpg', '1\u0000.jpg']) refuses(() => parseHumanEdit({ kind: 'put-snapshot', snapshot: { id: 'p', timeUs: 1, file } }));
    refuses(() => parseHumanEdit({ kind: 'rm -rf' }));
    refuses(() => parseManifest({ ...manifestOf(), film: { ...manifestOf().film, file: '../film.mp4' } }));
    refuses(() => parseManifest({ ...manifestOf(), film: { ...manifestOf().film, mimeType: 'text/html' } }));
    refuses(() => parseManifest({ ...manifestOf(), name: 'x'.repeat(20_000) }));
  });

  it('reads lines over any chunks, and names the line that is wrong', async () => {
    const entries = [answer(0, { name: '猫' }, 0.5), answer(1, CAT, 0.5), answer(2, DOG, 0.5)];
    const bytes = new TextEncoder().encode(entries.map((one) => `${JSON.stringify(one)}\n`).join('\n'));
    const read = async (data: Uint8Array, size: number, forgiving = false) => {
      // eslint-disable-next-line @typescript-eslint/require-await -- chunks stream
      const chunks = async function* () {
        for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
      };
      const found = [];
      for await (const one of readJsonLines(chunks(), { parse: parseRecognition, file: 'labels.jsonl', forgiving })) found.push(one);
      return found;
    };
    for (const size of [1, 7, 64, 1e6]) expect(await read(bytes, size)).toEqual(entries);
    const torn = bytes.subarray(0, bytes.length - 9);
    expect(await read(torn, 10, true)).toEqual(entries.slice(0, 2));
    await expect(read(torn, 10)).rejects.toThrow('labels.jsonl, line 5');
    await expect(read(new Uint8Array(2e6).fill(65), 1e5)).rejects.toThrow('too long');
    // Zeros that a crash has left in the middle are one line, which is left out.
    const [first, ...rest] = entries.map((one) => new TextEncoder().encode(`${JSON.stringify(one)}\n`));
    const holed = Buffer.concat([first, new Uint8Array(3e6), Buffer.from('\n'), ...rest]);
    for (const size of [1e4, 1e7]) expect(await read(holed, size, true)).toEqual(entries);
    expect(await read(Buffer.concat([first, new Uint8Array(3e6)]), 1e5, true)).toEqual(entries.slice(0, 1));
  });
});
