// The inner loops of src/engine/kernels/int8.c, generated for the same reason as those of gemm.h: see assembly.ts.
import { Assembly, MAX_COLUMNS, UNROLL, V, vectorsOf, type Channels } from './assembly';

/** Fewest pixels of a block: pieces are large enough for all blocks to be of 5 or 6 (see split in operator.h). */
const MIN_PIXELS = MAX_COLUMNS - 1;

/**
 * qs8_igemm_8xN: 8 output channels at N pixels anywhere in the input, over taps x taps places and all input channels. Four input channels
 * of a pixel are one splat, which is multiplied with four channels of four outputs at a time. A pixel's two sums lie side by side, and so
 * do their weights: V8 can make one vector of 256 bits of each such pair (--wasm-revectorize). qs8_igemm_16xN: the same for two blocks of 8
 * output channels, the other's weights further on, its sums behind those of MAX_COLUMNS pixels.
 *
 * @param wide whether the input has 8 bits with a sign, and the weights 7 without: the instruction's operands change places
 */
function igemm(pixels: number, wide: boolean, channels: Channels = 8): string {
  const [input, weights, out, offsets, blocks, plane, row, taps, otherWeights] = Array(9).keys();
  const asm = new Assembly(channels === 8 ? 8 : 9);
  const [ky, kx, k, base] = Array.from({ length: 4 }, () => asm.variable('i32'));
  const at = Array.from({ length: pixels }, () => asm.variable('i32'));
  const lanes = Array.from({ length: vectorsOf(channels) }, () => Array.from({ length: pixels }, () => asm.variable('v128')));
  const w = lanes.map(() => asm.variable('v128'));
  const x = asm.variable('v128');
  for (const sum of lanes.flat()) asm.emit('v128.const 0, 0, 0, 0', `local.set ${sum}`);
  // From here on it is where the other block's are.
  if (channels === 16) asm.add(otherWeights, otherWeights, weights);
  asm.copy(ky, taps);
  asm.repeat(ky, () => {
    asm.copy(kx, taps);
    asm.copy(base, input);
    asm.repeat(kx, () => {
      for (const [i, a] of at.entries()) asm.emit(`local.get ${offsets}`, `i32.load ${i * 4}`, `local.get ${base}`, 'i32.add', `local.set ${a}`);
      asm.copy(k, blocks);
      asm.repeat(k, () => {
        for (let l = 0; l < UNROLL; l++) {
          for (const [j, to] of w.entries()) asm.load(j < 2 ? weights : otherWeights, l * 2 * V + (j % 2) * V, to);
          for (const [i, a] of at.entries()) {
            asm.load(a, l * 4, x, 'v128.load32_splat');
            for (const [j, { [i]: sum }] of lanes.entries()) {
              const [first, second] = wide ? [x, w[j]] : [w[j], x];
              asm.emit(`local.get ${first}`, `local.get ${second}`, `local.get ${sum}`, 'i32x4.relaxed_dot_i8x16_i7x16_add_s', `local.set ${sum}`);
            }
          }
        }
        for (const a of at) asm.add(a, a, plane);
        asm.advance(weights, UNROLL * 2 * V);
        if (channels === 16) asm.advance(otherWeights, UNROLL * 2 * V);
      });
      asm.advance(base, V);
    });
    asm.add(input, input, row);
  });
  for (let i = 0; i < pixels; i++) for (const [j, { [i]: sum }] of lanes.entries()) asm.store(out, ((j < 2 ? 0 : MAX_COLUMNS) + i) * 2 * V + (j % 2) * V, sum);
  return asm.function(`qs8_${wide ? 'wide_' : ''}igemm_${channels}x${pixels}`);
}

/** The dot products of convolutions in int8. */
export function dotFunctions(joined: boolean): string[] {
  const sizes = Array.from({ length: MAX_COLUMNS - MIN_PIXELS + 1 }, (_, i) => MIN_PIXELS + i);
  const channels = ([8, 16] as const).slice(0, joined ? 2 : 1);
  return channels.flatMap((each) => [false, true].flatMap((wide) => sizes.map((n) => igemm(n, wide, each))));
}
