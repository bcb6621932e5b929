/*
 * What WebAssembly does not tell of the processor and of the browser's compiler is timed: small loops, some ten milliseconds in all.
 */

/** Second bytes of the opcodes (WebAssembly relaxed SIMD proposal, "Binary format"), LEB128 behind 0xfd. */
export const DOT = [0x93, 0x02]; // i32x4.relaxed_dot_i8x16_i7x16_add_s, 0x113
export const MULTIPLY_ADD = [0x85, 0x02]; // f32x4.relaxed_madd, 0x105

/** What a loop does in each turn. */
export interface Loop {
  /** Of three vectors, the last one a sum. */
  readonly operation: readonly number[];
  /** Sums that do not wait for each other. They are stored side by side at the end. */
  readonly sums: number;
  /** How often the operation is done for each of them. */
  readonly times: number;
}

/** Turns of the first try, and at most: in between it must last for some ticks of the clock, which may be milliseconds. */
const LEAST_TURNS = 200_000;
const MOST_TURNS = 12_800_000;
const LEAST_TICKS = 5;
const TRIES = 3;
const ROUNDS = 6;

const LOOPS_UNTIL_ZERO = [0x20, 0, 0x41, 0x7f, 0x6a, 0x22, 0, 0x0d, 0];

function section(id: number, bytes: readonly number[]): number[] {
  return [id, ...unsigned(bytes.length), ...bytes];
}

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/** A module whose `run(turns, bits)` does so on vectors of `bits` four times over. */
function moduleOf({ operation, sums: count, times }: Loop): Uint8Array<ArrayBuffer> {
  const [factor, sum0] = [2, 3];
  const sums = Array.from({ length: count }, (_, i) => sum0 + i);
  const turn = sums.flatMap((sum) => [0x20, factor, 0x20, factor, 0x20, sum, 0xfd, ...operation, 0x21, sum]);
  const body = [
    1, 1 + count, 0x7b, // so many locals of v128
    0x20, 1, 0xfd, 0x11, 0x21, factor, // i32x4.splat
    0x03, 0x40, // loop
    ...Array.from({ length: times }, () => turn).flat(),
    ...LOOPS_UNTIL_ZERO,
    0x0b,
    ...sums.flatMap((sum, i) => [0x41, 0, 0x20, sum, 0xfd, 0x0b, 4, ...unsigned(i * 16)]), // v128.store
    0x0b,
  ];
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 2, 0x7f, 0x7f, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]), // a page of memory
    ...section(7, [1, 3, ...new TextEncoder().encode('run'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

type Run = (turns: number, bits: number) => void;

async function compile(loop: Loop): Promise<Run> {
  const { instance } = await WebAssembly.instantiate(moduleOf(loop));
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
 * How long a turn of one loop takes against one of another. The least of some rounds each, in turns.
 *
 * @throws WebAssembly.CompileError where the browser does not know an operation
 */
export async function loopAgainst(one: Loop, other: Loop): Promise<number> {
  const runs = [await compile(one), await compile(other)];
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
