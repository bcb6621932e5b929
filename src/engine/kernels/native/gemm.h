// gemm.h's products in vectors of 256 bits: 16 output channels by up to 6 columns, 12 sums, two weight vectors and one splat.
#include <immintrin.h>

#define WIDE static inline __attribute__((always_inline))

// N columns, [k / 4][n][4], by one or two blocks of 8 output channels.
WIDE void native_block(const int n, const int pair, const float *columns, const float *w0, const float *w1, float *s0, float *s1, int k, int add) {
  __m256 a[6], b[6];
#pragma clang loop unroll(full)
  for (int i = 0; i < n; i++) {
    a[i] = add ? _mm256_loadu_ps(s0 + i * 8) : _mm256_setzero_ps();
    if (pair) b[i] = add ? _mm256_loadu_ps(s1 + i * 8) : _mm256_setzero_ps();
  }
  for (int q = 0; q < k; q += 4) {
#pragma clang loop unroll(full)
    for (int l = 0; l < 4; l++) {
      const __m256 v0 = _mm256_loadu_ps(w0 + l * 8);
      __m256 v1;
      if (pair) v1 = _mm256_loadu_ps(w1 + l * 8);
#pragma clang loop unroll(full)
      for (int i = 0; i < n; i++) {
        const __m256 x = _mm256_broadcast_ss(columns + i * 4 + l);
        a[i] = _mm256_fmadd_ps(x, v0, a[i]);
        if (pair) b[i] = _mm256_fmadd_ps(x, v1, b[i]);
      }
    }
    columns += n * 4;
    w0 += 32;
    w1 += 32;
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < n; i++) {
    _mm256_storeu_ps(s0 + i * 8, a[i]);
    if (pair) _mm256_storeu_ps(s1 + i * 8, b[i]);
  }
}

#define CASES(pair) \
  switch (n) { \
    case 6: native_block(6, pair, columns, w0, w1, s0, s1, k, add); break; \
    case 5: native_block(5, pair, columns, w0, w1, s0, s1, k, add); break; \
    case 4: native_block(4, pair, columns, w0, w1, s0, s1, k, add); break; \
    case 3: native_block(3, pair, columns, w0, w1, s0, s1, k, add); break; \
    case 2: native_block(2, pair, columns, w0, w1, s0, s1, k, add); break; \
    case 1: native_block(1, pair, columns, w0, w1, s0, s1, k, add); break; \
  }

__attribute__((noinline)) static void native_blocks(const Product *p, const float *columns, const float *w0, const float *w1, float *s0, float *s1, int from, int k) {
  const Blocks blocks = split(p->tiles);
  const int add = from > 0, first = p->first + from;
  for (int b = 0; b < blocks.count; b++) {
    const int n = block_size(&blocks, b);
    const float *const block = columns;
    columns += first * n;
    if (w1) { CASES(1) } else { CASES(0) }
    columns = block + p->all * n;
    s0 += n * 8;
    if (w1) s1 += n * 8;
  }
}

static inline void gemm(const Product *p, int from, int k, const float *weights, float *sums, int times) {
  for (int t = 0; t < times; t++) {
    native_blocks(p, p->columns + t * p->columns_step, weights + t * p->weights_step, 0, sums + t * p->sums_step, 0, from, k);
  }
}

static inline void gemm16(const Product *p, int from, int k, const float *weights, float *sums, int times, int other_weights, int other_sums) {
  for (int t = 0; t < times; t++) {
    const float *w = weights + t * p->weights_step;
    float *s = sums + t * p->sums_step;
    native_blocks(p, p->columns + t * p->columns_step, w, w + other_weights, s, s + other_sums, from, k);
  }
}
