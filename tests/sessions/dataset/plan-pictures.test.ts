import { describe, expect, it } from 'vitest';
import { labelKey } from '../../../src/base/shared/labels/label-ref';
import { classByLabel, classesOf, labelOfClass, namesById, renameClass } from '../../../src/sessions/shared/dataset/classes';
import type { PictureRules } from '../../../src/sessions/shared/dataset/dataset';
import { planPictures, settleOverlaps } from '../../../src/sessions/shared/dataset/plan-pictures';
import { relabelSnapshot } from '../../../src/sessions/shared/edit-labels';
import { textExport } from '../../../src/sessions/shared/export/text-export';
import { foldEdits } from '../../../src/sessions/shared/human-labels';
import { parseHumanEdit } from '../../../src/sessions/shared/parse';
import type { HumanLabels } from '../../../src/sessions/shared/session';
import { aimedSession, answer, CAT, DOG, sessionOf, sourceOf, textOf } from '../../support/session-fixture';

const RULES: PictureRules = { whose: 'human', everyUs: 500_000, marginUs: 0, background: false, overlaps: 'each' };
const HUMAN = {
  spans: [
    { id: 'a', startUs: 1_000_000, endUs: 3_000_000, label: CAT, accepted: true as const },
    { id: 'b', startUs: 1_500_000, endUs: 2_500_000, label: DOG },
    { id: 'c', startUs: 4_600_000, endUs: 4_700_000, label: DOG },
  ],
  snapshots: [{ id: 'k', timeUs: 3_600_000, file: '3600000.jpg', label: DOG }, { id: 'u', timeUs: 3_700_000, file: '3700000.jpg', label: undefined }],
};
const source = sourceOf(sessionOf({ human: HUMAN }));
const [cat, dog] = [CAT.name, DOG.name];

async function plan(rules: Partial<PictureRules>, from = source): Promise<[number, string[]][]> {
  const { pictures } = settleOverlaps(await planPictures(from, { ...RULES, ...rules }), rules.overlaps ?? RULES.overlaps, labelKey);
  return pictures.map(({ timeUs, labels }) => [timeUs / 1e6, labels.map(({ label }) => label.name)]);
}

describe('which pictures a training set takes', () => {
  it('one a span or every so often, with all labels that hold then, and snapshots that have one', async () => {
    expect(await plan({ everyUs: undefined })).toEqual([[2, [cat, dog]], [3.6, [dog]], [4.65, [dog]]]);
    expect(await plan({})).toEqual([[1, [cat]], [1.5, [cat, dog]], [2, [cat, dog]], [2.5, [cat]], [3.6, [dog]], [4.65, [dog]]]);
    expect(await plan({ everyUs: 2_000_000, whose: 'predicted' })).toEqual([[0, [cat]], [2, [cat]], [4, [dog]]]);
    expect(await plan({ everyUs: undefined, whose: 'predicted' })).toEqual([[1.5, [cat]], [4.5, [dog]]]);
  });

  it('a kept picture whose label was the network\'s guess, as one that was accepted; another word for it is the person\'s own', async () => {
    const [kept] = HUMAN.snapshots;
    const accepted = { ...HUMAN, snapshots: [{ ...kept, accepted: true as const }] };
    const authors = async (human: HumanLabels): Promise<unknown> => (await planPictures(sourceOf(sessionOf({ human })), RULES)).find(({ snapshot }) => snapshot)?.labels;
    expect(await authors(accepted)).toEqual([{ label: DOG, author: 'accepted' }]);
    expect(await textOf(textExport(sourceOf(sessionOf({ human: accepted })), 'csv', 'human'))).toMatch(/^snapshot,k,.*,true,3600000\.jpg/mu);
    const [edit] = relabelSnapshot(accepted, 'k', CAT);
    expect(parseHumanEdit(JSON.parse(JSON.stringify({ kind: 'put-snapshot', snapshot: accepted.snapshots[0] })))).toEqual({ kind: 'put-snapshot', snapshot: accepted.snapshots[0] });
    expect(await authors(foldEdits([edit], accepted))).toEqual([{ label: CAT, author: 'human' }]);
  });

  it('what becomes of several labels is chosen, and counted', async () => {
    expect(await plan({ overlaps: 'latest' })).toEqual([[1, [cat]], [1.5, [dog]], [2, [dog]], [2.5, [cat]], [3.6, [dog]], [4.65, [dog]]]);
    expect(await plan({ overlaps: 'none' })).toEqual([[1, [cat]], [2.5, [cat]], [3.6, [dog]], [4.65, [dog]]]);
    for (const overlaps of ['each', 'latest', 'none'] as const) expect(settleOverlaps(await planPictures(source, RULES), overlaps, labelKey).overlapping).toBe(2);
    // Two labels of one class are none too many.
    const merged = settleOverlaps(await planPictures(source, RULES), 'none', () => 0);
    expect([merged.overlapping, merged.pictures.length]).toEqual([0, 6]);
  });

  it('nothing near the ends of a span, but the middle of a short one', async () => {
    // At 1.5 s the dog has just begun, so that nobody knows.
    expect(await plan({ everyUs: 250_000, marginUs: 300_000 })).toEqual([[2, [cat, dog]], [2.5, [cat]], [3.6, [dog]], [4.65, [dog]]]);
    expect(await plan({ everyUs: undefined, marginUs: 300_000 })).toEqual([[2, [cat, dog]], [3.6, [dog]], [4.65, [dog]]]);
  });

  it('background from time without labels, away from the ends of spans', async () => {
    const found = await plan({ background: true, everyUs: 500_000, marginUs: 400_000 });
    const times = found.filter(([, labels]) => labels[0] === 'background').map(([time]) => time);
    expect(times).toEqual([0, 0.5, 3.5, 4, 5.5]);
    expect((await plan({ background: true, everyUs: undefined })).filter(([, labels]) => labels[0] === 'background').map(([time]) => time)).toEqual([0, 3, 4, 5]);
  });

  it('each frame of the film once, at its own time and number', async () => {
    const frames = Float64Array.from({ length: 60 }, (_, n) => n * 100_000);
    const filmed = { ...source, frameTimes: () => Promise.resolve(frames) };
    const pictures = await planPictures(filmed, { ...RULES, everyUs: 30_000 });
    const film = pictures.filter(({ snapshot }) => snapshot === undefined);
    expect(film.map(({ frame }) => frame)).toEqual([...Array.from({ length: 20 }, (_, i) => 10 + i), 46]);
    for (const { frame, timeUs } of film) expect(frames[frame ?? -1]).toBe(timeUs);
    expect((await planPictures(filmed, { ...RULES, everyUs: 0 })).filter(({ snapshot }) => snapshot === undefined).map(({ frame }) => frame)).toEqual(film.map(({ frame }) => frame));
  });

  it('says whose a label is, and what the network said then; what was not sure is no label', async () => {
    const pictures = await planPictures(source, RULES);
    expect(pictures[1].labels.map(({ author }) => author)).toEqual(['accepted', 'human']);
    expect(pictures[0].answer?.top[0].name).toBe(cat);
    const unsure = sourceOf(sessionOf({ recognitions: [{ ...answer(0, CAT, 0.2), sure: false }, { ...answer(200_000, DOG, 0.9), sure: true }] }));
    const predicted = await planPictures(unsure, { ...RULES, whose: 'predicted', everyUs: 100_000 });
    expect(new Set(predicted.flatMap(({ labels }) => labels.map(({ label }) => label.name)))).toEqual(new Set([dog]));
    expect(predicted[0].labels[0]).toMatchObject({ author: 'network', probability: 0.9 });
  });

  it('knows where the network looked', async () => {
    const pictures = await planPictures(sourceOf(aimedSession()), { ...RULES, everyUs: 1_000_000 });
    expect(pictures.map(({ square }) => square?.side)).toEqual([0.875, 0.25, 0.25, 0.25, 0.875, 0.875, 0.875, 0.875]);
  });
});

