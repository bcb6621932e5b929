import type { EngineId, Precision } from '../../../engine/index';
import type { ModelManifest } from '../../../base/shared/model';
import type { Speed } from '../../shared/speed';
import { browserStorage } from '../../../base/page/settings';

/** What came of timing a model's precisions on this device. */
export interface SpeedRecord {
  /** Floats first, then int8. Only what could be run. */
  readonly speeds: readonly Speed[];
  readonly choice: Precision;
}

const KEY = 'sightglass.speeds';
/** Records kept, the newest: models, engines and versions come and go. */
const MOST = 8;

/** Raised where an engine has become quicker: what was measured before says nothing of it. 2: int8 by our own kernels. */
const ENGINES = 2;

/** What a record holds for: with another build of the app, other weights, engine or threads it is measured anew. */
export interface SpeedSubject {
  readonly version: string;
  readonly manifest: ModelManifest;
  /** As a person chose it. */
  readonly engine: EngineId | 'auto';
  readonly threads: number;
}

export function speedKey({ version, manifest, engine, threads }: SpeedSubject): string {
  return [version, ENGINES, engine, threads, ...manifest.variants.map((v) => v.sha256)].join(' ');
}

const PRECISIONS: readonly unknown[] = ['fp32', 'fp16', 'int8'] satisfies Precision[];
const ENGINE_IDS: readonly unknown[] = ['ort', 'simd'] satisfies EngineId[];

function isSpeed(value: unknown): value is Speed {
  const { precision, engine, threads, ms } = value as Partial<Record<keyof Speed, unknown>>;
  return PRECISIONS.includes(precision) && ENGINE_IDS.includes(engine) && Number.isInteger(threads) && Number(threads) > 0 && typeof ms === 'number' && ms > 0;
}

function isRecord(value: unknown): value is SpeedRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { speeds, choice } = value as Partial<Record<keyof SpeedRecord, unknown>>;
  return Array.isArray(speeds) && speeds.every((s) => typeof s === 'object' && s !== null && isSpeed(s)) && speeds.some((s: Speed) => s.precision === choice);
}

/** Measured speeds in localStorage; where that is blocked they last for the visit. */
export class SpeedStore {
  readonly #records: Map<string, SpeedRecord>;

  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined = browserStorage()) {
    this.#records = this.#read();
  }

  recall(key: string): SpeedRecord | undefined {
    return this.#records.get(key);
  }

  keep(key: string, record: SpeedRecord): void {
    this.#records.delete(key);
    this.#records.set(key, record);
    for (const old of [...this.#records.keys()].slice(0, -MOST)) this.#records.delete(old);
    this.#write();
  }

  #write(): void {
    try {
      this.storage?.setItem(KEY, JSON.stringify([...this.#records]));
    } catch {
      // Full or blocked: they hold for this visit.
    }
  }

  /** Takes only what is whole: an older version may have written it. */
  #read(): Map<string, SpeedRecord> {
    try {
      const stored: unknown = JSON.parse(this.storage?.getItem(KEY) ?? '[]');
      if (!Array.isArray(stored)) return new Map();
      return new Map(
        stored.filter((entry): entry is [string, SpeedRecord] => Array.isArray(entry) && typeof entry[0] === 'string' && isRecord(entry[1])),
      );
    } catch {
      return new Map();
    }
  }
}
