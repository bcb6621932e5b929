/** What the worker's browser can do. */
export interface WorkerCapabilities {
  readonly crossOriginIsolated: boolean;
  readonly hardwareConcurrency: number;
  readonly wasmSimd: boolean;
  readonly wasmRelaxedSimd: boolean;
  readonly wasmThreads: boolean;
  readonly offscreenCanvas: boolean;
  readonly privateFileSystem: boolean;
}

// Smallest modules that use the feature, from github.com/GoogleChromeLabs/wasm-feature-detect (Apache-2.0).
const SIMD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
];
const RELAXED_SIMD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15,
  253, 128, 2, 11,
];

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

/** What this worker's browser can do; asked anew each time, as it costs nothing. */
export function workerCapabilities(): WorkerCapabilities {
  return {
    crossOriginIsolated: self.crossOriginIsolated,
    hardwareConcurrency: navigator.hardwareConcurrency || 1,
    wasmSimd: validates(SIMD),
    wasmRelaxedSimd: validates(RELAXED_SIMD),
    wasmThreads: self.crossOriginIsolated && sharedMemoryWorks(),
    offscreenCanvas: typeof OffscreenCanvas !== 'undefined',
    privateFileSystem: typeof navigator.storage?.getDirectory === 'function',
  };
}
