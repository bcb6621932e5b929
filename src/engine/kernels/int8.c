// ResNet's convolutions in int8, with relaxed SIMD's dot product of 8 by 7 bits (docs/engine-study.md).
//
// Activations are 0 to 127, as the instruction wants its second operand, stored as [channels / 16][rows][columns][16] with a
// border of one pixel of zeros. Weights are -127 to 127, as [oc / 8][taps][ic / 4][8 oc][4 ic]. A convolution reads its input
// where it lies: no columns are packed, and no Winograd, whose transforms want more bits.
//
// Every implementation gives the same integers: products of 7 by 8 bits fit into the 16 bits that some add in pairs, and a sum
// becomes a step of the output by single float operations, none fused, which src/engine/resnet18/int8.ts does as well.
#include "operator.h"

#ifdef __wasm_relaxed_simd__
#pragma float_control(precise, on)
#pragma STDC FP_CONTRACT OFF
#include "qs8.h"

#ifdef __wasm__
// 8 sums at n pixels, which lie `offsets` from `in`: [n][8], over `blocks` of 16 channels.
typedef void Igemm(const uint8_t *in, const int8_t *weights, int32_t *sums, const int32_t *offsets, int blocks, int plane, int row, int taps);
Igemm qs8_igemm_8x5, qs8_igemm_8x6, qs8_wide_igemm_8x5, qs8_wide_igemm_8x6;
#ifdef JOINED
// The same for two blocks of 8 output channels, the other's weights so much further on: [2][MAX_COLUMNS][8].
typedef void Igemm16(const uint8_t *in, const int8_t *weights, int32_t *sums, const int32_t *offsets, int blocks, int plane, int row, int taps, int other);
Igemm16 qs8_igemm_16x5, qs8_igemm_16x6, qs8_wide_igemm_16x5, qs8_wide_igemm_16x6;
#endif
#endif

// Blocks of pixels whose places are worked out at a time, for all output channels.
#define MOST_BLOCKS 48

// Pixels of a block: where they lie, in bytes, in input and output of integers and, in floats, in an output of these.
typedef struct {
  int32_t in[MAX_COLUMNS], out[MAX_COLUMNS], floats[MAX_COLUMNS];
  int32_t excess[MAX_COLUMNS];  // of the sums, where weights are 64 more than they are
} Places;

typedef struct {
  int x, y;
} Pixel;

INLINE vec floats_low(vec halves) { return wasm_f32x4_convert_i32x4(wasm_u32x4_extend_low_u16x8(halves)); }
INLINE vec floats_high(vec halves) { return wasm_f32x4_convert_i32x4(wasm_u32x4_extend_high_u16x8(halves)); }

// 8 channels from `o` on at n pixels.
INLINE void finish(const Operator *p, int o, int n, const int32_t *sums, const Places *at, int floats) {
  const vec s0 = load(p->scales + o), s1 = load(p->scales + o + 4), b0 = load(p->bias + o), b1 = load(p->bias + o + 4);
  const vec factor = splat(p->factor), top = splat((float)p->top);
  const int plane = o / 16 * (floats ? p->in_plane : p->out_plane) + o % 16;
  const uint8_t *residual = p->residual ? (const uint8_t *)p->residual + plane : 0;
  for (int i = 0; i < n; i++) {
    vec whole0 = wasm_v128_load(sums + i * 8), whole1 = wasm_v128_load(sums + i * 8 + 4);
    if (p->wide_in) {
      const vec excess = wasm_i32x4_splat(at->excess[i]);
      whole0 = wasm_i32x4_sub(whole0, excess), whole1 = wasm_i32x4_sub(whole1, excess);
    }
    vec a = add(mul(wasm_f32x4_convert_i32x4(whole0), s0), b0);
    vec b = add(mul(wasm_f32x4_convert_i32x4(whole1), s1), b1);
    if (residual && p->wide_residual) {
      const vec halves = wasm_i16x8_load8x8(residual + at->out[i]);
      a = add(a, mul(wasm_f32x4_convert_i32x4(wasm_i32x4_extend_low_i16x8(halves)), factor));
      b = add(b, mul(wasm_f32x4_convert_i32x4(wasm_i32x4_extend_high_i16x8(halves)), factor));
    } else if (residual) {
      const vec halves = wasm_u16x8_load8x8(residual + at->out[i]);
      a = add(a, mul(floats_low(halves), factor));
      b = add(b, mul(floats_high(halves), factor));
    }
    if (floats) {
      float *to = p->out + o / 4 * p->out_plane + at->floats[i];
      a = relu_if(a, p->relu), b = relu_if(b, p->relu);
      if (p->high > 0) a = wasm_f32x4_relaxed_min(a, splat(p->high)), b = wasm_f32x4_relaxed_min(b, splat(p->high));
      store(to, a);
      store(to + p->out_plane, b);
    } else {
      const vec halves = wasm_i16x8_narrow_i32x4(rounded(a, top), rounded(b, top));
      vec bytes = wasm_u8x16_narrow_i16x8(halves, halves);
      if (p->wide_out) bytes = wasm_v128_xor(bytes, wasm_i8x16_const_splat(-128));
      wasm_v128_store64_lane((uint8_t *)p->out + plane + at->out[i], bytes, 0);
    }
  }
}

