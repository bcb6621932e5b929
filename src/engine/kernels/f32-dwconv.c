// Depthwise convolutions in float32, 3 x 3, 5 x 5 and 7 x 7, stride 1 and 2: each channel by itself. Activations as in f32-igemm.c.
// Weights: [channels / 4][1 + taps * taps][4], the bias first.
#include "operator.h"
#include "simd.h"

// `count` times n pixels of a row; `row` in bytes.
typedef void Dwconv(const float *in, int row, const float *weights, float *out, const float *limits, int count);
Dwconv f32_dwconv_3s1_x7, f32_dwconv_3s1_x1, f32_dwconv_3s2_x7, f32_dwconv_3s2_x1;
Dwconv f32_dwconv_5s1_x7, f32_dwconv_5s1_x1, f32_dwconv_5s2_x7, f32_dwconv_5s2_x1;
Dwconv f32_dwconv_7s1_x7, f32_dwconv_7s1_x1, f32_dwconv_7s2_x7, f32_dwconv_7s2_x1;

#define MANY 7

// Item: `group` blocks of 4 channels by `chunk` rows.
void f32_dwconv(const Operator *p, int item) {
  static Dwconv *const kernels[3][2][2] = {
    {{f32_dwconv_3s1_x7, f32_dwconv_3s1_x1}, {f32_dwconv_3s2_x7, f32_dwconv_3s2_x1}},
    {{f32_dwconv_5s1_x7, f32_dwconv_5s1_x1}, {f32_dwconv_5s2_x7, f32_dwconv_5s2_x1}},
    {{f32_dwconv_7s1_x7, f32_dwconv_7s1_x1}, {f32_dwconv_7s2_x7, f32_dwconv_7s2_x1}},
  };
  Dwconv *const *kernel = kernels[p->taps / 2 - 1][p->stride - 1];
  const int groups = parts(p->oc / 4, p->group);
  const Range c = part(item % groups, p->group, p->oc / 4);
  const Range rows = part(item / groups, p->chunk, p->height);
  const int many = p->width / MANY, rest = p->width % MANY;
  float limits[8];
  store(limits, splat(p->low));
  store(limits + 4, splat(p->high));
  for (int b = c.first; b < c.last; b++) {
    const float *weights = p->weights + b * (1 + p->taps * p->taps) * 4;
    for (int y = rows.first; y < rows.last; y++) {
      const float *in = p->in + b * p->in_plane + y * p->stride * p->in_row;
      float *out = p->out + b * p->out_plane + y * p->out_row;
      if (many) kernel[0](in, p->in_row * 4, weights, out, limits, many);
      if (!rest) continue;
      // What is left of a long row is computed with some pixels before it, once more.
      if (many) kernel[0](in + (p->width - MANY) * p->stride * 4, p->in_row * 4, weights, out + (p->width - MANY) * 4, limits, 1);
      else kernel[1](in, p->in_row * 4, weights, out, limits, rest);
    }
  }
}
