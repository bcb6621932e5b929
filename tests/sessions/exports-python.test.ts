import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvCell } from '../../src/base/shared/csv';
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
      frame: '', time_s: '0.2', rank: '1', class: '281', label: 'tabby', probability: '0.9', model: 'resnet18', precision: 'fp32',
      latency_ms: String(20 + (200_000 % 7)),
      // An older session, which does not say where the network looked.
      square_left: '', square_top: '', square_side: '', sure: '',
    });
    for (const formula of ['=1', '+1', '-1', '@x', '\t=1', '\r=1', ' =1', '＝1']) expect(csvCell(formula).replaceAll('"', '')[0]).toBe("'");
    expect(csvCell('a-b')).toBe('a-b');
  });

  it('JSONL, by the json module', async () => {
    const predicted = readWithPython('jsonl', write('p.jsonl', await textOf(textExport(source, 'jsonl', 'predicted')))) as object[];
    expect(predicted).toHaveLength(30);
    expect(predicted[0]).toEqual({ kind: 'recognition', session: manifestOf().name, frame: null, model: 'ResNet-18', sure: null, square: null, ...answer(0, CAT, 0.9, DOG) });
    const human = readWithPython('jsonl', write('h.jsonl', await textOf(textExport(source, 'jsonl', 'human')))) as object[];
    expect(human).toMatchObject(oddSpans().spans.map(({ label: { index = null, name }, ...span }) => ({ kind: 'span', ...span, label: { index, name }, accepted: false, squares: [] })));
  });

  it('SubRip, by srt', async () => {
    const cues = readWithPython('srt', write('h.srt', await textOf(textExport(source, 'srt', 'human')))) as [number, number, number, string][];
    expect(cues.map(([index, start, end]) => [index, start, end])).toEqual(ODD_LABELS.map((_, i) => [i + 1, i / 2, i / 2 + 1.5]));
    expect(cues[2][3]).toBe('(b)bold(/b) & (\\an8) →');
    expect(cues[3][3]).toBe(ODD_LABELS[3].name);
    const predicted = readWithPython('srt', write('p.srt', await textOf(textExport(source, 'srt', 'predicted'))));
    expect(predicted).toEqual([[1, 0, 3, 'tabby 90 %'], [2, 3, 6, 'golden retriever 60 %']]);
  });

  it('Label Studio, validated by its SDK against the set-up that goes with it', async () => {
    const video = { url: '/data/local-files/?d=x/film.mp4', rate: 30, frames: 180 };
    const names = await labelStudioNames(source);
    const tasks = write('tasks.json', await textOf(labelStudioTasks(source, video, names)));
    const config = write('config.xml', labelStudioConfig([...names.all.keys()], false));
    const found = readWithPython('label-studio', tasks, config) as {
      task: { annotations: { result: { value: object }[] }[]; predictions: { score: number; result: object[] }[] };
      labels: string[]; framerate: string; annotations: boolean[]; predictions: string[][];
    };
    expect(found.annotations).toEqual([true]);
    expect(found.predictions).toEqual([[]]);
    // Of each task its own.
    expect(found.framerate).toBe('$framerate');
    expect(found.task).toMatchObject({ data: { framerate: 30 } });
    expect(new Set(found.labels)).toEqual(new Set([...names.all.keys()]));
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

  it('where the network looked, as Label Studio\'s rectangles', async () => {
    const aimed = sourceOf(aimedSession());
    const video = { url: '/data/local-files/?d=x/film.mp4', rate: 30, frames: 180 };
    const names = await labelStudioNames(aimed);
    const tasks = write('aimed-tasks.json', await textOf(labelStudioTasks(aimed, video, names)));
    const task = readWithPython('label-studio', tasks, write('aimed.xml', labelStudioConfig([...names.all.keys()], true))) as { annotations: boolean[]; predictions: string[][] };
    expect([task.annotations, task.predictions]).toEqual([[true], [[]]]);
  });
});
