// The inner loops of src/engine/kernels/gemm.h in WebAssembly assembly. They are generated, not compiled from C, because their speed
// hangs on the order of their instructions: LLVM's WebAssembly back end moves each multiply-add next to the use of its sum
// and loads everything early, and V8 then has more live values than the 15 vector registers of x64 and spills them on each
// step. In this order everything stays in registers: 1.4 times quicker (docs/engine-study.md).

/** Most columns of a block; src/engine/kernels/operator.h splits accordingly. */
export const MAX_COLUMNS = 6;
/** Steps of k that one turn of the loop takes. */
export const UNROLL = 4;
/** Bytes of a vector. */
export const V = 16;

/** One function in the text format of LLVM's assembler; variables go by number. */
export class Assembly {
  readonly lines: string[] = [];
  readonly #locals: string[] = [];

  constructor(private readonly parameters: number) {}

  variable(type: 'i32' | 'v128'): number {
    this.#locals.push(type);
    return this.parameters + this.#locals.length - 1;
  }

  emit(...lines: string[]): void {
    this.lines.push(...lines);
  }

  load(address: number, offset: number, to: number, op = 'v128.load'): void {
    this.emit(`local.get ${address}`, `${op} ${offset}:p2align=2`, `local.set ${to}`);
  }

  store(address: number, offset: number, value: number): void {
    this.emit(`local.get ${address}`, `local.get ${value}`, `v128.store ${offset}:p2align=2`);
  }

  /** to = a + b, b a variable */
  add(to: number, a: number, b: number): void {
    this.emit(`local.get ${a}`, `local.get ${b}`, 'i32.add', `local.set ${to}`);
  }

  /** variable += constant */
  advance(variable: number, constant: number): void {
    this.emit(`local.get ${variable}`, `i32.const ${constant}`, 'i32.add', `local.set ${variable}`);
  }

  copy(to: number, from: number): void {
    this.emit(`local.get ${from}`, `local.set ${to}`);
  }

  /** Runs the body `count` times, `count` being above 0 and used up. */
  repeat(count: number, body: () => void): void {
    this.emit('loop');
    body();
    this.emit(`local.get ${count}`, 'i32.const -1', 'i32.add', `local.tee ${count}`, 'br_if 0', 'end_loop');
  }

  /** Runs one of two bodies. */
  choose(condition: number, yes: () => void, no?: () => void): void {
    this.emit(`local.get ${condition}`, 'if');
    yes();
    if (no) {
      this.emit('else');
      no();
    }
    this.emit('end_if');
  }

  function(name: string): string {
    const signature = Array<string>(this.parameters).fill('i32').join(', ');
    return [
      `.section .text.${name},"",@`,
      `.hidden ${name}`,
      `.globl ${name}`,
      `.type ${name},@function`,
      `${name}:`,
      `.functype ${name} (${signature}) -> ()`,
      `.local ${this.#locals.join(', ')}`,
      ...this.lines,
      'end_function',
    ].join('\n');
  }
}

/** Output channels that a kernel computes at a time: 16 where V8 joins two vectors to one, or else they leave their registers. */
export type Channels = 8 | 16;
/** Vectors of them. */
export const vectorsOf = (channels: Channels): number => channels / 4;

/**
 * gemm_N of src/engine/kernels/gemm.h for N = `columns`: blocks of N columns, then blocks of one less. gemm16_N: the same for two blocks of 8 output
 * channels, the other's weights and sums further on.
 */
