// What the processor gives WebAssembly SIMD at most: multiply-adds on registers alone, and reading memory.
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(name)))
typedef v128_t vec;

// 12 independent chains, as in the kernels: enough for two operations a cycle at a latency of four to six cycles.
#define CHAINS 12

static inline float chains(int n, const int fused) {
  vec s[CHAINS];
  const vec a = wasm_f32x4_splat(0.999999f), b = wasm_f32x4_splat(0.5f);
#pragma clang loop unroll(full)
  for (int i = 0; i < CHAINS; i++) s[i] = wasm_f32x4_splat((float)(i + n));
  for (int k = 0; k < n; k++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) {
      s[i] = fused ? wasm_f32x4_relaxed_madd(s[i], a, b) : wasm_f32x4_add(wasm_f32x4_mul(s[i], a), b);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 1; i < CHAINS; i++) s[0] = wasm_f32x4_add(s[0], s[i]);
  return wasm_f32x4_extract_lane(s[0], 0);
}

// n times 12 x 4 multiplications and as many additions.
EXPORT("mul_add") float mul_add(int n) { return chains(n, 0); }
EXPORT("relaxed_madd") float relaxed_madd(int n) { return chains(n, 1); }

// n times 12 x 16 products of bytes and as many additions.
EXPORT("relaxed_dot") int relaxed_dot(int n) {
  vec s[CHAINS];
  const vec a = wasm_i8x16_splat(3), b = wasm_i8x16_splat((signed char)(n & 127));
#pragma clang loop unroll(full)
  for (int i = 0; i < CHAINS; i++) s[i] = wasm_i32x4_splat(i);
  for (int k = 0; k < n; k++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) s[i] = wasm_i32x4_relaxed_dot_i8x16_i7x16_add(a, b, s[i]);
  }
#pragma clang loop unroll(full)
  for (int i = 1; i < CHAINS; i++) s[0] = wasm_i32x4_add(s[0], s[i]);
  return wasm_i32x4_extract_lane(s[0], 0);
}

// Reads `bytes`, a multiple of 128, from an address.
EXPORT("read") int read(const char *from, int bytes) {
  vec s[8];
  for (int i = 0; i < 8; i++) s[i] = wasm_i32x4_const_splat(0);
  for (const char *end = from + bytes; from < end; from += 128) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) s[i] = wasm_v128_xor(s[i], wasm_v128_load(from + i * 16));
  }
  for (int i = 1; i < 8; i++) s[0] = wasm_v128_xor(s[0], s[i]);
  return wasm_i32x4_extract_lane(s[0], 0);
}
