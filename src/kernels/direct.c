// Convolutions with stride 2, straight from the padded activations: 8 output channels by up to 6 output pixels, each
// pixel with its own pointer, so that rows of 14 or 7 pixels waste nothing.
#include "phase.h"
#include "simd.h"

// x: pointers to the first tap of each pixel in the first plane. k: taps a side. w: [ic / 4][k][k][4][8].
INLINE void direct_n(const int n, const int k, const float *const *x, const float *w, int ic4, int row, int plane,
                     const float *bias, vec *result) {
  vec s0[6], s1[6];
  const float *x0 = x[0], *x1 = x[1], *x2 = x[2], *x3 = x[3], *x4 = x[4], *x5 = x[5];
  const vec b0 = load(bias), b1 = load(bias + 4);
  for (int i = 0; i < n; i++) s0[i] = b0, s1[i] = b1;
  const int back = plane - (k - 1) * row;
  do {
    for (int ky = 0; ky < k; ky++) {
#pragma clang loop unroll(full)
      for (int t = 0; t < k * 4; t++) {
        const vec w0 = load(w + t * 8), w1 = load(w + t * 8 + 4);
#define COLUMN(i) \
  if (i < n) { \
    const vec v = splat_load(x##i + t); \
    s0[i] = madd(v, w0, s0[i]); \
    s1[i] = madd(v, w1, s1[i]); \
  }
        COLUMN(0) COLUMN(1) COLUMN(2) COLUMN(3) COLUMN(4) COLUMN(5)
#undef COLUMN
      }
      const int step = ky + 1 < k ? row : back;
      x0 += step;
      if (n > 1) x1 += step;
      if (n > 2) x2 += step;
      if (n > 3) x3 += step;
      if (n > 4) x4 += step;
      if (n > 5) x5 += step;
      w += k * 32;
    }
  } while (--ic4);
  for (int i = 0; i < n; i++) result[i] = s0[i], result[6 + i] = s1[i];
}

#define KERNEL(n, k) \
  __attribute__((noinline)) static void direct_##n##_##k(const float *const *x, const float *w, int ic4, int row, int plane, \
                                                         const float *bias, vec *result) { \
    direct_n(n, k, x, w, ic4, row, plane, bias, result); \
  }
KERNEL(1, 1) KERNEL(2, 1) KERNEL(3, 1) KERNEL(4, 1) KERNEL(5, 1) KERNEL(6, 1)
KERNEL(1, 3) KERNEL(2, 3) KERNEL(3, 3) KERNEL(4, 3) KERNEL(5, 3) KERNEL(6, 3)
#undef KERNEL

#define CASE(n, k) \
  case n: direct_##n##_##k(x, w, ic4, row, plane, bias, result); break;
static void direct_any(int n, int k, const float *const *x, const float *w, int ic4, int row, int plane, const float *bias,
                       vec *result) {
  if (k == 3) {
    switch (n) { CASE(6, 3) CASE(5, 3) CASE(4, 3) CASE(3, 3) CASE(2, 3) CASE(1, 3) }
  } else {
    switch (n) { CASE(6, 1) CASE(5, 1) CASE(4, 1) CASE(3, 1) CASE(2, 1) CASE(1, 1) }
  }
}

// Item: one chunk of output pixels by `group` blocks of 8 output channels.
void direct(const Phase *p, int item) {
  const int groups = (p->oc / 8 + p->group - 1) / p->group;
  const int first = item % groups * p->group;
  const int last = smaller(first + p->group, p->oc / 8);
  const int start = item / groups * p->chunk;
  const int pixels = smaller(p->chunk, p->width * p->height - start);
  const Blocks blocks = split(pixels);
  // A 3 x 3 window begins in the border, a 1 x 1 window on the pixel itself.
  const int corner = p->kernel == 3 ? 0 : p->in_row + 4;
  for (int c = first; c < last; c++) {
    const float *w = p->weights + c * 8 * p->kernel * p->kernel * p->ic;
    int t = start;
    for (int b = 0; b < blocks.count; b++) {
      const int n = blocks.small + (b < blocks.larger);
      const float *x[6] = {0, 0, 0, 0, 0, 0};
      int at[6];
      vec result[12];
      for (int i = 0; i < n; i++) {
        const int oy = (t + i) / p->width, ox = (t + i) % p->width;
        x[i] = p->in + corner + oy * 2 * p->in_row + ox * 2 * 4;
        at[i] = c * 2 * p->out_plane + (oy + 1) * p->out_row + (ox + 1) * 4;
      }
      direct_any(n, p->kernel, x, w, p->ic / 4, p->in_row, p->in_plane, p->bias + c * 8, result);
      for (int i = 0; i < n; i++) {
        store(p->out + at[i], relu_if(result[i], p->relu));
        store(p->out + at[i] + p->out_plane, relu_if(result[6 + i], p->relu));
      }
      t += n;
    }
  }
}
