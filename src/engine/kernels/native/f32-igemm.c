// What f32-igemm.c does, for the native build: 16 output channels by up to 6 pixels, in vectors of 256 bits.
#include <immintrin.h>

#include "../operator.h"
#include "../simd.h"

// Pixels whose places are worked out at a time: a plane of 28 x 28.
#define MOST_PIXELS 784
// From so many input channels on one tap comes after the other for all pixels, so that weights are read from memory once and at a steady pace.
#define MANY_CHANNELS 128

// Where a convolution's taps lie, and how many; steps in floats.
typedef struct {
  int rows, columns, blocks, row, plane;
} Taps;

// Where pixels lie in the input, the output and the residual, from the first one on; floats.
typedef struct {
  int in, out, residual;
} Place;

// Residual and clamp, and 8 sums of a pixel into their place.
INLINE void put(const Operator *p, int o, const Place *at, __m256 sums) {
  float *out = p->out + o * 2 * p->out_plane + at->out;
  if (p->residual) {
    const float *residual = p->residual + o * 2 * p->residual_plane + at->residual;
    sums = _mm256_add_ps(sums, _mm256_set_m128(load(residual + p->residual_plane), load(residual)));
  }
  sums = _mm256_min_ps(_mm256_max_ps(sums, _mm256_set1_ps(p->low)), _mm256_set1_ps(p->high));
  store(out, _mm256_castps256_ps128(sums));
  store(out + p->out_plane, _mm256_extractf128_ps(sums, 1));
}

// Products of weights and input at n pixels, by one or two blocks of 8 output channels from `o` on: `whole` from the biases to the output, else added
// to `sums`, [pixels][8] each.
INLINE void block(const int n, const int pair, const int whole, const Operator *p, int o, const float *in, const Place *at, const Taps *taps, const float *w0, const float *w1, float *s0, float *s1) {
  __m256 a[MAX_COLUMNS], b[MAX_COLUMNS];
#pragma clang loop unroll(full)
  for (int i = 0; i < n; i++) {
    a[i] = _mm256_loadu_ps(whole ? p->bias + o * 8 : s0 + i * 8);
    if (pair) b[i] = _mm256_loadu_ps(whole ? p->bias + o * 8 + 8 : s1 + i * 8);
  }
  for (int y = 0; y < taps->rows; y++) {
    for (int x = 0; x < taps->columns; x++) {
      const float *from[MAX_COLUMNS];
#pragma clang loop unroll(full)
      for (int i = 0; i < n; i++) from[i] = in + y * taps->row + x * 4 + at[i].in;
      for (int k = 0; k < taps->blocks; k++) {
#pragma clang loop unroll(full)
        for (int l = 0; l < 4; l++) {
          const __m256 v0 = _mm256_loadu_ps(w0 + l * 8);
          __m256 v1;
          if (pair) v1 = _mm256_loadu_ps(w1 + l * 8);
#pragma clang loop unroll(full)
          for (int i = 0; i < n; i++) {
            const __m256 value = _mm256_broadcast_ss(from[i] + k * taps->plane + l);
            a[i] = _mm256_fmadd_ps(value, v0, a[i]);
            if (pair) b[i] = _mm256_fmadd_ps(value, v1, b[i]);
          }
        }
        w0 += 32;
        if (pair) w1 += 32;
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < n; i++) {
    if (whole) {
      put(p, o, at + i, a[i]);
      if (pair) put(p, o + 1, at + i, b[i]);
    } else {
      _mm256_storeu_ps(s0 + i * 8, a[i]);
      if (pair) _mm256_storeu_ps(s1 + i * 8, b[i]);
    }
  }
}

typedef void Block(const Operator *p, int o, const float *in, const Place *at, const Taps *taps, const float *w0, const float *w1, float *s0, float *s1);
#define BLOCK(n, pair, whole) \
  __attribute__((noinline)) static void block_##n##_##pair##_##whole(const Operator *p, int o, const float *in, const Place *at, const Taps *taps, const float *w0, const float *w1, float *s0, float *s1) { \
    block(n, pair, whole, p, o, in, at, taps, w0, w1, s0, s1); \
  }
#define BLOCKS(pair, whole) BLOCK(1, pair, whole) BLOCK(2, pair, whole) BLOCK(3, pair, whole) BLOCK(4, pair, whole) BLOCK(5, pair, whole) BLOCK(6, pair, whole)
BLOCKS(0, 0) BLOCKS(1, 0) BLOCKS(0, 1) BLOCKS(1, 1)
#define NAMES(pair, whole) {block_1_##pair##_##whole, block_2_##pair##_##whole, block_3_##pair##_##whole, block_4_##pair##_##whole, block_5_##pair##_##whole, block_6_##pair##_##whole}
static Block *const KERNELS[2][2][MAX_COLUMNS] = {{NAMES(0, 0), NAMES(1, 0)}, {NAMES(0, 1), NAMES(1, 1)}};

// Item: `chunk` pixels by `group` blocks of 8 output channels.
void f32_igemm(const Operator *p, int item) {
  const int groups = parts(p->oc / 8, p->group);
  const Range c = part(item % groups, p->group, p->oc / 8);
  const Range all = part(item / groups, p->chunk, p->width * p->height);
  const int squared = p->taps * p->taps, k = squared * p->ic;
  const int whole = squared == 1 || p->ic < MANY_CHANNELS;
  const Taps taps = {whole ? p->taps : 1, whole ? p->taps : 1, p->ic / 4, p->in_row, p->in_plane};
  for (int from = all.first; from < all.last; from += MOST_PIXELS) {
    const int count = smaller(from + MOST_PIXELS, all.last) - from;
    const Blocks blocks = split(count);
    Place at[MOST_PIXELS];
    float sums[2][MOST_PIXELS * 8];
    for (int i = 0, y = from / p->width, x = from % p->width; i < count; i++) {
      at[i] = (Place){y * p->stride * p->in_row + x * p->stride * 4, y * p->out_row + x * 4, y * p->residual_row + x * 4};
      if (++x == p->width) x = 0, y++;
    }
    for (int o = c.first; o < c.last; o += 2) {
      const int pair = o + 1 < c.last;
      for (int half = 0; half <= pair && !whole; half++) {
        const __m256 bias = _mm256_loadu_ps(p->bias + (o + half) * 8);
        for (int i = 0; i < count; i++) _mm256_storeu_ps(sums[half] + i * 8, bias);
      }
      const float *weights = p->weights + o * k * 8;
      for (int t = 0; t < (whole ? 1 : squared); t++) {
        const float *in = p->in + t / p->taps * p->in_row + t % p->taps * 4;
        for (int b = 0, i = 0; b < blocks.count; b++) {
          const int n = block_size(&blocks, b);
          KERNELS[whole][pair][n - 1](p, o, in, at + i, &taps, weights, weights + k * 8, sums[0] + i * 8, sums[1] + i * 8);
          i += n;
        }
        weights += p->ic * 8;
      }
      for (int half = 0; half <= pair && !whole; half++) {
        for (int i = 0; i < count; i++) put(p, o + half, at + i, _mm256_loadu_ps(sums[half] + i * 8));
      }
    }
  }
}
