// Once, when the weights are loaded: puts them into the order in which the kernels read them.
#include <stdint.h>

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(name)))
#else
#define EXPORT(name)
#endif

// [oc][ic][taps] into [oc / 8][taps][ic][8].
EXPORT("prepare_direct") void prepare_direct(const float *in, float *out, int oc, int ic, int taps) {
  for (int o = 0; o < oc; o++) {
    for (int c = 0; c < ic; c++) {
      float *to = out + (o / 8) * 8 * ic * taps + c * 8 + o % 8;
      for (int t = 0; t < taps; t++) to[t * ic * 8] = *in++;
    }
  }
}

#ifdef __wasm_relaxed_simd__
// [oc][ic][taps] bytes into [oc / 8][taps][ic / 4][8][4].
EXPORT("prepare_int8") void prepare_int8(const int8_t *in, int8_t *out, int oc, int ic, int taps) {
  for (int o = 0; o < oc; o++) {
    for (int c = 0; c < ic; c++) {
      int8_t *to = out + (o / 8) * 8 * ic * taps + (c / 4) * 32 + o % 8 * 4 + c % 4;
      for (int t = 0; t < taps; t++) to[t * ic * 8] = *in++;
    }
  }
}
#endif

// rows = transform * values, `taps` values each.
static inline void times(const float *transform, int points, int taps, const float *values, int step, float *rows) {
  for (int i = 0; i < points; i++) {
    float sum = 0;
    for (int t = 0; t < taps; t++) sum += transform[i * taps + t] * values[t * step];
    rows[i] = sum;
  }
}

// G g Gt of one kernel, its points * points values `step` floats apart.
static inline void transform_kernel(const float *transform, const int points, const int taps, const float *g, float *out, int step) {
  float half[4][7], row[7];
  for (int x = 0; x < taps; x++) times(transform, points, taps, g + x, taps, half[x]);
  for (int y = 0; y < points; y++) {
    float values[4];
    for (int x = 0; x < taps; x++) values[x] = half[x][y];
    times(transform, points, taps, values, 1, row);
    for (int x = 0; x < points; x++) out[(y * points + x) * step] = row[x];
  }
}

// [oc][ic][3][3] into [points * points][oc / 8][ic][8].
static inline void prepare_winograd(const float *transform, const int points, const float *in, float *out, int oc, int ic) {
  for (int o = 0; o < oc; o++) {
    for (int c = 0; c < ic; c++) transform_kernel(transform, points, 3, in + (o * ic + c) * 9, out + (o / 8) * ic * 8 + c * 8 + o % 8, oc * ic);
  }
}

EXPORT("prepare_winograd4") void prepare_winograd4(const float *in, float *out, int oc, int ic) {
  const float transform[] = {1.0f / 4, 0, 0,
                             -1.0f / 6, -1.0f / 6, -1.0f / 6,
                             -1.0f / 6, 1.0f / 6, -1.0f / 6,
                             1.0f / 24, 1.0f / 12, 1.0f / 6,
                             1.0f / 24, -1.0f / 12, 1.0f / 6,
                             0, 0, 1};
  prepare_winograd(transform, 6, in, out, oc, ic);
}

EXPORT("prepare_winograd2") void prepare_winograd2(const float *in, float *out, int oc, int ic) {
  const float transform[] = {1, 0, 0, 0.5f, 0.5f, 0.5f, 0.5f, -0.5f, 0.5f, 0, 0, 1};
  prepare_winograd(transform, 4, in, out, oc, ic);
}

// [oc][3][7][7] into [49][oc / 8][12][8]: each plane's 7 x 7 kernel as 4 kernels of 4 x 4, for the even and odd rows and
// columns (conv1.c), transformed. Row i of the transform: powers of the point over the product of its distances to the others.
EXPORT("prepare_conv1") void prepare_conv1(const float *in, float *out, int oc) {
  const float points[6] = {0, 1, -1, 2, -2, 0.5f};
  float transform[7 * 4] = {0};
  transform[27] = 1;  // infinity
  for (int i = 0; i < 6; i++) {
    float distances = 1;
    for (int j = 0; j < 6; j++) distances *= j == i ? 1 : points[i] - points[j];
    float power = 1 / distances;
    for (int t = 0; t < 4; t++, power *= points[i]) transform[i * 4 + t] = power;
  }
  for (int o = 0; o < oc; o++) {
    for (int k = 0; k < 12; k++) {
      float g[16];
      for (int t = 0; t < 16; t++) {
        const int y = t / 4 * 2 + k % 4 / 2, x = t % 4 * 2 + k % 2;
        g[t] = y < 7 && x < 7 ? in[(o * 3 + k / 4) * 49 + y * 7 + x] : 0;
      }
      transform_kernel(transform, 7, 4, g, out + (o / 8) * 12 * 8 + k * 8 + o % 8, oc * 12);
    }
  }
}
