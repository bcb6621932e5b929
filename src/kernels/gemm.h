// The matrix product in the middle of the Winograd convolutions.
//
// 8 output channels by up to 6 columns: 12 accumulators, two weight vectors and one splat column value make 15 registers,
// just what V8 allots on x64 (16 xmm less its scratch register). Twelve independent sums hide the latency of FMA
// (4 cycles, 2 a cycle), and 8 loads against 12 multiply-adds leave the load ports idle a third of the time.
#ifndef SIGHTGLASS_GEMM_H
#define SIGHTGLASS_GEMM_H

#include "simd.h"

// a: [k / 4][n][4] columns, b: [k][8] weights, out: [2][pitch][4]; k4 = k / 4.
INLINE void gemm_n(const int n, const float *a, const float *b, int k4, float *out, int pitch) {
  vec s0[6], s1[6];
  for (int i = 0; i < n; i++) s0[i] = s1[i] = zero();
  do {
#pragma clang loop unroll(full)
    for (int l = 0; l < 4; l++) {
      vec w0 = load(b + l * 8), w1 = load(b + l * 8 + 4);
#pragma clang loop unroll(full)
      for (int i = 0; i < n; i++) {
        vec x = splat_load(a + i * 4 + l);
        s0[i] = madd(x, w0, s0[i]);
        s1[i] = madd(x, w1, s1[i]);
      }
    }
    a += n * 4;
    b += 32;
  } while (--k4);
  for (int i = 0; i < n; i++) {
    store(out + i * 4, s0[i]);
    store(out + (pitch + i) * 4, s1[i]);
  }
}

void gemm(int n, const float *a, const float *b, int k4, float *out, int pitch);

#endif
