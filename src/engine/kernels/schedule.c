// Runs the operators on one or more threads. An operator's items are handed out one by one from a shared counter, and an operator is
// over when its items are done, not when every thread has come by: a thread that the system has put aside delays only
// the item it holds, and one that wakes late just finds less to do.
#include <stdint.h>

#include "operator.h"

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(name)))
#define WAIT(x, value) __builtin_wasm_memory_atomic_wait32(x, value, -1)
#define NOTIFY(x) __builtin_wasm_memory_atomic_notify(x, 0x7fffffff)
#else
#include "native/futex.h"
#endif
#define SPINS 40000  // looks at a counter, some 100 microseconds, before a thread sleeps: longer than most pieces take

typedef struct Control {
  int32_t generation;  // of the running or last frame; 0: none yet
  int32_t stop;
  int32_t threads;  // that compute, the leading one among them; those beyond sleep
  int32_t pad[13];
} Control;

static void run_item(const Operator *p, int item, int thread) {
  switch (p->kind) {
    case PAD_INPUT: pad_input(p, item); break;
    case CONV1_POOL: conv1_pool(p, item, thread); break;
    case CONV1_SEAMS: conv1_seams(p, item); break;
    case WINOGRAD4: winograd4_whole(p, item, thread); break;
    case WINOGRAD4_IN: winograd4_in(p, item); break;
    case WINOGRAD4_OUT: winograd4_out(p, item); break;
    case WINOGRAD2_IN: winograd2_in(p, item); break;
    case WINOGRAD2_OUT: winograd2_out(p, item); break;
    case PRODUCTS: products(p, item); break;
    case PACK: pack(p, item); break;
    case DIRECT: direct(p, item, thread); break;
    case AVERAGE_POOL: average_pool(p, item); break;
    case CLASSIFY: classify(p, item); break;
#ifdef __wasm__
    case F32_IMAGE: f32_image(p, item); break;
#endif
    case F32_IGEMM: f32_igemm(p, item); break;
#ifdef __wasm__
    case F32_DWCONV: f32_dwconv(p, item); break;
    case F32_MAXPOOL: f32_maxpool(p, item); break;
    case F32_AVGPOOL: f32_avgpool(p, item); break;
    case F32_VAFFINE: f32_vaffine(p, item); break;
#endif
#ifdef __wasm_relaxed_simd__
    case INT8: int8_convolution(p, item); break;
    case INT8_TO_FLOATS: int8_to_floats(p, item); break;
    case CONV1_INT8: conv1_int8(p, item); break;
#ifdef __wasm__
    case QS8_DWCONV: qs8_dwconv(p, item, thread); break;
    case F32_QS8_VCVT: f32_qs8_vcvt(p, item); break;
    case QS8_RSUM: qs8_rsum(p, item); break;
#endif
#endif
  }
}

#ifdef THREADS
#define LOAD(x) __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define STORE(x, v) __atomic_store_n(&(x), v, __ATOMIC_SEQ_CST)

// The next item of this frame, or -1 where none is left or the frame is over.
static int take(Operator *p, int generation) {
  int32_t seen = LOAD(p->ticket);
  for (;;) {
    if ((seen >> 16 & 0x7fff) != (generation & 0x7fff)) return -1;
    const int item = seen & 0xffff;
    if (item >= p->items) return -1;
    if (__atomic_compare_exchange_n(&p->ticket, &seen, seen + 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return item;
  }
}

// Waits while *x is `value`: looks for a while, then sleeps.
static void wait_while(int32_t *x, int32_t value) {
  for (int i = 0; i < SPINS; i++) {
    if (LOAD(*x) != value) return;
  }
  while (LOAD(*x) == value) WAIT(x, value);
}

static void run_operators(Operator *operators, int count, int thread, int generation) {
  for (int i = 0; i < count; i++) {
    Operator *p = operators + i;
    const uint32_t target = (uint32_t)generation * (uint32_t)p->items;
    int item;
    while ((item = take(p, generation)) >= 0) {
      run_item(p, item, thread);
      if (__atomic_add_fetch(&p->done, 1, __ATOMIC_SEQ_CST) == (int32_t)target) {
        NOTIFY(&p->done);
      }
    }
    if (p->nobarrier) continue;
    for (Operator *q = p; q >= operators && (q == p || q->nobarrier); q--) {
      const uint32_t all = (uint32_t)generation * (uint32_t)q->items;
      for (;;) {
        const int32_t done = LOAD(q->done);
        // Past the target: this thread is late and the next frame has begun.
        if ((int32_t)((uint32_t)done - all) >= 0) break;
        wait_while(&q->done, done);
      }
    }
  }
}

// The thread that leads: runs one frame and returns when all its operators are done.
EXPORT("run") void run(Control *control, Operator *operators, int count) {
  const int generation = control->generation + 1;
  for (int i = 0; i < count; i++) STORE(operators[i].ticket, (generation & 0x7fff) << 16);
  STORE(control->generation, generation);
  NOTIFY(&control->generation);
  run_operators(operators, count, 0, generation);
}

// From the next frame on so many threads compute, of those that were started.
EXPORT("use_threads") void use_threads(Control *control, int threads) {
  if (LOAD(control->threads) == threads) return;
  STORE(control->threads, threads);
  NOTIFY(&control->threads);
}

// The other threads: sleep between frames, return when told to stop.
EXPORT("help") void help(Control *control, Operator *operators, int count, int thread) {
  int32_t seen = 0;
  for (;;) {
    wait_while(&control->generation, seen);
    for (int32_t threads; (threads = LOAD(control->threads)) <= thread;) {
      WAIT(&control->threads, threads);
    }
    // In this order: a generation that is the stop's own comes with the stop.
    seen = LOAD(control->generation);
    if (LOAD(control->stop)) return;
    run_operators(operators, count, thread, seen);
  }
}

#ifndef __wasm__
// Before the first frame of a list whose counters are at 0: memory that was kept in a file has the frames that were run in it.
void begin(Control *control) { control->generation = control->stop = 0; }

// Tells the other threads to return, those that sleep too.
void stop(Control *control) {
  STORE(control->stop, 1);
  use_threads(control, 0x7fffffff);
  STORE(control->generation, control->generation + 1);
  NOTIFY(&control->generation);
}
#endif
#else
EXPORT("run") void run(Control *control, Operator *operators, int count) {
  control->generation++;
  for (int i = 0; i < count; i++) {
    for (int item = 0; item < operators[i].items; item++) run_item(operators + i, item, 0);
  }
}
#endif
