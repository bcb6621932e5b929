// Depthwise convolutions in int8, 3 x 3 and 5 x 5, stride 1 and 2, and the step from floats to int8. Activations and weights are of the
// sizes that int8.c has: 0 to 127 as [channels / 16][rows][columns][16], -127 to 127.
//
// The dot product adds four neighbouring bytes. So four rows of the input are woven into each other, once for each row of the output: the four
// bytes of a channel come to stand side by side, and one instruction does four taps of a column for four channels.
#include "operator.h"

#ifdef __wasm_relaxed_simd__
#pragma float_control(precise, on)
#pragma STDC FP_CONTRACT OFF
#include "qs8.h"

// Bytes of rows a to d, channel by channel: woven[quad][column] has 4 channels of 4 rows.
INLINE void weave(const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d, int columns, vec *woven) {
  for (int x = 0; x < columns; x++) {
    const vec va = wasm_v128_load(a + x * 16), vb = wasm_v128_load(b + x * 16), vc = wasm_v128_load(c + x * 16), vd = wasm_v128_load(d + x * 16);
#define LOW(u, v) wasm_i8x16_shuffle(u, v, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(u, v) wasm_i8x16_shuffle(u, v, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define LOW2(u, v) wasm_i16x8_shuffle(u, v, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH2(u, v) wasm_i16x8_shuffle(u, v, 4, 12, 5, 13, 6, 14, 7, 15)
    const vec ab = LOW(va, vb), cd = LOW(vc, vd), ef = HIGH(va, vb), gh = HIGH(vc, vd);
    woven[x] = LOW2(ab, cd);
    woven[columns + x] = HIGH2(ab, cd);
    woven[2 * columns + x] = LOW2(ef, gh);
    woven[3 * columns + x] = HIGH2(ef, gh);
  }
}

// A row of the output for 16 channels. Weights: [quad][side / 4 rounded up][side][16].
INLINE void row_of(const Operator *p, int block, int y, vec *woven, const int side, const int stride) {
  const int groups = (side + 3) / 4, columns = (p->width - 1) * stride + side;
  const uint8_t *in = (const uint8_t *)p->in + block * p->in_plane + y * stride * p->in_row;
  const vec top = splat((float)p->top);
  for (int g = 0; g < groups; g++) {
    // A row beyond the kernel has zeros for weights, so that any bytes do.
    const uint8_t *a = in + 4 * g * p->in_row;
    const uint8_t *b = 4 * g + 1 < side ? a + p->in_row : a, *c = 4 * g + 2 < side ? b + p->in_row : a, *d = 4 * g + 3 < side ? c + p->in_row : a;
    weave(a, b, c, d, columns, woven + g * 4 * columns);
  }
  uint8_t *out = (uint8_t *)p->out + block * p->out_plane + y * p->out_row;
  for (int q = 0; q < 4; q++) {
    const int8_t *from = (const int8_t *)p->weights + (block * 4 + q) * groups * side * 16;
    vec weights[10];
#pragma clang loop unroll(full)
    for (int t = 0; t < groups * side; t++) weights[t] = wasm_v128_load(from + t * 16);
    const vec scale = load(p->scales + block * 16 + q * 4), bias = load(p->bias + block * 16 + q * 4);
    const vec *woven0 = woven + q * columns, *woven1 = woven0 + 4 * columns;
    for (int x = 0; x < p->width; x++) {
      vec sum = wasm_i32x4_const_splat(0), other = wasm_i32x4_const_splat(0);
#pragma clang loop unroll(full)
      for (int k = 0; k < side; k++) {
        sum = wasm_i32x4_relaxed_dot_i8x16_i7x16_add(weights[k], woven0[x * stride + k], sum);
        if (groups > 1) other = wasm_i32x4_relaxed_dot_i8x16_i7x16_add(weights[side + k], woven1[x * stride + k], other);
      }
      const vec whole = rounded(add(mul(wasm_f32x4_convert_i32x4(wasm_i32x4_add(sum, other)), scale), bias), top);
      const vec halves = wasm_i16x8_narrow_i32x4(whole, whole);
      wasm_v128_store32_lane(out + x * 16 + q * 4, wasm_u8x16_narrow_i16x8(halves, halves), 0);
    }
  }
}

