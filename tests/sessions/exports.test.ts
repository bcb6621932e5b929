import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { WebVTTParser } from 'webvtt-parser';
import { classesOf } from '../../src/sessions/shared/dataset/classes';
import { newDataset } from '../../src/sessions/shared/dataset/dataset';
import { ClassFolders } from '../../src/sessions/shared/dataset/formats/image-folder';
import { labelsOf, planPictures } from '../../src/sessions/shared/dataset/plan-pictures';
import { constantRate, frameRange, labelStudioConfig, labelStudioNames, labelStudioTasks } from '../../src/sessions/shared/export/label-studio';
import { SquareTrack } from '../../src/sessions/shared/square-track';
import { textExport } from '../../src/sessions/shared/export/text-export';
import { answer, aimedSession, CAT, DOG, manifestOf, ODD_LABELS, sessionOf, sourceOf, textOf } from '../support/session-fixture';

const source = sourceOf(sessionOf());

/** What a label's name is where line breaks count as spaces. */
const flat = (name: string): string => name.replace(/[\r\n]+/g, ' ');

describe('WebVTT, read by webvtt-parser (W3C)', () => {
  const entities = createRequire(import.meta.url)('webvtt-parser/html-entities.json') as Record<string, string>;
  const parse = (text: string): ReturnType<WebVTTParser['parse']> => new WebVTTParser(entities).parse(text, 'metadata');

  it('tells a person\'s spans, overlapping, with odd names', async () => {
    const text = await textOf(textExport(source, 'webvtt', 'human'));
    const { cues, errors } = parse(text);
    expect(errors).toEqual([]);
    expect(cues.map(({ startTime, endTime }) => [startTime, endTime])).toEqual(ODD_LABELS.map((_, i) => [i / 2, i / 2 + 1.5]));
    // Through the cue text's own grammar: escapes undone, no tag in it.
    const shown = new WebVTTParser(entities).parse(text, 'subtitles').cues.map(({ tree }) => {
      expect(tree.children).toHaveLength(1);
      expect(tree.children[0].type).toBe('text');
      return tree.children[0].value;
    });
    expect(shown).toEqual(ODD_LABELS.map(({ name }) => flat(name)));
  });

  it('tells the network\'s runs with their mean probability', async () => {
    const { cues, errors } = parse(await textOf(textExport(source, 'webvtt', 'predicted')));
    expect(errors).toEqual([]);
    expect(cues.map(({ startTime, endTime, text }) => [startTime, endTime, text])).toEqual([
      [0, 3, 'tabby 90 %'],
      [3, 6, 'golden retriever 60 %'],
    ]);
  });

  it('is sound without labels, and beyond an hour', async () => {
    const none = sourceOf(sessionOf({ human: { spans: [], snapshots: [] } }));
    expect(parse(await textOf(textExport(none, 'webvtt', 'human')))).toMatchObject({ cues: [], errors: [] });
    const late = { id: 'a', startUs: 3_599_999_600, endUs: 3_599_999_900, label: CAT };
    const long = sourceOf(sessionOf({ human: { spans: [late], snapshots: [] } }));
    const text = await textOf(textExport(long, 'webvtt', 'human'));
    expect(text).toContain('01:00:00.000 --> 01:00:00.001');
    expect(parse(text).errors).toEqual([]);
  });
});

describe('labels that are written as cues, tags or settings', () => {
  const EVIL = [
    'a\n\n9\n00:00:00,000 --> 00:00:09,000\nb', 'a\r\n\r\n00:00.000 --> 00:09.000 align:left\r\nb', 'a\u2028\u2029\u0085\u000bb', 'NOTE x', 'STYLE', 'REGION', 'WEBVTT', '-->', '<v Bob>x</v><c.red>', '&lt;b&gt;', '{\\an8}{b}', '',
  ];
  const evil = sourceOf(sessionOf({ human: { spans: EVIL.map((name, i) => ({ id: `e${i}`, startUs: i * 1e6, endUs: i * 1e6 + 5e5, label: { name } })), snapshots: [] }, manifest: manifestOf({ name: 'a --> b\n\n00:00.000 --> 00:01.000\nc' }) }));

  it('stay one cue each, of plain text', async () => {
    const clock = String.raw`\d\d:\d\d:\d\d[.,]\d{3}`;
    for (const [format, signs] of [['webvtt', '<>'], ['srt', '<>{}']] as const) {
      const text = await textOf(textExport(evil, format, 'human'));
      expect(text.match(/-->/g), format).toHaveLength(EVIL.length);
      const blocks = text.trimEnd().split('\n\n').slice(format === 'webvtt' ? 2 : 0);
      expect(blocks, format).toHaveLength(EVIL.length);
      // Its number, its times, and one line without what players take for markup.
      for (const [i, block] of blocks.entries()) expect(block, format).toMatch(new RegExp(String.raw`^${i + 1}\n${clock} --> ${clock}\n[^\n${signs}\p{Cc}\u2028\u2029]+$`, 'u'));
    }
  });
});

