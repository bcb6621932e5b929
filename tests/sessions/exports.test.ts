import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { WebVTTParser } from 'webvtt-parser';
import { CocoCategories, cocoAnnotations, cocoPredictions } from '../../src/sessions/shared/export/coco';
import { LabelFolders } from '../../src/sessions/shared/export/distinct-names';
import { labelledFrames } from '../../src/sessions/shared/export/frame-plan';
import { constantRate, frameRange } from '../../src/sessions/shared/export/label-studio';
import { textExport } from '../../src/sessions/shared/export/text-export';
import { CAT, DOG, ODD_LABELS, sessionOf, sourceOf, textOf } from '../support/session-fixture';

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
