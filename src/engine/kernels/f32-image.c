// A picture's planes as a network's first activations: the three colours and a zero side by side, normalised where the network does so.
#include "operator.h"
#include "simd.h"

// Item: `chunk` rows. In: [3][height][width]. `scales`: [4] factors, then [4] what is added; the fourth of each is 0.
void f32_image(const Operator *p, int item) {
  const Range rows = part(item, p->chunk, p->height);
  const vec factor = load(p->scales), offset = load(p->scales + 4);
  for (int y = rows.first; y < rows.last; y++) {
    const float *red = p->in + y * p->in_row, *green = red + p->in_plane, *blue = green + p->in_plane;
    float *out = p->out + y * p->out_row;
    for (int x = 0; x < p->width; x++) {
      const vec pixel = wasm_f32x4_make(red[x], green[x], blue[x], 0);
      store(out + x * 4, add(mul(pixel, factor), offset));
    }
  }
}
