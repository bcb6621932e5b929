// One phase of the network: a kernel over a number of independent items, shared by all threads. The planner in
// src/worker/engine/simd/plan.ts writes these structures; the two must agree field by field.
//
// Activations are stored as [channels / 4][rows][columns][4] with a border of zeros: one row and column before the
// picture, and behind it what the last Winograd tile reads beyond the edge. `in` and `out` point at the first float of
// that padded plane.
#ifndef SIGHTGLASS_PHASE_H
#define SIGHTGLASS_PHASE_H

#include <stdint.h>

enum Kind {
  PAD_INPUT = 0,
  CONV1_POOL = 1,
  WINOGRAD4_IN = 2,
  WINOGRAD4_OUT = 3,
  WINOGRAD2_IN = 4,
  WINOGRAD2_OUT = 5,
  DIRECT = 6,
  AVERAGE_POOL = 7,
  CLASSIFY = 8,
};

typedef struct {
  // Written while the network runs.
  int32_t ticket;  // generation << 16 | next item
  int32_t done;    // items finished since the start, wraps
  int32_t pad0[14];
  // Fixed.
  int32_t kind, items;
  int32_t nobarrier;  // the next phase does not read what this one writes
  const float *in;
  float *out;
  const float *residual;  // added before ReLU; null where there is none
  const float *weights, *bias;
  float *scratch;        // Winograd: transformed input, shared by the threads
  float *local;          // this many floats a thread, from here
  int32_t local_size;
  int32_t ic, oc;        // channels, multiples of 4 and 8
  int32_t relu;
  int32_t in_row, in_plane, out_row, out_plane;  // floats
  int32_t width, height;                         // of the output
  int32_t tiles_x, tiles;                        // Winograd tiles a row, and in all
  int32_t chunk;  // tiles or pixels an item takes at most; CONV1_POOL: pooled rows
  int32_t group;  // blocks of channels an item takes
  int32_t kernel; // DIRECT: 1 or 3, stride 2
  int32_t pad1[7];
} Phase;

_Static_assert(sizeof(Phase) == 192, "planner and kernels must agree");

// Splits `n` columns into blocks of at most 6, sizes as equal as can be (5 or 6 rather than 6, 6, 1).
typedef struct {
  int count, small, larger;  // blocks; size of the small ones; how many are one larger (they come first)
} Blocks;

static inline Blocks split(int n) {
  int count = (n + 5) / 6;
  Blocks b = {count, n / count, n % count};
  return b;
}

static inline int smaller(int a, int b) { return a < b ? a : b; }

void pad_input(const Phase *p, int item);
void conv1_pool(const Phase *p, int item, int thread);
void winograd4_in(const Phase *p, int item);
void winograd4_out(const Phase *p, int item, int thread);
void winograd2_in(const Phase *p, int item);
void winograd2_out(const Phase *p, int item, int thread);
void direct(const Phase *p, int item);
void average_pool(const Phase *p, int item);
void classify(const Phase *p, int item);

#endif
