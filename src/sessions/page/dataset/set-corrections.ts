import { correctSet, withoutCorrections, type StillLabels } from '../../shared/import/still-labels';
import type { DatasetShelf } from './dataset-shelf';

/** What corrections made of one training set. */
export interface SetReport {
  readonly name: string;
  readonly changed: number;
  readonly removed: number;
  /**
   * Takes them back; what was chosen in the set, or corrected once more, since then stays. Undefined where nothing was changed.
   * @returns how many pictures have back what they had
   */
  readonly undo: (() => number) | undefined;
}

/** What corrections made of all sets. */
export interface SetsReport {
  readonly sets: readonly SetReport[];
  /** Names of pictures whose set is not here. */
  readonly unmatched: readonly string[];
  /** Pictures whose label was changed here since the export, and stays as it is: their set and name. */
  readonly changedHere: readonly string[];
}

/** Takes what came back of pictures of no session into the sets that have their labels. @param onUndo is called when one has back what it had */
export function correctSets(shelf: DatasetShelf, stills: readonly StillLabels[], onUndo: () => void = () => undefined): SetsReport {
  const sets: SetReport[] = [];
  const [unmatched, changedHere]: string[][] = [[], []];
  for (const id of new Set(stills.map(({ set }) => set))) {
    const all = stills.filter(({ set }) => set === id);
    const before = shelf.find(id);
    if (!before) {
      unmatched.push(...all.map(({ name }) => name));
      continue;
    }
    const { set: after, changed, removed, lost } = correctSet(before, all);
    changedHere.push(...lost.map((name) => `${before.name}, ${name}`));
    const undo = (): number => {
      const now = shelf.find(id);
      if (!now) return 0;
      const { set, restored } = withoutCorrections(now, before, after);
      if (restored > 0) shelf.put(set);
      onUndo();
      return restored;
    };
    const touched = changed + removed > 0;
    if (touched) shelf.put(after);
    sets.push({ name: before.name, changed, removed, undo: touched ? undo : undefined });
  }
  return { sets, unmatched, changedHere };
}
