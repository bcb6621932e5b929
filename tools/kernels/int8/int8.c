// A prototype: ResNet's convolutions in integers with relaxed SIMD's dot product of 8 by 7 bits (docs/engine-study.md).
//
// Activations are 0 to 127, as the instruction wants its second operand, stored as [channels / 16][rows][columns][16] with a
// border of one pixel that stands for zero. Weights are -127 to 127, as [oc / 8][taps][ic / 16][4][8 oc][4 ic].
// A convolution reads its input where it lies: no columns are packed, and no Winograd, whose transforms want more bits.
#include <stdint.h>
#include <wasm_simd128.h>

#include "../../../src/kernels/phase.h"

#define EXPORT(name) __attribute__((export_name(name)))
typedef v128_t vec;

typedef struct {
  const uint8_t *in;
  uint8_t *out;
  const uint8_t *residual;  // null where there is none; laid out as the output
  const int8_t *weights;
  const float *scales, *bias;  // of the sums, in steps of the output
  int32_t in_row, in_plane, out_row, out_plane;  // bytes
  int32_t ic, oc, side, stride, taps;
  int32_t rows;                 // output rows whose input stays in the first cache
  float zero;                   // what stands for zero in the output; 0 with ReLU
  float residual_scale, residual_zero;
} Layer;

typedef void Dot(const uint8_t *in, const int8_t *weights, int32_t *out, int blocks, int plane, int row, int taps);
Dot dot_1_1, dot_1_2, dot_1_3, dot_1_4, dot_1_5, dot_1_6, dot_2_1, dot_2_2, dot_2_3, dot_2_4, dot_2_5, dot_2_6;

static inline void dot(const Layer *p, int n, const uint8_t *in, const int8_t *weights, int32_t *sums) {
#define CASE(s, n) case s * 8 + n: dot_##s##_##n(in, weights, sums, p->ic / 16, p->in_plane, p->in_row, p->taps); break;
#define CASES(s) CASE(s, 1) CASE(s, 2) CASE(s, 3) CASE(s, 4) CASE(s, 5) CASE(s, 6)
  switch (p->stride * 8 + n) { CASES(1) CASES(2) }
}

static inline vec steps(vec sums, vec scale, vec bias) {
  return wasm_f32x4_relaxed_madd(wasm_f32x4_convert_i32x4(sums), scale, bias);
}

// To the nearest step (a half goes up), 0 to 127.
static inline vec rounded(vec x) {
  const vec most = wasm_f32x4_const_splat(127.0f), none = wasm_f32x4_const_splat(0.0f), half = wasm_f32x4_const_splat(0.5f);
  return wasm_i32x4_relaxed_trunc_f32x4(wasm_f32x4_add(wasm_f32x4_relaxed_min(wasm_f32x4_relaxed_max(x, none), most), half));
}

static inline void finish(const Layer *p, int o, int n, const int32_t *sums, int at) {
  const vec s0 = wasm_v128_load(p->scales + o), s1 = wasm_v128_load(p->scales + o + 4);
  const vec zero = wasm_f32x4_splat(p->zero);
  const vec b0 = wasm_f32x4_add(wasm_v128_load(p->bias + o), zero), b1 = wasm_f32x4_add(wasm_v128_load(p->bias + o + 4), zero);
  const vec rs = wasm_f32x4_splat(p->residual_scale), rz = wasm_f32x4_splat(p->residual_zero);
  for (int i = 0; i < n; i++) {
    vec a = steps(wasm_v128_load(sums + i * 8), s0, b0), b = steps(wasm_v128_load(sums + i * 8 + 4), s1, b1);
    if (p->residual) {
      const vec wide = wasm_u16x8_load8x8(p->residual + at + i * 16);
      const vec r0 = wasm_f32x4_convert_i32x4(wasm_u32x4_extend_low_u16x8(wide)), r1 = wasm_f32x4_convert_i32x4(wasm_u32x4_extend_high_u16x8(wide));
      a = wasm_f32x4_relaxed_madd(wasm_f32x4_sub(r0, rz), rs, a);
      b = wasm_f32x4_relaxed_madd(wasm_f32x4_sub(r1, rz), rs, b);
    }
    const vec words = wasm_i16x8_narrow_i32x4(rounded(a), rounded(b));
    wasm_v128_store64_lane(p->out + at + i * 16, wasm_u8x16_narrow_i16x8(words, words), 0);
  }
}

EXPORT("convolve") void convolve(const Layer *p) {
  const Blocks blocks = split(p->side);
  const int edge = p->taps == 1;
  int32_t sums[MAX_COLUMNS * 8];
  for (int first = 0; first < p->side; first += p->rows) {
    const int last = smaller(first + p->rows, p->side);
    for (int o = 0; o < p->oc; o += 8) {
      const int8_t *weights = p->weights + o * p->taps * p->taps * p->ic;
      for (int y = first; y < last; y++) {
        const uint8_t *in = p->in + (y * p->stride + edge) * p->in_row + edge * 16;
        int at = o / 16 * p->out_plane + (y + 1) * p->out_row + 16 + o % 16;
        for (int b = 0; b < blocks.count; b++) {
          const int n = block_size(&blocks, b);
          dot(p, n, in, weights, sums);
          finish(p, o, n, sums, at);
          in += n * p->stride * 16;
          at += n * 16;
        }
      }
    }
  }
}
