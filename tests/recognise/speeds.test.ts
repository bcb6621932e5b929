import { describe, expect, it } from 'vitest';
import { ExclusiveGate } from '../../src/recognise/page/model/exclusive-gate';
import { trialAllowed } from '../../src/recognise/page/model/speed-trial';
import type { ModelManifest } from '../../src/base/shared/model';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/model';
import { quicker } from '../../src/recognise/shared/speed';
import { speedKey, SpeedStore, type SpeedRecord } from '../../src/recognise/page/model/speeds';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('quicker', () => {
  it('takes the reference unless another saves a tenth', () => {
    expect(quicker([{ precision: 'fp32', ms: 30 }])).toBe('fp32');
    expect(quicker([{ precision: 'fp32', ms: 30 }, { precision: 'int8', ms: 60 }])).toBe('fp32');
    expect(quicker([{ precision: 'fp32', ms: 30 }, { precision: 'int8', ms: 28 }])).toBe('fp32');
    expect(quicker([{ precision: 'fp32', ms: 30 }, { precision: 'int8', ms: 27 }])).toBe('int8');
    expect(() => quicker([])).toThrow(RangeError);
  });
});

describe('trialAllowed', () => {
  it('is not on little memory nor where data is to be saved', () => {
    expect(trialAllowed({})).toBe(true);
    expect(trialAllowed({ deviceMemory: 4 })).toBe(true);
    expect(trialAllowed({ deviceMemory: 2 })).toBe(false);
    expect(trialAllowed({ deviceMemory: 0.5 })).toBe(false);
    expect(trialAllowed({ deviceMemory: 8, connection: { saveData: true } })).toBe(false);
  });
});

describe('ExclusiveGate', () => {
  it('waits for what is in hand, holds back the rest, and lets it go on', async () => {
    const gate = new ExclusiveGate();
    const order: string[] = [];
    const step = (name: string, ms: number) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await wait(ms);
      order.push(`${name} ends`);
    };
    const first = gate.enter(step('first', 20));
    const exclusive = gate.exclusive(step('quiet', 20));
    const second = gate.enter(step('second', 1));
    await expect(gate.exclusive(() => Promise.resolve())).rejects.toThrow(/already/);
    await Promise.all([first, exclusive, second]);
    expect(order).toEqual(['first begins', 'first ends', 'quiet begins', 'quiet ends', 'second begins', 'second ends']);
  });

  it('tells when a quiet moment is over', async () => {
    const gate = new ExclusiveGate();
    await gate.opened();
    const seen: string[] = [];
    const exclusive = gate.exclusive(async () => {
      await wait(10);
      seen.push('timed');
    });
    const opened = gate.opened().then(() => seen.push('opened'));
    await Promise.all([exclusive, opened]);
    expect(seen).toEqual(['timed', 'opened']);
  });

  it('opens again after a failure on either side', async () => {
    const gate = new ExclusiveGate();
    const failing = gate.enter(() => Promise.reject(new Error('frame')));
    const exclusive = gate.exclusive(() => Promise.reject(new Error('turn')));
    await expect(failing).rejects.toThrow('frame');
    await expect(exclusive).rejects.toThrow('turn');
    expect(await gate.enter(() => Promise.resolve(1))).toBe(1);
    expect(await gate.exclusive(() => Promise.resolve(2))).toBe(2);
  });
});

describe('SpeedStore', () => {
  const record: SpeedRecord = {
    speeds: [
      { precision: 'fp32', engine: 'simd', threads: 2, ms: 30 },
      { precision: 'int8', engine: 'ort', threads: 2, ms: 40 },
    ],
    choice: 'fp32',
  };
  const memory = (text?: string): Pick<Storage, 'getItem' | 'setItem'> & { text: string | undefined } => ({
    text,
    getItem() {
      return this.text ?? null;
    },
    setItem(_key, value) {
      this.text = value;
    },
  });

  it('remembers the newest eight', () => {
    const storage = memory();
    const store = new SpeedStore(storage);
    for (let i = 0; i < 10; i++) store.keep(`key ${i}`, record);
    const later = new SpeedStore(storage);
    expect(later.recall('key 9')).toEqual(record);
    expect(later.recall('key 2')).toEqual(record);
    expect(later.recall('key 1')).toBeUndefined();
  });

  it.each([
    'no json',
    '{}',
    '[["key"]]',
    '[["key",{"speeds":[],"choice":"fp32"}]]',
    '[["key",{"speeds":[{"precision":"fp32","engine":"simd","threads":1,"ms":"30"}],"choice":"fp32"}]]',
    '[["key",{"speeds":[null],"choice":"fp32"}]]',
    '[["key",{"speeds":[{"precision":"fp99","engine":"simd","threads":1,"ms":30}],"choice":"fp99"}]]',
    '[["key",{"speeds":[{"precision":"fp32","engine":"abacus","threads":1,"ms":30}],"choice":"fp32"}]]',
    '[["key",{"speeds":[{"precision":"fp32","engine":"simd","threads":-1,"ms":30}],"choice":"fp32"}]]',
    '[["key",{"speeds":[{"precision":"fp32","engine":"simd","threads":1,"ms":30}],"choice":"int8"}]]',
  ])('survives %s', (text) => {
    expect(new SpeedStore(memory(text)).recall('key')).toBeUndefined();
  });

  it('holds for the same build, weights, engine and threads only', () => {
    const manifest: ModelManifest = {
      id: 'm', name: '', architecture: 'resnet18', licence: '', source: '', preprocessing: TORCHVISION_PREPROCESSING,
      variants: [{ precision: 'fp32', file: '', bytes: 1, sha256: 'aa' }],
    };
    const subject = { version: '1', manifest, engine: 'auto', threads: 2 } as const;
    const keys = [
      speedKey(subject),
      speedKey({ ...subject, version: '2' }),
      speedKey({ ...subject, engine: 'ort' }),
      speedKey({ ...subject, threads: 1 }),
      speedKey({ ...subject, manifest: { ...manifest, variants: [{ ...manifest.variants[0], sha256: 'ab' }] } }),
    ];
    expect(new Set(keys).size).toBe(5);
    expect(speedKey({ ...subject })).toBe(keys[0]);
  });
});
