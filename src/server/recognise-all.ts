/**
 * Does work on each item, so many at a time: one request with many pictures does not fill the queue. Results are in the items' order.
 * @param gone aborted where nobody waits for the results any more
 * @param work gets a signal that is aborted then too, and once work on another item has failed: the failure is the answer
 * @throws what the first work that fails throws
 */
export async function recogniseAll<Item, Result>(
  atOnce: number, items: readonly Item[], gone: AbortSignal, work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  const waiting = items.entries();
  const failed = new AbortController();
  const signal = AbortSignal.any([gone, failed.signal]);
  const lane = async (): Promise<void> => {
    for (const [i, item] of waiting) {
      if (failed.signal.aborted) return;
      results[i] = await work(item, signal);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  } catch (error) {
    failed.abort();
    throw error;
  }
  return results;
}
