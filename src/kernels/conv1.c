// The first layers of ResNet: 7 x 7 convolution with stride 2 from 3 planes, ReLU, and 3 x 3 maximum with stride 2, fused,
// so that only three rows of the large middle result are ever kept.
#include "phase.h"
#include "simd.h"

#define KERNEL_SIDE 7
#define PLANES 3
#define SIDE 224                 // of the input
#define PADDED_ROW 232           // floats: 3 + 224 + 3, rounded up to 8
#define PADDED_PLANE (PADDED_ROW * (SIDE + 6))
#define CONV_SIDE (SIDE / 2)
#define ROW_PITCH ((CONV_SIDE + 2) * 4)  // a row of results with a column of zeros on its left

// Item: one plane. Copies the planar input into the middle of a plane with 3 zeros on each side.
void pad_input(const Phase *p, int item) {
  const float *in = p->in + item * SIDE * SIDE;
  float *out = p->out + item * PADDED_PLANE + 3 * PADDED_ROW + 3;
  for (int y = 0; y < SIDE; y++) {
    for (int x = 0; x < SIDE; x += 4) store(out + x, load(in + x));
    in += SIDE;
    out += PADDED_ROW;
  }
}

// w: [3][7][7][8]
INLINE void conv1_n(const int n, const float *in, const float *w, const float *bias, float *out) {
  vec s0[6], s1[6];
  const vec b0 = load(bias), b1 = load(bias + 4);
  for (int i = 0; i < n; i++) s0[i] = b0, s1[i] = b1;
  int rows_left = 7;
  int planes_left = PLANES;
  do {
#pragma clang loop unroll(full)
    for (int kx = 0; kx < KERNEL_SIDE; kx++) {
      const vec w0 = load(w + kx * 8), w1 = load(w + kx * 8 + 4);
#pragma clang loop unroll(full)
      for (int i = 0; i < n; i++) {
        const vec v = splat_load(in + i * 2 + kx);
        s0[i] = madd(v, w0, s0[i]);
        s1[i] = madd(v, w1, s1[i]);
      }
    }
    w += KERNEL_SIDE * 8;
    in += PADDED_ROW;
    if (--rows_left == 0) {
      rows_left = KERNEL_SIDE;
      in += PADDED_PLANE - KERNEL_SIDE * PADDED_ROW;
      planes_left--;
    }
  } while (planes_left);
  for (int i = 0; i < n; i++) {
    store(out + i * 4, vmax(s0[i], zero()));
    store(out + ROW_PITCH + i * 4, vmax(s1[i], zero()));
  }
}

__attribute__((noinline)) static void conv1_6(const float *in, const float *w, const float *bias, float *out) {
  conv1_n(6, in, w, bias, out);
}
__attribute__((noinline)) static void conv1_5(const float *in, const float *w, const float *bias, float *out) {
  conv1_n(5, in, w, bias, out);
}

// One row of 112 results for 8 channels: [2][1 + 112 + 1][4].
static void conv1_row(const Phase *p, int block, int y, float *out) {
  const float *in = p->in + y * 2 * PADDED_ROW;
  const float *w = p->weights + block * PLANES * KERNEL_SIDE * KERNEL_SIDE * 8;
  const float *bias = p->bias + block * 8;
  store(out, zero());
  store(out + ROW_PITCH, zero());
  int x = 0;
  for (; x < 102; x += 6) conv1_6(in + x * 2, w, bias, out + (x + 1) * 4);  // 17 blocks of 6 and 2 of 5 make 112
  for (; x < CONV_SIDE; x += 5) conv1_5(in + x * 2, w, bias, out + (x + 1) * 4);
}

// Item: `chunk` pooled rows of one block of 8 channels. After ReLU nothing is below 0, so zeros pad the maximum.
void conv1_pool(const Phase *p, int item, int thread) {
  const int blocks = p->oc / 8;
  const int block = item % blocks;
  const int first = item / blocks * p->chunk;
  const int last = smaller(first + p->chunk, p->height);
  float *rows = p->local + thread * p->local_size;
  float *ring[3] = {rows, rows + 2 * ROW_PITCH, rows + 4 * ROW_PITCH};
  if (first > 0) {
    conv1_row(p, block, first * 2 - 1, ring[2]);
  } else {
    for (int i = 0; i < 2 * ROW_PITCH; i += 4) store(ring[2] + i, zero());
  }
  for (int y = first; y < last; y++) {
    float *above = ring[2];
    ring[2] = ring[1];
    ring[1] = above;
    // ring[1] holds row 2y - 1; compute 2y and 2y + 1.
    conv1_row(p, block, y * 2, ring[0]);
    conv1_row(p, block, y * 2 + 1, ring[2]);
    for (int half = 0; half < 2; half++) {
      const float *a = ring[0] + half * ROW_PITCH, *b = ring[1] + half * ROW_PITCH, *c = ring[2] + half * ROW_PITCH;
      float *out = p->out + (block * 2 + half) * p->out_plane + (y + 1) * p->out_row + 4;
      vec left = zero();
      for (int x = 0; x < p->width; x++) {
        const int i = x * 8 + 4;
        const vec middle = vmax(vmax(load(a + i), load(b + i)), load(c + i));
        const vec right = vmax(vmax(load(a + i + 4), load(b + i + 4)), load(c + i + 4));
        store(out + x * 4, vmax(vmax(left, middle), right));
        left = right;
      }
    }
  }
}
