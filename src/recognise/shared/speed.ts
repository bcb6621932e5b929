import type { EngineId, Precision } from '../../engine/index';

/** How quick one way to run a model is on this device. */
export interface Speed {
  readonly precision: Precision;
  readonly engine: EngineId;
  readonly threads: number;
  /** Median time of the network alone on a warm session, milliseconds. */
  readonly ms: number;
}
