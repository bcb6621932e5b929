import { dot, unit } from '../../../base/shared/vectors';
import { VIEW_ALIKE } from '../label-quality';
import type { PicturePart } from '../session-export';

/*
 * Looking through a training set for what is wrong in it: the pictures of each class, near-copies folded into one, the least sure first. Both go
 * by the features of the network that runs: near-copies are one view (as the quality line counts views), and a picture is the less sure the
 * nearer its features are to another class's mean than to its own's, without itself. That serves labels of one's own, of which the network
 * says nothing, as well as ImageNet's. Without features nothing is folded, and what the network said of the picture's class counts.
 */

/** A picture as it is looked through. */
export interface SeenPicture {
  readonly key: string;
  readonly sessionId: string;
  /** Of a picture of no session. */
  readonly name?: string;
  readonly timeUs: number;
  readonly classId: number;
  /** How probable the network found the picture's own class, 0..1: 0 where it said something else, or nothing. */
  readonly probability: number;
  /** Of unit length; undefined where the network gives none. */
  readonly features: Float32Array | undefined;
  /** What is shown, JPEG. */
  readonly thumbnail: Blob;
}

/** Near-copies that are shown as one. */
export interface SeenFold {
  readonly first: SeenPicture;
  /** Keys of all of them, the first one's too. */
  readonly keys: readonly string[];
  /** Higher is surer, in an order of its own: cosines with features, else a probability. */
  readonly sureness: number;
}

interface ClassSum {
  /** Of its pictures' features. */
  readonly sum: Float32Array;
  readonly count: number;
  /** Of the sum, of unit length. */
  readonly direction: Float32Array;
}

/** Pictures that are looked through at once: each is a run of the network, and its image is kept. */
const MOST = 2000;

/** The part of all pictures that begins at one; the last part where there is none so far on. */
export function partFrom(from: number, total: number): PicturePart {
  const first = Math.max(0, Math.min(from, Math.floor((total - 1) / MOST) * MOST));
  return { from: first, count: Math.min(MOST, total - first), total };
}

/** The one before and the one behind a part; undefined where there is none. */
export function partsBeside({ from, count, total }: PicturePart): { readonly before: number | undefined; readonly behind: number | undefined } {
  return { before: from > 0 ? Math.max(0, from - MOST) : undefined, behind: from + count < total ? from + count : undefined };
}

/** Features of pictures that were seen, added up by class. */
export class FeatureSums {
  readonly #sums = new Map<number, { readonly sum: Float32Array; count: number }>();
  readonly #seen = new Set<string>();

  /** Pictures that were seen before are not counted again. */
  add(pictures: readonly SeenPicture[]): void {
    for (const { key, classId, features } of pictures) {
      if (!features || this.#seen.has(`${classId}/${key}`)) continue;
      this.#seen.add(`${classId}/${key}`);
      const found = this.#sums.get(classId) ?? { sum: new Float32Array(features.length), count: 0 };
      this.#sums.set(classId, found);
      features.forEach((value, i) => (found.sum[i] += value));
      found.count++;
    }
  }

  get classes(): ReadonlyMap<number, ClassSum> {
    return new Map([...this.#sums].map(([id, { sum, count }]) => [id, { sum, count, direction: unit(sum) }]));
  }
}

/** How much nearer a picture is to its class's mean than to the nearest other class's, as cosines; its probability where that cannot be told. */
function surenessOf({ features, classId, probability }: SeenPicture, sums: ReadonlyMap<number, ClassSum>): number {
  const own = sums.get(classId);
  if (!features || !own || sums.size < 2) return probability;
  // Without itself; the only one of its class is as near to it as can be.
  const rest = own.sum.map((value, i) => value - features[i]);
  const near = own.count > 1 ? dot(features, unit(rest)) : 1;
  const others = [...sums].filter(([id]) => id !== classId).map(([, { direction }]) => dot(features, direction));
  return near - Math.max(...others);
}

/** The pictures of each class by its number: near-copies folded, the least sure first. @param before of parts that were looked through, and then of this one too */
export function foldPictures(pictures: readonly SeenPicture[], before = new FeatureSums()): ReadonlyMap<number, readonly SeenFold[]> {
  before.add(pictures);
  const sums = before.classes;
  const classes = new Map<number, { first: SeenPicture; keys: string[]; sureness: number }[]>();
  const sorted = [...pictures].sort((a, b) => (a.sessionId < b.sessionId ? -1 : a.sessionId > b.sessionId ? 1 : a.timeUs - b.timeUs));
  for (const picture of sorted) {
    const folds = classes.get(picture.classId) ?? [];
    classes.set(picture.classId, folds);
    const { features } = picture;
    const like = features && folds.find(({ first }) => first.features !== undefined && dot(first.features, features) >= VIEW_ALIKE);
    const sureness = surenessOf(picture, sums);
    if (!like) folds.push({ first: picture, keys: [picture.key], sureness });
    else {
      like.keys.push(picture.key);
      // The least sure one is shown.
      if (sureness < like.sureness) [like.first, like.sureness] = [picture, sureness];
    }
  }
  for (const folds of classes.values()) folds.sort((a, b) => a.sureness - b.sureness);
  return new Map([...classes].sort(([a], [b]) => a - b));
}
