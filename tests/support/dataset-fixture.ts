import { CardCounts, datasetCard } from '../../src/sessions/shared/dataset/card';
import { newDataset, SIDES, type DatasetClass, type DatasetPicture, type PictureClass, type Side } from '../../src/sessions/shared/dataset/dataset';
import type { DatasetContext, DatasetWriter } from '../../src/sessions/shared/dataset/formats/format';
import sharp from 'sharp';
import { manifestOf } from './session-fixture';

/** Names that readers have taken for a split, cut at a dot, or run. */
export const CLASSES: readonly DatasetClass[] = [
  { id: 0, name: 'bullet train', from: ['class:466'] },
  { id: 1, name: 'test tube', from: ['own:test tube'] },
  { id: 2, name: 'crane (class 517)', from: ['class:517'] },
  { id: 3, name: 'mug', from: [] },
  { id: 4, name: 'Frau "Müller" <b>\'s</b> 🐕: v1.2', from: ['own:x'] },
  { id: 5, name: 'background', from: ['own:background'] },
];
const LABELLED = CLASSES.filter(({ from }) => from.length > 0);

/** Pictures: 6 sessions' worth of each class, one red channel each, so that a reader's picture is known by its colour. */
export async function fixturePictures(perSide: Readonly<Record<Side, number>> = { train: 6, val: 2, test: 2 }): Promise<DatasetPicture[]> {
  const found: DatasetPicture[] = [];
  let n = 0;
  for (const side of SIDES) {
    for (let i = 0; i < perSide[side]; i++) {
      for (const { id, name } of LABELLED) {
        const session = ['Zoo', 'Küche v1.2', 'test run'][i % 3];
        const colour = { r: id * 40, g: side === 'train' ? 0 : side === 'val' ? 120 : 240, b: 100 };
        const jpeg = await sharp({ create: { width: 64, height: 48, channels: 3, background: colour } }).jpeg({ quality: 95 }).toBuffer();
        const background = name === 'background';
        const own: PictureClass = { id, name, author: background ? 'unlabelled' : i === 0 ? 'accepted' : 'human' };
        const timeUs = n * 500_000;
        found.push({
          key: `s${i % 3}/${timeUs}`, sessionId: `s${i % 3}`, session, timeUs, labelUs: timeUs, frame: n * 15, snapshot: undefined, labels: [{ label: { name }, author: own.author }],
          square: { x: 0.5, y: 0.5, side: 0.5 }, answer: i === 1 ? undefined : { top: [{ index: 466, name: 'bullet train', probability: 0.75 }], sure: i !== 2 },
          side, file: `${session.replaceAll('.', '_')}-${String(timeUs).padStart(10, '0')}.jpg`, width: 64, height: 48,
          box: { x: 20, y: 12, width: 24, height: 24 }, looked: { x: 20, y: 12, width: 24, height: 24 }, classes: [own], jpeg: new Blob([new Uint8Array(jpeg)]),
        });
        n++;
      }
    }
  }
  return found;
}

export function fixtureContext(pictures: readonly DatasetPicture[]): DatasetContext {
  return {
    definition: { ...newDataset('Zoo & co.', ['s0', 's1', 's2']), licence: 'cc-by-4.0' },
    classes: CLASSES,
    sessions: [0, 1, 2].map((i) => manifestOf({ id: `s${i}`, name: ['Zoo', 'Küche v1.2', 'test run'][i] })),
    modified: new Date(Date.UTC(2026, 10, 25)),
    sides: SIDES.filter((side) => pictures.some((picture) => picture.side === side)),
  };
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

/** A format's files by name, with the card; folders have no bytes. */
export async function writtenFiles(writer: DatasetWriter, pictures: readonly DatasetPicture[], format = 'image-folder'): Promise<ReadonlyMap<string, Buffer>> {
  const context = fixtureContext(pictures);
  const counts = new CardCounts();
  const files = new Map<string, Buffer>();
  for await (const { name, input } of writer(context, counts.through(each(pictures)))) {
    if (files.has(name)) throw new Error(`${name} is written twice.`);
    const parts: Uint8Array[] = [];
    if (typeof input === 'string') parts.push(Buffer.from(input));
    else if (input instanceof Blob) parts.push(new Uint8Array(await input.arrayBuffer()));
    else for await (const part of input) parts.push(part.slice());
    files.set(name, Buffer.concat(parts));
  }
  files.set('README.md', Buffer.from(datasetCard(context, format, counts, { gap: 3, picked: 1, overlapping: 7, missing: 2 })));
  return files;
}
