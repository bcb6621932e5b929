// The operations of WebAssembly's SIMD that the kernels use, for x86-64 with AVX2 and FMA: the native build finds this header in place of the compiler's own.
#ifndef SIGHTGLASS_NATIVE_SIMD_H
#define SIGHTGLASS_NATIVE_SIMD_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

typedef __m128 v128_t;

#define NATIVE static inline __attribute__((always_inline))
#define INTS(x) _mm_castps_si128(x)
#define FLOATS(x) _mm_castsi128_ps(x)

NATIVE v128_t wasm_v128_load(const void *p) { return _mm_loadu_ps((const float *)p); }
NATIVE void wasm_v128_store(void *p, v128_t x) { _mm_storeu_ps((float *)p, x); }
NATIVE v128_t wasm_v128_load32_splat(const void *p) { return _mm_broadcast_ss((const float *)p); }
NATIVE v128_t wasm_v128_load64_zero(const void *p) { return FLOATS(_mm_loadl_epi64((const __m128i *)p)); }
#define wasm_v128_load64_lane(p, x, lane) _mm_loadh_pi(x, (const __m64 *)(p))
#define wasm_v128_store64_lane(p, x, lane) _mm_storel_epi64((__m128i *)(p), INTS(x))
NATIVE v128_t wasm_v128_xor(v128_t a, v128_t b) { return _mm_xor_ps(a, b); }

NATIVE v128_t wasm_f32x4_splat(float x) { return _mm_set1_ps(x); }
#define wasm_f32x4_const_splat(x) _mm_set1_ps(x)
#define wasm_f32x4_extract_lane(x, lane) ((x)[lane])
NATIVE v128_t wasm_f32x4_add(v128_t a, v128_t b) { return a + b; }
NATIVE v128_t wasm_f32x4_sub(v128_t a, v128_t b) { return a - b; }
NATIVE v128_t wasm_f32x4_mul(v128_t a, v128_t b) { return a * b; }
NATIVE v128_t wasm_f32x4_relaxed_madd(v128_t a, v128_t b, v128_t c) { return _mm_fmadd_ps(a, b, c); }
NATIVE v128_t wasm_f32x4_relaxed_nmadd(v128_t a, v128_t b, v128_t c) { return _mm_fnmadd_ps(a, b, c); }
NATIVE v128_t wasm_f32x4_relaxed_max(v128_t a, v128_t b) { return _mm_max_ps(a, b); }
NATIVE v128_t wasm_f32x4_relaxed_min(v128_t a, v128_t b) { return _mm_min_ps(a, b); }
NATIVE v128_t wasm_f32x4_pmin(v128_t a, v128_t b) { return _mm_min_ps(b, a); }
NATIVE v128_t wasm_f32x4_convert_i32x4(v128_t x) { return _mm_cvtepi32_ps(INTS(x)); }
NATIVE v128_t wasm_i32x4_relaxed_trunc_f32x4(v128_t x) { return FLOATS(_mm_cvttps_epi32(x)); }

NATIVE v128_t wasm_i32x4_splat(int32_t x) { return FLOATS(_mm_set1_epi32(x)); }
#define wasm_i32x4_const_splat(x) FLOATS(_mm_set1_epi32(x))
#define wasm_i8x16_const_splat(x) FLOATS(_mm_set1_epi8(x))
NATIVE v128_t wasm_i32x4_sub(v128_t a, v128_t b) { return FLOATS(_mm_sub_epi32(INTS(a), INTS(b))); }
NATIVE v128_t wasm_i16x8_load8x8(const void *p) { return FLOATS(_mm_cvtepi8_epi16(_mm_loadl_epi64((const __m128i *)p))); }
NATIVE v128_t wasm_u16x8_load8x8(const void *p) { return FLOATS(_mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)p))); }
NATIVE v128_t wasm_i32x4_extend_low_i16x8(v128_t x) { return FLOATS(_mm_cvtepi16_epi32(INTS(x))); }
NATIVE v128_t wasm_i32x4_extend_high_i16x8(v128_t x) { return FLOATS(_mm_cvtepi16_epi32(_mm_srli_si128(INTS(x), 8))); }
NATIVE v128_t wasm_u32x4_extend_low_u16x8(v128_t x) { return FLOATS(_mm_cvtepu16_epi32(INTS(x))); }
NATIVE v128_t wasm_u32x4_extend_high_u16x8(v128_t x) { return FLOATS(_mm_cvtepu16_epi32(_mm_srli_si128(INTS(x), 8))); }
NATIVE v128_t wasm_i16x8_narrow_i32x4(v128_t a, v128_t b) { return FLOATS(_mm_packs_epi32(INTS(a), INTS(b))); }
NATIVE v128_t wasm_u8x16_narrow_i16x8(v128_t a, v128_t b) { return FLOATS(_mm_packus_epi16(INTS(a), INTS(b))); }

#endif
