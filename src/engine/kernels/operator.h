// One operator of the network: a kernel over a number of independent items, shared by all threads. The planner in
// src/engine/simd/plan.ts writes these structures; the two must agree field by field.
//
// Activations are stored as [channels / 4][rows][columns][4] with a border of zeros: one row and column before the
// image, and behind it what the last Winograd tile reads beyond the edge. `in` and `out` point at the first float of
// that padded plane.
//
// Columns are what a convolution's matrix product runs over: Winograd tiles, or output pixels. They come in blocks of at
// most 6 (see split), stored [k / 4][n][4] as the inner loops read them.
#ifndef SIGHTGLASS_OPERATOR_H
#define SIGHTGLASS_OPERATOR_H

#include <stdint.h>

enum Kind {
  PAD_INPUT = 0,
  CONV1_POOL = 1,
  CONV1_SEAMS = 2,
  WINOGRAD4 = 3,
  WINOGRAD4_IN = 4,
  WINOGRAD4_OUT = 5,
  WINOGRAD2_IN = 6,
  WINOGRAD2_OUT = 7,
  PRODUCTS = 8,
  PACK = 9,
  DIRECT = 10,
  AVERAGE_POOL = 11,
  CLASSIFY = 12,
  INT8 = 13,
  INT8_TO_FLOATS = 14,
  CONV1_INT8 = 15,
  F32_IMAGE = 16,
  F32_IGEMM = 17,
  F32_DWCONV = 18,
  F32_MAXPOOL = 19,
  F32_AVGPOOL = 20,
  F32_VAFFINE = 21,
  QS8_DWCONV = 22,
  F32_QS8_VCVT = 23,
  QS8_RSUM = 24,
};

typedef struct {
  // Written while the network runs.
  int32_t ticket;  // generation << 16 | next item
  int32_t done;    // items finished since the start, wraps
  int32_t pad0[14];
  // Fixed.
  int32_t kind, items;
  int32_t nobarrier;  // the next operator does not read what this one writes
  const float *in;
  float *out;
  const float *residual;  // added before ReLU; null where there is none
  const float *weights, *bias;
  float *columns;        // Winograd: transformed input [position][block]; direct: packed input [block][tap]
  float *sums;           // Winograd: [position][oc / 8][tile][8]
  int32_t columns_step, sums_step;  // floats from position to position; a little more than a power of two (cache sets)
  float *local;          // this many floats a thread, from here
  int32_t local_size;
  int32_t ic, oc;        // channels, multiples of 4 and 8
  int32_t relu;
  int32_t in_row, in_plane, out_row, out_plane;  // floats
  int32_t width, height;                         // of the output
  int32_t tiles_x, tiles;                        // Winograd tiles a row, and in all
  int32_t chunk;  // tiles or pixels an item takes at most; CONV1: rows of tiles; INT8: rows
  int32_t group;  // blocks of channels an item takes
  int32_t taps;   // direct: 9 or 1
  int32_t stride;  // pack: pixels from one output to the next
  // Int8 (int8.c), whose `in`, `out`, `residual` and `weights` are bytes, their rows and planes too.
  const float *scales;  // [oc] a sum's unit in steps of the output
  float factor;         // the residual's step in steps of the output; CONV1_INT8: 1 in steps of the output
  int32_t top;          // largest integer of the output
  // Networks that are planned from their graph (src/engine/graph).
  float low, high;                        // what the output is clamped to; INT8_TO_FLOATS: 0 for no upper limit
  int32_t residual_row, residual_plane;   // floats; bytes in int8
  int32_t in_width, in_height;            // pools: of the input
  int32_t pad_x, pad_y;                   // pools: before the first pixel
  // Int8: whether activations are -128 to 127, not 0 to 127. What is read is then multiplied with weights of 7 bits, 64 more than they are,
  // for which `sums` has the sum of each pixel's channels.
  int32_t wide_in, wide_out, wide_residual;
  int32_t spare3, spare4, spare5, spare6, spare7;  // up to a whole number of cache lines
} Operator;

#ifdef __wasm__
_Static_assert(sizeof(Operator) == 256, "planner and kernels must agree");
#endif

// Splits `n` columns into blocks of at most MAX_COLUMNS, sizes as equal as can be (5 or 6 rather than 6, 6, 1).
#define MAX_COLUMNS 6
typedef struct {
  int count, small, larger;  // blocks; size of the small ones; how many are one larger (they come first)
} Blocks;

static inline Blocks split(int n) {
  int count = (n + MAX_COLUMNS - 1) / MAX_COLUMNS;
  Blocks b = {count, n / count, n % count};
  return b;
}

// Blocks of 8 output channels that the inner loops compute at a time: two where V8 joins two vectors to one (--wasm-revectorize), as the 24 sums of 6
// columns are 12 then.
#ifdef JOINED
#define TOGETHER 2
#else
#define TOGETHER 1
#endif

static inline int block_size(const Blocks *blocks, int b) { return blocks->small + (b < blocks->larger); }

static inline int smaller(int a, int b) { return a < b ? a : b; }

// What part of how many an item takes.
typedef struct {
  int first, last;
} Range;

static inline Range part(int index, int size, int count) {
  Range r = {index * size, smaller((index + 1) * size, count)};
  return r;
}

static inline int parts(int count, int size) { return (count + size - 1) / size; }

void pad_input(const Operator *p, int item);
void conv1_pool(const Operator *p, int item, int thread);
void conv1_seams(const Operator *p, int item);
void winograd4_whole(const Operator *p, int item, int thread);
void winograd4_in(const Operator *p, int item);
void winograd4_out(const Operator *p, int item);
void winograd2_in(const Operator *p, int item);
void winograd2_out(const Operator *p, int item);
void products(const Operator *p, int item);
void pack(const Operator *p, int item);
void direct(const Operator *p, int item, int thread);
void average_pool(const Operator *p, int item);
void classify(const Operator *p, int item);
void f32_image(const Operator *p, int item);
void f32_igemm(const Operator *p, int item);
void f32_dwconv(const Operator *p, int item);
void f32_maxpool(const Operator *p, int item);
void f32_avgpool(const Operator *p, int item);
void f32_vaffine(const Operator *p, int item);
#ifdef __wasm_relaxed_simd__
void int8_convolution(const Operator *p, int item);
void int8_to_floats(const Operator *p, int item);
void conv1_int8(const Operator *p, int item);
void qs8_dwconv(const Operator *p, int item, int thread);
void f32_qs8_vcvt(const Operator *p, int item);
void qs8_rsum(const Operator *p, int item);
#endif

#endif
