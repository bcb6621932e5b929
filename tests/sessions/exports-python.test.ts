import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvCell } from '../../src/base/shared/csv';
import { cocoAnnotations, cocoCategories, cocoPredictions, type CocoImage } from '../../src/sessions/shared/export/coco';
import { labelStudioConfig, labelStudioNames, labelStudioTasks } from '../../src/sessions/shared/export/label-studio';
import { textExport } from '../../src/sessions/shared/export/text-export';
import { haveExportReaders, readWithPython } from '../support/export-readers';
import { aimedSession, answer, CAT, DOG, manifestOf, ODD_LABELS, oddSpans, sessionOf, sourceOf, textOf } from '../support/session-fixture';
import { SCRATCH } from '../support/shared';

const source = sourceOf(sessionOf());
const readers = haveExportReaders();
let folder: string;

beforeAll(() => {
  mkdirSync(SCRATCH, { recursive: true });
  folder = mkdtempSync(join(SCRATCH, 'exports-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.runIf(readers)('read by Python', () => {
  it('CSV, by the csv module: what a spreadsheet would run is harmless, all else is as it was', async () => {
    const human = readWithPython('csv', write('human.csv', await textOf(textExport(source, 'csv', 'human')))) as Record<string, string>[];
    expect(human.map(({ label }) => label)).toEqual(ODD_LABELS.map(({ name }) => (name.startsWith('=') ? `'${name}` : name)));
    expect(human.map((row) => row['class'])).toEqual(ODD_LABELS.map(({ index }) => (index === undefined ? '' : String(index))));
    expect(human[1]).toMatchObject({ kind: 'span', id: 's1', start_s: '0.5', end_s: '2' });
    const predicted = readWithPython('csv', write('predicted.csv', await textOf(textExport(source, 'csv', 'predicted')))) as Record<string, string>[];
    expect(predicted).toHaveLength(60);
    expect(predicted[2]).toEqual({
      time_s: '0.2', rank: '1', class: '281', label: 'tabby', probability: '0.9', model: 'resnet18', precision: 'fp32',
      latency_ms: String(20 + (200_000 % 7)),
      // An older session, which does not say where the network looked.
      square_left: '', square_top: '', square_side: '', sure: '',
    });
    for (const formula of ['=1', '+1', '-1', '@x', '\t=1', '\r=1', ' =1', '＝1']) expect(csvCell(formula).replaceAll('"', '')[0]).toBe("'");
    expect(csvCell('a-b')).toBe('a-b');
  });

  it('JSONL, by the json module', async () => {
    const predicted = readWithPython('jsonl', write('p.jsonl', await textOf(textExport(source, 'jsonl', 'predicted')))) as object[];
    expect(predicted).toHaveLength(31);
    expect(predicted[0]).toMatchObject({ kind: 'session', name: manifestOf().name });
    expect(predicted[1]).toEqual({ kind: 'recognition', ...answer(0, CAT, 0.9, DOG) });
    const human = readWithPython('jsonl', write('h.jsonl', await textOf(textExport(source, 'jsonl', 'human')))) as object[];
    expect(human.slice(1)).toEqual(oddSpans().spans.map((span) => ({ kind: 'span', ...span })));
  });

  it('SubRip, by srt', async () => {
    const cues = readWithPython('srt', write('h.srt', await textOf(textExport(source, 'srt', 'human')))) as [number, number, number, string][];
    expect(cues.map(([index, start, end]) => [index, start, end])).toEqual(ODD_LABELS.map((_, i) => [i + 1, i / 2, i / 2 + 1.5]));
    expect(cues[2][3]).toBe('(b)bold(/b) & (\\an8) →');
    expect(cues[3][3]).toBe(ODD_LABELS[3].name);
    const predicted = readWithPython('srt', write('p.srt', await textOf(textExport(source, 'srt', 'predicted'))));
    expect(predicted).toEqual([[1, 0, 3, 'tabby 90 %'], [2, 3, 6, 'golden retriever 60 %']]);
  });

  it('COCO, by pycocotools, predictions loaded on top', async () => {
    const images: CocoImage[] = [0, 2_500_000, 4_000_000, 99_000_000].map((timeUs, i) => ({
      file: `images/${i}.jpg`, timeUs, width: 320, height: 240, square: undefined, labels: i === 1 ? ODD_LABELS : i === 2 ? [DOG] : [],
    }));
    const categories = await cocoCategories(source, images);
    const annotations = write('annotations.json', await textOf(cocoAnnotations(source, images, categories)));
    const predictions = write('predictions.json', await textOf(cocoPredictions(source, images, categories)));
    const found = readWithPython('coco', annotations, predictions) as {
      images: Record<string, unknown>[]; labels: Record<string, string[]>; scores: Record<string, [string, number][]>; areas: number[];
      categories: Record<string, string>;
    };
    expect(found.images).toMatchObject([{ id: 1, file_name: 'images/0.jpg', width: 320, height: 240, time_us: 0 }, { id: 2 }, { id: 3 }, { id: 4 }]);
    expect(found.labels['2'].slice(4)).toEqual(['crane', 'crane (class 517)', 'crane (own)', 'con']);
    expect(found.labels['3']).toEqual(['golden retriever']);
    expect(found.labels['4']).toEqual([]);
    expect(found.scores['1'].map(([name]) => name)).toEqual(['tabby', 'golden retriever']);
    expect(found.scores['1'][0][1]).toBeCloseTo(0.9);
    // No answer stood then.
    expect(found.scores['4']).toEqual([]);
    expect(found.areas).toEqual(Array(9).fill(320 * 240));
    expect(found.categories['282']).toBe('tabby');
    expect(new Set(Object.values(found.categories)).size).toBe(Object.keys(found.categories).length);
  });

  it('Label Studio, validated by its SDK against the set-up that goes with it', async () => {
    const video = { url: '/data/local-files/?d=x/film.mp4', rate: 30, frames: 180 };
    const { names, all } = await labelStudioNames(source);
    const tasks = write('tasks.json', await textOf(labelStudioTasks(source, video, names)));
    const config = write('config.xml', labelStudioConfig(video, all, false));
    const found = readWithPython('label-studio', tasks, config) as {
      task: { annotations: { result: { value: object }[] }[]; predictions: { score: number; result: object[] }[] };
      labels: string[]; framerate: string; annotations: boolean[]; predictions: string[][];
    };
    expect(found.annotations).toEqual([true]);
    expect(found.predictions).toEqual([[]]);
    expect(found.framerate).toBe('30');
    expect(new Set(found.labels)).toEqual(new Set(all));
    expect(found.task.annotations[0].result).toHaveLength(ODD_LABELS.length);
    expect(found.task.annotations[0].result[4].value).toEqual({ ranges: [{ start: 61, end: 105 }], timelinelabels: ['crane'] });
    expect(found.task.annotations[0].result[5].value).toMatchObject({ timelinelabels: ['crane (class 517)'] });
    expect(found.task.predictions[0]).toMatchObject({
      model_version: 'resnet18',
      result: [
        { value: { ranges: [{ start: 1, end: 90 }], timelinelabels: ['tabby'] } },
        { value: { ranges: [{ start: 91, end: 180 }], timelinelabels: ['golden retriever'] } },
      ],
    });
    expect(found.task.predictions[0].score).toBeCloseTo(0.75);
  });

  it('where the network looked, as COCO\'s boxes and Label Studio\'s rectangles', async () => {
    const aimed = sourceOf(aimedSession());
    const images: CocoImage[] = [
      { file: 'a.jpg', timeUs: 0, width: 320, height: 240, square: { x: 55, y: 15, width: 210, height: 210 }, labels: [CAT] },
      { file: 'b.jpg', timeUs: 1_400_000, width: 320, height: 240, square: { x: 210.25, y: 30, width: 60.5, height: 60.5 }, labels: [CAT, DOG] },
    ];
    const categories = await cocoCategories(aimed, images);
    const annotations = write('aimed.json', await textOf(cocoAnnotations(aimed, images, categories)));
    const predictions = write('aimed-predictions.json', await textOf(cocoPredictions(aimed, images, categories)));
    const found = readWithPython('coco', annotations, predictions) as { areas: number[]; boxes: number[][]; scores: Record<string, unknown[]> };
    expect(found.areas).toEqual([44_100, 3660.25, 3660.25]);
    expect(found.boxes.slice(0, 2)).toEqual([[55, 15, 210, 210], [210.25, 30, 60.5, 60.5]]);

    const video = { url: '/data/local-files/?d=x/film.mp4', rate: 30, frames: 180 };
    const { names, all } = await labelStudioNames(aimed);
    const tasks = write('aimed-tasks.json', await textOf(labelStudioTasks(aimed, video, names)));
    const task = readWithPython('label-studio', tasks, write('aimed.xml', labelStudioConfig(video, all, true))) as { annotations: boolean[]; predictions: string[][] };
    expect([task.annotations, task.predictions]).toEqual([[true], [[]]]);
  });
});
