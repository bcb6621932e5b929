// A tile's way through Winograd's transforms (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016):
// each column, then each row. The including file defines M (outputs a tile side), T (inputs a tile side), FETCH(in, row, y, x)
// (four channels of the input at a place of the tile) and the one-dimensional transforms transform_in and transform_out.
#include "simd.h"

#define POSITIONS (T * T)

// out: [position][step]
INLINE void input_tile(const float *in, int row, float *out, int step) {
  vec d[T][T];
#pragma clang loop unroll(full)
  for (int x = 0; x < T; x++) {
    vec column[T];
#pragma clang loop unroll(full)
    for (int y = 0; y < T; y++) column[y] = FETCH(in, row, y, x);
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

// m: [position][step] sums of one tile and 4 output channels. Only the first `rows` and `columns` of the results are kept.
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
