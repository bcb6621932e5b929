import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../../src/engine/index';
import type { Recognition } from '../../../src/recognise/shared/index';
import type { SessionTransfer } from '../../../src/sessions/page/library/session-transfer';
import { SideTrial } from '../../../src/sessions/page/dataset/side-trial';
import { classOfAnswer, SideAccuracy } from '../../../src/sessions/shared/dataset/accuracy';
import { newDataset, type DatasetClass } from '../../../src/sessions/shared/dataset/dataset';
import type { SidePicture } from '../../../src/sessions/shared/session-export';

const CLASSES: readonly DatasetClass[] = [
  { id: 0, name: 'pet', from: ['class:281', 'own:cat'] },
  { id: 3, name: 'cat', from: ['own:toy'] },
  { id: 4, name: 'gone', from: [] },
];

describe('accuracy on a side of a training set', () => {
  it('takes an answer for the class that is called so, and one of ImageNet by its number', () => {
    const idOf = (label: Parameters<typeof classOfAnswer>[1]) => classOfAnswer(CLASSES, label)?.id;
    expect(idOf({ index: 281, name: 'tabby' })).toBe(0);
    // A network that learned the set calls its class as the set does now.
    expect(idOf({ name: 'Cat' })).toBe(3);
    expect(idOf({ name: 'toy' })).toBe(3);
    expect([idOf({ name: 'gone' }), idOf({ index: 207, name: 'golden retriever' })]).toEqual([undefined, undefined]);
    // ImageNet has two cranes; what a person wrote may be either.
    const crane = (from: string) => classOfAnswer([{ id: 5, name: 'crane', from: [from] }], { index: 134, name: 'crane' })?.id;
    expect([crane('class:517'), crane('class:134'), crane('own:crane')]).toEqual([undefined, 5, 5]);
  });

  it('counts by class, with Wilson\'s interval; of several labels of a picture one will do', () => {
    const counted = new SideAccuracy();
    expect(counted.all).toBeUndefined();
    for (const [ids, said] of [[[0], 0], [[0], 3], [[0, 3], 3], [[3], undefined]] as const) counted.add(ids, said);
    expect(counted.all).toMatchObject({ right: 2, count: 4 });
    const [low, high] = counted.all?.interval ?? [];
    // R: prop.test(2, 4, correct = FALSE)
    expect([low, high].map((bound) => bound?.toFixed(4))).toEqual(['0.1500', '0.8500']);
    expect([...counted.classes].map(([id, { right, count }]) => [id, right, count])).toEqual([[0, 1, 3], [3, 1, 2]]);
  });

  const definition = newDataset('Zoo', ['s']);
  const host = { addController: () => undefined, removeController: () => undefined, requestUpdate: () => undefined, updateComplete: Promise.resolve(true) };
  const answer = (...top: Prediction[]): Recognition => ({ top }) as Partial<Recognition> as Recognition;

  /** A trial of pictures whose bytes are what the network says. */
  function trialOf(says: readonly Prediction[][], classIds: readonly (readonly number[])[]) {
    let loaded: unknown = { manifest: { name: 'Mine' }, precision: 'fp32' };
    let asked: unknown;
    let at = 0;
    const recogniser = {
      get loaded() {
        return loaded;
      },
      recognise: () => Promise.resolve(answer(...says[at++])),
    } as unknown as ConstructorParameters<typeof SideTrial>[1] extends () => infer R ? R : never;
    const transfer: Pick<SessionTransfer, 'sidePictures'> = {
      sidePictures: (_definition, side, take) => {
        asked = side;
        let cancelled = false;
        const run = async (): Promise<void> => {
          for (const [i, ids] of classIds.entries()) {
            await Promise.resolve();
            if (cancelled) return;
            await take({ jpeg: new Blob(), classIds: ids, classes: CLASSES, done: (i + 1) / classIds.length } satisfies SidePicture);
          }
        };
        return { result: run(), cancel: () => (cancelled = true) };
      },
    };
    const trial = new SideTrial(host, () => recogniser, () => Promise.resolve({} as ImageBitmap));
    return { trial, measure: () => trial.measure(definition, 'test', transfer), asked: () => asked, at: () => at, choose: (model: unknown) => (loaded = model) };
  }
  const own = (name: string): Prediction => ({ index: 0, name, ofNetwork: true, probability: 0.5 });
  const taught: Prediction = { index: 1000, name: 'pet', probability: 0.9 };

  it('asks the network itself for each picture of that side, whatever was taught beside it', async () => {
    const { trial, measure, asked } = trialOf([[own('pet')], [taught, own('cat')], [own('cat')]], [[0], [0], [3]]);
    await measure();
    expect(asked()).toBe('test');
    expect(trial.result).toMatchObject({ model: 'Mine fp32', all: { right: 2, count: 3 }, classes: [{ name: 'pet', right: 1, count: 2 }, { name: 'cat', right: 1, count: 1 }] });
    expect([trial.progress, trial.fault]).toEqual([undefined, undefined]);
  });

  it('says where the side has no picture', async () => {
    const { trial, measure } = trialOf([], []);
    await measure();
    expect(trial.result).toMatchObject({ all: undefined, classes: [] });
  });

  it('ends where it is cancelled or another model is chosen, and says nothing of either', async () => {
    const one = trialOf([[own('pet')], [own('pet')], [own('pet')]], [[0], [0], [0]]);
    const first = one.measure();
    one.trial.clear();
    await first;
    expect([one.trial.result, one.trial.progress, one.at()]).toEqual([undefined, undefined, 0]);
    const other = trialOf([[own('pet')], [own('pet')]], [[0], [0]]);
    const second = other.measure();
    other.choose({ manifest: { name: 'Other' }, precision: 'int8' });
    await second;
    expect([other.trial.result, other.trial.otherModel, other.at()]).toEqual([undefined, true, 1]);
  });
});
