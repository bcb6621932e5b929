import type { EngineId, Precision } from '../../../engine/index';
import type { ModelManifest } from '../../../base/shared/model';
import type { Speed } from '../../shared/speed';
import { MeasuredStore, type MeasuredStorage } from './measured-store';

/** What came of timing a model's precisions on this device. */
export interface SpeedRecord {
  /** Floats first, then int8. Only what could be run. */
  readonly speeds: readonly Speed[];
  readonly choice: Precision;
}

/** What was seen of models that were not timed against each other. */
export const SEEN_KEY = 'sightglass.seen-speeds';

/** Raised where an engine has become quicker: what was measured before says nothing of it. 2: int8 by our own kernels. */
export const ENGINES = 2;

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

/** What the speed of each precision was measured to be. */
export class SpeedStore extends MeasuredStore<SpeedRecord> {
  constructor(storage?: MeasuredStorage, name = 'sightglass.speeds') {
    super(name, isRecord, storage);
  }
}
