import { sameLabel, type LabelRef } from '../../base/shared/labels/label-ref';

/** A label with a number key, and when it was used last. */
export interface LabelSlot {
  readonly label: LabelRef;
  /** A count that grows with each use. */
  readonly used: number;
}

/** One for each of the keys 1 to 9. */
export const SLOTS = 9;

/**
 * Notes the use of a label. Those that have a key keep it, so that fingers learn it; a new one takes the next free key, then
 * that of the label which was not used for the longest time.
 */
export function useLabel(slots: readonly LabelSlot[], label: LabelRef): LabelSlot[] {
  const slot = { label, used: 1 + Math.max(0, ...slots.map((s) => s.used)) };
  let at = slots.findIndex((s) => sameLabel(s.label, label));
  if (at < 0 && slots.length < SLOTS) at = slots.length;
  if (at < 0) at = slots.reduce((oldest, s, i) => (s.used < slots[oldest].used ? i : oldest), 0);
  return [...slots.slice(0, at), slot, ...slots.slice(at + 1)];
}