describe('frames', () => {
  it('counts frames as Label Studio does: from 1, both ends inclusive', () => {
    const video = { rate: 30, frames: 60 };
    expect(frameRange(0, 1_000_000, video)).toEqual({ start: 1, end: 30 });
    // 33 333 us is frame 2's own time, rounded.
    expect(frameRange(33_333, 66_667, video)).toEqual({ start: 2, end: 2 });
    expect(frameRange(40_000, 41_000, video)).toEqual({ start: 2, end: 2 });
    expect(frameRange(1_900_000, 9_000_000, video)).toEqual({ start: 58, end: 60 });
    expect(frameRange(0, 1, video)).toEqual({ start: 1, end: 1 });
    expect([29.7, 30, 23.9, 7, 0.5, 1000].map(constantRate)).toEqual([30, 30, 24, 5, 5, 60]);
    expect(constantRate(14)).toBe(15);
  });
});

describe('frames of tables and JSON lines', () => {
  // 25 frames a second, of which every fifth is missing.
  const times = Float64Array.from({ length: 150 }, (_, n) => n * 40_000).filter((_, n) => (n + 3) % 5 !== 0);
  const filmed = { ...sourceOf(aimedSession()), frameTimes: () => Promise.resolve(times) };

  it('count from 0, by the very time that a label has, and by what is in sight between', async () => {
    const rows = (await textOf(textExport(filmed, 'csv', 'human'))).trim().split('\r\n').map((line) => line.split(','));
    expect(rows[0].slice(0, 4)).toEqual(['kind', 'id', 'frame', 'last_frame']);
    expect(rows.slice(1).map((row) => row.slice(1, 4))).toEqual([['cat', '0', '119'], ['dog', '24', '31'], ['kept', '28', '28']]);
    const answers = (await textOf(textExport(filmed, 'jsonl', 'predicted'))).trim().split('\n').map((line) => JSON.parse(line) as { frame: number; timeUs: number });
    // What is shown at 200 ms, 400 ms and on: its frame is missing at no multiple of five.
    for (const { frame, timeUs } of answers) expect(times[frame]).toBe(timeUs);
  });

  it('are null where the film cannot be read; all lines have the same fields', async () => {
    for (const whose of ['human', 'predicted'] as const) {
      const lines = (await textOf(textExport(sourceOf(aimedSession()), 'jsonl', whose))).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(new Set(lines.map((line) => Object.keys(line).join()))).toHaveProperty('size', 1);
      expect(lines.every(({ frame }) => frame === null)).toBe(true);
    }
  });

  it('say whether a label is a guess that was accepted', async () => {
    const session = aimedSession();
    const accepted = sourceOf({ ...session, human: { ...session.human, spans: session.human.spans.map((span, i) => (i === 0 ? { ...span, accepted: true } : span)) } });
    const [head, ...rows] = (await textOf(textExport(accepted, 'csv', 'human'))).trim().split('\r\n').map((line) => line.split(','));
    expect(rows.map((row) => row[head.indexOf('accepted')])).toEqual(['true', 'false', 'false']);
    const names = await labelStudioNames(accepted);
    const [task] = JSON.parse(await textOf(labelStudioTasks(accepted, { url: 'x', rate: 10, frames: 60 }, names))) as { annotations: { result: { origin: string; meta?: object }[] }[] }[];
    expect(task.annotations[0].result.map(({ origin, meta }) => [origin, meta !== undefined])).toEqual([['prediction', true], ['prediction', true], ['manual', false], ['manual', false]]);
  });
});

