import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveClasses, NewExample, TeachChange } from '../../../src/teach/shared/teach';
import { askHead } from '../../../src/teach/shared/head';
import type { FeatureModel } from '../../../src/recognise/shared/feature-model';
import { MemoryClassStore, readLiveClasses } from '../../../src/teach/worker/class-store';
import { readTraining } from '../../../src/teach/worker/stored-records';
import { TeachService } from '../../../src/teach/worker/teach-service';
import { problemOf } from '../../../src/teach/worker/training';
import { examplesOf } from '../../support/taught-examples';

const MODEL: FeatureModel = { id: 'resnet18', name: 'ResNet-18', precision: 'fp32', sha256: 'aa', width: 24 };
const ELSE: FeatureModel = { ...MODEL, sha256: 'bb' };
const nothing = (): void => undefined;

function news(label: number, count: number, options: Parameters<typeof examplesOf>[2] = {}): NewExample[] {
  return examplesOf(label, count, options).map(({ features, group }) => ({
    features: Float32Array.from(features), image: undefined, group, source: 'camera' as const,
  }));
}

describe('TeachService', () => {
  let store: MemoryClassStore;
  let changes: TeachChange[];
  let service: TeachService;
  const live = (): LiveClasses | undefined => changes.flatMap((c) => (c.kind === 'live' ? [c.live] : [])).at(-1);

  beforeEach(() => {
    store = new MemoryClassStore();
    changes = [];
    service = new TeachService(() => Promise.resolve(store), (change) => changes.push(change));
  });

  async function teach(...names: string[]): Promise<string[]> {
    const ids: string[] = [];
    for (const [label, name] of names.entries()) {
      const id = await service.addClass(name);
      ids.push(id);
      await service.addExamples(id, MODEL, news(label, 8));
    }
    return ids;
  }

  it('learns things, keeps the head and tells every recogniser', async () => {
    const ids = await teach('mug', 'key');
    const progress = vi.fn();
    const result = await service.train(MODEL, progress);
    expect(result?.thingIds).toEqual(ids);
    expect(result?.report.named.share).toBeGreaterThan(0.9);
    expect(progress).toHaveBeenCalled();
    const head = live()?.head;
    expect(head?.names).toEqual(['mug', 'key']);
    expect(head && askHead(head, examplesOf(1, 1)[0].features).best).toBe(1);
    expect(await readLiveClasses(store)).toEqual(live());
    expect(await service.state()).toMatchObject({ stale: false, enabled: true, model: MODEL });
  });

  it('lists examples in the order they came, with anything else last', async () => {
    const other = await service.addClass('Anything else', true);
    const [mug] = await teach('mug');
    expect(await service.addClass('whatever', true)).toBe(other);
    const { classes } = await service.state();
    expect(classes.map((t) => t.id)).toEqual([mug, other]);
    expect(classes[0].examples.map((e) => e.group)).toEqual(Array.from({ length: 8 }, (_, i) => `0-${i}`));
  });

  it('refuses a name that is taken, whatever its case, and an empty one', async () => {
    const [mug, key] = await teach('mug', 'key');
    await expect(service.addClass(' MUG ')).rejects.toMatchObject({ code: 'name-taken' });
    await expect(service.rename(key, 'Mug')).rejects.toMatchObject({ code: 'name-taken' });
    await expect(service.addClass('  ')).rejects.toMatchObject({ code: 'name-taken' });
    // Nor in another Unicode form, or with characters between that nobody sees.
    await expect(service.addClass('\u200bm\u00adug\u2060')).rejects.toMatchObject({ code: 'name-taken' });
    await expect(service.addClass('\u200b\u3164')).rejects.toMatchObject({ code: 'name-taken' });
    await service.addClass('Caf\u00e9');
    await expect(service.addClass('cafe\u0301')).rejects.toMatchObject({ code: 'name-taken' });
    await service.rename(mug, 'Mug');
    expect((await service.state()).classes[0].name).toBe('Mug');
  });

  it('renames what is live without learning anew', async () => {
    const [mug] = await teach('mug', 'key');
    await service.train(MODEL, nothing);
    await service.rename(mug, 'cup');
    expect(live()?.head.names).toEqual(['cup', 'key']);
    expect((await service.state()).stale).toBe(false);
  });

  it('names a deleted thing no more, and brings it back with all its examples', async () => {
    const [mug] = await teach('mug', 'key');
    await service.train(MODEL, nothing);
    const token = await service.deleteClass(mug);
    expect(live()).toBeUndefined();
    expect((await service.state()).classes.map((t) => t.name)).toEqual(['key']);
    await service.undo(token);
    const { classes, stale } = await service.state();
    expect(classes.map((t) => [t.name, t.examples.length])).toEqual([['mug', 8], ['key', 8]]);
    expect(stale).toBe(true);
    await service.undo(token);
    expect((await service.state()).classes).toHaveLength(2);
  });

  it('undoes added and deleted examples', async () => {
    const [mug] = await teach('mug');
    const added = await service.addExamples(mug, MODEL, news(0, 1));
    const id = (await service.state()).classes[0].examples[8].id;
    const deleted = await service.deleteExamples([id]);
    expect((await store.examples()).some((one) => one.id === id)).toBe(false);
    await service.undo(deleted);
    expect((await store.examples()).some((one) => one.id === id)).toBe(true);
    await service.undo(added);
    expect((await service.state()).classes[0].examples).toHaveLength(8);
  });

  it('holds out by moment: what is shown to the camera again within two seconds was seen just before', () => {
    const at = (thingId: string, addedAt: number, group: string, source: 'camera' | 'picture' = 'camera') => ({ id: group, thingId, group, addedAt, source, model: MODEL, features: new Float32Array(24).fill(1), picture: undefined });
    const classes = ['a', 'b'].map((id, i) => ({ id, name: id, other: false, createdAt: i }));
    const examples = [at('a', 0, 'a1'), at('a', 1500, 'a2'), at('a', 3000, 'a3'), at('b', 3100, 'b1'), at('a', 5500, 'a4'), at('b', 6000, 'b2', 'picture'), at('b', 6001, 'b3', 'picture')];
    expect(problemOf(classes, examples, MODEL).examples.map(({ group }) => group)).toEqual(['a1', 'a1', 'a1', 'b1', 'a4', 'b2', 'b3']);
  });

  it('reads what versions with an adapter kept, and takes the head without it', async () => {
    await teach('mug', 'key');
    const result = await service.train(MODEL, nothing);
    const training = await store.training();
    if (!result || !training) throw new Error('Nothing was learned.');
    const plain = { ...result.report, wrong: [3], logLoss: 0.7 };
    const old = (kind: string) => ({
      result: { ...result, adapter: { kind, plain, adapted: result.report }, adapterSeconds: 7 },
      live: { ...training.live, adapted: { head: training.live.head, adapter: { rank: 4, down: new Float32Array(1), up: new Float32Array(1) } } },
    });
    expect(readTraining(old('kept'))).toEqual({ result: { ...result, report: plain, wrongIds: [result.exampleIds[3]] }, live: training.live });
    expect(readTraining(old('not-better'))).toEqual(training);
    expect(readTraining({ ...training, live: {} })).toBeUndefined();
  });

  it('learns once more what was learned before moments were counted, and names it meanwhile', async () => {
    await teach('mug', 'key');
    await service.train(MODEL, nothing);
    const training = await store.training();
    if (!training) throw new Error('Nothing was learned.');
    const { moments, ...report } = training.result.report;
    expect(moments).toMatchObject({ count: 0 });
    const old = { ...training, result: { ...training.result, report } };
    expect(readTraining(old)).toEqual(old);
    await store.setTraining(readTraining(old));
    expect(await service.state()).toMatchObject({ stale: true });
    expect((await readLiveClasses(store))?.head.names).toEqual(['mug', 'key']);
    await service.train(MODEL, nothing);
    expect(await service.state()).toMatchObject({ stale: false });
  });

  it('deletes all and takes it back', async () => {
    await teach('mug', 'key');
    const token = await service.deleteAll();
    expect((await service.state()).classes).toEqual([]);
    expect(await service.train(MODEL, nothing)).toBeUndefined();
    await service.undo(token);
    expect((await service.state()).classes).toHaveLength(2);
  });

  it('ends a training that is cancelled or overtaken, keeping what was live', async () => {
    await teach('mug', 'key');
    await service.train(MODEL, nothing);
    const before = await store.training();
    let steps = 0;
    const cancelled = service.train(MODEL, () => {
      if (++steps === 2) service.cancel();
    });
    expect(await cancelled).toBeUndefined();
    expect(steps).toBe(2);
    expect(await store.training()).toBe(before);
    const [first, second] = await Promise.all([service.train(MODEL, nothing), service.train(MODEL, nothing)]);
    expect(first).toBeUndefined();
    expect(second).toBeDefined();
  });

  it('learns only from examples of the network that runs, and can learn others anew', async () => {
    const [mug, key] = await teach('mug', 'key');
    await service.addExamples(key, ELSE, news(5, 3));
    expect((await service.train(MODEL, nothing))?.exampleIds).toHaveLength(16);
    expect((await service.train(ELSE, nothing))?.thingIds).toEqual([key]);
    const ids = (await service.state()).classes.find((t) => t.id === mug)?.examples.map((e) => e.id) ?? [];
    await service.updateFeatures(ELSE, ids.map((id, i) => ({ id, features: news(7, 8)[i].features })));
    expect((await service.train(ELSE, nothing))?.thingIds).toEqual([mug, key]);
  });

  it('refuses features of another length than the network\'s: they could not be read back', async () => {
    const [mug] = await teach('mug');
    const wide = news(0, 1, { width: 25 });
    await expect(service.addExamples(mug, MODEL, wide)).rejects.toThrow('gave 25 features where it has 24');
    const [{ id }] = await store.examples();
    await expect(service.updateFeatures(MODEL, [{ id, features: wide[0].features }])).rejects.toThrow('nothing was kept');
    expect((await store.examples()).every(({ features }) => features.length === 24)).toBe(true);
    expect(await store.examples()).toHaveLength(8);
  });

  it('can be switched off and on', async () => {
    await teach('mug', 'key');
    await service.train(MODEL, nothing);
    await service.enable(false);
    expect(live()).toBeUndefined();
    expect(await readLiveClasses(store)).toBeUndefined();
    await service.enable(true);
    expect(live()?.head.names).toEqual(['mug', 'key']);
  });

  describe('files', () => {
    const another = (): { service: TeachService; store: MemoryClassStore } => {
      const own = new MemoryClassStore();
      return { store: own, service: new TeachService(() => Promise.resolve(own), nothing) };
    };

    it('take things to another device, once', async () => {
      await teach('mug', 'key');
      const file = await service.exportFile(MODEL, false);
      const there = another();
      const first = await there.service.importFile(file, MODEL);
      expect(first).toMatchObject({ classes: 2, examples: 16 });
      expect(await there.service.importFile(file, MODEL)).toMatchObject({ classes: 0, examples: 0 });
      const mine = await service.train(MODEL, nothing);
      const theirs = await there.service.train(MODEL, nothing);
      expect(theirs?.report).toEqual(mine?.report);
      await there.service.undo(first.undo);
      expect((await there.service.state()).classes).toEqual([]);
    });

    it('bring back a thing that was damaged, with the examples that lie there unseen', async () => {
      const [mug] = await teach('mug', 'key');
      const file = await service.exportFile(MODEL, false);
      await store.change({ deleteClasses: [mug] });
      expect((await service.state()).classes.map((t) => t.name)).toEqual(['key']);
      expect(await service.importFile(file, MODEL)).toMatchObject({ classes: 1, examples: 8 });
      const { classes } = await service.state();
      expect(classes.map((t) => [t.name, t.examples.length]).sort()).toEqual([['key', 8], ['mug', 8]]);
      expect(await store.examples()).toHaveLength(16);
    });

    it('say which square of its frame each example is of', async () => {
      const square = { x: 0.25, y: 0.75, side: 0.2 };
      const id = await service.addClass('mug');
      await service.addExamples(id, MODEL, news(0, 3).map((example, i) => (i === 1 ? { ...example, square } : example)));
      const there = another();
      await there.service.importFile(await service.exportFile(MODEL, false), MODEL);
      for (const kept of [store, there.store]) {
        const examples = await kept.examples();
        expect(examples.sort((a, b) => a.addedAt - b.addedAt).map((example) => example.square)).toEqual([undefined, square, undefined]);
      }
    });

    it('add to things of the same name', async () => {
      await teach('mug');
      const there = another();
      const id = await there.service.addClass('MUG');
      await there.service.addExamples(id, MODEL, news(0, 3));
      await service.importFile(await there.service.exportFile(MODEL, false), MODEL);
      const { classes } = await service.state();
      expect(classes.map((t) => [t.name, t.examples.length])).toEqual([['mug', 11]]);
    });

    it('are refused where a thing would hold more than can be exported and read back, as more examples are', async () => {
      const [id] = await teach('mug');
      await service.addExamples(id, MODEL, news(0, 300));
      const there = another();
      await there.service.importFile(await service.exportFile(MODEL, false), MODEL);
      const [{ id: theirs }] = (await there.service.state()).classes;
      await there.service.addExamples(theirs, MODEL, news(0, 192));
      await expect(there.service.addExamples(theirs, MODEL, news(0, 1))).rejects.toMatchObject({ code: 'things-full' });
      // Its own export of 500 comes back, and adds nothing twice; 193 beside 308 are too many.
      const full = await there.service.exportFile(MODEL, false);
      await there.service.importFile(full, MODEL);
      await service.addExamples(id, MODEL, news(0, 1));
      await expect(service.importFile(full, MODEL)).rejects.toMatchObject({ code: 'things-full', message: 'mug would have 501 examples; a thing has room for 500.' });
      expect((await service.state()).classes[0].examples).toHaveLength(309);
    });

    it('are refused where another network saw them, unless pictures come along', async () => {
      const id = await service.addClass('mug');
      const image = new Blob([Uint8Array.from([0xff, 0xd8, 0xff, 0xd9])], { type: 'image/jpeg' });
      await service.addExamples(id, MODEL, news(0, 2).map((e) => ({ ...e, image })));
      const there = another();
      await expect(there.service.importFile(await service.exportFile(MODEL, false), ELSE)).rejects.toMatchObject({ code: 'things-model' });
      expect((await there.service.state()).classes).toEqual([]);
      await there.service.importFile(await service.exportFile(MODEL, true), ELSE);
      const [taughtClass] = (await there.service.state()).classes;
      expect(taughtClass.examples.map((e) => [e.modelSha256, e.image?.size])).toEqual([['aa', 4], ['aa', 4]]);
    });

    it('are refused where they are damaged, and nothing changes', async () => {
      await teach('mug');
      const text = await (await service.exportFile(MODEL, false)).text();
      const before = await service.state();
      await expect(service.importFile(new Blob([text.slice(0, 500)]), MODEL)).rejects.toMatchObject({ code: 'things-file' });
      await expect(service.importFile(new Blob(['hello']), MODEL)).rejects.toMatchObject({ code: 'things-file' });
      expect(await service.state()).toEqual(before);
      await expect(service.exportFile(ELSE, false)).rejects.toMatchObject({ code: 'things-model' });
    });
  });
});
