// Once, when the weights are loaded: puts them into the order in which the kernels read them.
#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(name)))

// [oc][ic][taps] into [oc / 8][ic / 4][taps][4][8].
EXPORT("prepare_direct") void prepare_direct(const float *in, float *out, int oc, int ic, int taps) {
  for (int o = 0; o < oc; o++) {
    for (int c = 0; c < ic; c++) {
      float *to = out + (o / 8) * 8 * ic * taps + (c / 4) * taps * 32 + (c % 4) * 8 + o % 8;
      for (int t = 0; t < taps; t++) to[t * 32] = *in++;
    }
  }
}

// [oc][3][7][7] into [oc / 8][3][7][7][8].
EXPORT("prepare_conv1") void prepare_conv1(const float *in, float *out, int oc) {
  for (int o = 0; o < oc; o++) {
    for (int t = 0; t < 147; t++) out[(o / 8) * 147 * 8 + t * 8 + o % 8] = *in++;
  }
}

// rows = transform * values, 3 values each.
static inline void times(const float (*transform)[3], int points, const float *values, int step, float *rows) {
  for (int i = 0; i < points; i++) {
    rows[i] = transform[i][0] * values[0] + transform[i][1] * values[step] + transform[i][2] * values[2 * step];
  }
}

// G g Gt for each 3 x 3 kernel: [oc][ic][3][3] into [oc / 8][points * points][ic][8].
static inline void prepare_winograd(const float (*transform)[3], const int points, const float *in, float *out, int oc, int ic) {
  for (int o = 0; o < oc; o++) {
    for (int c = 0; c < ic; c++) {
      float half[3][6], row[6];
      for (int x = 0; x < 3; x++) times(transform, points, in + x, 3, half[x]);
      for (int y = 0; y < points; y++) {
        const float values[3] = {half[0][y], half[1][y], half[2][y]};
        times(transform, points, values, 1, row);
        for (int x = 0; x < points; x++) {
          out[((o / 8) * points * points + y * points + x) * ic * 8 + c * 8 + o % 8] = row[x];
        }
      }
      in += 9;
    }
  }
}

EXPORT("prepare_winograd4") void prepare_winograd4(const float *in, float *out, int oc, int ic) {
  const float transform[6][3] = {{1.0f / 4, 0, 0},
                                 {-1.0f / 6, -1.0f / 6, -1.0f / 6},
                                 {-1.0f / 6, 1.0f / 6, -1.0f / 6},
                                 {1.0f / 24, 1.0f / 12, 1.0f / 6},
                                 {1.0f / 24, -1.0f / 12, 1.0f / 6},
                                 {0, 0, 1}};
  prepare_winograd(transform, 6, in, out, oc, ic);
}

EXPORT("prepare_winograd2") void prepare_winograd2(const float *in, float *out, int oc, int ic) {
  const float transform[4][3] = {{1, 0, 0}, {0.5f, 0.5f, 0.5f}, {0.5f, -0.5f, 0.5f}, {0, 0, 1}};
  prepare_winograd(transform, 4, in, out, oc, ic);
}
