import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SettingsStore } from '../../src/base/page/settings';
import type { ModelManifest } from '../../src/base/shared/model';
import type { CatalogueEntry } from '../../src/recognise/page/model/model-catalogue';
import type { RecogniserClient } from '../../src/recognise/page/model/recogniser-client';
import type { TrialSide } from '../../src/recognise/page/model/speed-trial';
import { SpeedTrials } from '../../src/recognise/page/model/speed-trials';
import { SEEN_KEY, SpeedStore } from '../../src/recognise/page/model/speeds';
import { until } from '../support/fake-page';

const variant = (precision: 'fp16' | 'int8', bytes: number) => ({ precision, file: `${precision}.onnx`, bytes, sha256: precision, quantisation: { calibration: '', recipe: '', fingerprint: '' } });
const MANIFEST = { id: 'a', name: 'A', architecture: 'resnet18', variants: [variant('fp16', 23e6), variant('int8', 13e6)] } as unknown as ModelManifest;
const ENTRY: CatalogueEntry = { manifest: MANIFEST, location: { kind: 'site', baseUrl: 'https://sightglass.test/models/' } };

function memory(): Pick<Storage, 'getItem' | 'setItem'> {
  const values = new Map<string, string>();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
}

describe('what is known of speeds', () => {
  let kept: boolean;
  let asked: number;
  let storage: Pick<Storage, 'getItem' | 'setItem'>;
  let trials: SpeedTrials;

  const made = (): SpeedTrials => {
    const isKept = (): Promise<boolean> => {
      asked++;
      return Promise.resolve(kept);
    };
    // What is timed never ends here.
    const spawn = (): Worker => ({ addEventListener: () => undefined, postMessage: () => undefined, terminate: () => undefined }) as unknown as Worker;
    const own = new SpeedTrials(new SettingsStore(memory()), spawn, () => undefined, new SpeedStore(storage), isKept, new SpeedStore(storage, SEEN_KEY));
    const running = { client: {} as RecogniserClient, loaded: { manifest: MANIFEST, precision: 'fp16', engine: 'simd', threads: 2 } } as unknown as TrialSide;
    own.begin({ entry: ENTRY, running, threads: 2, threadsOf: () => ({ threads: 2 }), relaxed: true, gone: () => false, take: () => Promise.resolve() });
    return own;
  };

  beforeEach(() => {
    vi.stubGlobal('navigator', {});
    kept = false;
    asked = 0;
    storage = memory();
    trials = made();
  });
  afterEach(() => vi.unstubAllGlobals());

  it('comes of what was seen while a model ran, and is there at the next visit', () => {
    expect(trials.known(MANIFEST)).toEqual([]);
    // The first answers are slow.
    for (let i = 0; i < 40; i++) trials.answered(i < 10 ? 90 : 30 + (i % 2));
    expect(trials.known(MANIFEST)).toMatchObject([{ precision: 'fp16', engine: 'simd', threads: 2 }]);
    const [{ ms }] = trials.known(MANIFEST);
    expect(ms).toBeGreaterThanOrEqual(30);
    expect(ms).toBeLessThanOrEqual(31);
    expect(made().known(MANIFEST)).toEqual(trials.known(MANIFEST));
    // Nothing was timed: neither is the one choice nor the other.
    expect(trials.speeds).toEqual([]);
    expect(trials.automatic(MANIFEST).precision).toBe('fp16');
  });

  it('is not sought by fetching what nobody asked for', async () => {
    for (let i = 0; i < 10; i++) trials.answered(30);
    await until(() => asked === 1);
    expect(trials.measuring).toBe(false);
    kept = true;
    trials = made();
    for (let i = 0; i < 3; i++) trials.answered(30);
    await until(() => trials.measuring);
    expect(asked).toBe(2);
  });
});
