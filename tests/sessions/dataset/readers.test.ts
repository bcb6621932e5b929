import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIDES, type DatasetPicture, type Side } from '../../../src/sessions/shared/dataset/dataset';
import { coco } from '../../../src/sessions/shared/dataset/formats/coco';
import { cvatImages } from '../../../src/sessions/shared/dataset/formats/cvat';
import type { DatasetWriter } from '../../../src/sessions/shared/dataset/formats/format';
import { imageFolder } from '../../../src/sessions/shared/dataset/formats/image-folder';
import { parquet } from '../../../src/sessions/shared/dataset/formats/parquet';
import { webDataset } from '../../../src/sessions/shared/dataset/formats/web-dataset';
import { fiftyOne } from '../../../src/sessions/shared/dataset/formats/fiftyone';
import { yolo } from '../../../src/sessions/shared/dataset/formats/yolo';
import { cvatTracks } from '../../../src/sessions/shared/export/cvat-tracks';
import { datasetPython, fiftyOnePython, readDataset } from '../../support/dataset-readers';
import { fixturePictures, writtenFiles } from '../../support/dataset-fixture';
import { aimedSession, sourceOf, textOf } from '../../support/session-fixture';
import { SCRATCH } from '../../support/shared';

const readers = datasetPython();
const fiftyOnes = fiftyOnePython();

/** A label and the mean red of its picture, which tells its class. */
type Rows = readonly (readonly [label: string | null, red: number, ...rest: unknown[]])[];

let folder: string;
let pictures: DatasetPicture[];

