import { sameLabel, type LabelRef } from '../../base/shared/labels/label-ref';

/** A label at hand, and when it was used last. The first nine have the keys 1 to 9. */
export interface LabelSlot {
  readonly label: LabelRef;
  /** A count that grows with each use. */
  readonly used: number;
  /** Whether it is of the set that a person prepared: then it keeps its place, however seldom it is used. */
  readonly prepared?: true;
}

/** The first labels have the keys 1 to 9. */
export const KEYS = 9;
/** Beside a prepared set of whatever length there is room for so many that come up while filming. */
const LEAST_ROOM = 3;
/** A row of more than these nobody scrolls through while filming. */
export const MOST_PREPARED = 200;
/** More than this are never at hand. */
export const MOST_SLOTS = MOST_PREPARED + KEYS;

/** How many labels that were not prepared are at hand. */
function roomBeside(prepared: number): number {
  return Math.max(LEAST_ROOM, KEYS - prepared);
}

/**
 * Notes the use of a label. Those that have a place keep it, so that fingers learn it; a new one takes the next free place, then
 * that of the label which was not used for the longest time, prepared ones left out.
 */
export function useLabel(slots: readonly LabelSlot[], label: LabelRef): LabelSlot[] {
  const used = 1 + Math.max(0, ...slots.map((slot) => slot.used));
  const known = slots.findIndex((slot) => sameLabel(slot.label, label));
  if (known >= 0) return slots.with(known, { ...slots[known], used });
  const others = slots.filter(({ prepared }) => !prepared);
  if (others.length < roomBeside(slots.length - others.length)) return [...slots, { label, used }];
  const oldest = others.reduce((a, b) => (b.used < a.used ? b : a));
  return slots.with(slots.indexOf(oldest), { label, used });
}

/** Puts a prepared set first, in its order; of the others those stay that were used last, as many as have room. */
export function prepareLabels(slots: readonly LabelSlot[], labels: readonly LabelRef[]): LabelSlot[] {
  const set = labels.slice(0, MOST_PREPARED).map((label): LabelSlot => ({
    label, used: slots.find((slot) => sameLabel(slot.label, label))?.used ?? 0, prepared: true,
  }));
  const others = slots.filter(({ label, prepared }) => !prepared && !labels.some((each) => sameLabel(each, label)));
  const stay = new Set([...others].sort((a, b) => b.used - a.used).slice(0, roomBeside(set.length)));
  return [...set, ...others.filter((slot) => stay.has(slot))];
}
