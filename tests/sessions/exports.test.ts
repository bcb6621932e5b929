import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { WebVTTParser } from 'webvtt-parser';
import { CocoCategories, cocoAnnotations, cocoCategories, cocoPredictions, type CocoImage } from '../../src/sessions/shared/export/coco';
import { LabelFolders } from '../../src/sessions/shared/export/distinct-names';
import { labelledFrames } from '../../src/sessions/shared/export/frame-plan';
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

  it('plans one a span or every so often, with all labels that hold then', async () => {
    const human = {
      spans: [
        { id: 'a', startUs: 1_000_000, endUs: 3_000_000, label: CAT },
        { id: 'b', startUs: 1_500_000, endUs: 2_500_000, label: DOG },
        { id: 'c', startUs: 4_600_000, endUs: 4_700_000, label: DOG },
      ],
      snapshots: [],
    };
    const one = sourceOf(sessionOf({ human }));
    const plan = async (choice: Parameters<typeof labelledFrames>[2], track: 'human' | 'predicted' = 'human') => {
      const found: [number, string[]][] = [];
      for await (const { timeUs, labels } of labelledFrames(one, track, choice)) found.push([timeUs / 1e6, labels.map(({ name }) => name)]);
      return found;
    };
    const [cat, dog] = [CAT.name, DOG.name];
    expect(await plan({ kind: 'one-a-span' })).toEqual([[2, [cat, dog]], [4.65, [dog]]]);
    expect(await plan({ kind: 'every', everyUs: 500_000 })).toEqual([[1, [cat]], [1.5, [cat, dog]], [2, [cat, dog]], [2.5, [cat]]]);
    expect(await plan({ kind: 'every', everyUs: 100_000 })).toHaveLength(21);
    expect(await plan({ kind: 'every', everyUs: 2_000_000 }, 'predicted')).toEqual([[0, [cat]], [2, [cat]], [4, [dog]]]);
    expect(await plan({ kind: 'one-a-span' }, 'predicted')).toEqual([[1.5, [cat]], [4.5, [dog]]]);
    await expect(plan({ kind: 'every', everyUs: 0 })).rejects.toThrow(RangeError);
  });

  it('gives each label a folder of its own', () => {
    const folders = new LabelFolders();
    const names = ODD_LABELS.map((label) => folders.of(label));
    expect(new Set(names).size).toBe(ODD_LABELS.length);
    expect(names.slice(4)).toEqual(['crane', 'crane (2)', 'crane (3)', '_con']);
    expect(folders.of(ODD_LABELS[5])).toBe('crane (2)');
  });
});

describe('COCO', () => {
  it('an empty COCO set', async () => {
    const none = new CocoCategories();
    const empty = sourceOf(sessionOf({ recognitions: [] }));
    expect(JSON.parse(await textOf(cocoAnnotations(empty, [], none)))).toMatchObject({ images: [], annotations: [], categories: [] });
    expect(JSON.parse(await textOf(cocoPredictions(empty, [], none)))).toEqual([]);
  });
});

describe('what the live view was not sure of', () => {
  const source = sourceOf(sessionOf({ recognitions: [{ ...answer(0, CAT, 0.15), sure: false }, { ...answer(200_000, CAT, 0.9), sure: true }, answer(400_000, DOG, 0.9)] }));

  it('has its figures as they are, and says so', async () => {
    const csv = (await textOf(textExport(source, 'csv', 'predicted'))).split('\r\n');
    expect(csv.slice(1, 4).map((line) => [line.split(',')[4], line.split(',').at(-1)])).toEqual([['0.15', 'false'], ['0.9', 'true'], ['0.9', '']]);
    const jsonl = (await textOf(textExport(source, 'jsonl', 'predicted'))).trim().split('\n').slice(1).map((line) => (JSON.parse(line) as { sure?: boolean }).sure);
    expect(jsonl).toEqual([false, true, undefined]);
    const srt = await textOf(textExport(source, 'srt', 'predicted'));
    expect(srt.match(/^.*%.*$/gm)).toEqual(['tabby 15 % (not sure)', 'tabby 90 %', 'golden retriever 90 %']);
  });
});

