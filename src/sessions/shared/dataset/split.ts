import { SIDES, type Side, type SplitRule } from './dataset';

/*
 * A split that does not leak: frames of a film that are close to each other are nearly the same picture, so that no two of them may
 * stand on two sides. Each class's pictures are laid in one line, moment after moment (in an order that the seed gives, where there are
 * several), and the line is cut twice; what is then too near to another side is left out, from the side that has more of its class. Where
 * things are filmed one behind the other, every second class is laid the other way round, so that neighbours meet on one side.
 */

/** What the split has to know of a picture. */
export interface SplitItem {
  readonly key: string;
  /** Of the film: copies of one session have one. */
  readonly sessionId: string;
  /** Microseconds. */
  readonly timeUs: number;
  /** The class that it counts for. */
  readonly classId: number;
}

/** A number of [0, 1) from a text and a seed, the same each time (FNV-1a, then the end of MurmurHash3). */
export function seeded(seed: number, text: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

function groups<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const found = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = found.get(key);
    if (group) group.push(item);
    else found.set(key, [item]);
  }
  return found;
}

const byTime = (a: SplitItem, b: SplitItem): number => a.timeUs - b.timeUs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** Pictures of one class in one session that follow each other without a gap. */
function moments(items: readonly SplitItem[], gapUs: number): SplitItem[][] {
  const found: SplitItem[][] = [];
  for (const session of groups(items, ({ sessionId }) => sessionId).values()) {
    let last: SplitItem | undefined;
    for (const item of session) {
      if (!last || item.timeUs - last.timeUs >= gapUs) found.push([]);
      found[found.length - 1].push(item);
      last = item;
    }
  }
  return found;
}

/** Where a line of moments is cut: at a moment's end where one is near, so that nothing is lost to the gap. */
function cutNear(ends: readonly number[], at: number, slack: number): number {
  const near = ends.reduce((best, end) => (Math.abs(end - at) < Math.abs(best - at) ? end : best), Infinity);
  return Math.abs(near - at) <= slack ? near : at;
}

/** Moments that are few are laid as they were filmed. */
const FEW = 3;

/** Sides of one class. @param back whether its line begins with the test's pictures */
function cutClass(items: readonly SplitItem[], { val, test, gapUs, seed }: SplitRule, back: boolean, sides: Map<string, Side>): void {
  const line = moments(items, gapUs);
  if (line.length > FEW) line.sort((a, b) => seeded(seed, a[0].key) - seeded(seed, b[0].key));
  let length = 0;
  const ends = line.map((moment) => (length += moment.length));
  const order: readonly Side[] = back ? ['test', 'val', 'train'] : ['train', 'val', 'test'];
  const share = { val, test, train: Math.max(0, 1 - val - test) };
  const slack = Math.floor((length * Math.min(val || 1, test || 1)) / 2);
  const first = cutNear(ends, Math.round(length * share[order[0]]), share[order[0]] === 0 ? 0 : slack);
  const second = share[order[1]] === 0 ? first : Math.max(first, cutNear(ends, Math.round(length * (share[order[0]] + share[order[1]])), share[order[2]] === 0 ? 0 : slack));
  line.flat().forEach(({ key }, i) => sides.set(key, order[i < first ? 0 : i < second ? 1 : 2]));
}

/** Whole sessions, the largest first: each to the side that lacks most of what is in it. */
function cutSessions(items: readonly SplitItem[], { val, test, seed }: SplitRule, sides: Map<string, Side>): void {
  const share: Readonly<Record<Side, number>> = { train: Math.max(0, 1 - val - test), val, test };
  const wanted = SIDES.filter((side) => share[side] > 0);
  const total = groups(items, ({ classId }) => classId);
  const lacks = new Map(wanted.map((side) => [side, new Map([...total].map(([id, { length }]) => [id, length * share[side]]))]));
  const sessions = [...groups(items, ({ sessionId }) => sessionId)].sort(
    ([a, own], [b, other]) => other.length - own.length || seeded(seed, a) - seeded(seed, b),
  );
  const empty = new Set(wanted);
  sessions.forEach(([, session], i) => {
    const counts = [...groups(session, ({ classId }) => classId)].map(([id, { length }]) => [id, length] as const);
    const gain = (side: Side): number => counts.reduce((sum, [id, count]) => sum + Math.min(count, Math.max(0, lacks.get(side)?.get(id) ?? 0)), 0) / share[side] ** 0.5;
    // The last ones go where nothing is yet.
    const open = sessions.length - i <= empty.size ? [...empty] : wanted;
    const side = open.reduce((best, one) => (gain(one) > gain(best) ? one : best));
    empty.delete(side);
    for (const [id, count] of counts) lacks.get(side)?.set(id, (lacks.get(side)?.get(id) ?? 0) - count);
    for (const { key } of session) sides.set(key, side);
  });
}

