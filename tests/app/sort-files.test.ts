import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sortFiles, type SortedFiles } from '../../src/app/page/drop/sort-files';
import { kindByBytes } from '../../src/app/shared/file-kind';
import type { DroppedFile } from '../../src/base/page/dropped-files';
import { csvRecord, UTF8_MARK } from '../../src/base/shared/csv';
import { imagesCsv } from '../../src/pictures/shared/image-export';
import { CSV_HEAD } from '../../src/sessions/shared/dataset/formats/picture-rows';
import { csv } from '../../src/sessions/shared/export/csv';
import type { ExportSource, LabelTrack } from '../../src/sessions/shared/export/export-source';
import { writeClassesFile } from '../../src/teach/shared/classes-file';
import { ROOT } from '../support/shared';

const dropped = (name: string, content: BlobPart = 'x', type = ''): DroppedFile => ({ file: new File([content], name.split('/').at(-1) ?? '', { type }), name });
const bytes = (...parts: (string | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((character) => character.charCodeAt(0)) : part)));

/** Where files went, by their names. */
async function sorted(...files: DroppedFile[]): Promise<Record<string, readonly string[]>> {
  const { refused, images, ...plain } = await sortFiles(files);
  const named = Object.entries(plain as Omit<SortedFiles, 'refused' | 'images'>).map(([place, found]) => [place, found.map(({ name }) => name)] as const);
  const all = [['images', images.map(({ name }) => name)] as const, ...named, ['refused', refused.map(({ name, reason }) => `${name}: ${reason}`)] as const];
  return Object.fromEntries(all.filter(([, found]) => found.length > 0));
}

const THINGS = writeClassesFile({
  model: { id: 'resnet18', name: 'ResNet-18', precision: 'int8', sha256: '0'.repeat(64), width: 1 },
  things: [{ name: 'mug', other: false, examples: [{ id: 'a', group: 'g', addedAt: 1, source: 'camera', features: Float32Array.of(1) }] }],
});
const TASKS = JSON.stringify([{ id: 1, data: { video: 'film.mp4', framerate: 30 }, annotations: [] }]);
const CONFIG = JSON.stringify({ id2label: { 0: 'cat', 1: 'dog' } });

describe('dropped files of all kinds at once', () => {
  it('are split by what they are', async () => {
    expect(
      await sorted(
        dropped('cat.jpg', 'x', 'image/jpeg'), dropped('trip/film.mkv'), dropped('second.mp4', 'x', 'video/mp4'), dropped('Zoo.sightglass.zip'), dropped('tasks.json', TASKS),
        dropped('things.json', THINGS), dropped('net.onnx'), dropped('net.onnx.data'), dropped('config.json', CONFIG), dropped('labels.txt', 'cat\ndog'), dropped('encoder.weight_7'), dropped('song.mp3', 'ID3', 'audio/mpeg'),
      ),
    ).toEqual({
      images: ['cat.jpg'], videos: ['film.mkv', 'second.mp4'], sessions: ['Zoo.sightglass.zip', 'tasks.json'], classes: ['things.json'],
      // With a model what nothing else is known of is its own to judge: whoever reads it names what it left.
      model: ['net.onnx', 'net.onnx.data', 'config.json', 'labels.txt', 'encoder.weight_7'],
      refused: ['song.mp3: unknown'],
    });
  });

  it('are refused by their own names, each with its reason', async () => {
    expect(
      await sorted(
        dropped('net.onnx.data'), dropped('config.json', CONFIG), dropped('cut.json', '{"format": '), dropped('package.json', '{"private": true}'), dropped('empty.txt', ''),
        dropped('paper.pdf', '%PDF-1.7'), dropped('notes.txt', bytes([0xff, 0xfe, 0, 1])), dropped('cat.png'),
      ),
    ).toEqual({
      images: ['cat.png'],
      refused: [
        'net.onnx.data: needs-model', 'config.json: needs-model', 'cut.json: broken-json', 'package.json: foreign-json', 'empty.txt: empty', 'paper.pdf: unknown', 'notes.txt: odd-text',
      ],
    });
  });

  it('takes PyTorch\'s own weights, a zip by its first bytes, for a model that needs none', async () => {
    expect(await sorted(dropped('pytorch_model.bin', 'PK\u0003\u0004'), dropped('config.json', '{"id2label": {}}'))).toEqual({ model: ['pytorch_model.bin', 'config.json'] });
    // Beside the same weights under another name it is no second model.
    const folder = [dropped('model.safetensors'), dropped('pytorch_model.bin', 'PK\u0003\u0004'), dropped('config.json', '{"id2label": {}}')];
    expect(await sorted(...folder)).toEqual({ model: ['model.safetensors', 'pytorch_model.bin', 'config.json'] });
    expect(await sorted(dropped('weights.bin', '\u0001\u0002\u0003\u0004'))).toEqual({ refused: ['weights.bin: needs-model'] });
  });

  it('of several models none is guessed to be the one, nor whose the files beside them are', async () => {
    expect(await sorted(dropped('a.onnx'), dropped('b.safetensors'), dropped('a.onnx.data'), dropped('labels.txt', 'cat'))).toEqual({
      labelSets: ['labels.txt'], refused: ['a.onnx: several-models', 'b.safetensors: several-models', 'a.onnx.data: several-models'],
    });
  });

  it('leave out what the system keeps in a folder, and list what could not be opened', async () => {
    const gone: DroppedFile = { file: new File([], 'gone.jpg'), name: 'cats/gone.jpg', problem: 'not-given' };
    expect(await sorted(dropped('cats/.DS_Store'), dropped('cats/Thumbs.db'), dropped('cats/._a.jpg'), dropped('__MACOSX/a.jpg'), dropped('cats/a.jpg'), gone)).toEqual({
      images: ['cats/a.jpg', 'cats/gone.jpg'],
    });
    const broken: DroppedFile = { ...dropped('odd'), file: { name: 'odd', type: '', size: 1, slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }) } as unknown as File };
    expect(await sorted(broken)).toEqual({ refused: ['odd: unreadable'] });
  });
});

