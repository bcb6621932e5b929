import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { Thread } from '../../src/engine/host';

export const noThreads = (): Thread => {
  throw new Error('no workers here');
};

/** A build of the kernels; those with relaxed SIMD want {@link relaxedSimdInNode} first. */
export function kernelModule(name = 'kernels.wasm'): Promise<WebAssembly.Module> {
  return WebAssembly.compile(new Uint8Array(readFileSync(new URL(`../../src/engine/simd/${name}`, import.meta.url))));
}

/**
 * Node 20 has relaxed SIMD behind a flag (later ones have it, and do not know the flag any more). Its baseline compiler (Liftoff of V8
 * 11.3) mixes registers up in the dot product where many are in use; its optimising one, which is taken alone here, does not.
 */
export function relaxedSimdInNode(): void {
  if (Number(process.versions.node.split('.')[0]) >= 21) return;
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  setFlagsFromString('--no-liftoff');
}
