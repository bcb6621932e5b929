import { labelKey, nameKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import { DistinctNames } from '../export/distinct-names';
import type { DatasetClass } from './dataset';

/** How `DistinctNames` tells the second of two of ImageNet's classes of one name. */
const NUMBERED = / \(class \d{1,3}\)$/;

/**
 * The classes of labels: those that are known keep their numbers, new ones get the next, by name. Labels that differ in upper and lower case
 * alone are one class, and so is a person's own that is called as one of ImageNet's.
 */
export function classesOf(known: readonly DatasetClass[], labels: Iterable<LabelRef>): readonly DatasetClass[] {
  const classes = known.map((one) => ({ ...one, from: [...one.from] }));
  const taken = new Set(classes.flatMap(({ from }) => from));
  const all = new Map<string, LabelRef>();
  for (const label of labels) all.set(labelKey(label), label);
  const names = new DistinctNames();
  for (const { name } of classes) names.take(name);
  const fresh = [...all].filter(([key]) => !taken.has(key));
  const isOwn = (key: string): boolean => key.startsWith('own:');
  const called = (name: string) => classes.filter((one) => one.from.length > 0 && nameKey(one.name) === nameKey(name));
  const sameAs = ({ index, name }: LabelRef): (typeof classes)[number] | undefined => {
    const same = index === undefined
      // Two of ImageNet's classes may be called alike, of which one has its number behind the name (`DistinctNames`): then nobody knows which.
      ? classes.filter((one) => one.from.length > 0 && nameKey(one.from.every(isOwn) ? one.name : one.name.replace(NUMBERED, '')) === nameKey(name))
      // A person's own word for it came first, and means this one class alone.
      : fresh.filter(([, other]) => other.index !== undefined && nameKey(other.name) === nameKey(name)).length === 1
        ? called(name).filter(({ from }) => from.every(isOwn))
        : [];
    return same.length === 1 ? same[0] : undefined;
  };
  // ImageNet's first, so that a person's own find them.
  const order = ({ index, name }: LabelRef): [boolean, string, number] => [index === undefined, name, index ?? 0];
  fresh.sort(([, a], [, b]) => {
    const [x, y] = [order(a), order(b)];
    return Number(x[0]) - Number(y[0]) || (x[1] < y[1] ? -1 : x[1] > y[1] ? 1 : x[2] - y[2]);
  });
  let next = classes.reduce((most, { id }) => Math.max(most, id + 1), 0);
  for (const [key, label] of fresh) {
    const same = sameAs(label);
    if (same) same.from.push(key);
    else classes.push({ id: next++, name: names.of(label), from: [key] });
  }
  return classes;
}

/** The class of each label. */
export function classByLabel(classes: readonly DatasetClass[]): ReadonlyMap<string, DatasetClass> {
  return new Map(classes.flatMap((one) => one.from.map((key) => [key, one] as const)));
}

/**
 * Gives a class another name. Where another class has it, the two become one, which keeps the other's number; the number of the one that is
 * gone is not used again.
 */
export function renameClass(classes: readonly DatasetClass[], id: number, name: string): readonly DatasetClass[] {
  const moved = classes.find((one) => one.id === id);
  const into = classes.find((one) => one.id !== id && one.from.length > 0 && nameKey(one.name) === nameKey(name));
  if (!moved) return classes;
  if (!into) return classes.map((one) => (one === moved ? { ...one, name } : one));
  return classes.map((one) => (one === into ? { ...one, from: [...one.from, ...moved.from] } : one === moved ? { ...one, from: [] } : one));
}

/** A label that is of a class; undefined where it stands for none. */
export function labelOfClass({ name, from }: DatasetClass): LabelRef | undefined {
  const key = from.at(0);
  if (key === undefined) return undefined;
  return key.startsWith('own:') ? { name: key.slice('own:'.length) } : { index: Number(key.slice('class:'.length)), name };
}

/** Names by number, without a hole, as readers want them that count; what stands for nothing is called `unused-3`. */
export function namesById(classes: readonly DatasetClass[]): string[] {
  const most = classes.reduce((highest, { id }) => Math.max(highest, id + 1), 0);
  const names = Array.from({ length: most }, (_, id) => `unused-${id}`);
  for (const { id, name, from } of classes) if (from.length > 0) names[id] = name;
  return names;
}
