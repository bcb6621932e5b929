// Convolutions of any network in float32, from 1 x 1 to 7 x 7, that read their input where it lies: no columns are packed. Bias,
// residual and clamp (ReLU, ReLU6) are done before a sum leaves its register.
//
// Activations are [channels / 4][rows][columns][4] with whatever border their readers want; `in` is where the first tap of the first
// output lies, `out` and `residual` the first output's places. Weights: [oc / 8][taps][ic][8].
#include "operator.h"
#include "simd.h"

// 8 channels at n pixels. `at`: their offsets in input, output and residual, [3][MAX_COLUMNS]. All in bytes.
typedef void Igemm(const float *in, const float *weights, const float *bias, const int32_t *at, int blocks, int plane, int row, int taps,
                   float *out, int out_plane, const float *residual, int residual_plane, const float *limits);
Igemm f32_igemm_8x1, f32_igemm_8x2, f32_igemm_8x3, f32_igemm_8x4, f32_igemm_8x5, f32_igemm_8x6;

// Item: `chunk` pixels by `group` blocks of 8 output channels.
void f32_igemm(const Operator *p, int item) {
  static Igemm *const kernels[] = {f32_igemm_8x1, f32_igemm_8x2, f32_igemm_8x3, f32_igemm_8x4, f32_igemm_8x5, f32_igemm_8x6};
  const int groups = parts(p->oc / 8, p->group);
  const Range c = part(item % groups, p->group, p->oc / 8);
  const Range pixels = part(item / groups, p->chunk, p->width * p->height);
  const Blocks blocks = split(pixels.last - pixels.first);
  const int k = p->taps * p->taps * p->ic;
  float limits[8];
  store(limits, splat(p->low));
  store(limits + 4, splat(p->high));
  for (int o = c.first; o < c.last; o++) {
    int y = pixels.first / p->width, x = pixels.first % p->width;
    for (int b = 0; b < blocks.count; b++) {
      const int n = block_size(&blocks, b);
      int32_t at[3 * MAX_COLUMNS];
      for (int i = 0; i < n; i++) {
        at[i] = (y * p->stride * p->in_row + x * p->stride * 4) * 4;
        at[MAX_COLUMNS + i] = (y * p->out_row + x * 4) * 4;
        at[2 * MAX_COLUMNS + i] = (y * p->residual_row + x * 4) * 4;
        if (++x == p->width) x = 0, y++;
      }
      kernels[n - 1](p->in, p->weights + o * k * 8, p->bias + o * 8, at, p->ic / 4, p->in_plane * 4, p->in_row * 4, p->taps,
                     p->out + o * 2 * p->out_plane, p->out_plane * 4,
                     p->residual ? p->residual + o * 2 * p->residual_plane : 0, p->residual_plane * 4, limits);
    }
  }
}
