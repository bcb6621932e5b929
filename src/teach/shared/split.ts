/** What the split must know of an example. */
export interface SplitItem {
  /** Class, 0 or more. */
  readonly label: number;
  /** What belongs together: a moment of the camera, a span of a video, an image. */
  readonly group: string;
  /** The example that this is a view of (a crop, a flip): views of one are never parted. Left out: each is its own. */
  readonly example?: string;
}

/** A fold of -1 is never held out: its class has nothing to hold out without losing all of it. */
export const NEVER_HELD_OUT = -1;

export const FOLDS = 5;

/** A small generator of numbers in [0, 1) from a seed (mulberry32, Tommy Ettinger, public domain). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function shuffle<T>(values: T[], random: () => number): T[] {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
}

function byKey<T>(values: readonly T[], key: (value: T, index: number) => string): T[][] {
  const map = new Map<string, T[]>();
  values.forEach((value, i) => {
    const k = key(value, i);
    const list = map.get(k);
    if (list) list.push(value);
    else map.set(k, [value]);
  });
  return [...map.values()];
}

/**
 * Units of one class: its groups whole, which are never parted, since frames of one moment hardly differ: a held-out one would be known from its
 * neighbours. Only where all are of one group it is cut, between neighbours in time.
 */
function unitsOf(members: readonly number[], items: readonly SplitItem[], folds: number): number[][] {
  const examples = (group: readonly number[]): number[][] => byKey(group, (i) => items[i].example ?? String(i));
  const units = byKey(members, (i) => items[i].group).map(examples);
  if (units.length > 1) return units.map((unit) => unit.flat());
  const [only] = units;
  const most = Math.min(folds, only.length);
  return Array.from({ length: most }, (_, n) => only.slice(Math.round((n * only.length) / most), Math.round(((n + 1) * only.length) / most)).flat());
}

/**
 * Deals examples out to folds, each class evenly, what belongs together in one fold.
 *
 * @param folds 2 or more
 * @param seed the same seed gives the same split
 * @returns fold of each item, 0 to folds - 1 or {@link NEVER_HELD_OUT}
 */
export function assignFolds(items: readonly SplitItem[], folds = FOLDS, seed = 1): Int32Array {
  const random = seeded(seed);
  const result = new Int32Array(items.length).fill(NEVER_HELD_OUT);
  const filled = new Array<number>(folds).fill(0);
  for (const members of byKey([...items.keys()], (i) => String(items[i].label))) {
    const units = unitsOf(members, items, folds);
    if (units.length < 2) continue;
    const own = new Array<number>(folds).fill(0);
    for (const unit of shuffle(units, random).sort((a, b) => b.length - a.length)) {
      let best = 0;
      for (let f = 1; f < folds; f++) {
        if (own[f] < own[best] || (own[f] === own[best] && filled[f] < filled[best])) best = f;
      }
      for (const i of unit) result[i] = best;
      own[best] += unit.length;
      filled[best] += unit.length;
    }
  }
  return result;
}