describe('what the live view was not sure of', () => {
  const source = sourceOf(sessionOf({ recognitions: [{ ...answer(0, CAT, 0.15), sure: false }, { ...answer(200_000, CAT, 0.9), sure: true }, answer(400_000, DOG, 0.9)] }));

  it('has its figures as they are, and says so', async () => {
    const csv = (await textOf(textExport(source, 'csv', 'predicted'))).split('\r\n');
    expect(csv.slice(1, 4).map((line) => [line.split(',')[5], line.split(',').at(-1)])).toEqual([['0.15', 'false'], ['0.9', 'true'], ['0.9', '']]);
    const jsonl = (await textOf(textExport(source, 'jsonl', 'predicted'))).trim().split('\n').map((line) => (JSON.parse(line) as { sure: boolean | null }).sure);
    expect(jsonl).toEqual([false, true, null]);
    const srt = await textOf(textExport(source, 'srt', 'predicted'));
    expect(srt.match(/^.*%.*$/gm)).toEqual(['tabby 15 % (not sure)', 'tabby 90 %', 'golden retriever 90 %']);
  });

  it('is a prediction of its own in Label Studio', async () => {
    const names = await labelStudioNames(source);
    const [task] = JSON.parse(await textOf(labelStudioTasks(source, { url: 'x', rate: 10, frames: 60 }, names))) as { predictions: { model_version: string; result: { score: number }[] }[] }[];
    expect(task.predictions.map(({ model_version, result }) => [model_version, result.map(({ score }) => score)])).toEqual([['resnet18', [0.9, 0.9]], ['resnet18 (not sure)', [0.15]]]);
  });
});

