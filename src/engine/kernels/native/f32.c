// f32-igemm.c and the inner loops of f32-dwconv.c for the native build: 16 output channels by up to 6 pixels, in vectors of 256 bits.
#include <immintrin.h>

#include "../operator.h"
#include "../simd.h"

// Pixels that an item takes at most: see MOST_PIXELS in src/engine/graph/plan-graph.ts, and a plane of 28 x 28.
#define MOST_PIXELS 784
// Weights of so many input channels, and from there on one tap after the other for all pixels, so that they are read from memory once and at a steady pace.
#define MANY_CHANNELS 128

// Where a convolution's taps lie, and how many; steps in floats.
typedef struct {
  int rows, columns, blocks, row, plane;
} Taps;

// sums += weights * input at n pixels, which lie `at` from `in`, by one or two blocks of 8 output channels: [pixels][8] each.
INLINE void block(const int n, const int pair, const float *in, const int *at, const Taps *taps, const float *w0, const float *w1, float *s0, float *s1) {
  __m256 a[MAX_COLUMNS], b[MAX_COLUMNS];
#pragma clang loop unroll(full)
  for (int i = 0; i < n; i++) {
    a[i] = _mm256_loadu_ps(s0 + i * 8);
    if (pair) b[i] = _mm256_loadu_ps(s1 + i * 8);
  }
  for (int y = 0; y < taps->rows; y++) {
    for (int x = 0; x < taps->columns; x++) {
      const float *from = in + y * taps->row + x * 4;
      for (int k = 0; k < taps->blocks; k++) {
#pragma clang loop unroll(full)
        for (int l = 0; l < 4; l++) {
          const __m256 v0 = _mm256_loadu_ps(w0 + l * 8);
          __m256 v1;
          if (pair) v1 = _mm256_loadu_ps(w1 + l * 8);
#pragma clang loop unroll(full)
          for (int i = 0; i < n; i++) {
            const __m256 value = _mm256_broadcast_ss(from + at[i] + l);
            a[i] = _mm256_fmadd_ps(value, v0, a[i]);
            if (pair) b[i] = _mm256_fmadd_ps(value, v1, b[i]);
          }
        }
        from += taps->plane;
        w0 += 32;
        if (pair) w1 += 32;
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < n; i++) {
    _mm256_storeu_ps(s0 + i * 8, a[i]);
    if (pair) _mm256_storeu_ps(s1 + i * 8, b[i]);
  }
}

typedef void Block(const float *in, const int *at, const Taps *taps, const float *w0, const float *w1, float *s0, float *s1);
#define BLOCK(n, pair) \
  __attribute__((noinline)) static void block_##n##_##pair(const float *in, const int *at, const Taps *taps, const float *w0, const float *w1, float *s0, float *s1) { \
    block(n, pair, in, at, taps, w0, w1, s0, s1); \
  }
BLOCK(1, 0) BLOCK(2, 0) BLOCK(3, 0) BLOCK(4, 0) BLOCK(5, 0) BLOCK(6, 0) BLOCK(1, 1) BLOCK(2, 1) BLOCK(3, 1) BLOCK(4, 1) BLOCK(5, 1) BLOCK(6, 1)
static Block *const KERNELS[2][MAX_COLUMNS] = {
  {block_1_0, block_2_0, block_3_0, block_4_0, block_5_0, block_6_0}, {block_1_1, block_2_1, block_3_1, block_4_1, block_5_1, block_6_1},
};

// Residual and clamp, and each sum into its place.
static void finish(const Operator *p, int o, Range pixels, const float *sums) {
  const vec low = splat(p->low), high = splat(p->high);
  for (int half = 0; half < 2; half++) {
    float *out = p->out + (o * 2 + half) * p->out_plane;
    const float *residual = p->residual ? p->residual + (o * 2 + half) * p->residual_plane : 0;
    int y = pixels.first / p->width, x = pixels.first % p->width;
    for (int i = 0; i < pixels.last - pixels.first; i++) {
      vec sum = load(sums + i * 8 + half * 4);
      if (residual) sum = add(sum, load(residual + y * p->residual_row + x * 4));
      store(out + y * p->out_row + x * 4, wasm_f32x4_pmin(high, vmax(sum, low)));
      if (++x == p->width) x = 0, y++;
    }
  }
}

// Item: `chunk` pixels by `group` blocks of 8 output channels.
void f32_igemm(const Operator *p, int item) {
  const int groups = parts(p->oc / 8, p->group);
  const Range c = part(item % groups, p->group, p->oc / 8);
  const Range all = part(item / groups, p->chunk, p->width * p->height);
  const int squared = p->taps * p->taps, k = squared * p->ic;
  const int one_by_one = p->ic >= MANY_CHANNELS;
  const Taps taps = {one_by_one ? 1 : p->taps, one_by_one ? 1 : p->taps, p->ic / 4, p->in_row, p->in_plane};
  for (int from = all.first; from < all.last; from += MOST_PIXELS) {
    const Range pixels = {from, smaller(from + MOST_PIXELS, all.last)};
    const int count = pixels.last - pixels.first;
    const Blocks blocks = split(count);
    int at[MOST_PIXELS];
    float sums[2][MOST_PIXELS * 8];
    for (int i = 0; i < count; i++) at[i] = (from + i) / p->width * p->stride * p->in_row + (from + i) % p->width * p->stride * 4;
    for (int o = c.first; o < c.last;) {
      const int pair = o + 1 < c.last;
      for (int half = 0; half <= pair; half++) {
        const __m256 bias = _mm256_loadu_ps(p->bias + (o + half) * 8);
        for (int i = 0; i < count; i++) _mm256_storeu_ps(sums[half] + i * 8, bias);
      }
      const float *weights = p->weights + o * k * 8;
      for (int t = 0; t < (one_by_one ? squared : 1); t++) {
        const float *in = p->in + t / p->taps * p->in_row + t % p->taps * 4;
        int i = 0;
        for (int b = 0; b < blocks.count; b++) {
          const int n = block_size(&blocks, b);
          KERNELS[pair][n - 1](in, at + i, &taps, weights, weights + k * 8, sums[0] + i * 8, sums[1] + i * 8);
          i += n;
        }
        weights += p->ic * 8;
      }
      for (int half = 0; half <= pair; half++) finish(p, o + half, pixels, sums[half]);
      o += 1 + pair;
    }
  }
}

// One block of 4 channels at `count` times n pixels of a row. Weights: bias, then [side][side][4]; `row` in bytes.
INLINE void depthwise(const int side, const int stride, const int n, const float *in, int row, const float *weights, float *out, const float *limits, int count) {
  const vec low = load(limits), high = load(limits + 4), bias = load(weights);
  for (; count > 0; count--) {
    vec sums[7];
#pragma clang loop unroll(full)
    for (int i = 0; i < n; i++) sums[i] = bias;
    for (int y = 0; y < side; y++) {
      const float *from = in + y * (row / 4);
#pragma clang loop unroll(full)
      for (int x = 0; x < side; x++) {
        const vec w = load(weights + 4 + (y * side + x) * 4);
#pragma clang loop unroll(full)
        for (int i = 0; i < n; i++) sums[i] = madd(load(from + (i * stride + x) * 4), w, sums[i]);
      }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < n; i++) store(out + i * 4, wasm_f32x4_pmin(high, vmax(sums[i], low)));
    in += n * stride * 4;
    out += n * 4;
  }
}

#define DEPTHWISE(side, stride, n) \
  void f32_dwconv_##side##s##stride##_x##n(const float *in, int row, const float *weights, float *out, const float *limits, int count) { \
    depthwise(side, stride, n, in, row, weights, out, limits, count); \
  }
DEPTHWISE(3, 1, 7) DEPTHWISE(3, 1, 1) DEPTHWISE(3, 2, 7) DEPTHWISE(3, 2, 1)
DEPTHWISE(5, 1, 7) DEPTHWISE(5, 1, 1) DEPTHWISE(5, 2, 7) DEPTHWISE(5, 2, 1)
DEPTHWISE(7, 1, 7) DEPTHWISE(7, 1, 1) DEPTHWISE(7, 2, 7) DEPTHWISE(7, 2, 1)