describe('texts', () => {
  it('are labels for filming where they come by themselves: not in a folder, with pictures, or as a README', async () => {
    expect(await sorted(dropped('labels.txt', 'cat'), dropped('more.csv', 'dog\n'), dropped('README.txt', 'Read me.'))).toEqual({ labelSets: ['labels.txt', 'more.csv'], refused: ['README.txt: text-beside'] });
    expect(await sorted(dropped('yolo/images/a.jpg'), dropped('yolo/labels/a.txt', 'cat'), dropped('notes.txt', 'cat'))).toEqual({
      images: ['yolo/images/a.jpg'], refused: ['yolo/labels/a.txt: text-beside', 'notes.txt: text-beside'],
    });
    expect(await sorted(dropped('yolo/labels/a.txt', 'cat'))).toEqual({ refused: ['yolo/labels/a.txt: text-beside'] });
  });

  it('are told from the tables that the app exports, and from YOLO\'s labels', async () => {
    const tables = [
      imagesCsv([], []), CSV_HEAD, ...['human', 'predicted'].map((track) => csv({ manifest: {}, human: { spans: [], snapshots: [] }, recognitions: () => [] } as unknown as ExportSource, track as LabelTrack)),
      '0 0.5 0.5 1 1\n', UTF8_MARK + csvRecord(['folder', 'class_id', 'label']),
    ];
    for (const table of tables) {
      const text = typeof table === 'string' ? table : ((await table[Symbol.asyncIterator]().next()).value as string);
      expect(await sorted(dropped('table.csv', text)), text).toEqual({ refused: ['table.csv: own-table'] });
    }
  });

  it('are read before their bytes are taken for a format\'s', async () => {
    for (const words of ['red wide tie', 'the moov', 'and mdat', 'PK\u0003\u0004']) expect(await sorted(dropped('labels.txt', words, 'text/plain')), words).toEqual({ labelSets: ['labels.txt'] });
    // Not what is called a text, and is none.
    expect(await sorted(dropped('cat.txt', bytes([0xff, 0xd8, 0xff, 0xe0])))).toEqual({ images: ['cat.txt'] });
  });

  it('that are no UTF-8, or too long, are refused as texts', async () => {
    expect(await sorted(dropped('labels.txt', bytes([0xff, 0xfe], 'c\0a\0t\0'), 'text/plain'), dropped('long.txt', 'x'.repeat(1_000_001)))).toEqual({ refused: ['labels.txt: odd-text', 'long.txt: odd-text'] });
  });
});