// Where n pixels from `from` on lie. @returns the next one
static Pixel places_of(const Operator *p, Pixel from, int n, int floats, Places *at) {
  const int edge = p->taps == 1;
  // A stage's activations are alike: where floats come out, the residual lies as the input does.
  const int out_row = floats ? p->in_row : p->out_row;
  for (int i = 0; i < n; i++) {
    at->in[i] = (from.y * p->stride + edge) * p->in_row + (from.x * p->stride + edge) * 16;
    at->out[i] = (from.y + 1) * out_row + (from.x + 1) * 16;
    if (floats) at->floats[i] = (from.y + 1) * p->out_row + (from.x + 1) * 4;
    if (p->wide_in) at->excess[i] = ((const int32_t *)p->sums)[from.y * p->width + from.x] * 64;
    if (++from.x == p->width) from.x = 0, from.y++;
  }
  return from;
}

#ifdef __wasm__
INLINE void convolve(const Operator *p, int item, int floats) {
  const int groups = parts(p->oc / 8, p->group);
  const Range c = part(item % groups, p->group, p->oc / 8);
  const Range rows = part(item / groups, p->chunk, p->height);
  const Blocks blocks = split((rows.last - rows.first) * p->width);
  Igemm *const small = p->wide_in ? qs8_wide_igemm_8x5 : qs8_igemm_8x5, *const large = p->wide_in ? qs8_wide_igemm_8x6 : qs8_igemm_8x6;
#ifdef JOINED
  Igemm16 *const small16 = p->wide_in ? qs8_wide_igemm_16x5 : qs8_igemm_16x5, *const large16 = p->wide_in ? qs8_wide_igemm_16x6 : qs8_igemm_16x6;
#endif
  const int of_block = p->taps * p->taps * p->ic * 8;
  Places at[MOST_BLOCKS];
  int32_t sums[TOGETHER * MAX_COLUMNS * 8];
  Pixel pixel = {0, rows.first};
  for (int first = 0; first < blocks.count; first += MOST_BLOCKS) {
    const int count = smaller(MOST_BLOCKS, blocks.count - first);
    for (int b = 0; b < count; b++) pixel = places_of(p, pixel, block_size(&blocks, first + b), floats, &at[b]);
    for (int o = c.first * 8; o < c.last * 8; o += 8 * TOGETHER) {
      const int8_t *weights = (const int8_t *)p->weights + o / 8 * of_block;
      for (int b = 0; b < count; b++) {
        const int n = block_size(&blocks, first + b);
#ifdef JOINED
        if (o + 16 <= c.last * 8) {
          (n == 6 ? large16 : small16)((const uint8_t *)p->in, weights, sums, at[b].in, p->ic / 16, p->in_plane, p->in_row, p->taps, of_block);
          finish(p, o, n, sums, &at[b], floats);
          finish(p, o + 8, n, sums + MAX_COLUMNS * 8, &at[b], floats);
          continue;
        }
#endif
        (n == 6 ? large : small)((const uint8_t *)p->in, weights, sums, at[b].in, p->ic / 16, p->in_plane, p->in_row, p->taps);
        finish(p, o, n, sums, &at[b], floats);
      }
    }
  }
}
#else
#include "native/int8.h"
#endif

// Item: `chunk` rows by `group` blocks of 8 output channels.
void int8_convolution(const Operator *p, int item) { convolve(p, item, 0); }

// The same, with stride 1 and floats as [oc / 4][rows][columns][4] for output: `out_plane` counts floats.
void int8_to_floats(const Operator *p, int item) { convolve(p, item, 1); }

// Item: `chunk` rows. What conv1_pool gives as integers, each upper row of a row of tiles joined with what is left in `sums` by
// the row of tiles above (see conv1_seams).
void conv1_int8(const Operator *p, int item) {
  const Range rows = part(item, p->chunk, p->height);
  const vec factor = splat(p->factor), top = splat((float)p->top);
  for (int y = rows.first; y < rows.last; y++) {
    const int seam = y > 0 && y % 2 == 0;
    for (int c = 0; c < p->oc / 16; c++) {
      const float *in = p->in + c * 4 * p->in_plane + (y + 1) * p->in_row + 4;
      const float *above = p->sums + ((y / 2 - 1) * (p->oc / 4) + c * 4) * p->width * 4;
      uint8_t *out = (uint8_t *)p->out + c * p->out_plane + (y + 1) * p->out_row + 16;
      for (int x = 0; x < p->width; x++) {
        vec words[4];
#pragma clang loop unroll(full)
        for (int i = 0; i < 4; i++) {
          vec v = load(in + i * p->in_plane + x * 4);
          if (seam) v = vmax(v, load(above + (i * p->width + x) * 4));
          words[i] = rounded(mul(v, factor), top);
        }
        const vec low = wasm_i16x8_narrow_i32x4(words[0], words[1]), high = wasm_i16x8_narrow_i32x4(words[2], words[3]);
        wasm_v128_store(out + x * 16, wasm_u8x16_narrow_i16x8(low, high));
      }
    }
  }
}
#endif