beforeAll(async () => {
  mkdirSync(SCRATCH, { recursive: true });
  // Its name is a trap: readers look for splits in paths.
  folder = mkdtempSync(join(SCRATCH, 'readers-'));
  pictures = await fixturePictures();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function written(writer: DatasetWriter, name: string): Promise<string> {
  const into = join(folder, name);
  for (const [path, bytes] of await writtenFiles(writer, pictures, name)) {
    const file = join(into, path);
    mkdirSync(path.endsWith('/') ? file : dirname(file), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(file, bytes);
  }
  return into;
}

/** What a reader has to find on a side: each picture once, under its own label. @param background what a picture without a box is called */
function expectSide(rows: Rows, side: Side, background: string | null, nameOf: (name: string) => string = (name) => name): void {
  const wanted = pictures.filter((picture) => picture.side === side).map(({ classes: [{ id, name, author }] }): [string | null, number] => [author === 'unlabelled' ? background : nameOf(name), id * 40]);
  const key = ([label, red]: readonly [string | null, number, ...unknown[]]): string => `${Math.round(red / 40)} ${label}`;
  expect(rows.map(key).sort()).toEqual(wanted.map(key).sort());
}

describe.skipIf(!readers)('training sets, read by the programs that they are for', () => {
  const python = readers?.python ?? '';

  it('ImageFolder by Hugging Face, as a folder of images and by its card: all pictures, with their labels, on their sides', async () => {
    const found = readDataset(python, 'hugging-face', await written(imageFolder, 'image-folder')) as Record<string, Record<string, Rows>>;
    for (const way of ['by_name', 'by_card']) {
      expect(Object.keys(found[way]).sort()).toEqual(['test', 'train', 'validation']);
      for (const side of SIDES) expectSide(found[way][side === 'val' ? 'validation' : side], side, 'background');
    }
  });

  it.skipIf(!readers?.torch)('ImageFolder by torchvision and by Ultralytics: the same classes in the same order on each side', async () => {
    const into = await written(imageFolder, 'torch');
    const folderOf = (name: string): string => ({ 'bullet train': 'bullet Train', 'test tube': 'Test tube' })[name] ?? name.replace(/["<>:/]/g, '_');
    const torchvision = readDataset(python, 'torchvision', into) as Record<string, Rows>;
    const ultralytics = readDataset(python, 'ultralytics-classify', into) as Record<string, Rows>;
    for (const side of SIDES) {
      expectSide(torchvision[side], side, 'background', folderOf);
      expectSide(ultralytics[side], side, 'background', folderOf);
      expect(torchvision[`${side}_classes`]).toEqual(torchvision['train_classes']);
    }
  });

  it('Parquet by Hugging Face: pictures, and labels as classes', async () => {
    const found = readDataset(python, 'parquet', await written(parquet, 'parquet')) as Record<string, Record<string, Rows>>;
    for (const way of ['by_name', 'by_card']) for (const side of SIDES) expectSide(found[way][side === 'val' ? 'validation' : side], side, 'background');
  });

  it('WebDataset by webdataset', async () => {
    const found = readDataset(python, 'web-dataset', await written(webDataset, 'web-dataset')) as Record<Side, Rows>;
    for (const side of SIDES) expectSide(found[side], side, 'background');
  });

  it('COCO by pycocotools, what the network said on top, and by datumaro', async () => {
    const into = await written(coco(({ index }) => (index === 466 ? 0 : undefined)), 'coco');
    const found = readDataset(python, 'coco', into) as Record<string, Rows>;
    for (const side of SIDES) expectSide(found[side], side, null);
    expect(found['train'].flatMap(([, , scores]) => scores as unknown[]).filter((score) => JSON.stringify(score) === '["bullet train",0.75,false]')).toHaveLength(5);
    const datumaro = readDataset(python, 'datumaro-coco', into) as Record<Side, Rows>;
    for (const side of SIDES) expectSide(datumaro[side], side, null);
    expect(datumaro.train.map(([, , boxes]) => JSON.stringify((boxes as unknown[])[0] ?? null)).filter((box) => box.startsWith('["test tube",[20,12,24,24],{') && box.includes('accepted'))).toHaveLength(1);
  });

  it('YOLO by datumaro', async () => {
    const found = readDataset(python, 'datumaro-yolo', await written(yolo, 'yolo')) as Record<Side, Rows>;
    for (const side of SIDES) expectSide(found[side], side, null);
  });

  it.skipIf(!readers?.torch)('YOLO by Ultralytics', async () => {
    const found = readDataset(python, 'yolo', await written(yolo, 'yolo-ultralytics')) as Record<Side, Rows>;
    for (const side of SIDES) expectSide(found[side], side, null);
    expect(found.train.find(([label]) => label === 'test tube')?.[2]).toEqual([[0.5, 0.5, 0.375, 0.5]]);
  });

  it('CVAT for images by datumaro', async () => {
    const found = readDataset(python, 'datumaro-cvat', await written(cvatImages, 'cvat')) as Record<string, Rows>;
    const all = Object.values(found).flat();
    for (const side of SIDES) expectSide(all.filter(([, , , id]) => String(id).startsWith(`${side}/`)), side, null);
    expect(all.find(([label]) => label === 'test tube')?.[2]).toMatchObject([['test tube', [20, 12, 24, 24], { author: 'accepted' }]]);
  });

  it('CVAT for video by datumaro: each frame with its box', async () => {
    const into = join(folder, 'cvat-video');
    mkdirSync(into);
    writeFileSync(join(into, 'annotations.xml'), await textOf(cvatTracks(sourceOf(aimedSession()), { rate: 10, frames: 60 })));
    const found = readDataset(python, 'datumaro-cvat', into) as Record<string, readonly (readonly [string, null, [string, number[]][], string])[]>;
    const frames = Object.values(found).flat();
    expect(frames).toHaveLength(60);
    const boxes = frames.map(([, , all]) => all.map(([name, box]) => [name, ...box]));
    expect(boxes[5]).toEqual([['tabby', 55, 15, 210, 210]]);
    expect(boxes[13]).toEqual([['tabby', 210, 30, 60, 60], ['golden retriever', 210, 30, 60, 60]]);
    expect(boxes[30]).toEqual([['tabby', 55, 15, 210, 210]]);
  });
});

describe.skipIf(fiftyOnes === undefined)('training sets, read by FiftyOne into its own database', () => {
  it('has all pictures in one set, each with its side as a tag, its label, and the box with what is said of it', async () => {
    const found = readDataset(fiftyOnes ?? '', 'fiftyone', await written(fiftyOne, 'fiftyone')) as Record<Side, Rows> & { counts: [number, Record<string, number>] };
    for (const side of SIDES) expectSide(found[side], side, null);
    expect(found.counts).toEqual([50, { 'bullet train': 10, 'test tube': 10, 'crane (class 517)': 10, 'Frau "Müller" <b>\'s</b> 🐕: v1.2': 10 }]);
    const [box] = found.train.filter(([label]) => label === 'test tube').flatMap(([, , boxes]) => boxes as [string, number[], { author: string }][]).filter(([, , { author }]) => author === 'accepted');
    expect(box).toEqual(['test tube', [0.3125, 0.25, 0.375, 0.5], { author: 'accepted', session: 'Zoo', frame: 15, time_s: 0.5 }]);
  });
});
