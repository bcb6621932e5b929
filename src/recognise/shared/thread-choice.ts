/** How long the network takes on a number of threads, on this device. */
export interface ThreadTime {
  readonly threads: number;
  /** Median time of the network alone, milliseconds. */
  readonly ms: number;
}

/** Most threads that are tried: behind them the pieces that one network is cut into are too few. */
export const MOST_TRIED = 8;
/** Of a browser that tells, GiB of memory, and the most threads that are tried with no more than these: each is a worker of its own. */
const BY_MEMORY: readonly (readonly [gib: number, threads: number])[] = [[1, 2], [2, 4]];
/** More threads take power and heat, and cores from the page: they must save at least this share of the time. */
const LEAST_GAIN = 0.08;

/**
 * The most threads that are worth trying.
 * @param cores of the device, 1 or more
 * @param memory GiB, undefined where the browser does not tell
 */
export function mostThreads(cores: number, memory: number | undefined): number {
  const [, allowed] = BY_MEMORY.find(([gib]) => memory !== undefined && memory <= gib) ?? [0, MOST_TRIED];
  return Math.max(1, Math.min(cores, allowed));
}

/**
 * The number of threads to take of those that were timed: the fewest, unless more are clearly quicker than what was taken before.
 *
 * @param times milliseconds above zero
 * @throws RangeError where nothing was timed
 */
export function bestThreads(times: readonly ThreadTime[]): number {
  if (times.length === 0) throw new RangeError('Nothing was timed.');
  const [fewest, ...more] = times.toSorted((a, b) => a.threads - b.threads);
  return more.reduce((best, each) => (each.ms <= best.ms * (1 - LEAST_GAIN) ? each : best), fewest).threads;
}
