import type { MeasuredTop1 } from '../../../base/shared/measured';

/** What is known of a model that can be compared with others. */
export interface Comparable {
  readonly id: string;
  /** Undefined where it was not measured with the same pictures as the others. */
  readonly accuracy: MeasuredTop1 | undefined;
  /** Milliseconds a picture on this device; undefined where it has not run here. */
  readonly ms: number | undefined;
}

/** Which models stand out; undefined where that cannot be told. */
export interface Comparison {
  readonly betterNames: string | undefined;
  readonly quickest: string | undefined;
}

/**
 * Compares models by what was measured: one names better where its interval lies above that of every other one, and one is the quickest of
 * those that have run on this device, where two or more have.
 */
export function compared(models: readonly Comparable[]): Comparison {
  const byNames = models.flatMap(({ id, accuracy }) => (accuracy ? [{ id, ...accuracy }] : [])).sort((a, b) => b.top1 - a.top1);
  const [best, next] = byNames as readonly ((typeof byNames)[number] | undefined)[];
  const bySpeed = models.flatMap(({ id, ms }) => (ms === undefined ? [] : [{ id, ms }])).sort((a, b) => a.ms - b.ms);
  return {
    betterNames: best && next && best.low > next.high ? best.id : undefined,
    quickest: bySpeed.length > 1 && bySpeed[0].ms < bySpeed[1].ms ? bySpeed[0].id : undefined,
  };
}
