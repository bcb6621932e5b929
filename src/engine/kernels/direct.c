// Convolutions by im2col. The network's are those with stride 2, whose input is packed once into columns, one for each output
// pixel, which the 3 x 3 and the 1 x 1 convolution of a block both read: the 1 x 1 convolution reads the middle tap.
#include "gemm.h"
#include "simd.h"

// Item: one chunk of output pixels by `group` blocks of 4 input channels. Columns: [block][3 x 3 taps][ic / 4][n][4].
void pack(const Operator *p, int item) {
  const int groups = parts(p->ic / 4, p->group);
  const Range c = part(item % groups, p->group, p->ic / 4);
  const Range pixels = part(item / groups, p->chunk, p->width * p->height);
  const Blocks blocks = split(pixels.last - pixels.first);
  float *block = p->columns + pixels.first * p->ic * 9;
  int t = pixels.first;
  for (int b = 0; b < blocks.count; b++) {
    const int n = block_size(&blocks, b);
    for (int i = 0; i < n; i++) {
      const int y = (t + i) / p->width, x = (t + i) % p->width;
      const float *in = p->in + y * p->stride * p->in_row + x * p->stride * 4;
      for (int k = c.first; k < c.last; k++) {
        const float *from = in + k * p->in_plane;
        float *to = block + (k * n + i) * 4;
        for (int tap = 0; tap < 9; tap++) store(to + tap * p->ic * n, load(from + tap / 3 * p->in_row + tap % 3 * 4));
      }
    }
    block += n * p->ic * 9;
    t += n;
  }
}

// Item: one chunk of output pixels by `group` blocks of 8 output channels. Weights: [oc / 8][taps][ic][8].
void direct(const Operator *p, int item, int thread) {
  const int groups = parts(p->oc / 8, p->group);
  const Range c = part(item % groups, p->group, p->oc / 8);
  const Range pixels = part(item / groups, p->chunk, p->width * p->height);
  const int count = pixels.last - pixels.first;
  const int k = p->taps * p->ic;
  const float *columns = p->columns + pixels.first * p->ic * 9;
  float *const sums = p->local + thread * p->local_size;
  for (int o = c.first; o < c.last; o++) {
    const int done = (o - c.first) % TOGETHER;
    const Product product = {
      .columns = columns, .tiles = count, .all = 9 * p->ic, .first = p->taps == 1 ? 4 * p->ic : 0, .k = k,
      .weights = p->weights + o * k * 8, .sums = sums, .times = smaller(TOGETHER, c.last - o), .weights_step = k * 8, .sums_step = count * 8,
    };
    if (done == 0) multiply(&product);
    for (int half = 0; half < 2; half++) {
      const vec bias = load(p->bias + o * 8 + half * 4);
      const float *from = sums + done * count * 8 + half * 4;
      float *out = p->out + (o * 2 + half) * p->out_plane + 4;
      int y = pixels.first / p->width, x = pixels.first % p->width;
      for (int i = 0; i < count; i++) {
        store(out + (y + 1) * p->out_row + x * 4, relu_if(add(load(from + i * 8), bias), p->relu));
        if (++x == p->width) x = 0, y++;
      }
    }
  }
}
