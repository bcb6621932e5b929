import { beforeEach, describe, expect, it, vi } from 'vitest';
import { numberedName } from '../../../src/base/shared/own-model';
import { StillReader } from '../../../src/sessions/page/still-source';
import { newDataset, type ChosenStill, type DatasetDefinition } from '../../../src/sessions/shared/dataset/dataset';
import { chooseStill, filmTimes, labelsOfStill, shownStill, stillMoments, stillsOf, type KeptStill } from '../../../src/sessions/shared/dataset/still';
import { modifiedAt, planDataset, planOf } from '../../../src/sessions/worker/dataset/plan-dataset';
import { memoryFiles } from '../../support/memory-files';
import { CAT } from '../../support/session-fixture';
import { keepSession } from './kept-session';

const device = memoryFiles();
const NOW = Date.UTC(2026, 10, 27);
const MUG = { name: 'mug' };

const kept = (key: number, seconds: number): KeptStill => ({
  key, name: `mug-${key}.png`, file: new Blob(), thumbnail: undefined, takenAt: NOW + seconds * 1000, width: 400, height: 200, square: { x: 0, y: 0, width: 100, height: 100 }, answers: [{ index: 281, probability: 0.9 }], model: 'resnet18',
});
const chosen = (key: number, label = MUG): ChosenStill => ({ key, label });
const set = (stills: readonly ChosenStill[], change: Partial<DatasetDefinition> = {}): DatasetDefinition => ({ ...newDataset('Zoo', []), stills, ...change });

