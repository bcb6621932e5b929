import { nameKey } from '../../base/shared/labels/label-ref';
import type { ModelManifest } from '../../base/shared/model';
import { numberedName } from '../../base/shared/own-model';
import { namesFor } from './model-draft';

/**
 * Names that tell all classes of a network apart, as sessions and exports know them by their names: of those that are called alike, in whichever
 * case, each has its number behind it.
 */
export function distinctNames(names: readonly string[]): readonly string[] {
  const keys = names.map(nameKey);
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  if (counts.size === names.length) return names;
  const taken = new Set(keys);
  return names.map((name, i) => {
    if (counts.get(keys[i]) === 1) return name;
    let told = name;
    do told = `${told} (${numberedName(i)})`;
    while (taken.has(nameKey(told)));
    taken.add(nameKey(told));
    return told;
  });
}

/** Whether a model is called as another is, in whichever case. @param taken names of the others */
export function isTaken(name: string, taken: readonly string[]): boolean {
  return taken.some((other) => nameKey(other) === nameKey(name));
}

/** A name that no other model has: sessions tell the classes of two networks apart by it where these have numbers for names. */
export function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let i = 2; isTaken(free, taken); i++) free = `${name} (${i})`;
  return free;
}

/**
 * A model called by names that fit, no two alike: its own, else those of a list that has as many, else numbers.
 * @param classes as many as the network was seen to give
 */
export function namedFor(manifest: ModelManifest, classes: number, lists: readonly (readonly string[])[]): ModelManifest {
  if (manifest.ports?.answers === 'features') return manifest;
  const fits = (names: readonly string[] | undefined): boolean => names?.length === classes;
  const classNames = distinctNames(namesFor(classes, fits(manifest.classNames) ? manifest.classNames : lists.find(fits)));
  return classNames === manifest.classNames ? manifest : { ...manifest, classNames };
}
