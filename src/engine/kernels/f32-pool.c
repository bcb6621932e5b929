// Pools over windows, and what is computed number by number, in float32. Activations as in f32-igemm.c.
#include "operator.h"
#include "simd.h"

// A window's part inside the picture.
static inline Range window(int at, int stride, int pad, int taps, int side) {
  const int first = at * stride - pad;
  Range r = {first < 0 ? 0 : first, smaller(first + taps, side)};
  return r;
}

// `in` is the picture's first pixel; padding counts for nothing, unless an average is divided by all of the window.
INLINE void pool(const Operator *p, int item, const int average) {
  const Range c = part(item, p->group, p->oc / 4);
  for (int b = c.first; b < c.last; b++) {
    const float *in = p->in + b * p->in_plane;
    for (int y = 0; y < p->height; y++) {
      const Range v = window(y, p->stride, p->pad_y, p->taps, p->in_height);
      for (int x = 0; x < p->width; x++) {
        const Range h = window(x, p->stride, p->pad_x, p->taps, p->in_width);
        vec all = average ? zero() : load(in + v.first * p->in_row + h.first * 4);
        for (int i = v.first; i < v.last; i++) {
          for (int j = h.first; j < h.last; j++) {
            const vec one = load(in + i * p->in_row + j * 4);
            all = average ? add(all, one) : vmax(all, one);
          }
        }
        const int count = p->relu ? p->taps * p->taps : (v.last - v.first) * (h.last - h.first);
        store(p->out + b * p->out_plane + y * p->out_row + x * 4, average ? mul(all, splat(1.0f / (float)count)) : all);
      }
    }
  }
}

// Item: `group` blocks of 4 channels.
void f32_maxpool(const Operator *p, int item) { pool(p, item, 0); }

// Item: `group` blocks of 4 channels. Divided by the pixels inside, or with `relu` by all of the window.
void f32_avgpool(const Operator *p, int item) { pool(p, item, 1); }

// Item: `group` blocks of 4 channels: in * scales + bias + residual, clamped; scales and bias, [oc] each, only where they are.
void f32_vaffine(const Operator *p, int item) {
  const Range c = part(item, p->group, p->oc / 4);
  const vec low = splat(p->low), high = splat(p->high);
  for (int b = c.first; b < c.last; b++) {
    const vec factor = p->scales ? load(p->scales + b * 4) : splat(1.0f), offset = p->bias ? load(p->bias + b * 4) : zero();
    for (int y = 0; y < p->height; y++) {
      const float *in = p->in + b * p->in_plane + y * p->in_row;
      const float *other = p->residual ? p->residual + b * p->residual_plane + y * p->residual_row : 0;
      float *out = p->out + b * p->out_plane + y * p->out_row;
      for (int x = 0; x < p->width * 4; x += 4) {
        vec v = madd(load(in + x), factor, offset);
        if (other) v = add(v, load(other + x));
        store(out + x, wasm_f32x4_pmin(high, vmax(v, low)));
      }
    }
  }
}
