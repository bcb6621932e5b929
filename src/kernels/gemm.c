#include "gemm.h"

#define KERNEL(n) \
  __attribute__((noinline)) static void gemm_##n(const float *a, const float *b, int k4, float *out, int pitch) { \
    gemm_n(n, a, b, k4, out, pitch); \
  }
KERNEL(1)
KERNEL(2)
KERNEL(3)
KERNEL(4)
KERNEL(5)
KERNEL(6)

void gemm(int n, const float *a, const float *b, int k4, float *out, int pitch) {
  switch (n) {
    case 6: gemm_6(a, b, k4, out, pitch); break;
    case 5: gemm_5(a, b, k4, out, pitch); break;
    case 4: gemm_4(a, b, k4, out, pitch); break;
    case 3: gemm_3(a, b, k4, out, pitch); break;
    case 2: gemm_2(a, b, k4, out, pitch); break;
    default: gemm_1(a, b, k4, out, pitch); break;
  }
}
