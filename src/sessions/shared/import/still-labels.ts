import { sameLabel } from '../../../base/shared/labels/label-ref';
import { chooseStill, restoreStill, shownStill, type StillChoice } from '../dataset/still';
import { isOneOf, sameName } from './frame-labels';
import { labelsIn, type AnnotatedTask } from './label-studio';

/*
 * What comes back of pictures of no session: their labels are those of the training set that was exported, so that the set takes them. A set has one
 * label of each picture: the one that it has where that was left on, else the first of those that somebody put on.
 */

/** What a task says of a picture of no session. */
export interface StillLabels extends ReturnType<typeof labelsIn> {
  /** Of the picture, where it is kept. */
  readonly key: number;
  /** Id of the training set. */
  readonly set: string;
  /** Name of the picture. */
  readonly name: string;
}

/** @param tasks those that are of none say nothing */
export function stillLabels(tasks: readonly AnnotatedTask[]): readonly StillLabels[] {
  return tasks.flatMap((task) => (task.still && task.picture ? [{ ...task.still, name: task.name, ...labelsIn(task, task.picture) }] : []));
}

/** A set as corrections have it. */
export interface CorrectedSet<T> {
  readonly set: T;
  readonly changed: number;
  readonly removed: number;
  /** Names of pictures whose label is no longer what was exported: these are left as they are. */
  readonly lost: readonly string[];
}

/** Takes what came back into its set. @param all of this set, each picture once */
export function correctSet<T extends StillChoice>(before: T, all: readonly StillLabels[]): CorrectedSet<T> {
  let set = before;
  let [changed, removed] = [0, 0];
  const lost: string[] = [];
  for (const { key, name, before: exported, after } of all) {
    const fresh = after.find((labels) => !exported.some((one) => sameName(one, labels)));
    if (!fresh && after.length > 0) continue;
    const current = shownStill(set, key);
    // The label that it has was left on, or somebody said the same here.
    if (current ? after.some((labels) => isOneOf(labels, current.label)) : !fresh) continue;
    if (!current || !exported.some((labels) => isOneOf(labels, current.label))) {
      lost.push(name);
      continue;
    }
    set = chooseStill(set, key, fresh && { key, label: fresh[0] }, set.stills);
    if (fresh) changed++;
    else removed++;
  }
  return { set, changed, removed, lost };
}

/**
 * A set without what was corrected; what was chosen, or corrected once more, since then stays.
 * @param before as it was
 * @param after as corrections had it
 * @returns and how many pictures have back what they had
 */
export function withoutCorrections<T extends StillChoice>(set: T, before: StillChoice, after: StillChoice): { readonly set: T; readonly restored: number } {
  const same = (a: ReturnType<typeof shownStill>, b: typeof a): boolean => (a && b ? sameLabel(a.label, b.label) : a === b);
  const ours = before.stills.filter(({ key }) => !same(shownStill(before, key), shownStill(after, key)) && same(shownStill(set, key), shownStill(after, key)));
  return { set: ours.reduce((all, { key }) => restoreStill(all, key, before), set), restored: ours.length };
}