describe('where the network looked', () => {
  const aimed = sourceOf(aimedSession());
  const old = sourceOf(sessionOf({ ...aimedSession({ manifest: sessionOf().manifest }), recognitions: sessionOf().recognitions }));

  it('is told of an old session nowhere', async () => {
    const csv = await textOf(textExport(old, 'csv', 'predicted'));
    expect(csv.split('\r\n')[0]).toMatch(/latency_ms,square_left,square_top,square_side,sure$/);
    expect(csv.split('\r\n')[1]).toMatch(/,20,,,,$/);
    expect((await textOf(textExport(old, 'csv', 'human'))).split('\r\n')[1]).toMatch(/tabby,false,,,,$/);
    for (const line of (await textOf(textExport(old, 'jsonl', 'human'))).trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ squares: [] });
    const names = await labelStudioNames(old);
    expect(await textOf(labelStudioTasks(old, { url: 'x', rate: 30, frames: 180 }, names))).not.toContain('rectangle');
  });

  it('is in tables: of each answer, of a span\'s middle, of a snapshot\'s time', async () => {
    const rows = async (track: 'human' | 'predicted'): Promise<string[]> => (await textOf(textExport(aimed, 'csv', track))).trim().split('\r\n').slice(1);
    const predicted = await rows('predicted');
    expect(predicted).toHaveLength(30);
    expect(predicted.map((row) => row.split(',').slice(-4, -1).join())).toEqual(Array.from({ length: 30 }, (_, i) => (i >= 10 && i < 20 ? '210,30,60' : '55,15,210')));
    expect((await rows('human')).map((row) => row.split(',').slice(-3).join())).toEqual(['55,15,210', '210,30,60', '210,30,60']);
  });

  it('is in JSON lines: of each answer that was aimed, and through each span', async () => {
    const lines = async (track: 'human' | 'predicted'): Promise<Record<string, unknown>[]> =>
      (await textOf(textExport(aimed, 'jsonl', track))).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    const predicted = await lines('predicted');
    const [middle, small] = [{ x: 0.5, y: 0.5, side: 0.875 }, { x: 0.75, y: 0.25, side: 0.25 }];
    expect(predicted.map(({ square }) => square)).toEqual(Array.from({ length: 15 }, (_, i) => (i >= 5 && i < 10 ? small : middle)));
    const [cat, dog, kept] = await lines('human');
    expect(cat['squares']).toEqual([{ timeUs: 0, ...middle }, { timeUs: 1_000_000, ...small }, { timeUs: 2_000_000, ...middle }]);
    expect(dog['squares']).toEqual([{ timeUs: 1_200_000, ...small }]);
    expect(kept['squares']).toEqual([{ timeUs: 1_400_000, ...small }]);
  });

  it('is a rectangle of Label Studio, which stays until it changes', async () => {
    const video = { url: 'x', rate: 10, frames: 60 };
    const names = await labelStudioNames(aimed);
    const [task] = JSON.parse(await textOf(labelStudioTasks(aimed, video, names))) as {
      annotations: { result: { id: string; value: { sequence: Record<string, number>[]; labels: string[] } }[] }[];
      predictions: { result: { id: string; type: string }[] }[];
    }[];
    const { result } = task.annotations[0];
    expect(result.map(({ id }) => id)).toEqual(['cat', 'cat-square', 'dog', 'dog-square']);
    const middle = { x: 17.188, y: 6.25, width: 65.625, height: 87.5 };
    const small = { x: 65.625, y: 12.5, width: 18.75, height: 25 };
    expect(result[1].value).toMatchObject({ framesCount: 60, duration: 6, labels: ['tabby'] });
    expect(result[1].value.sequence).toEqual(
      [[1, middle], [10, middle], [11, small], [20, small], [21, middle], [60, middle]].map(([frame, box], i) => ({
        frame, enabled: i < 5, rotation: 0, ...(box as object), time: ((frame as number) - 1) / 10,
      })),
    );
    expect(result[3].value.sequence.map(({ frame, x }) => [frame, x])).toEqual([[13, 65.625], [16, 65.625]]);
    expect(task.predictions[0].result.map(({ id, type }) => [id, type])).toEqual([['predicted-0-0', 'timelinelabels'], ['predicted-0-0-square', 'videorectangle']]);
    expect(labelStudioConfig([...names.all.keys()], true)).toContain('<VideoRectangle name="square" toName="video"/>');
    expect(labelStudioConfig([...names.all.keys()], false)).not.toContain('VideoRectangle');
  });

  it('is the middle again where answers stop', async () => {
    const { manifest, recognitions } = aimedSession();
    const track = await SquareTrack.of(manifest, recognitions.slice(0, 10));
    expect(track.at(2_799_999)?.side).toBe(0.25);
    expect(track.at(2_800_000)?.side).toBe(0.875);
    expect((await SquareTrack.of(manifest, [])).at(5)?.side).toBe(0.875);
    expect((await SquareTrack.of(sessionOf().manifest, recognitions.slice(0, 5))).known).toBe(false);
  });
});

describe("the classes of a person's own model", () => {
  const [plum, crane] = [{ name: 'Pflaume' }, { name: 'crane' }];
  const recognitions = Array.from({ length: 30 }, (_, i) => answer(i * 200_000, i < 15 ? plum : crane, 0.9, i < 15 ? crane : plum));
  const own = sourceOf(sessionOf({ recognitions, human: { spans: [], snapshots: [] } }));

  it('go into each format by their names, and never as classes of ImageNet', async () => {
    const pictures = await planPictures(own, { ...newDataset('own', []).pictures, whose: 'predicted' });
    const classes = classesOf([], labelsOf(pictures));
    expect(classes).toEqual([{ id: 0, name: 'Pflaume', from: ['own:Pflaume'] }, { id: 1, name: 'crane', from: ['own:crane'] }]);
    const folders = new ClassFolders(classes);
    expect(classes.map((one) => folders.of(one))).toEqual(['Pflaume', 'crane']);
    const { all } = await labelStudioNames(own);
    expect([...all.keys()].sort()).toEqual(['Pflaume', 'crane']);
    expect(labelStudioConfig([...all.keys()], false)).toContain('value="Pflaume"');
    const csv = await textOf(textExport(own, 'csv', 'predicted'));
    expect(csv).toContain('Pflaume');
    const lines = (await textOf(textExport(own, 'jsonl', 'predicted'))).trim().split('\n').map((line) => JSON.parse(line) as { top: { index: number | null; name: string }[] });
    expect(lines[0].top.map(({ index, name }) => [index, name])).toEqual([[null, 'Pflaume'], [null, 'crane']]);
  });
});
