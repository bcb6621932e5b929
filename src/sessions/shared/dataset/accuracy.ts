import { interval } from '../../../base/shared/statistics';
import { labelKey, nameKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import type { DatasetClass } from './dataset';

/** How many of some pictures were named rightly. */
export interface Share {
  readonly right: number;
  readonly count: number;
  /** Wilson's at 95 %, 0..1. */
  readonly interval: readonly [low: number, high: number];
}

const shareOf = ({ right, count }: { right: number; count: number }): Share => ({ right, count, interval: interval(right, count) });

/**
 * The class that a network's answer is: one of ImageNet's by its number, and else, as a network that learned the dataset has the names of its
 * classes, by that name. A class of another number is another one, be it called alike: crane the bird and the machine.
 * @returns undefined where the dataset has no such class
 */
export function classOfAnswer(classes: readonly DatasetClass[], answer: LabelRef): DatasetClass | undefined {
  const used = classes.filter(({ from }) => from.length > 0);
  const byLabel = used.find(({ from }) => from.includes(labelKey(answer)));
  const byName = used.find(({ name }) => nameKey(name) === nameKey(answer.name));
  if (answer.index === undefined) return byName ?? byLabel;
  return byLabel ?? (byName?.from.some((key) => key.startsWith('class:')) ? undefined : byName);
}

/** Counts what a network names rightly: a picture with several labels is where it is one of them. */
export class SideAccuracy {
  readonly #classes = new Map<number, { right: number; count: number }>();
  readonly #all = { right: 0, count: 0 };

  /** @param said the class that the network's first answer is; undefined where it is none */
  add(classIds: readonly number[], said: number | undefined): void {
    const right = said !== undefined && classIds.includes(said);
    this.#all.count++;
    if (right) this.#all.right++;
    for (const id of classIds) {
      const own = this.#classes.get(id) ?? { right: 0, count: 0 };
      own.count++;
      if (said === id) own.right++;
      this.#classes.set(id, own);
    }
  }

  /** Undefined where there was no picture. */
  get all(): Share | undefined {
    return this.#all.count === 0 ? undefined : shareOf(this.#all);
  }

  /** By the classes' numbers. */
  get classes(): ReadonlyMap<number, Share> {
    return new Map([...this.#classes].sort(([a], [b]) => a - b).map(([id, one]) => [id, shareOf(one)]));
  }
}