describe('sound, and zip files of other programs,', () => {
  it('are no videos and no sessions', async () => {
    const iso = bytes([0, 0, 0, 24], 'ftypM4A ');
    expect(await sorted(dropped('song.m4a', iso, 'audio/mp4'), dropped('song2.m4a', iso), dropped('song.ogg', 'OggS', 'audio/ogg'), dropped('recording', iso, 'audio/mp4'))).toEqual({
      refused: ['song.m4a: unknown', 'song2.m4a: unknown', 'song.ogg: unknown', 'recording: unknown'],
    });
    const zip = bytes('PK', [3, 4]);
    expect(await sorted(dropped('letter.docx', zip), dropped('table', zip, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'), dropped('Zoo', zip), dropped('Zoo.sightglass', zip, 'application/octet-stream'))).toEqual({
      sessions: ['Zoo', 'Zoo.sightglass'], refused: ['letter.docx: unknown', 'table: unknown'],
    });
  });
});

describe('what a JSON file is', () => {
  const of = async (content: BlobPart, name = 'file.json'): Promise<Record<string, readonly string[]>> => sorted(dropped(name, content));

  it('is told by what is in it, whatever it is called', async () => {
    expect(await of(THINGS, 'export.txt')).toEqual({ classes: ['export.txt'] });
    expect(await of(`\ufeff${THINGS}`)).toEqual({ classes: ['file.json'] });
    expect(await of(THINGS.slice(0, 60))).toEqual({ classes: ['file.json'] });
    expect(await of('{"version": 1, "format": "sightglass-things"}')).toEqual({ classes: ['file.json'] });
    expect(await of('[{"id": 1, "annotations": ')).toEqual({ sessions: ['file.json'] });
    for (const lists of ['["cat", "dog"]', '{"0": "cat", "1": "dog"}', '{"cat": 0, "dog": 1}', '{"1": "dog", "0": "cat"}', '{"mean": [0, 0, 0]}']) expect(await of(lists), lists).toEqual({ refused: ['file.json: needs-model'] });
    for (const coco of ['{"images": [], "annotations": [], "categories": [{"id": 0, "name": "cat"}]}', '{"annotations": [], "categories": []}']) expect(await of(coco), coco).toEqual({ refused: ['file.json: coco-json'] });
    for (const other of ['null', '3', '{"version": 1}', '[1, 2]', '"x"', '{}', '{"format": "sightglass-session"}']) expect(await of(other), other).toEqual({ refused: ['file.json: foreign-json'] });
  });

  const cases = join(ROOT, '../shared/cases/things');
  if (!existsSync(cases)) console.warn('\n*** SKIPPED: exported things of ../shared/cases are not there. ***\n');
  it.skipIf(!existsSync(cases))('is right of files that once went to the models', async () => {
    for (const name of ['j00-things-1.json', 'j01-own-export-of-101-things.json']) expect(await of(readFileSync(join(cases, name)), name)).toEqual({ classes: [name] });
  });
});

describe('a file without a name or type that tells', () => {
  it.each([
    ['image', bytes([0xff, 0xd8, 0xff, 0xe0])], ['image', bytes([0x89], 'PNG')], ['image', bytes('RIFF', [0, 0, 0, 0], 'WEBP')], ['image', bytes([0, 0, 0, 24], 'ftypavif')],
    ['image', bytes([0, 0, 0, 24], 'ftypheic')], ['video', bytes([0x1a, 0x45, 0xdf, 0xa3])], ['video', bytes([0, 0, 0, 24], 'ftypisom')], ['video', bytes('RIFF', [0, 0, 0, 0], 'AVI ')],
    ['video', bytes('G', Array<number>(187).fill(0), 'G')], ['session', bytes('PK', [3, 4])], [undefined, bytes('RIFF', [0, 0, 0, 0], 'WAVE')], [undefined, bytes('G')], [undefined, bytes()],
  ] as const)('is known by its bytes: %s', (kind, head) => expect(kindByBytes(head)).toBe(kind));

  it('goes where its bytes say', async () => {
    expect(await sorted(dropped('IMG_0001', bytes([0xff, 0xd8, 0xff])), dropped('clip', bytes([0x1a, 0x45, 0xdf, 0xa3])))).toEqual({ images: ['IMG_0001'], videos: ['clip'] });
  });
});
