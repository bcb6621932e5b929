import { VIEW_ALIKE } from '../label-quality';

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

/** Features of length one, so that their product is their cosine; as they are where they are all 0. */
export function unit(features: Float32Array): Float32Array {
  const length = Math.hypot(...features);
  return length > 0 ? features.map((value) => value / length) : features;
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Sums of each class's features, and of how many. */
function sumsOf(pictures: readonly SeenPicture[]): ReadonlyMap<number, { readonly sum: Float32Array; count: number }> {
  const sums = new Map<number, { readonly sum: Float32Array; count: number }>();
  for (const { classId, features } of pictures) {
    if (!features) continue;
    const found = sums.get(classId) ?? { sum: new Float32Array(features.length), count: 0 };
    sums.set(classId, found);
    features.forEach((value, i) => (found.sum[i] += value));
    found.count++;
  }
  return sums;
}

/** How much nearer a picture is to its class's mean than to the nearest other class's, as cosines; its probability where that cannot be told. */
function surenessOf({ features, classId, probability }: SeenPicture, sums: ReturnType<typeof sumsOf>): number {
  const own = sums.get(classId);
  if (!features || !own || sums.size < 2) return probability;
  // Without itself; the only one of its class is as near to it as can be.
  const rest = own.sum.map((value, i) => value - features[i]);
  const near = own.count > 1 ? product(features, unit(rest)) : 1;
  const others = [...sums].filter(([id]) => id !== classId).map(([, { sum }]) => product(features, unit(sum)));
  return near - Math.max(...others);
}

/** The pictures of each class by its number: near-copies folded, the least sure first. */
export function foldPictures(pictures: readonly SeenPicture[]): ReadonlyMap<number, readonly SeenFold[]> {
  const sums = sumsOf(pictures);
  const classes = new Map<number, { first: SeenPicture; keys: string[]; sureness: number }[]>();
  const sorted = [...pictures].sort((a, b) => (a.sessionId < b.sessionId ? -1 : a.sessionId > b.sessionId ? 1 : a.timeUs - b.timeUs));
  for (const picture of sorted) {
    const folds = classes.get(picture.classId) ?? [];
    classes.set(picture.classId, folds);
    const { features } = picture;
    const like = features && folds.find(({ first }) => first.features !== undefined && product(first.features, features) >= VIEW_ALIKE);
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
