// The two passes of preprocessor.ts on four numbers at a time: whole numbers of 32 bits throughout, so every bit is the same.
#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(name)))
#define INLINE static inline __attribute__((always_inline))
#define PRECISION_BITS 22

// Fixed point to bytes, as Pillow's clip8: the first four of the result.
INLINE v128_t clip8(v128_t sums) {
  const v128_t whole = wasm_i32x4_shr(sums, PRECISION_BITS);
  const v128_t halves = wasm_i16x8_narrow_i32x4(whole, whole);
  return wasm_u8x16_narrow_i16x8(halves, halves);
}

// Four bytes as four numbers.
INLINE v128_t pixel(const uint8_t *p) { return wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p))); }

// Rows of pixels to rows of `crop` x 3 bytes. `starts` in pixels from the first column of `in`. Reads up to a byte, and writes one, behind their ends.
EXPORT("horizontal")
void horizontal(const uint8_t *in, int rows, int stride, int pixel_bytes, const int32_t *starts, const int32_t *counts, const int32_t *weights, int taps, int crop, uint8_t *out) {
  for (int y = 0; y < rows; y++, in += stride) {
    for (int x = 0; x < crop; x++, out += 3) {
      const uint8_t *p = in + starts[x] * pixel_bytes;
      const int32_t *w = weights + x * taps;
      v128_t even = wasm_i32x4_splat(1 << (PRECISION_BITS - 1)), odd = wasm_i32x4_splat(0);
      int t = 0;
      for (; t + 2 <= counts[x]; t += 2, p += 2 * pixel_bytes) {
        even = wasm_i32x4_add(even, wasm_i32x4_mul(pixel(p), wasm_v128_load32_splat(w + t)));
        odd = wasm_i32x4_add(odd, wasm_i32x4_mul(pixel(p + pixel_bytes), wasm_v128_load32_splat(w + t + 1)));
      }
      if (t < counts[x]) even = wasm_i32x4_add(even, wasm_i32x4_mul(pixel(p), wasm_v128_load32_splat(w + t)));
      wasm_v128_store32_lane(out, clip8(wasm_i32x4_add(even, odd)), 0);
    }
  }
}

// Rows of `crop` x 3 bytes to three planes of floats by a table of 256 a colour. `line`: a row's bytes. Reads and writes up to 15 bytes behind a row's end.
EXPORT("vertical")
void vertical(const uint8_t *rows, const int32_t *starts, const int32_t *counts, const int32_t *weights, int taps, int crop, int mirrored, const float *table, uint8_t *line, float *out) {
  const int length = crop * 3, plane = crop * crop, step = mirrored ? -1 : 1;
  for (int y = 0; y < crop; y++) {
    const uint8_t *first = rows + starts[y] * length;
    const int32_t *w = weights + y * taps;
    for (int i = 0; i < length; i += 16) {
      v128_t a = wasm_i32x4_splat(1 << (PRECISION_BITS - 1)), b = a, c = a, d = a;
      const uint8_t *p = first + i;
      for (int t = 0; t < counts[y]; t++, p += length) {
        const v128_t weight = wasm_v128_load32_splat(w + t), bytes = wasm_v128_load(p);
        const v128_t low = wasm_u16x8_extend_low_u8x16(bytes), high = wasm_u16x8_extend_high_u8x16(bytes);
        a = wasm_i32x4_add(a, wasm_i32x4_mul(wasm_u32x4_extend_low_u16x8(low), weight));
        b = wasm_i32x4_add(b, wasm_i32x4_mul(wasm_u32x4_extend_high_u16x8(low), weight));
        c = wasm_i32x4_add(c, wasm_i32x4_mul(wasm_u32x4_extend_low_u16x8(high), weight));
        d = wasm_i32x4_add(d, wasm_i32x4_mul(wasm_u32x4_extend_high_u16x8(high), weight));
      }
      const v128_t ab = wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(a, PRECISION_BITS), wasm_i32x4_shr(b, PRECISION_BITS));
      const v128_t cd = wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(c, PRECISION_BITS), wasm_i32x4_shr(d, PRECISION_BITS));
      wasm_v128_store(line + i, wasm_u8x16_narrow_i16x8(ab, cd));
    }
    float *o = out + (mirrored ? (y + 1) * crop - 1 : y * crop);
    const uint8_t *v = line;
    for (int x = 0; x < crop; x++, v += 3, o += step) {
      o[0] = table[v[0]];
      o[plane] = table[256 + v[1]];
      o[2 * plane] = table[512 + v[2]];
    }
  }
}
