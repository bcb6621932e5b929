// The few SIMD operations that the kernels use, for WebAssembly simd128 with or without relaxed SIMD.
#ifndef SIGHTGLASS_SIMD_H
#define SIGHTGLASS_SIMD_H

#include <stdint.h>
#include <wasm_simd128.h>

#define INLINE static inline __attribute__((always_inline))

typedef v128_t vec;  // four float32 lanes

INLINE vec load(const float *p) { return wasm_v128_load(p); }
INLINE void store(float *p, vec x) { wasm_v128_store(p, x); }
INLINE vec splat_load(const float *p) { return wasm_v128_load32_splat(p); }
// in[0], in[1], in[row], in[row + 1]
INLINE vec load_square(const float *in, int row) { return wasm_v128_load64_lane(in + row, wasm_v128_load64_zero(in), 1); }
INLINE vec splat(float x) { return wasm_f32x4_splat(x); }
INLINE vec zero(void) { return wasm_f32x4_const_splat(0.0f); }
INLINE vec add(vec a, vec b) { return wasm_f32x4_add(a, b); }
INLINE vec sub(vec a, vec b) { return wasm_f32x4_sub(a, b); }
INLINE vec mul(vec a, vec b) { return wasm_f32x4_mul(a, b); }

#ifdef __wasm_relaxed_simd__
// a * b + c, fused where the processor has FMA.
INLINE vec madd(vec a, vec b, vec c) { return wasm_f32x4_relaxed_madd(a, b, c); }
// c - a * b
INLINE vec nmadd(vec a, vec b, vec c) { return wasm_f32x4_relaxed_nmadd(a, b, c); }
INLINE vec vmax(vec a, vec b) { return wasm_f32x4_relaxed_max(a, b); }
#else
INLINE vec madd(vec a, vec b, vec c) { return wasm_f32x4_add(wasm_f32x4_mul(a, b), c); }
INLINE vec nmadd(vec a, vec b, vec c) { return wasm_f32x4_sub(c, wasm_f32x4_mul(a, b)); }
// pmax(a, b) is b where a < b: one maxps on x64, where the IEEE maximum needs five instructions.
INLINE vec vmax(vec a, vec b) { return wasm_f32x4_pmax(a, b); }
#endif

INLINE vec relu_if(vec x, int relu) { return relu ? vmax(x, zero()) : x; }

#endif
