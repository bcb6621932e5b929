// What the kernels for integers share. The file that includes it has said before that no operations are to be fused.
#ifndef SIGHTGLASS_QS8_H
#define SIGHTGLASS_QS8_H

#include "simd.h"

// To the nearest step (a half goes up), 0 to `top`.
INLINE vec rounded(vec x, vec top) {
  return wasm_i32x4_relaxed_trunc_f32x4(add(wasm_f32x4_relaxed_min(vmax(x, zero()), top), splat(0.5f)));
}

#endif