function gemm(columns: number, relaxed: boolean, channels: Channels = 8): string {
  const [columnsAt, weights, out, k4, first, all, larger, smaller, add, times, columnsStep, weightsStep, outStep, otherWeights, otherOut] = Array(15).keys();
  const asm = new Assembly(channels === 8 ? 13 : 15);
  const [block, sums, a, b, k, count] = Array.from({ length: 6 }, () => asm.variable('i32'));
  const [otherSums, other] = channels === 8 ? [sums, b] : Array.from({ length: 2 }, () => asm.variable('i32'));
  const lanes = Array.from({ length: vectorsOf(channels) }, () => Array.from({ length: columns }, () => asm.variable('v128')));
  const w = lanes.map(() => asm.variable('v128'));
  const x = asm.variable('v128');
  const loadWeights = (j: number, l: number): void => asm.load(j < 2 ? b : other, l * 2 * V + (j % 2) * V, w[j]);

  const step = (n: number, l: number): void => {
    for (const j of w.keys()) if (relaxed || j === 0) loadWeights(j, l);
    for (let i = 0; i < n; i++) {
      asm.load(a, i * V + l * 4, x, 'v128.load32_splat');
      for (const [j, { [i]: sum }] of lanes.entries()) {
        if (relaxed) {
          asm.emit(`local.get ${x}`, `local.get ${w[j]}`, `local.get ${sum}`, 'f32x4.relaxed_madd', `local.set ${sum}`);
        } else {
          // Without a fused multiply-add the product takes the fifteenth register: the second weights are loaded each time.
          if (j === 1) loadWeights(j, l);
          asm.emit(`local.get ${w[j]}`, `local.get ${x}`, 'f32x4.mul', `local.get ${sum}`, 'f32x4.add', `local.set ${sum}`);
        }
      }
    }
  };

  // A column's two sums lie side by side, and so do their weights: V8 can make one vector of 256 bits of each such pair (--wasm-revectorize).
  const eachSum = (n: number, use: (address: number, offset: number, sum: number) => void): void => {
    for (let i = 0; i < n; i++) for (const [j, { [i]: sum }] of lanes.entries()) use(j < 2 ? sums : otherSums, i * 2 * V + (j % 2) * V, sum);
  };

  const blocks = (n: number, howMany: number): void => {
    asm.copy(count, howMany);
    asm.choose(count, () => {
      asm.repeat(count, () => {
        asm.choose(
          add,
          () => eachSum(n, (address, offset, sum) => asm.load(address, offset, sum)),
          () => eachSum(n, (_address, _offset, sum) => asm.emit('v128.const 0, 0, 0, 0', `local.set ${sum}`)),
        );
        asm.emit(`local.get ${first}`, `i32.const ${n}`, 'i32.mul', `local.get ${block}`, 'i32.add', `local.set ${a}`);
        asm.copy(b, weights);
        if (channels === 16) asm.add(other, weights, otherWeights);
        asm.copy(k, k4);
        asm.repeat(k, () => {
          for (let l = 0; l < UNROLL; l++) step(n, l);
          asm.advance(a, n * V);
          asm.advance(b, UNROLL * 2 * V);
          if (channels === 16) asm.advance(other, UNROLL * 2 * V);
        });
        eachSum(n, (address, offset, sum) => asm.store(address, offset, sum));
        asm.emit(`local.get ${all}`, `i32.const ${n}`, 'i32.mul', `local.get ${block}`, 'i32.add', `local.set ${block}`);
        asm.advance(sums, n * 2 * V);
        if (channels === 16) asm.advance(otherSums, n * 2 * V);
      });
    });
  };

  asm.repeat(times, () => {
    asm.copy(block, columnsAt);
    asm.copy(sums, out);
    if (channels === 16) asm.add(otherSums, out, otherOut);
    blocks(columns, larger);
    if (columns > 1) blocks(columns - 1, smaller);
    asm.add(columnsAt, columnsAt, columnsStep);
    asm.add(weights, weights, weightsStep);
    asm.add(out, out, outStep);
  });
  return asm.function(`gemm${channels === 8 ? '' : channels}_${columns}`);
}

/** A C file with nothing but assembly: an .s file would be assembled without the SIMD features that the compiler is given. */
export function assemblyFile(functions: readonly string[]): string {
  const quoted = functions.join('\n').split('\n').map((line) => JSON.stringify(`${line}\n`));
  return `__asm__(\n${quoted.join('\n')}\n);\n`;
}

/** The matrix products of src/engine/kernels/gemm.h. */
export function gemmFunctions(relaxed: boolean, joined: boolean): string[] {
  return ([8, 16] as const).slice(0, joined ? 2 : 1).flatMap((channels) => Array.from({ length: MAX_COLUMNS }, (_, i) => gemm(i + 1, relaxed, channels)));
}
