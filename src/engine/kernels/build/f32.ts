// The inner loops of src/engine/kernels/f32-igemm.c and f32-dwconv.c, generated for the same reason as those of gemm.h: see assembly.ts.
import { Assembly, MAX_COLUMNS, UNROLL, V } from './assembly';

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
 * clamped result in its place: [channels / 4][...][4] on either side. See Igemm in f32-igemm.c.
 */
function igemm(pixels: number, relaxed: boolean): string {
  const [input, weights, bias, at, blocks, plane, row, taps, out, outPlane, residual, residualPlane, limits, joined] = Array(14).keys();
  const asm = new Assembly(14);
  const [ky, kx, k, base] = Array.from({ length: 4 }, () => asm.variable('i32'));
  const places = Array.from({ length: pixels }, () => asm.variable('i32'));
  const upper = Array.from({ length: pixels }, () => asm.variable('v128'));
  const lower = Array.from({ length: pixels }, () => asm.variable('v128'));
  const [w0, w1, x] = Array.from({ length: 3 }, () => asm.variable('v128'));
  /** Offset of a pixel in the input, the output and the residual. */
  const place = (i: number, which: 0 | 1 | 2, from: number): void => {
    asm.emit(`local.get ${at}`, `i32.load ${(which * MAX_COLUMNS + i) * 4}`, `local.get ${from}`, 'i32.add', `local.set ${places[i]}`);
  };
  asm.load(bias, 0, w0);
  asm.load(bias, V, w1);
  for (const sum of upper) asm.copy(sum, w0);
  for (const sum of lower) asm.copy(sum, w1);
  asm.copy(ky, taps);
  asm.repeat(ky, () => {
    asm.copy(kx, taps);
    asm.copy(base, input);
    asm.repeat(kx, () => {
      for (const i of places.keys()) place(i, 0, base);
      asm.copy(k, blocks);
      asm.repeat(k, () => {
        for (let l = 0; l < UNROLL; l++) {
          asm.load(weights, l * 2 * V, w0);
          if (relaxed) asm.load(weights, l * 2 * V + V, w1);
          for (const [i, a] of places.entries()) {
            asm.load(a, l * 4, x, 'v128.load32_splat');
            multiplyAdd(asm, relaxed, x, w0, upper[i]);
            if (!relaxed) asm.load(weights, l * 2 * V + V, w1);
            multiplyAdd(asm, relaxed, x, w1, lower[i]);
          }
        }
        for (const a of places) asm.add(a, a, plane);
        asm.advance(weights, UNROLL * 2 * V);
      });
      asm.advance(base, V);
    });
    asm.add(input, input, row);
  });
  // Nobody reads these: they lie side by side, by which V8 sees that a pixel's two sums can be joined (--wasm-revectorize).
  if (relaxed) {
    for (const i of places.keys()) {
      asm.store(joined, i * 2 * V, upper[i]);
      asm.store(joined, i * 2 * V + V, lower[i]);
    }
  }
  asm.choose(residual, () => {
    for (const i of places.keys()) {
      place(i, 2, residual);
      for (const sum of [upper[i], lower[i]]) {
        asm.load(places[i], 0, x);
        asm.emit(`local.get ${sum}`, `local.get ${x}`, 'f32x4.add', `local.set ${sum}`);
        if (sum === upper[i]) asm.add(places[i], places[i], residualPlane);
      }
    }
  });
  asm.load(limits, 0, w0);
  asm.load(limits, V, w1);
  for (const i of places.keys()) {
    place(i, 1, out);
    clamp(asm, relaxed, upper[i], w0, w1);
    asm.store(places[i], 0, upper[i]);
    asm.add(places[i], places[i], outPlane);
    clamp(asm, relaxed, lower[i], w0, w1);
    asm.store(places[i], 0, lower[i]);
  }
  return asm.function(`f32_igemm_8x${pixels}`);
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
export function f32Functions(relaxed: boolean): string[] {
  const { sides, strides, pixels } = DEPTHWISE;
  return [
    ...Array.from({ length: MAX_COLUMNS }, (_, i) => igemm(i + 1, relaxed)),
    ...sides.flatMap((side) => strides.flatMap((stride) => pixels.map((n) => depthwise(side, stride, n, relaxed)))),
  ];
}
