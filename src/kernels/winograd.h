// Winograd convolution F(m x m, 3 x 3), stride 1 (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks,
// 2016). The including file defines M (outputs a tile side), NAME(x), and the one-dimensional transforms
// transform_in and transform_out.
//
// Transformed input: blocks of n <= 6 tiles, each [position][ic / 4][n][4]; the block that starts at tile t begins
// t * positions * ic floats in. Weights: [oc / 8][position][ic][8].
#include "gemm.h"
#include "phase.h"

#define T (M + 2)
#define POSITIONS (T * T)

INLINE void input_tile(const float *in, int row, float *out, int step) {
  vec d[T][T];
#pragma clang loop unroll(full)
  for (int x = 0; x < T; x++) {
    vec column[T];
#pragma clang loop unroll(full)
    for (int y = 0; y < T; y++) column[y] = load(in + y * row + x * 4);
    transform_in(column);
#pragma clang loop unroll(full)
    for (int y = 0; y < T; y++) d[y][x] = column[y];
  }
#pragma clang loop unroll(full)
  for (int y = 0; y < T; y++) {
    transform_in(d[y]);
#pragma clang loop unroll(full)
    for (int x = 0; x < T; x++) store(out + (y * T + x) * step, d[y][x]);
  }
}

// Item: one chunk of tiles by `group` blocks of 4 input channels.
void NAME(in)(const Phase *p, int item) {
  const int groups = (p->ic / 4 + p->group - 1) / p->group;
  const int first = item % groups * p->group;
  const int last = smaller(first + p->group, p->ic / 4);
  const int start = item / groups * p->chunk;
  const int tiles = smaller(p->chunk, p->tiles - start);
  const Blocks blocks = split(tiles);
  int t = start;
  for (int b = 0; b < blocks.count; b++) {
    const int n = blocks.small + (b < blocks.larger);
    float *block = p->scratch + t * POSITIONS * p->ic;
    for (int c = first; c < last; c++) {
      const float *plane = p->in + c * p->in_plane;
      float *out = block + c * n * 4;
      for (int i = 0; i < n; i++) {
        const int ty = (t + i) / p->tiles_x, tx = (t + i) % p->tiles_x;
        input_tile(plane + ty * M * p->in_row + tx * M * 4, p->in_row, out + i * 4, p->ic * n);
      }
    }
    t += n;
  }
}

// m: [position][step] sums of one tile and 4 output channels.
INLINE void output_tile(const float *m, int step, vec bias, const float *residual, float *out, int row, int rows,
                        int columns, int relu) {
  vec d[M][T];
#pragma clang loop unroll(full)
  for (int x = 0; x < T; x++) {
    vec column[T];
#pragma clang loop unroll(full)
    for (int y = 0; y < T; y++) column[y] = load(m + (y * T + x) * step);
    transform_out(column);
#pragma clang loop unroll(full)
    for (int y = 0; y < M; y++) d[y][x] = column[y];
  }
#pragma clang loop unroll(full)
  for (int y = 0; y < M; y++) {
    if (y >= rows) break;
    transform_out(d[y]);
#pragma clang loop unroll(full)
    for (int x = 0; x < M; x++) {
      if (x >= columns) break;
      vec r = add(d[y][x], bias);
      if (residual) r = add(r, load(residual + y * row + x * 4));
      store(out + y * row + x * 4, relu_if(r, relu));
    }
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

// Item: one chunk of tiles by `group` blocks of 8 output channels.
void NAME(out)(const Phase *p, int item, int thread) {
  const int groups = (p->oc / 8 + p->group - 1) / p->group;
  const int first = item % groups * p->group;
  const int last = smaller(first + p->group, p->oc / 8);
  const int start = item / groups * p->chunk;
  const int tiles = smaller(p->chunk, p->tiles - start);
  const Blocks blocks = split(tiles);
  float *const sums = p->local + thread * p->local_size;
  const int step = 2 * tiles * 4;
  for (int c = first; c < last; c++) {
    for (int pos = 0; pos < POSITIONS; pos++) {
      const float *weights = p->weights + (c * POSITIONS + pos) * p->ic * 8;
      float *out = sums + pos * step;
      int t = start;
      for (int b = 0; b < blocks.count; b++) {
        const int n = blocks.small + (b < blocks.larger);
        gemm(n, p->scratch + t * POSITIONS * p->ic + pos * p->ic * n, weights, p->ic / 4, out + (t - start) * 4, tiles);
        t += n;
      }
    }
    for (int half = 0; half < 2; half++) {
      const int plane = (c * 2 + half) * p->out_plane;
      const vec bias = load(p->bias + c * 8 + half * 4);
      for (int i = 0; i < tiles; i++) {
        const int y = (start + i) / p->tiles_x * M, x = (start + i) % p->tiles_x * M;
        const int at = plane + (y + 1) * p->out_row + (x + 1) * 4;
        const float *residual = p->residual ? p->residual + at : 0;
        const float *m = sums + (half * tiles + i) * 4;
        if (y + M <= p->height && x + M <= p->width && p->relu) {
          output_whole(m, step, bias, residual, p->out + at, p->out_row);
        } else {
          output_part(m, step, bias, residual, p->out + at, p->out_row, p->height - y, p->width - x, p->relu);
        }
      }
    }
  }
}