/**
 * Takes out what is nearer than the gap to another side, of one session.
 * @param learned classes of which nothing may be taken out: all of them is on the side of training
 */
function keepApart(session: readonly SplitItem[], gapUs: number, learned: ReadonlySet<number>, sides: Map<string, Side>, counts: Map<string, number>): void {
  const countKey = (item: SplitItem): string => `${sides.get(item.key)} ${item.classId}`;
  const weight = (item: SplitItem): number => (learned.has(item.classId) ? -1 : (counts.get(countKey(item)) ?? 0) + (sides.get(item.key) === 'train' ? 0.5 : 0));
  const leaveOut = (item: SplitItem): void => {
    counts.set(countKey(item), (counts.get(countKey(item)) ?? 1) - 1);
    sides.delete(item.key);
  };
  const kept: SplitItem[] = [];
  for (const item of session) {
    let stays = true;
    for (let last = kept.at(-1); last && item.timeUs - last.timeUs < gapUs && sides.get(last.key) !== sides.get(item.key); last = kept.at(-1)) {
      if (weight(last) > weight(item)) {
        kept.pop();
        leaveOut(last);
        continue;
      }
      leaveOut(item);
      stays = false;
      break;
    }
    if (stays) kept.push(item);
  }
}

function splitMoments(items: readonly SplitItem[], rule: SplitRule): Map<string, Side> {
  const classes = groups(items, ({ classId }) => classId);
  const sessions = [...groups(items, ({ sessionId }) => sessionId).values()];
  // A class that is filmed too close to others to be on two sides is on that of training, whole: what is not learned cannot be tested.
  const learned = new Set<number>();
  for (;;) {
    const sides = new Map<string, Side>();
    [...classes].forEach(([id, one], i) => {
      if (learned.has(id)) for (const { key } of one) sides.set(key, 'train');
      else cutClass(one, rule, (i + rule.seed) % 2 !== 0, sides);
    });
    const counts = new Map<string, number>();
    for (const { key, classId } of items) counts.set(`${sides.get(key)} ${classId}`, (counts.get(`${sides.get(key)} ${classId}`) ?? 0) + 1);
    for (const session of sessions) keepApart(session, rule.gapUs, learned, sides, counts);
    const unlearned = [...classes.keys()].filter((id) => !learned.has(id) && !((counts.get(`train ${id}`) ?? 0) > 0));
    if (unlearned.length === 0) return sides;
    for (const id of unlearned) learned.add(id);
  }
}

/**
 * The side of each picture; those that are left out, as they are too near to another side, have none. The same pictures, whatever
 * their order, rule and seed give the same sides.
 */
export function splitPictures(items: readonly SplitItem[], rule: SplitRule): ReadonlyMap<string, Side> {
  const sorted = [...items].sort((a, b) => (a.sessionId < b.sessionId ? -1 : a.sessionId > b.sessionId ? 1 : byTime(a, b)));
  if (rule.by === 'none') return new Map(sorted.map(({ key }) => [key, 'train']));
  if (rule.by === 'moment') return splitMoments(sorted, rule);
  const sides = new Map<string, Side>();
  cutSessions(sorted, rule, sides);
  return sides;
}

/** Pictures of each class on each side. */
export type SideCounts = ReadonlyMap<number, Readonly<Record<Side, number>>>;

export function countSides(items: readonly { readonly key: string; readonly classIds: readonly number[] }[], sides: ReadonlyMap<string, Side>): SideCounts {
  const counts = new Map<number, Record<Side, number>>();
  for (const { key, classIds } of items) {
    const side = sides.get(key);
    if (!side) continue;
    for (const id of classIds) {
      const count = counts.get(id) ?? { train: 0, val: 0, test: 0 };
      count[side]++;
      counts.set(id, count);
    }
  }
  return counts;
}