__attribute__((noinline)) static void row_3s1(const Operator *p, int block, int y, vec *woven) { row_of(p, block, y, woven, 3, 1); }
__attribute__((noinline)) static void row_3s2(const Operator *p, int block, int y, vec *woven) { row_of(p, block, y, woven, 3, 2); }
__attribute__((noinline)) static void row_5s1(const Operator *p, int block, int y, vec *woven) { row_of(p, block, y, woven, 5, 1); }
__attribute__((noinline)) static void row_5s2(const Operator *p, int block, int y, vec *woven) { row_of(p, block, y, woven, 5, 2); }

// Item: `group` blocks of 16 channels by `chunk` rows. A thread's own memory holds the woven rows.
void qs8_dwconv(const Operator *p, int item, int thread) {
  const int groups = parts(p->oc / 16, p->group);
  const Range c = part(item % groups, p->group, p->oc / 16);
  const Range rows = part(item / groups, p->chunk, p->height);
  vec *woven = (vec *)(p->local + thread * p->local_size);
  for (int b = c.first; b < c.last; b++) {
    for (int y = rows.first; y < rows.last; y++) {
      if (p->taps == 3 && p->stride == 1) row_3s1(p, b, y, woven);
      else if (p->taps == 3) row_3s2(p, b, y, woven);
      else if (p->stride == 1) row_5s1(p, b, y, woven);
      else row_5s2(p, b, y, woven);
    }
  }
}

// Item: `chunk` rows: the sum of each pixel's channels, -128 to 127, as [rows][columns] in `out`.
void qs8_rsum(const Operator *p, int item) {
  const Range rows = part(item, p->chunk, p->height);
  int32_t *out = (int32_t *)p->out;
  for (int y = rows.first; y < rows.last; y++) {
    for (int x = 0; x < p->width; x++) {
      const int8_t *in = (const int8_t *)p->in + y * p->in_row + x * 16;
      vec sum = wasm_i32x4_const_splat(0);
      for (int b = 0; b < p->ic / 16; b++) {
        sum = wasm_i32x4_add(sum, wasm_i32x4_extadd_pairwise_i16x8(wasm_i16x8_extadd_pairwise_i8x16(wasm_v128_load(in + b * p->in_plane))));
      }
      out[y * p->width + x] = wasm_i32x4_extract_lane(sum, 0) + wasm_i32x4_extract_lane(sum, 1) + wasm_i32x4_extract_lane(sum, 2) + wasm_i32x4_extract_lane(sum, 3);
    }
  }
}

// Item: `group` blocks of 16 channels: floats as [oc / 4][rows][columns][4] to int8: times `factor`, plus `low`, the zero point.
void f32_qs8_vcvt(const Operator *p, int item) {
  const Range c = part(item, p->group, p->oc / 16);
  const vec factor = splat(p->factor), top = splat((float)p->top), offset = splat(p->low);
  for (int b = c.first; b < c.last; b++) {
    for (int y = 0; y < p->height; y++) {
      const float *in = p->in + b * 4 * p->in_plane + y * p->in_row;
      uint8_t *out = (uint8_t *)p->out + b * p->out_plane + y * p->out_row;
      for (int x = 0; x < p->width; x++) {
        vec words[4];
#pragma clang loop unroll(full)
        for (int i = 0; i < 4; i++) words[i] = rounded(add(mul(load(in + i * p->in_plane + x * 4), factor), offset), top);
        const vec low = wasm_i16x8_narrow_i32x4(words[0], words[1]), high = wasm_i16x8_narrow_i32x4(words[2], words[3]);
        wasm_v128_store(out + x * 16, wasm_u8x16_narrow_i16x8(low, high));
      }
    }
  }
}
#endif
