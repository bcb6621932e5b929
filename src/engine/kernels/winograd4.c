// F(4 x 4, 3 x 3) with the points 0, 1, -1, 2, -2 and infinity: 36 products for 16 outputs instead of 144.
#include "simd.h"

#define M 4
#define NAME(x) winograd4_##x
#define WHOLE

INLINE void transform_in(vec d[6]) {
  const vec four = splat(4.0f), five = splat(5.0f), two = splat(2.0f);
  const vec a = nmadd(four, d[2], d[4]), b = nmadd(four, d[1], d[3]);
  const vec c = sub(d[4], d[2]), e = mul(two, sub(d[3], d[1]));
  d[0] = madd(four, d[0], nmadd(five, d[2], d[4]));
  d[5] = madd(four, d[1], nmadd(five, d[3], d[5]));
  d[1] = add(a, b);
  d[2] = sub(a, b);
  d[3] = add(c, e);
  d[4] = sub(c, e);
}

INLINE void transform_out(vec m[6]) {
  const vec s1 = add(m[1], m[2]), d1 = sub(m[1], m[2]);
  const vec s2 = add(m[3], m[4]), d2 = sub(m[3], m[4]);
  m[0] = add(add(m[0], s1), s2);
  m[1] = madd(splat(2.0f), d2, d1);
  m[2] = madd(splat(4.0f), s2, s1);
  m[3] = add(madd(splat(8.0f), d2, d1), m[5]);
}

#include "winograd.h"
