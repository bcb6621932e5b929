// The first layers of ResNet: 7 x 7 convolution with stride 2 from 3 planes, ReLU, and 3 x 3 maximum with stride 2, fused,
// so that only four rows of the large middle result are ever kept.
//
// With stride 2, each 2 x 2 square of the image is one pixel of 4 channels, and the 7 x 7 convolution becomes one of 4 x 4
// with stride 1 over 12 channels (its eighth row and column are zeros). Winograd's F(4 x 4, 4 x 4) does 16 outputs with 49
// products a channel: 588 multiplications where the plain way has 2352.
#include "gemm.h"
#include "operator.h"
#include "simd.h"

#define PLANES 3
#define SIDE 224                 // of the input
#define PADDED_ROW 232           // floats: 3 + 224 + 3, rounded up to 8
#define PADDED_PLANE (PADDED_ROW * (SIDE + 6))
#define CONV_SIDE (SIDE / 2)
#define M 4
#define T 7
#define K (PLANES * 4)
#define TILES (CONV_SIDE / M)    // a row of them
#define COLUMNS_STEP (TILES * K + 16)
#define SUMS_STEP (TILES * 8 + 16)
#define ROW_PITCH ((CONV_SIDE + 2) * 4)  // a row of results with a column of zeros on its left

// Item: one plane. Copies the planar input into the middle of a plane with 3 zeros on each side.
void pad_input(const Operator *p, int item) {
  const float *in = p->in + item * SIDE * SIDE;
  float *out = p->out + item * PADDED_PLANE + 3 * PADDED_ROW + 3;
  for (int y = 0; y < SIDE; y++) {
    for (int x = 0; x < SIDE; x += 4) store(out + x, load(in + x));
    in += SIDE;
    out += PADDED_ROW;
  }
}

// The points 0, 1, -1, 2, -2, 1/2 and infinity: each row is the product of (x - point) over the other points, applied to d.
INLINE void transform_in(vec d[T]) {
  const vec half = splat(0.5f), two = splat(2.0f), four = splat(4.0f), five = splat(5.0f);
  const vec last = madd(four, d[1], nmadd(five, d[3], d[5]));
  vec z[6];  // (x - 1/2) d
#pragma clang loop unroll(full)
  for (int i = 0; i < 6; i++) z[i] = nmadd(half, d[i], d[i + 1]);
  const vec a = nmadd(four, z[1], z[3]), b = nmadd(four, z[2], z[4]);
  const vec c = mul(two, sub(z[3], z[1])), e = sub(z[4], z[2]);
  d[0] = madd(four, z[0], nmadd(five, z[2], z[4]));
  d[1] = add(b, a);
  d[2] = sub(b, a);
  d[3] = add(e, c);
  d[4] = sub(e, c);
  d[5] = last;
  d[6] = madd(four, z[1], nmadd(five, z[3], z[5]));
}

INLINE void transform_out(vec m[T]) {
  const vec s1 = add(m[1], m[2]), d1 = sub(m[1], m[2]);
  const vec s2 = add(m[3], m[4]), d2 = sub(m[3], m[4]);
  m[0] = add(add(m[0], s1), add(s2, m[5]));
  m[1] = madd(splat(0.5f), m[5], madd(splat(2.0f), d2, d1));
  m[2] = madd(splat(0.25f), m[5], madd(splat(4.0f), s2, s1));
  m[3] = add(madd(splat(0.125f), m[5], madd(splat(8.0f), d2, d1)), m[6]);
}

// A tile of one plane: its 7 x 7 squares of 2 x 2 pixels.
#define FETCH(in, row, y, x) load_square((in) + (y) * 2 * (row) + (x) * 2, row)
#include "tile.h"

static void row_in(const Operator *p, int row, float *columns) {
  const float *in = p->in + row * M * 2 * PADDED_ROW;
  const Blocks blocks = split(TILES);
  for (int b = 0; b < blocks.count; b++) {
    const int n = block_size(&blocks, b);
    for (int i = 0; i < n; i++) {
      for (int plane = 0; plane < PLANES; plane++) input_tile(in + plane * PADDED_PLANE, PADDED_ROW, columns + (plane * n + i) * 4, COLUMNS_STEP);
      in += M * 2;
    }
    columns += n * K;
  }
}

// One pooled row from two or three rows of results; what lies beyond a row's left edge is a zero, and nothing is below it.
INLINE void pool_row(const float *a, const float *b, const float *c, int width, float *out) {
  vec left = zero();
  for (int x = 0; x < width; x++) {
    const int i = x * 8 + 4;
    const vec middle = vmax(vmax(load(a + i), load(b + i)), load(c + i));
    const vec right = vmax(vmax(load(a + i + 4), load(b + i + 4)), load(c + i + 4));
    store(out + x * 4, vmax(vmax(left, middle), right));
    left = right;
  }
}

// Item: one row of tiles, 4 rows of results, 2 pooled rows. The upper one also wants the row above, which another item
// computes: each item leaves its last row, pooled sideways, in `sums`: [row of tiles][oc / 4][width][4].
void conv1_pool(const Operator *p, int item, int thread) {
  float *const columns = p->local + thread * p->local_size;
  float *const sums = columns + POSITIONS * COLUMNS_STEP;
  float *const rows = sums + TOGETHER * POSITIONS * SUMS_STEP;
  row_in(p, item, columns);
  for (int c = 0; c < p->oc / 8; c++) {
    const float *from = sums + c % TOGETHER * POSITIONS * SUMS_STEP;
    const Product all = {
      .columns = columns, .tiles = TILES, .all = K, .k = K, .weights = p->weights + c * K * 8, .sums = sums,
      .times = POSITIONS, .columns_step = COLUMNS_STEP, .weights_step = p->oc / 8 * K * 8, .sums_step = SUMS_STEP,
    };
#ifdef JOINED
    if (c % TOGETHER == 0) gemm16(&all, 0, K, all.weights, sums, POSITIONS, K * 8, POSITIONS * SUMS_STEP);
#else
    gemm(&all, 0, K, all.weights, sums, POSITIONS);
#endif
    for (int half = 0; half < 2; half++) {
      const int block = c * 2 + half;
      const vec bias = load(p->bias + block * 4);
      for (int i = 0; i < TILES; i++) {
        output_tile(from + i * 8 + half * 4, SUMS_STEP, bias, 0, rows + (1 + i * M) * 4, ROW_PITCH, M, M, 1);
      }
      float *out = p->out + block * p->out_plane + (item * 2 + 1) * p->out_row + 4;
      const float *r1 = rows + ROW_PITCH, *r2 = r1 + ROW_PITCH, *r3 = r2 + ROW_PITCH;
      pool_row(rows, r1, r1, p->width, out);
      pool_row(r1, r2, r3, p->width, out + p->out_row);
      pool_row(r3, r3, r3, p->width, p->sums + (item * (p->oc / 4) + block) * p->width * 4);
    }
  }
}

// Item: one block of 4 channels. Adds to each row of tiles but the first what the one above has left.
void conv1_seams(const Operator *p, int item) {
  for (int row = 1; row < TILES; row++) {
    const float *from = p->sums + ((row - 1) * (p->oc / 4) + item) * p->width * 4;
    float *to = p->out + item * p->out_plane + (row * 2 + 1) * p->out_row + 4;
    for (int x = 0; x < p->width * 4; x += 4) store(to + x, vmax(load(to + x), load(from + x)));
  }
}
