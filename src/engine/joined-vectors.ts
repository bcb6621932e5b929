import { loopAgainst, MULTIPLY_ADD } from './loop-speed.ts';

/** Sums of the kernels' inner loops: 6 columns by 8 output channels, and by 16. */
const [FEW, MANY] = [12, 24];
/** So much quicker 24 sums at a time have to be. */
const LEAST_GAIN = 1.15;

/**
 * How many times as quick the kernels' blocks of 16 output channels are as those of 8. Their 24 sums leave the 15 registers that V8 has on x64
 * again and again, unless it joins each two vectors of 128 bits to one of 256 (--wasm-revectorize, off in Chromium 156): then the 12 that are left
 * hide a multiply-add's latency, which six do not. Takes some ten milliseconds.
 *
 * @throws WebAssembly.CompileError where the browser has no relaxed SIMD
 */
export function blocksOf16(): Promise<number> {
  return loopAgainst({ operation: MULTIPLY_ADD, sums: FEW, times: MANY / FEW }, { operation: MULTIPLY_ADD, sums: MANY, times: 1 });
}

/** Whether the kernels' blocks of 16 output channels may be the quicker ones here: then the engine fetches them and times whole runs. */
export function joinsVectors(): Promise<boolean> {
  return blocksOf16().then((gain) => gain >= LEAST_GAIN, () => false);
}
