// Convolutions of any network in float32, from 1 x 1 to 7 x 7, that read their input where it lies: no columns are packed. Bias,
// residual and clamp (ReLU, ReLU6) are done before a sum leaves its register.
//
// Activations are [channels / 4][rows][columns][4] with whatever border their readers want; `in` is where the first tap of the first
// output lies, `out` and `residual` the first output's places. Weights: [oc / 8][taps][ic][8].
#include "operator.h"
#include "simd.h"

// 8 channels at n pixels. `at`: their offsets in input, output and residual, [3][MAX_COLUMNS]. All in bytes. `joined`: room for the sums.
typedef void Igemm(const float *in, const float *weights, const float *bias, const int32_t *at, int blocks, int plane, int row, int taps,
                   float *out, int out_plane, const float *residual, int residual_plane, const float *limits, float *joined);
Igemm f32_igemm_8x1, f32_igemm_8x2, f32_igemm_8x3, f32_igemm_8x4, f32_igemm_8x5, f32_igemm_8x6;
#ifdef JOINED
// The same for two blocks of 8 output channels, the other's weights so much further on.
typedef void Igemm16(const float *in, const float *weights, const float *bias, const int32_t *at, int blocks, int plane, int row, int taps,
                     float *out, int out_plane, const float *residual, int residual_plane, const float *limits, float *joined, int other);
Igemm16 f32_igemm_16x1, f32_igemm_16x2, f32_igemm_16x3, f32_igemm_16x4, f32_igemm_16x5, f32_igemm_16x6;
#endif

// Blocks of pixels whose places are worked out at a time, for all output channels.
#define MOST_BLOCKS 48

// Item: `chunk` pixels by `group` blocks of 8 output channels.
void f32_igemm(const Operator *p, int item) {
  static Igemm *const kernels[] = {f32_igemm_8x1, f32_igemm_8x2, f32_igemm_8x3, f32_igemm_8x4, f32_igemm_8x5, f32_igemm_8x6};
#ifdef JOINED
  static Igemm16 *const kernels16[] = {f32_igemm_16x1, f32_igemm_16x2, f32_igemm_16x3, f32_igemm_16x4, f32_igemm_16x5, f32_igemm_16x6};
#endif
  const int groups = parts(p->oc / 8, p->group);
  const Range c = part(item % groups, p->group, p->oc / 8);
  const Range pixels = part(item / groups, p->chunk, p->width * p->height);
  const Blocks blocks = split(pixels.last - pixels.first);
  const int k = p->taps * p->taps * p->ic;
  float limits[8], joined[TOGETHER * MAX_COLUMNS * 8];
  store(limits, splat(p->low));
  store(limits + 4, splat(p->high));
  int32_t at[MOST_BLOCKS][3 * MAX_COLUMNS];
  int y = pixels.first / p->width, x = pixels.first % p->width;
  for (int first = 0; first < blocks.count; first += MOST_BLOCKS) {
    const int count = smaller(MOST_BLOCKS, blocks.count - first);
    for (int b = 0; b < count; b++) {
      for (int i = 0; i < block_size(&blocks, first + b); i++) {
        at[b][i] = (y * p->stride * p->in_row + x * p->stride * 4) * 4;
        at[b][MAX_COLUMNS + i] = (y * p->out_row + x * 4) * 4;
        at[b][2 * MAX_COLUMNS + i] = (y * p->residual_row + x * 4) * 4;
        if (++x == p->width) x = 0, y++;
      }
    }
    for (int o = c.first; o < c.last; o += TOGETHER) {
      float *out = p->out + o * 2 * p->out_plane;
      const float *residual = p->residual ? p->residual + o * 2 * p->residual_plane : 0;
#ifdef JOINED
      if (o + 2 <= c.last) {
        for (int b = 0; b < count; b++) {
          kernels16[block_size(&blocks, first + b) - 1](p->in, p->weights + o * k * 8, p->bias + o * 8, at[b], p->ic / 4, p->in_plane * 4, p->in_row * 4,
                                                        p->taps, out, p->out_plane * 4, residual, p->residual_plane * 4, limits, joined, k * 32);
        }
        continue;
      }
#endif
      for (int b = 0; b < count; b++) {
        kernels[block_size(&blocks, first + b) - 1](p->in, p->weights + o * k * 8, p->bias + o * 8, at[b], p->ic / 4, p->in_plane * 4, p->in_row * 4,
                                                    p->taps, out, p->out_plane * 4, residual, p->residual_plane * 4, limits, joined);
      }
    }
  }
}
