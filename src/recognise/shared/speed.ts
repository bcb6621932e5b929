import type { EngineId, Precision } from '../../engine/index';

/** How quick one way to run a model is on this device. */
export interface Speed {
  readonly precision: Precision;
  readonly engine: EngineId;
  readonly threads: number;
  /** Median time of the network alone on a warm session, milliseconds. */
  readonly ms: number;
}

/** Int8 may cost a little accuracy, so it must save at least this share of the time. */
const LEAST_GAIN = 0.1;

/**
 * The precision to take of those that were timed: the first, which is the reference, unless another is quicker by a tenth.
 *
 * @param speeds the reference first; times in milliseconds, above zero
 * @throws RangeError where nothing was timed
 */
export function quicker<P extends string>(speeds: readonly { readonly precision: P; readonly ms: number }[]): P {
  if (speeds.length === 0) throw new RangeError('Nothing was timed.');
  const [reference, ...others] = speeds;
  let best = reference;
  for (const other of others) {
    if (other.ms < best.ms && other.ms <= reference.ms * (1 - LEAST_GAIN)) best = other;
  }
  return best.precision;
}