describe('the classes of a dataset', () => {
  const CRANES = [{ index: 134, name: 'crane' }, { index: 517, name: 'crane' }];

  it('number labels by name, keep the numbers that are known, and take a person\'s own as ImageNet\'s where it is called so', () => {
    const first = classesOf([], [DOG, CAT, { name: 'Tabby' }, { name: 'mug' }]);
    expect(first).toEqual([
      { id: 0, name: dog, from: ['class:207'] },
      { id: 1, name: cat, from: ['class:281', 'own:Tabby'] },
      { id: 2, name: 'mug', from: ['own:mug'] },
    ]);
    const later = classesOf(first, [...CRANES, { name: 'crane' }, CAT, { name: 'apple' }]);
    expect(later.slice(0, 3)).toEqual(first);
    expect(later.slice(3).map(({ id, name }) => [id, name])).toEqual([[3, 'crane'], [4, 'crane (class 517)'], [5, 'apple'], [6, 'crane (own)']].sort((a, b) => Number(a[0]) - Number(b[0])));
    expect(classByLabel(later).get('class:517')?.id).toBe(4);
  });

  it('are never called alike, and a person\'s words with a number are their own', () => {
    const known = classesOf([], CRANES);
    const later = classesOf(known, [{ name: 'crane' }]);
    expect(new Set(later.map(({ name }) => name)).size).toBe(3);
    // Known before ImageNet's class of the name comes in.
    const banana = classesOf([], [{ name: 'banana' }]);
    expect(classesOf(banana, [{ index: 954, name: 'banana' }])).toEqual([{ id: 0, name: 'banana', from: ['own:banana', 'class:954'] }]);
    const door = classesOf([], [{ name: 'door (class 2)' }]);
    expect(classesOf(door, [{ name: 'door' }]).map(({ name }) => name)).toEqual(['door (class 2)', 'door']);
    // Which of two is meant nobody knows.
    expect(classesOf(classesOf([], [{ name: 'crane' }]), CRANES).map(({ from }) => from)).toEqual([['own:crane'], ['class:134'], ['class:517']]);
  });

  it('are renamed, and merged where the name is another\'s; a number is never given again', () => {
    const classes = classesOf([], [CAT, DOG, { name: 'mug' }]);
    expect(renameClass(classes, 2, 'cup').map(({ name }) => name)).toEqual([dog, cat, 'cup']);
    const merged = renameClass(classes, 2, ' TABBY ');
    expect(merged.map(labelOfClass)).toEqual([{ index: 207, name: dog }, { index: 281, name: cat }, undefined]);
    expect(labelOfClass({ id: 0, name: 'cup', from: ['own:mug: blue'] })).toEqual({ name: 'mug: blue' });
    expect(classByLabel(merged).get('own:mug')).toMatchObject({ id: 1, name: cat });
    expect(namesById(merged)).toEqual([dog, cat, 'unused-2']);
    expect(classesOf(merged, [{ name: 'apple' }]).at(-1)).toMatchObject({ id: 3, name: 'apple' });
  });
});
