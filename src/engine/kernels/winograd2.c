// F(2 x 2, 3 x 3) with the points 0, 1, -1 and infinity: 16 products for 4 outputs instead of 36.
#include "simd.h"

#define M 2
#define NAME(x) winograd2_##x

INLINE void transform_in(vec d[4]) {
  const vec d1 = d[1];
  d[0] = sub(d[0], d[2]);
  d[1] = add(d1, d[2]);
  d[2] = sub(d[2], d1);
  d[3] = sub(d1, d[3]);
}

INLINE void transform_out(vec m[4]) {
  const vec m1 = m[1];
  m[0] = add(add(m[0], m1), m[2]);
  m[1] = sub(sub(m1, m[2]), m[3]);
}

#include "winograd.h"