describe('where the network looked', () => {
  const aimed = sourceOf(aimedSession());
  const old = sourceOf(sessionOf({ ...aimedSession({ manifest: sessionOf().manifest }), recognitions: sessionOf().recognitions }));
  /** In the picture of 320 x 240 pixels. */
  const AIMED = { x: 210, y: 30, width: 60, height: 60 };
  const MIDDLE = { x: 55, y: 15, width: 210, height: 210 };

  it('is told of an old session nowhere', async () => {
    const csv = await textOf(textExport(old, 'csv', 'predicted'));
    expect(csv.split('\r\n')[0]).toMatch(/latency_ms,square_left,square_top,square_side,sure$/);
    expect(csv.split('\r\n')[1]).toMatch(/,20,,,,$/);
    expect((await textOf(textExport(old, 'csv', 'human'))).split('\r\n')[1]).toMatch(/tabby,,,,$/);
    expect(await textOf(textExport(old, 'jsonl', 'human'))).not.toContain('square');
    const { names } = await labelStudioNames(old);
    expect(await textOf(labelStudioTasks(old, { url: 'x', rate: 30, frames: 180 }, names))).not.toContain('rectangle');
    const whole: CocoImage = { file: 'a.jpg', timeUs: 0, width: 320, height: 240, square: undefined, labels: [CAT] };
    const { info, annotations } = JSON.parse(await textOf(cocoAnnotations(old, [whole], await cocoCategories(old, [whole])))) as Record<string, never[]>;
    expect(info).toMatchObject({ boxes: 'Whole pictures: the session does not say where the network looked.' });
    expect(annotations).toMatchObject([{ bbox: [0, 0, 320, 240], area: 76_800 }]);
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
    expect(predicted[0]).toMatchObject({ models: [{ middle: 0.875 }] });
    expect(predicted.slice(1).map(({ square }) => square !== undefined)).toEqual(Array.from({ length: 15 }, (_, i) => i >= 5 && i < 10));
    const [, cat, dog, kept] = await lines('human');
    const [middle, small] = [{ x: 0.5, y: 0.5, side: 0.875 }, { x: 0.75, y: 0.25, side: 0.25 }];
    expect(cat['squares']).toEqual([{ timeUs: 0, ...middle }, { timeUs: 1_000_000, ...small }, { timeUs: 2_000_000, ...middle }]);
    expect(dog['squares']).toEqual([{ timeUs: 1_200_000, ...small }]);
    expect(kept['square']).toEqual(small);
  });

  it('is COCO\'s box, of a person\'s labels and of the network\'s', async () => {
    const images = [{ ...MIDDLE, timeUs: 0 }, { ...AIMED, timeUs: 1_400_000 }].map(
      ({ timeUs, ...square }): CocoImage => ({ file: `${timeUs}.jpg`, timeUs, width: 320, height: 240, square, labels: [CAT] }),
    );
    const categories = await cocoCategories(aimed, images);
    const { info, annotations } = JSON.parse(await textOf(cocoAnnotations(aimed, images, categories))) as Record<string, never[]>;
    expect(info).toMatchObject({ boxes: 'The square that the network looked at.' });
    expect(annotations).toMatchObject([
      { bbox: [55, 15, 210, 210], area: 44_100 },
      { bbox: [210, 30, 60, 60], area: 3600, segmentation: [[210, 30, 270, 30, 270, 90, 210, 90]] },
    ]);
    const predictions = JSON.parse(await textOf(cocoPredictions(aimed, images, categories))) as { image_id: number; bbox: number[] }[];
    expect(predictions.map(({ image_id, bbox }) => [image_id, ...bbox])).toEqual([
      [1, 55, 15, 210, 210], [1, 55, 15, 210, 210], [2, 210, 30, 60, 60], [2, 210, 30, 60, 60],
    ]);
  });

  it('is a rectangle of Label Studio, which stays until it changes', async () => {
    const video = { url: 'x', rate: 10, frames: 60 };
    const { names, all } = await labelStudioNames(aimed);
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
    expect(labelStudioConfig(video, all, true)).toContain('<VideoRectangle name="square" toName="video"/>');
    expect(labelStudioConfig(video, all, false)).not.toContain('VideoRectangle');
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
  const images: CocoImage[] = [{ file: '0.jpg', timeUs: 0, width: 320, height: 240, square: undefined, labels: [plum] }];

  it('go into each format by their names, and never as classes of ImageNet', async () => {
    const categories = await cocoCategories(own, images);
    const { categories: listed } = JSON.parse(await textOf(cocoAnnotations(own, images, categories))) as { categories: { name: string; supercategory: string }[] };
    expect(listed.map(({ name }) => name).sort()).toEqual(['Pflaume', 'crane']);
    expect(listed.map(({ supercategory }) => supercategory)).toEqual(['own', 'own']);
    const predictions = JSON.parse(await textOf(cocoPredictions(own, images, categories))) as { category_id: number }[];
    expect(predictions).toHaveLength(2);
    const folders = new LabelFolders();
    expect([folders.of(plum), folders.of(crane)]).toEqual(['Pflaume', 'crane']);
    const { all } = await labelStudioNames(own);
    expect([...all].sort()).toEqual(['Pflaume', 'crane']);
    expect(labelStudioConfig({ url: 'x', rate: 10, frames: 60 }, all, false)).toContain('value="Pflaume"');
    const csv = await textOf(textExport(own, 'csv', 'predicted'));
    expect(csv).toContain('Pflaume');
    const lines = (await textOf(textExport(own, 'jsonl', 'predicted'))).trim().split('\n').slice(1).map((line) => JSON.parse(line) as { top: { index?: number; name: string }[] });
    expect(lines[0].top.map(({ index, name }) => [index, name])).toEqual([[undefined, 'Pflaume'], [undefined, 'crane']]);
  });
});
