// The matrix product in the middle of all convolutions.
//
// 8 output channels by up to 6 columns: 12 accumulators, two weight vectors and one splat column value make 15 registers,
// just what V8 allots on x64 (16 xmm less its scratch register). Twelve independent sums hide the latency of FMA
// (4 cycles, 2 a cycle), and 8 loads against 12 multiply-adds leave the load ports idle a third of the time.
// The inner loops come from src/engine/kernels/build/assembly.ts, which says why they are not written in C.
#ifndef SIGHTGLASS_GEMM_H
#define SIGHTGLASS_GEMM_H

#include "operator.h"

// Steps of k after which the product goes on to the next columns and output channels. Large weights come from memory once a
// run; the processor fetches only some 20 cache lines ahead, so they must be used at a steady pace: each half KB for all columns
// before the next.
#define K_STEP 16
// Blocks of output channels between which the product changes at that pace: as many streams are fetched at a time.
#define STREAMS 2

#ifdef __wasm__
// out = columns * weights, or out += ..., `times` over with all pointers moved on by their steps. Bytes throughout.
// columns: `larger` blocks of N columns, then `smaller` blocks of N - 1, each [all / 16][n][4], of which steps `first` to
// `first` + 4 * k4 are used. weights: [4 * k4][8]. out: [columns][8].
typedef void Gemm(const float *columns, const float *weights, float *out, int k4, int first, int all, int larger, int smaller,
                  int add, int times, int columns_step, int weights_step, int out_step);
Gemm gemm_1, gemm_2, gemm_3, gemm_4, gemm_5, gemm_6;

#ifdef JOINED
// The same for two blocks of 8 output channels, the other's weights and sums so much further on.
typedef void Gemm16(const float *columns, const float *weights, float *out, int k4, int first, int all, int larger, int smaller,
                    int add, int times, int columns_step, int weights_step, int out_step, int other_weights, int other_out);
Gemm16 gemm16_1, gemm16_2, gemm16_3, gemm16_4, gemm16_5, gemm16_6;
#endif
#endif

// A product of columns and weights, sizes in floats.
typedef struct {
  const float *columns;  // blocks of [all / 4][n][4], one behind the other
  int tiles;             // columns in all
  int all, first, k;     // rows of the columns, and which of them are used: `k` from `first`
  const float *weights;  // [k][8]
  float *sums;           // [tiles][8]
  int times, columns_step, weights_step, sums_step;
} Product;

#ifdef __wasm__
static inline void gemm(const Product *p, int from, int k, const float *weights, float *sums, int times) {
  const Blocks blocks = split(p->tiles);
  const int even = blocks.larger == 0;
#define CASE(n) \
  case n: \
    gemm_##n(p->columns, weights, sums, k / 4, (p->first + from) * 4, p->all * 4, even ? blocks.count : blocks.larger, \
             even ? 0 : blocks.count - blocks.larger, from > 0, times, p->columns_step * 4, p->weights_step * 4, \
             p->sums_step * 4); \
    break;
  switch (blocks.small + !even) { CASE(6) CASE(5) CASE(4) CASE(3) CASE(2) CASE(1) }
#undef CASE
}

#ifdef JOINED
static inline void gemm16(const Product *p, int from, int k, const float *weights, float *sums, int times, int other_weights, int other_sums) {
  const Blocks blocks = split(p->tiles);
  const int even = blocks.larger == 0;
#define CASE(n) \
  case n: \
    gemm16_##n(p->columns, weights, sums, k / 4, (p->first + from) * 4, p->all * 4, even ? blocks.count : blocks.larger, \
               even ? 0 : blocks.count - blocks.larger, from > 0, times, p->columns_step * 4, p->weights_step * 4, \
               p->sums_step * 4, other_weights * 4, other_sums * 4); \
    break;
  switch (blocks.small + !even) { CASE(6) CASE(5) CASE(4) CASE(3) CASE(2) CASE(1) }
#undef CASE
}
#endif
#else
#include "native/gemm.h"
#endif

static inline void multiply(const Product *p) {
  int done = 0;
#ifdef JOINED
  for (; done + 2 <= p->times; done += 2) {
    for (int from = 0; from < p->k; from += K_STEP) {
      gemm16(p, from, smaller(K_STEP, p->k - from), p->weights + done * p->weights_step + from * 8, p->sums + done * p->sums_step, 1, p->weights_step,
             p->sums_step);
    }
  }
#endif
  for (; done < p->times; done += STREAMS) {
    const int times = smaller(STREAMS, p->times - done);
    for (int from = 0; from < p->k; from += K_STEP) {
      gemm(p, from, smaller(K_STEP, p->k - from), p->weights + done * p->weights_step + from * 8, p->sums + done * p->sums_step, times);
    }
  }
}

#endif
