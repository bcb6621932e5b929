// int8.c's products in vectors of 256 bits, by the processor's own instruction for them (VNNI, as AVX-512 has it): 16 output channels by up to
// 6 pixels. It adds four products of 8 by 8 bits to 32 bits, so that nothing overflows on the way, and activations may have all of 8 bits.
#include <immintrin.h>
#include <string.h>

#define VNNI __attribute__((target("avx512f,avx512vl,avx512vnni")))

// Sums of 8 output channels at n pixels, which lie `offsets` from `in`: [n][8], by one or two blocks of 8 output channels.
// @param wide whether the input has a sign, and the weights none
#define PRODUCTS(n, pair, wide) \
  VNNI __attribute__((noinline)) static void products_##n##_##pair##_##wide(const Operator *p, const int8_t *w0, const int8_t *w1, const int32_t *offsets, int32_t *s0, int32_t *s1) { \
    __m256i a[n], b[n]; \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < n; i++) a[i] = b[i] = _mm256_setzero_si256(); \
    for (int y = 0; y < p->taps; y++) { \
      for (int x = 0; x < p->taps; x++) { \
        const uint8_t *from = (const uint8_t *)p->in + y * p->in_row + x * 16; \
        for (int k = 0; k < p->ic; k += 16) { \
          _Pragma("clang loop unroll(full)") for (int l = 0; l < 4; l++) { \
            const __m256i v0 = _mm256_loadu_si256((const __m256i *)(w0 + l * 32)), v1 = pair ? _mm256_loadu_si256((const __m256i *)(w1 + l * 32)) : v0; \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < n; i++) { \
              int32_t four; \
              memcpy(&four, from + offsets[i] + l * 4, 4); \
              const __m256i value = _mm256_set1_epi32(four); \
              a[i] = wide ? _mm256_dpbusd_epi32(a[i], v0, value) : _mm256_dpbusd_epi32(a[i], value, v0); \
              if (pair) b[i] = wide ? _mm256_dpbusd_epi32(b[i], v1, value) : _mm256_dpbusd_epi32(b[i], value, v1); \
            } \
          } \
          w0 += 128; \
          w1 += pair ? 128 : 0; \
          from += p->in_plane; \
        } \
      } \
    } \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < n; i++) { \
      _mm256_storeu_si256((__m256i *)(s0 + i * 8), a[i]); \
      if (pair) _mm256_storeu_si256((__m256i *)(s1 + i * 8), b[i]); \
    } \
  }
PRODUCTS(5, 0, 0) PRODUCTS(6, 0, 0) PRODUCTS(5, 1, 0) PRODUCTS(6, 1, 0) PRODUCTS(5, 0, 1) PRODUCTS(6, 0, 1) PRODUCTS(5, 1, 1) PRODUCTS(6, 1, 1)

typedef void Products(const Operator *p, const int8_t *w0, const int8_t *w1, const int32_t *offsets, int32_t *s0, int32_t *s1);

INLINE void convolve(const Operator *p, int item, int floats) {
  static Products *const kernels[2][2][2] = {
    {{products_5_0_0, products_6_0_0}, {products_5_1_0, products_6_1_0}}, {{products_5_0_1, products_6_0_1}, {products_5_1_1, products_6_1_1}},
  };
  const int groups = parts(p->oc / 8, p->group), size = p->taps * p->taps * p->ic * 8;
  const Range c = part(item % groups, p->group, p->oc / 8);
  const Range rows = part(item / groups, p->chunk, p->height);
  const Blocks blocks = split((rows.last - rows.first) * p->width);
  Places at[MOST_BLOCKS];
  int32_t sums[2][MAX_COLUMNS * 8];
  Pixel pixel = {0, rows.first};
  for (int first = 0; first < blocks.count; first += MOST_BLOCKS) {
    const int count = smaller(MOST_BLOCKS, blocks.count - first);
    for (int b = 0; b < count; b++) pixel = places_of(p, pixel, block_size(&blocks, first + b), floats, &at[b]);
    for (int o = c.first; o < c.last; o += 2) {
      const int8_t *weights = (const int8_t *)p->weights + o * size;
      const int pair = o + 1 < c.last;
      for (int b = 0; b < count; b++) {
        const int n = block_size(&blocks, first + b);
        kernels[p->wide_in != 0][pair][n - 5](p, weights, weights + size, at[b].in, sums[0], sums[1]);
        for (int half = 0; half <= pair; half++) finish(p, (o + half) * 8, n, sums[half], &at[b], floats);
      }
    }
  }
}