describe('pictures of no session in a training set', () => {
  beforeEach(() => device.clear());

  it('are those that are there still, with the label that was given, their region and what the network said', async () => {
    const stills = stillsOf([{ key: 2, label: CAT, accepted: true }, chosen(9)], [kept(1, 0), kept(2, 5)]);
    expect(stills.map(({ key }) => key)).toEqual([2]);
    const planned = await planDataset(set([]), stills);
    expect(planned.pictures).toEqual([{
      key: 'pictures/2', sessionId: 'pictures', timeUs: 0, labelUs: 0, frame: undefined, snapshot: undefined, still: 2, labels: [{ label: CAT, author: 'accepted' }],
      square: { x: 0.125, y: 0.25, side: 0.5 }, answer: { top: [{ ...CAT, probability: 0.9 }] },
    }]);
    expect(modifiedAt(planned)).toEqual(new Date(NOW + 5000));
  });

  it('stand beside those of sessions under one set of classes, and are fixed as these are; where labels are the network\'s they are none', async () => {
    await keepSession({ id: 'one', name: 'Zoo' }, [{ kind: 'put-span', span: { id: 'a', startUs: 0, endUs: 500_000, label: { name: 'Mug' } } }]);
    const stills = stillsOf([chosen(1), chosen(2)], [kept(1, 0), kept(2, 60)]);
    const definition = set([], { sessionIds: ['one'], split: { ...newDataset('', []).split, by: 'none' } });
    const { classes, counts, sides } = planOf(await planDataset(definition, stills));
    expect(classes).toEqual([{ id: 0, name: 'Mug', from: ['own:Mug', 'own:mug'] }]);
    expect([counts.get(0)?.train, sides.train]).toEqual([3, 3]);
    const fixed = await planDataset({ ...definition, leftOut: ['pictures/1'], given: { 'pictures/2': CAT } }, stills);
    expect(fixed.pictures.filter(({ still }) => still !== undefined).map(({ key, labels }) => [key, labels[0].label])).toEqual([['pictures/2', CAT]]);
    const predicted = await planDataset({ ...definition, pictures: { ...definition.pictures, whose: 'predicted' } }, stills);
    expect(predicted.pictures.some(({ still }) => still !== undefined)).toBe(false);
  });

  it('have the label that was tapped last, whatever was fixed before, and are told where they are gone', async () => {
    const [one, two] = [kept(1, 0), kept(2, 60)];
    const set0 = set([chosen(1), chosen(2), chosen(3)], { leftOut: ['pictures/1', 'pictures/3', 'one/0'], given: { 'pictures/1': CAT, 'pictures/2': CAT, 'one/5': CAT } });
    expect(planOf(await planDataset(set0, stillsOf(set0.stills, [one, two]))).gone).toBe(1);
    expect([1, 2, 3, 4].map((key) => shownStill(set0, key)?.label)).toEqual([undefined, CAT, undefined, undefined]);
    const tapped = chooseStill(set0, 1, chosen(1, { name: 'cup' }), [one, two]);
    expect(tapped).toMatchObject({ stills: [chosen(2), chosen(1, { name: 'cup' })], leftOut: ['one/0'], given: { 'pictures/2': CAT, 'one/5': CAT } });
    const planned = await planDataset(tapped, stillsOf(tapped.stills, [one, two]));
    expect(planned.pictures.map(({ key, labels }) => [key, labels[0].label])).toEqual([['pictures/2', CAT], ['pictures/1', { name: 'cup' }]]);
    expect(planOf(planned).gone).toBe(0);
    expect(chooseStill(tapped, 2, undefined, [one, two])).toMatchObject({ stills: [chosen(1, { name: 'cup' })], given: { 'one/5': CAT } });
    expect(Object.keys(chooseStill(tapped, 2, undefined, [one, two]).given)).toEqual(['one/5']);
  });

  it('stand where the film was then, behind its pauses too; in a pause beside what was filmed before or after it', () => {
    // 10 s, a pause of 60 s, 10 s, a pause of 1 s, 10 s.
    const pauses = [{ timeUs: 10e6, lengthUs: 60e6 }, { timeUs: 20e6, lengthUs: 1e6 }];
    const seconds = [-1, 5, 11, 40, 69, 75, 79.9, 80.8, 82, 91.5];
    const stills = stillsOf(seconds.map((_, key) => chosen(key)), seconds.map((at, key) => kept(key, at)));
    const film = { createdAt: NOW, durationUs: 30e6, pauses };
    const found = [...stillMoments(stills, filmTimes('one', film), { by: 'moment', gapUs: 2e6 }).values()];
    expect(found.map(({ film: of, timeUs }) => (of === 'one' ? timeUs / 1e6 : of))).toEqual([-1, 5, 10, 'pictures', 10, 15, 19.9, 20, 21, 30.5]);
  });

  it('are split as the film was taken that its session tells of', async () => {
    await keepSession({ id: 'one', name: 'one', createdAt: NOW, durationUs: 20e6, pauses: [{ timeUs: 10e6, lengthUs: 600e6 }] }, [{ kind: 'put-span', span: { id: 'a', startUs: 0, endUs: 20e6, label: MUG } }]);
    const seconds = [612.5, 615.5, 618.5];
    const planned = await planDataset(set([], { sessionIds: ['one'], split: { ...newDataset('', []).split, by: 'session' } }), stillsOf(seconds.map((_, key) => chosen(key)), seconds.map((at, key) => kept(key, at))));
    expect(new Set(planned.sides.values()).size).toBe(1);
    expect(planned.sides.size).toBe(planned.pictures.length);
  });

  it('call an answer without a name by its network, as sessions do; they are read once, until they are asked for anew', async () => {
    const one: KeptStill = { ...kept(1, 0), answers: [{ index: 3, name: numberedName(3), ofNetwork: true, probability: 0.9 }], model: 'device-1a2b' };
    const keptPictures = vi.fn(() => Promise.resolve([one, { ...one, key: 2, model: 'device-gone' }]));
    const source = new StillReader(() => Promise.resolve({ keptPictures }), () => [{ manifest: { id: 'device-1a2b', name: 'zoo' } }]);
    keptPictures.mockRejectedValueOnce(new Error('busy'));
    await expect(source.all()).rejects.toThrow('busy');
    for (let times = 0; times < 2; times++) expect((await source.all()).map((each) => labelsOfStill(each)[0].name)).toEqual([`${numberedName(3)} (zoo)`, `${numberedName(3)} (device-gone)`]);
    expect(keptPictures).toHaveBeenCalledTimes(2);
    await source.anew().all();
    expect(keptPictures).toHaveBeenCalledTimes(3);
  });

  it.each(['moment', 'session'] as const)('are split so that those of one moment are on one side: by %s', async (by) => {
    // Thirty bursts of three within a second, a minute apart.
    const all = stillsOf(Array.from({ length: 90 }, (_, i) => chosen(i)), Array.from({ length: 90 }, (_, i) => kept(i, Math.floor(i / 3) * 60 + (i % 3) * 0.4)));
    const { sides } = await planDataset(set([], { split: { ...newDataset('', []).split, by } }), all);
    const of = (i: number) => sides.get(`pictures/${i}`);
    for (let i = 0; i < 90; i += 3) expect(new Set([of(i), of(i + 1), of(i + 2)].filter((side) => side !== undefined)).size).toBe(1);
    expect(new Set(sides.values())).toEqual(new Set(['train', 'val', 'test']));
  });

  it.each(['moment', 'session'] as const)('go with the film that was taken then, or just before or after: by %s', async (by) => {
    const every = 3;
    const length = 60;
    for (const [i, id] of ['one', 'two', 'three'].entries()) {
      await keepSession({ id, name: id, createdAt: NOW + i * 600_000, durationUs: length * 1e6 }, [{ kind: 'put-span', span: { id: 'a', startUs: 0, endUs: length * 1e6, label: MUG } }]);
    }
    // Of each film from 3 s before it to 3 s behind it: the first and the last are beside their neighbours, not beside the film.
    const seconds = [0, 600, 1200].flatMap((start) => [-3, -1.5, ...Array.from({ length: length / every }, (_, i) => 0.4 + i * every), 61, 62.5].map((at) => start + at));
    const stills = stillsOf(seconds.map((_, key) => chosen(key)), seconds.map((at, key) => kept(key, at)));
    const planned = await planDataset(set([], { sessionIds: ['one', 'two', 'three'], split: { ...newDataset('', []).split, by } }), stills);
    const places = planned.pictures.flatMap(({ key, sessionId, timeUs, still }) => {
      const side = planned.sides.get(key);
      return side ? [{ side, still, at: still === undefined ? ['one', 'two', 'three'].indexOf(sessionId) * 600 + timeUs / 1e6 : seconds[still] }] : [];
    });
    const taken = places.filter(({ still }) => still !== undefined);
    expect(taken.length).toBeGreaterThan(seconds.length / 2);
    for (const { side, at } of taken) expect(new Set(places.filter((one) => Math.abs(one.at - at) < (by === 'session' ? 100 : 2)).map((one) => one.side)), `${at} s`).toEqual(new Set([side]));
    expect(new Set(places.map(({ side }) => side))).toEqual(new Set(['train', 'val', 'test']));
  });
});
