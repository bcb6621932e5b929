// The inner loops of src/kernels/integers.c, generated for the same reason as those of gemm.h: see assembly.ts.
import { Assembly, MAX_COLUMNS, UNROLL, V } from './assembly';

/** Fewest columns of a block: a row of 7 pixels is split into 4 and 3. */
export const MIN_DOT_COLUMNS = 3;

/**
 * dot_S_N: 8 output channels at N pixels of a row, S apart in the input, over taps x taps places and all input channels.
 * Four input channels of a pixel are one splat, which is multiplied with four channels of four outputs at a time.
 */
function dot(stride: 1 | 2, columns: number): string {
  const [input, weights, out, blocks, plane, row, taps] = Array(7).keys();
  const asm = new Assembly(7);
  const [ky, kx, k, at, a] = Array.from({ length: 5 }, () => asm.variable('i32'));
  const upper = Array.from({ length: columns }, () => asm.variable('v128'));
  const lower = Array.from({ length: columns }, () => asm.variable('v128'));
  const [w0, w1, x] = Array.from({ length: 3 }, () => asm.variable('v128'));
  for (const sum of [...upper, ...lower]) asm.emit('v128.const 0, 0, 0, 0', `local.set ${sum}`);
  asm.copy(ky, taps);
  asm.repeat(ky, () => {
    asm.copy(kx, taps);
    asm.copy(at, input);
    asm.repeat(kx, () => {
      asm.copy(a, at);
      asm.copy(k, blocks);
      asm.repeat(k, () => {
        for (let l = 0; l < UNROLL; l++) {
          asm.load(weights, l * 2 * V, w0);
          asm.load(weights, l * 2 * V + V, w1);
          for (let i = 0; i < columns; i++) {
            asm.load(a, i * stride * V + l * 4, x, 'v128.load32_splat');
            for (const [w, sum] of [[w0, upper[i]], [w1, lower[i]]]) {
              asm.emit(`local.get ${w}`, `local.get ${x}`, `local.get ${sum}`, 'i32x4.relaxed_dot_i8x16_i7x16_add_s', `local.set ${sum}`);
            }
          }
        }
        asm.add(a, a, plane);
        asm.advance(weights, UNROLL * 2 * V);
      });
      asm.advance(at, V);
    });
    asm.add(input, input, row);
  });
  for (let i = 0; i < columns; i++) {
    asm.store(out, i * 2 * V, upper[i]);
    asm.store(out, i * 2 * V + V, lower[i]);
  }
  return asm.function(`dot_${stride}_${columns}`);
}

/** The dot products of convolutions in integers, for strides 1 and 2. */
export function dotFunctions(): string[] {
  const sizes = Array.from({ length: MAX_COLUMNS - MIN_DOT_COLUMNS + 1 }, (_, i) => MIN_DOT_COLUMNS + i);
  return ([1, 2] as const).flatMap((stride) => sizes.map((n) => dot(stride, n)));
}
