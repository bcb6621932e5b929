import { createContext } from '@lit/context';
import type { ReactiveControllerHost } from 'lit';
import type { EngineId, Precision } from '../../engine/index';
import { DEFAULT_CERTAINTY } from '../shared/certainty';
import type { Followable } from './shared-controller';

/** What a person has chosen, kept between visits. */
export interface Settings {
  /** Empty for the best there is. */
  readonly modelId: string;
  /** Ids of the models that ran last, the latest first, with a blank between: what is gone back to where the chosen one fails. */
  readonly ranModels: string;
  readonly precision: Precision | 'auto';
  readonly engine: EngineId | 'auto';
  /** 0 for what suits the device. */
  readonly threads: number;
  readonly cameraId: string;
  readonly facing: 'user' | 'environment';
  /** Undefined until chosen: then front cameras are mirrored and rear ones are not. */
  readonly mirrored: boolean | undefined;
  readonly smoothing: boolean;
  readonly hold: boolean;
  /** Whether recognition works less where latency, heat or battery ask for it. */
  readonly adaptive: boolean;
  /** Probability of the first label below which the app is not sure, 0 for never. */
  readonly certainty: number;
  /** Whether the device speaks the first label. */
  readonly aloud: boolean;
  /** Whether single keys do things. */
  readonly shortcuts: boolean;
  readonly theme: 'auto' | 'light' | 'dark';
  /** `auto`: the device's. */
  readonly language: 'auto' | 'en' | 'zh-Hans';
  readonly statsOpen: boolean;
  /** What a tap on the shutter does: it keeps a picture, or begins to record. */
  readonly shutter: 'picture' | 'film';
  /** Whether it is shown where the network looked. */
  readonly mapShown: boolean;
  /** Whether it is still to be said that one can tap what one means. */
  readonly aimHint: boolean;
  /** Whether all models are to be kept on the device, not those alone that have run. */
  readonly keepAll: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  modelId: '',
  ranModels: '',
  precision: 'auto',
  engine: 'auto',
  threads: 0,
  cameraId: '',
  facing: 'environment',
  mirrored: undefined,
  smoothing: true,
  hold: true,
  adaptive: true,
  certainty: DEFAULT_CERTAINTY,
  aloud: false,
  shortcuts: true,
  theme: 'auto',
  language: 'auto',
  statsOpen: false,
  shutter: 'picture',
  mapShown: false,
  aimHint: true,
  keepAll: false,
};

const KEY = 'sightglass.settings';

/** A number setting's ends. */
const RANGES: Partial<Record<keyof Settings, readonly [low: number, high: number]>> = { threads: [0, 1024], certainty: [0, 1] };

/** What a setting of few choices may be. */
const CHOICES: Partial<Record<keyof Settings, readonly unknown[]>> = {
  precision: ['auto', 'fp32', 'fp16', 'int8'] satisfies Settings['precision'][],
  engine: ['auto', 'ort', 'simd'] satisfies Settings['engine'][],
  facing: ['user', 'environment'] satisfies Settings['facing'][],
  shutter: ['picture', 'film'] satisfies Settings['shutter'][],
  theme: ['auto', 'light', 'dark'] satisfies Settings['theme'][],
  language: ['auto', 'en', 'zh-Hans'] satisfies Settings['language'][],
};

/** Whether a value may stand for a setting. */
function suits(key: string, value: unknown): boolean {
  if (!Object.hasOwn(DEFAULT_SETTINGS, key)) return false;
  const setting = key as keyof Settings;
  const [low, high] = RANGES[setting] ?? [-Infinity, Infinity];
  if (typeof value === 'number' && !(value >= low && value <= high)) return false;
  const fallback = DEFAULT_SETTINGS[setting];
  return CHOICES[setting]?.includes(value) ?? typeof value === (fallback === undefined ? 'boolean' : typeof fallback);
}

type Listener = (settings: Settings) => void;

/** Settings in localStorage; where that is blocked (private windows, cookies off) they last for the visit. */
export class SettingsStore implements Followable {
  #settings: Settings;
  readonly #listeners = new Set<Listener>();

  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined = browserStorage()) {
    this.#settings = this.#read();
  }

  get value(): Settings {
    return this.#settings;
  }

  update(change: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...change };
    try {
      this.storage?.setItem(KEY, JSON.stringify(this.#settings));
    } catch {
      // Full or blocked: the choice still holds for this visit.
    }
    for (const listener of this.#listeners) listener(this.#settings);
  }

  /** Back to how the app comes. */
  reset(): void {
    this.update(DEFAULT_SETTINGS);
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  follow(host: ReactiveControllerHost): () => void {
    return this.subscribe(() => host.requestUpdate());
  }

  /** Takes from what is stored only what a setting may be: an older version may have written it, or anybody. */
  #read(): Settings {
    let stored: unknown;
    try {
      stored = JSON.parse(this.storage?.getItem(KEY) ?? '{}');
    } catch {
      return DEFAULT_SETTINGS;
    }
    if (typeof stored !== 'object' || stored === null) return DEFAULT_SETTINGS;
    const known = Object.entries(stored).filter(([key, value]) => suits(key, value));
    return { ...DEFAULT_SETTINGS, ...(Object.fromEntries(known) as Partial<Settings>) };
  }
}

/** The app's settings, from the app to whoever is within it. */
export const settingsContext = createContext<SettingsStore>(Symbol('settings'));

/** localStorage, undefined where it is blocked. */
export function browserStorage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
