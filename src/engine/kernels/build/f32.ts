// The inner loops of src/engine/kernels/f32-igemm.c and f32-dwconv.c, generated for the same reason as those of gemm.h: see assembly.ts.
import { Assembly, MAX_COLUMNS, UNROLL, V, vectorsOf, type Channels } from './assembly';

/** Sides of depthwise kernels, and pixels of a row that are computed at a time: 7 divides 7, 14, 28, 56 and 112, 1 is for what is left. */
const DEPTHWISE = { sides: [3, 5, 7], strides: [1, 2], pixels: [7, 1] } as const;

/** sum += a * b, a loaded vector `a`; without a fused multiply-add the product is on the stack alone. */
function multiplyAdd(asm: Assembly, relaxed: boolean, a: number, b: number, sum: number): void {
  if (relaxed) asm.emit(`local.get ${a}`, `local.get ${b}`, `local.get ${sum}`, 'f32x4.relaxed_madd', `local.set ${sum}`);
  else asm.emit(`local.get ${a}`, `local.get ${b}`, 'f32x4.mul', `local.get ${sum}`, 'f32x4.add', `local.set ${sum}`);
}

/** Each sum into [low, high]; one instruction each on x64, as max and min of vec in simd.h. */
function clamp(asm: Assembly, relaxed: boolean, sum: number, low: number, high: number): void {
  if (relaxed) asm.emit(`local.get ${sum}`, `local.get ${low}`, 'f32x4.relaxed_max', `local.get ${high}`, 'f32x4.relaxed_min', `local.set ${sum}`);
  else asm.emit(`local.get ${high}`, `local.get ${low}`, `local.get ${sum}`, 'f32x4.pmax', 'f32x4.pmin', `local.set ${sum}`);
}

/**
 * f32_igemm_8xN: 8 output channels at N pixels anywhere in the input, over taps x taps places and all input channels, from the bias to the
 * clamped result in its place: [channels / 4][...][4] on either side. See Igemm in f32-igemm.c. f32_igemm_16xN: the same for two blocks of 8 output
 * channels, the other's weights further on.
 */
function igemm(pixels: number, relaxed: boolean, channels: Channels = 8): string {
  const [input, weights, bias, at, blocks, plane, row, taps, out, outPlane, residual, residualPlane, limits, joined, otherWeights] = Array(15).keys();
  const asm = new Assembly(channels === 8 ? 14 : 15);
  const [ky, kx, k, base] = Array.from({ length: 4 }, () => asm.variable('i32'));
  const places = Array.from({ length: pixels }, () => asm.variable('i32'));
  const lanes = Array.from({ length: vectorsOf(channels) }, () => Array.from({ length: pixels }, () => asm.variable('v128')));
  const w = lanes.map(() => asm.variable('v128'));
  const x = asm.variable('v128');
  const loadWeights = (j: number, l: number): void => asm.load(j < 2 ? weights : otherWeights, l * 2 * V + (j % 2) * V, w[j]);
  /** Offset of a pixel in the input, the output and the residual. */
  const place = (i: number, which: 0 | 1 | 2, from: number): void => {
    asm.emit(`local.get ${at}`, `i32.load ${(which * MAX_COLUMNS + i) * 4}`, `local.get ${from}`, 'i32.add', `local.set ${places[i]}`);
  };
  for (const [j, from] of w.entries()) {
    asm.load(bias, j * V, from);
    for (const sum of lanes[j]) asm.copy(sum, from);
  }
  // From here on it is where the other block's are.
  if (channels === 16) asm.add(otherWeights, otherWeights, weights);
  asm.copy(ky, taps);
  asm.repeat(ky, () => {
    asm.copy(kx, taps);
    asm.copy(base, input);
    asm.repeat(kx, () => {
      for (const i of places.keys()) place(i, 0, base);
      asm.copy(k, blocks);
      asm.repeat(k, () => {
        for (let l = 0; l < UNROLL; l++) {
          for (const j of w.keys()) if (relaxed || j === 0) loadWeights(j, l);
          for (const [i, a] of places.entries()) {
            asm.load(a, l * 4, x, 'v128.load32_splat');
            for (const [j, { [i]: sum }] of lanes.entries()) {
              if (!relaxed && j === 1) loadWeights(j, l);
              multiplyAdd(asm, relaxed, x, w[j], sum);
            }
          }
        }
        for (const a of places) asm.add(a, a, plane);
        asm.advance(weights, UNROLL * 2 * V);
        if (channels === 16) asm.advance(otherWeights, UNROLL * 2 * V);
      });
      asm.advance(base, V);
    });
    asm.add(input, input, row);
  });
  // Nobody reads these: they lie side by side, by which V8 sees that a pixel's two sums can be joined (--wasm-revectorize).
  if (relaxed) {
    for (const i of places.keys()) for (const [j, { [i]: sum }] of lanes.entries()) asm.store(joined, (i * lanes.length + j) * V, sum);
  }
  asm.choose(residual, () => {
    for (const i of places.keys()) {
      place(i, 2, residual);
      for (const [j, { [i]: sum }] of lanes.entries()) {
        if (j > 0) asm.add(places[i], places[i], residualPlane);
        asm.load(places[i], 0, x);
        asm.emit(`local.get ${sum}`, `local.get ${x}`, 'f32x4.add', `local.set ${sum}`);
      }
    }
  });
  asm.load(limits, 0, w[0]);
  asm.load(limits, V, w[1]);
  for (const i of places.keys()) {
    place(i, 1, out);
    for (const [j, { [i]: sum }] of lanes.entries()) {
      if (j > 0) asm.add(places[i], places[i], outPlane);
      clamp(asm, relaxed, sum, w[0], w[1]);
      asm.store(places[i], 0, sum);
    }
  }
  return asm.function(`f32_igemm_${channels}x${pixels}`);
}

