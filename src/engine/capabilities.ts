import { builtin } from './host.ts';

/** What there is to compute with here. */
export interface Capabilities {
  /** Whether the page is cross-origin isolated, without which browsers share no memory between threads; false in Node. */
  readonly crossOriginIsolated: boolean;
  /** Logical processors, 1 or more. */
  readonly hardwareConcurrency: number;
  readonly wasmSimd: boolean;
  readonly wasmRelaxedSimd: boolean;
  /** Whether threads may share WebAssembly memory. */
  readonly wasmThreads: boolean;
}

// Smallest modules that use the feature, from github.com/GoogleChromeLabs/wasm-feature-detect (Apache-2.0).
const SIMD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
];
const RELAXED_SIMD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15,
  253, 128, 2, 11,
];

/** More threads than this gain little for one small network, and heat a phone. */
export const MOST_THREADS = 4;

function validates(bytes: readonly number[]): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(Uint8Array.from(bytes));
}

function sharedMemoryWorks(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}

/** What there is to compute with in this worker, page or process; asked anew each time, as it costs nothing. */
export function capabilities(): Capabilities {
  const isolated = Boolean(globalThis.crossOriginIsolated);
  const os = builtin('node:os');
  return {
    crossOriginIsolated: isolated,
    hardwareConcurrency: os?.availableParallelism() ?? (globalThis.navigator?.hardwareConcurrency || 1),
    wasmSimd: validates(SIMD),
    wasmRelaxedSimd: validates(RELAXED_SIMD),
    wasmThreads: (isolated || os !== undefined) && sharedMemoryWorks(),
  };
}

/** Whether this thread may sleep until another one wakes it: a page's own may not. */
function maySleep(): boolean {
  try {
    // Another value than it waits for: comes back at once where it may wait at all.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

/**
 * How many threads will compute where so many are wanted: one where memory cannot be shared, or where this thread is a page's own, which
 * may not wait for others.
 *
 * @param wanted 1 or more; left out, one for each processor, {@link MOST_THREADS} at most
 * @throws RangeError for what is no whole number above zero
 */
export function usableThreads(wanted?: number): number {
  if (wanted !== undefined && (!Number.isInteger(wanted) || wanted < 1)) throw new RangeError(`${wanted} threads are none: 1 or more are needed.`);
  const { wasmThreads, hardwareConcurrency } = capabilities();
  if (!wasmThreads || !maySleep()) return 1;
  return wanted ?? Math.min(hardwareConcurrency, MOST_THREADS);
}
