// The products of a Winograd convolution between its two transforms, where all threads share them.
#include "gemm.h"

// Item: one position by `group` blocks of 8 output channels.
void products(const Operator *p, int item) {
  const int groups = parts(p->oc / 8, p->group);
  const int position = item / groups;
  const Range c = part(item % groups, p->group, p->oc / 8);
  const Product product = {
    .columns = p->columns + position * p->columns_step, .tiles = p->tiles, .all = p->ic, .k = p->ic,
    .weights = p->weights + (position * (p->oc / 8) + c.first) * p->ic * 8,
    .sums = p->sums + position * p->sums_step + c.first * p->tiles * 8,
    .times = c.last - c.first, .weights_step = p->ic * 8, .sums_step = p->tiles * 8,
  };
  multiply(&product);
}