/**
 * f32_dwconv_KsS_xN: one block of 4 channels at `count` times N pixels of a row, kernel K x K, stride S. Weights: bias, then [K][K][4].
 */
function depthwise(side: number, stride: number, pixels: number, relaxed: boolean): string {
  const [input, row, weights, out, limits, count] = Array(6).keys();
  const asm = new Assembly(6);
  const [ky, a, b] = Array.from({ length: 3 }, () => asm.variable('i32'));
  const sums = Array.from({ length: pixels }, () => asm.variable('v128'));
  const factors = Array.from({ length: side }, () => asm.variable('v128'));
  const x = asm.variable('v128');
  asm.repeat(count, () => {
    asm.load(weights, 0, x);
    for (const sum of sums) asm.copy(sum, x);
    asm.copy(a, input);
    asm.copy(b, weights);
    asm.emit(`i32.const ${side}`, `local.set ${ky}`);
    asm.repeat(ky, () => {
      for (const [i, w] of factors.entries()) asm.load(b, V + i * V, w);
      for (let j = 0; j < (pixels - 1) * stride + side; j++) {
        const uses = sums.flatMap((sum, i) => factors.slice(Math.max(0, j - i * stride), j < i * stride ? 0 : j - i * stride + 1).map((w) => ({ sum, w })));
        if (uses.length === 0) continue;
        asm.load(a, j * V, x);
        for (const { sum, w } of uses) multiplyAdd(asm, relaxed, x, w, sum);
      }
      asm.add(a, a, row);
      asm.advance(b, side * V);
    });
    asm.load(limits, 0, factors[0]);
    asm.load(limits, V, factors[1]);
    for (const [i, sum] of sums.entries()) {
      clamp(asm, relaxed, sum, factors[0], factors[1]);
      asm.store(out, i * V, sum);
    }
    asm.advance(input, pixels * stride * V);
    asm.advance(out, pixels * V);
  });
  return asm.function(`f32_dwconv_${side}s${stride}_x${pixels}`);
}

/** The float convolutions that read their input where it lies. */
export function f32Functions(relaxed: boolean, joined: boolean): string[] {
  const { sides, strides, pixels } = DEPTHWISE;
  return [
    ...([8, 16] as const).slice(0, joined ? 2 : 1).flatMap((channels) => Array.from({ length: MAX_COLUMNS }, (_, i) => igemm(i + 1, relaxed, channels))),
    ...sides.flatMap((side) => strides.flatMap((stride) => pixels.map((n) => depthwise(side, stride, n, relaxed)))),
  ];
}
