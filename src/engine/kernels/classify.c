// Global average and classifier.
#include "operator.h"
#include "simd.h"

// Item: `group` blocks of 4 channels.
void average_pool(const Operator *p, int item) {
  const int last = smaller((item + 1) * p->group, p->ic / 4);
  const vec scale = splat(1.0f / (float)(p->width * p->height));
  for (int c = item * p->group; c < last; c++) {
    const float *in = p->in + c * p->in_plane + p->in_row + 4;
    vec sum = zero();
    for (int y = 0; y < p->height; y++) {
      for (int x = 0; x < p->width; x++) sum = add(sum, load(in + y * p->in_row + x * 4));
    }
    store(p->out + c * 4, mul(sum, scale));
  }
}

INLINE float across(vec x) {
  return wasm_f32x4_extract_lane(x, 0) + wasm_f32x4_extract_lane(x, 1) +
         (wasm_f32x4_extract_lane(x, 2) + wasm_f32x4_extract_lane(x, 3));
}

// Item: `group` rows of the [oc][ic] matrix, a multiple of 4.
void classify(const Operator *p, int item) {
  const int last = smaller((item + 1) * p->group, p->oc);
  for (int o = item * p->group; o < last; o += 4) {
    const float *w = p->weights + o * p->ic;
    vec s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
    for (int k = 0; k < p->ic; k += 4) {
      const vec x = load(p->in + k);
      s0 = madd(x, load(w + k), s0);
      s1 = madd(x, load(w + p->ic + k), s1);
      s2 = madd(x, load(w + p->ic * 2 + k), s2);
      s3 = madd(x, load(w + p->ic * 3 + k), s3);
    }
    p->out[o] = across(s0) + p->bias[o];
    p->out[o + 1] = across(s1) + p->bias[o + 1];
    p->out[o + 2] = across(s2) + p->bias[o + 2];
    p->out[o + 3] = across(s3) + p->bias[o + 3];
  }
}
