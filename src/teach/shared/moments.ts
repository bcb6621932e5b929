import type { ExampleSource } from './classes-file';
import type { TaughtClass, TrainingResult } from './teach';

/** Examples of the camera that follow each other so closely are of one moment, milliseconds: as far apart as a training set's sides (sessions' split). */
const MOMENT_MS = 2000;

/** What tells of an example when it was taken. */
export interface TakenExample {
  /** Same for those that were taken together: a burst, a span, an image. */
  readonly group: string;
  readonly source: ExampleSource;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
}

/**
 * The moment of each example of one class: what was shown to the camera again at once is what it saw before. Examples of one moment
 * hardly differ, so that one of them tells little of how the others will be named.
 *
 * @param examples oldest first
 */
export function momentsOf(examples: readonly TakenExample[]): string[] {
  let latest: { readonly moment: string; readonly at: number } | undefined;
  return examples.map(({ group, source, addedAt }) => {
    if (source !== 'camera') return group;
    const moment = latest && addedAt - latest.at < MOMENT_MS ? latest.moment : group;
    latest = { moment, at: addedAt };
    return moment;
  });
}

/** Names of classes that were learned from one moment alone, which cannot be held out. */
export function shownOnce(classes: readonly TaughtClass[], result: Pick<TrainingResult, 'exampleIds'> | undefined): string[] {
  const learned = new Set(result?.exampleIds);
  return classes.filter(({ examples }) => new Set(momentsOf(examples.filter(({ id }) => learned.has(id)))).size === 1).map(({ name }) => name);
}
