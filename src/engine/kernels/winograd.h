// Winograd convolution F(m x m, 3 x 3), stride 1. The including file defines M (outputs a tile side), NAME(x), and the
// one-dimensional transforms transform_in and transform_out (tile.h).
//
// Transformed input: [position][block of n <= 6 tiles][ic / 4][n][4]. Weights: [position][oc / 8][ic][8].
// Sums: [position][oc / 8][tile][8].
#include "gemm.h"
#include "operator.h"

#define T (M + 2)
#define FETCH(in, row, y, x) load((in) + (y) * (row) + (x) * 4)
#include "tile.h"

// Transforms tiles `start` to `start + tiles` of blocks `first` to `last` of 4 input channels.
static void tiles_in(const Operator *p, int start, int tiles, int first, int last, float *columns) {
  const Blocks blocks = split(tiles);
  int t = start;
  for (int b = 0; b < blocks.count; b++) {
    const int n = block_size(&blocks, b);
    for (int i = 0; i < n; i++) {
      const int ty = (t + i) / p->tiles_x, tx = (t + i) % p->tiles_x;
      const float *in = p->in + ty * M * p->in_row + tx * M * 4;
      for (int c = first; c < last; c++) input_tile(in + c * p->in_plane, p->in_row, columns + (c * n + i) * 4, p->columns_step);
    }
    columns += n * p->ic;
    t += n;
  }
}

__attribute__((noinline)) static void output_whole(const float *m, int step, vec bias, const float *residual, float *out,
                                                   int row) {
  if (residual) {
    output_tile(m, step, bias, residual, out, row, M, M, 1);
  } else {
    output_tile(m, step, bias, 0, out, row, M, M, 1);
  }
}

__attribute__((noinline)) static void output_part(const float *m, int step, vec bias, const float *residual, float *out,
                                                  int row, int rows, int columns, int relu) {
  output_tile(m, step, bias, residual, out, row, rows, columns, relu);
}

// The way back for blocks `first` to `last` of 8 output channels, whose sums begin at `sums`.
static void tiles_out(const Operator *p, int start, int tiles, int first, int last, const float *sums) {
  for (int c = first * 2; c < last * 2; c++) {
    const vec bias = load(p->bias + c * 4);
    const float *from = sums + (c / 2 - first) * tiles * 8 + c % 2 * 4;
    for (int i = 0; i < tiles; i++) {
      const int y = (start + i) / p->tiles_x * M, x = (start + i) % p->tiles_x * M;
      const int at = c * p->out_plane + (y + 1) * p->out_row + (x + 1) * 4;
      const float *residual = p->residual ? p->residual + at : 0;
      if (y + M <= p->height && x + M <= p->width && p->relu) {
        output_whole(from, p->sums_step, bias, residual, p->out + at, p->out_row);
      } else {
        output_part(from, p->sums_step, bias, residual, p->out + at, p->out_row, p->height - y, p->width - x, p->relu);
      }
      from += 8;
    }
  }
}

// Item: `group` blocks of 4 input channels.
void NAME(in)(const Operator *p, int item) {
  const Range c = part(item, p->group, p->ic / 4);
  tiles_in(p, 0, p->tiles, c.first, c.last, p->columns);
}

// Item: `group` blocks of 8 output channels.
void NAME(out)(const Operator *p, int item) {
  const Range c = part(item, p->group, p->oc / 8);
  tiles_out(p, 0, p->tiles, c.first, c.last, p->sums + c.first * p->tiles * 8);
}

#ifdef WHOLE
// Item: one chunk of tiles, there and back in the thread's own memory, `group` blocks of 8 output channels at a time.
void NAME(whole)(const Operator *p, int item, int thread) {
  const Range t = part(item, p->chunk, p->tiles);
  const int tiles = t.last - t.first;
  float *const columns = p->local + thread * p->local_size;
  float *const sums = columns + POSITIONS * p->columns_step;
  tiles_in(p, t.first, tiles, 0, p->ic / 4, columns);
  for (int c = 0; c < p->oc / 8; c += p->group) {
    const int count = smaller(p->group, p->oc / 8 - c);
    for (int position = 0; position < POSITIONS; position++) {
      const Product product = {
        .columns = columns + position * p->columns_step, .tiles = tiles, .all = p->ic, .k = p->ic,
        .weights = p->weights + (position * (p->oc / 8) + c) * p->ic * 8, .sums = sums + position * p->sums_step,
        .times = count, .weights_step = p->ic * 8, .sums_step = tiles * 8,
      };
      multiply(&product);
    }
    tiles_out(p, t.first, tiles, c, c + count, sums);
  }
}
#endif
