/**
 * The class of the nearest example by Euclidean distance: how Teachable Machine of 2017 learned (k-nearest neighbours on a
 * network's features), the baseline of our benchmark.
 *
 * @param examples shape [n][width]
 * @param labels shape [n]
 */
export function nearestNeighbour(examples: readonly ArrayLike<number>[], labels: ArrayLike<number>, x: ArrayLike<number>): number {
  let best = Infinity;
  let label = -1;
  for (let i = 0; i < examples.length; i++) {
    let distance = 0;
    for (let j = 0; j < x.length && distance < best; j++) distance += (examples[i][j] - x[j]) ** 2;
    if (distance < best) [best, label] = [distance, labels[i]];
  }
  return label;
}
