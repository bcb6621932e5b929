import { DOT, loopAgainst, MULTIPLY_ADD } from './loop-speed.ts';

/** Sums that do not wait for each other: the latency of some five cycles is hidden, and the registers suffice. */
const SUMS = 8;
/**
 * One instruction takes as long as a multiply-add. Measured here, on a quiet machine and beside four busy loops: 1.0 to 2.0 with VNNI,
 * 3.0 to 5.0 in the same browser told to do without.
 */
const MOST = 2.5;

/**
 * How long a dot product of bytes takes against a multiply-add of floats, in vectors of 16 bytes: 1 where the processor has both. Relaxed SIMD's
 * dot product is one instruction where there is VNNI (x64) or SDOT (ARM), and three or more elsewhere. Takes some ten milliseconds.
 *
 * @throws WebAssembly.CompileError where the browser has no relaxed SIMD
 */
export function dotAgainstFloat(): Promise<number> {
  return loopAgainst({ operation: DOT, sums: SUMS, times: 1 }, { operation: MULTIPLY_ADD, sums: SUMS, times: 1 });
}

/** Whether the processor has an instruction for it. False where the browser has no relaxed SIMD. */
export function quickInt8(): Promise<boolean> {
  return dotAgainstFloat().then((ratio) => ratio <= MOST, () => false);
}
