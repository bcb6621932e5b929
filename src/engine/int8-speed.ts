/*
 * Whether the processor multiplies and adds bytes as quickly as floats. WebAssembly does not tell: relaxed SIMD's dot product is one
 * instruction where there is VNNI (x64) or SDOT (ARM), and three or more elsewhere. So both are timed, for some ten milliseconds.
 */

/** Second bytes of the opcodes (WebAssembly relaxed SIMD proposal, "Binary format"), LEB128 behind 0xfd. */
const DOT = [0x93, 0x02]; // i32x4.relaxed_dot_i8x16_i7x16_add_s, 0x113
const MULTIPLY_ADD = [0x85, 0x02]; // f32x4.relaxed_madd, 0x105

/** Sums that do not wait for each other: the latency of some five cycles is hidden, and the registers suffice. */
const SUMS = 8;
/** Turns of the first try, and at most: in between it must last for some ticks of the clock, which may be milliseconds. */
const LEAST_TURNS = 200_000;
const MOST_TURNS = 12_800_000;
const LEAST_TICKS = 5;
const TRIES = 3;
const ROUNDS = 6;
/**
 * One instruction takes as long as a multiply-add. Measured here, on a quiet machine and beside four busy loops: 1.0 to 2.0 with VNNI,
 * 3.0 to 5.0 in the same browser told to do without.
 */
const MOST = 2.5;

const LOOPS_UNTIL_ZERO = [0x20, 0, 0x41, 0x7f, 0x6a, 0x22, 0, 0x0d, 0];

function section(id: number, bytes: readonly number[]): number[] {
  return [id, ...unsigned(bytes.length), ...bytes];
}

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/** A module whose `run(turns, bits)` does `SUMS` operations a turn on vectors of `bits` four times over. */
function loopOf(operation: readonly number[]): Uint8Array<ArrayBuffer> {
  const [factor, sum0] = [2, 3];
  const sums = Array.from({ length: SUMS }, (_, i) => sum0 + i);
  const body = [
    1, 1 + SUMS, 0x7b, // so many locals of v128
    0x20, 1, 0xfd, 0x11, 0x21, factor, // i32x4.splat
    0x03, 0x40, // loop
    ...sums.flatMap((sum) => [0x20, factor, 0x20, factor, 0x20, sum, 0xfd, ...operation, 0x21, sum]),
    ...LOOPS_UNTIL_ZERO,
    0x0b,
    0x20, sums[0],
    ...sums.slice(1).flatMap((sum) => [0x20, sum, 0xfd, 0xae, 0x01]), // i32x4.add
    0xfd, 0x1b, 0, // i32x4.extract_lane 0
    0x0b,
  ];
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f]),
    ...section(3, [1, 0]),
    ...section(7, [1, 3, ...new TextEncoder().encode('run'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

type Run = (turns: number, bits: number) => number;

async function compile(operation: readonly number[]): Promise<Run> {
  const { instance } = await WebAssembly.instantiate(loopOf(operation));
  return instance.exports.run as Run;
}

/** How coarsely the clock ticks, milliseconds: browsers round it where a page is not isolated. */
function tickMs(): number {
  const ticks = Array.from({ length: TRIES }, () => {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    return now - start;
  });
  return Math.min(...ticks);
}

/** 0.5 as a float, and bytes of seven bits. */
const BITS = 0x3f000000;

/**
 * How long a dot product of bytes takes against a multiply-add of floats, in vectors of 16 bytes: 1 where the processor has both.
 * The least of some rounds each, in turns: some ten milliseconds in all.
 *
 * @throws WebAssembly.CompileError where the browser has no relaxed SIMD
 */
export async function dotAgainstFloat(): Promise<number> {
  const runs = [await compile(DOT), await compile(MULTIPLY_ADD)];
  const time = (run: Run, turns: number): number => {
    const start = performance.now();
    run(turns, BITS);
    return performance.now() - start;
  };
  const enough = LEAST_TICKS * tickMs();
  let turns = LEAST_TURNS;
  // The least of some tries: any one may have been interrupted.
  const lasts = (): number => Math.min(...Array.from({ length: TRIES }, () => time(runs[1], turns)));
  while (lasts() < enough && turns < MOST_TURNS) turns *= 2;
  const least = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) {
    runs.forEach((run, i) => (least[i] = Math.min(least[i], time(run, turns))));
    // The compiler's better version comes in between.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return least[0] / least[1];
}

/** Whether the processor has an instruction for it. False where the browser has no relaxed SIMD. */
export function quickInt8(): Promise<boolean> {
  return dotAgainstFloat().then((ratio) => ratio <= MOST, () => false);
}
