/* Counter-based random numbers: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011).
 *
 * Block b of the stream (seed, stream) is Philox of the counter (b, stream) under the key seed: four 32-bit words.
 * Element i owns word i mod 4 of block i / 4, its high word, and the same word of block i / 4 + 2^63, its low word. Its
 * draw is u = high / 2^32 + low / 2^64, of which
 *   - a uniform float takes the first 24 bits, a uniform double the first 53, so the float is the double cut short;
 *   - a mask compares the high word, for both element types: the same elements are dropped;
 *   - a normal pair (elements 2j, 2j + 1) is the Box-Muller transform of its two 53-bit draws, in double, which a float
 *     rounds. */
#include "random.h"

#include <math.h>

static const uint64_t low_words = UINT64_C(1) << 63;

/* The odd constants that the key grows by each round. */
static const uint32_t philox_w0 = 0x9E3779B9, philox_w1 = 0xBB67AE85;

static inline void philox_round(uint32_t *c0, uint32_t *c1, uint32_t *c2, uint32_t *c3, uint32_t k0, uint32_t k1) {
  const uint64_t product0 = (uint64_t)0xD2511F53 * *c0, product1 = (uint64_t)0xCD9E8D57 * *c2;
  *c0 = (uint32_t)(product1 >> 32) ^ *c1 ^ k0;
  *c1 = (uint32_t)product1;
  *c2 = (uint32_t)(product0 >> 32) ^ *c3 ^ k1;
  *c3 = (uint32_t)product0;
}

void rk_philox(uint64_t seed, uint64_t stream, uint64_t counter, uint32_t *words) {
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  words[0] = (uint32_t)counter, words[1] = (uint32_t)(counter >> 32);
  words[2] = (uint32_t)stream, words[3] = (uint32_t)(stream >> 32);
  for (int round = 0; round < 10; round++) {
    philox_round(&words[0], &words[1], &words[2], &words[3], k0, k1);
    k0 += philox_w0;
    k1 += philox_w1;
  }
}

enum { group = 16, drawn = 4 * group };

/* The words of `group` blocks from `first` on, one after the other; all rounds side by side, in vectors. */
static void philox_group(uint64_t seed, uint64_t stream, uint64_t first, uint32_t *words) {
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  uint32_t c0[group], c1[group], c2[group], c3[group];
  for (int j = 0; j < group; j++) {
    const uint64_t counter = first + (uint64_t)j;
    c0[j] = (uint32_t)counter, c1[j] = (uint32_t)(counter >> 32);
    c2[j] = (uint32_t)stream, c3[j] = (uint32_t)(stream >> 32);
  }
  for (int round = 0; round < 10; round++) {
    for (int j = 0; j < group; j++) philox_round(&c0[j], &c1[j], &c2[j], &c3[j], k0, k1);
    k0 += philox_w0;
    k1 += philox_w1;
  }
  for (int j = 0; j < group; j++) {
    words[4 * j] = c0[j], words[4 * j + 1] = c1[j], words[4 * j + 2] = c2[j], words[4 * j + 3] = c3[j];
  }
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/* --- uniform numbers; rounding may reach `high`, which is not in the interval */

void rk_random_uniform_float(uint64_t seed, uint64_t stream, double low, double high, int64_t n, rk_real *x_) {
  float *x = x_;
  const float end = (float)high, last = nextafterf(end, (float)low);
  for (int64_t i = 0; i < n; i += drawn) {
    uint32_t words[drawn];
    philox_group(seed, stream, (uint64_t)i / 4, words);
    const int64_t count = smaller(n - i, drawn);
    for (int64_t k = 0; k < count; k++) {
      const float value = (float)(low + (high - low) * ((double)(int32_t)(words[k] >> 8) * 0x1p-24));
      x[i + k] = value < end ? value : last;
    }
  }
}

/* The 53-bit draws of `drawn` elements from `first` on. */
static void draw(uint64_t seed, uint64_t stream, int64_t first, double *u) {
  uint32_t high[drawn], low[drawn];
  philox_group(seed, stream, (uint64_t)first / 4, high);
  philox_group(seed, stream, (uint64_t)first / 4 + low_words, low);
  for (int k = 0; k < drawn; k++) u[k] = (double)((uint64_t)high[k] << 21 | low[k] >> 11) * 0x1p-53;
}

void rk_random_uniform_double(uint64_t seed, uint64_t stream, double low, double high, int64_t n, rk_real *x_) {
  double *x = x_;
  const double last = nextafter(high, low);
  for (int64_t i = 0; i < n; i += drawn) {
    double u[drawn];
    draw(seed, stream, i, u);
    const int64_t count = smaller(n - i, drawn);
    for (int64_t k = 0; k < count; k++) {
      const double value = low + (high - low) * u[k];
      x[i + k] = value < high ? value : last;
    }
  }
}

/* --- normal numbers; 1 - u is never 0 */

static void draw_normal(uint64_t seed, uint64_t stream, int64_t first, int64_t count, double *z) {
  static const double two_pi = 6.283185307179586476925286766559;
  double u[drawn];
  draw(seed, stream, first, u);
  for (int64_t k = 0; k < count; k += 2) {
    const double radius = sqrt(-2 * log(1 - u[k])), angle = two_pi * u[k + 1];
    z[k] = radius * cos(angle);
    z[k + 1] = radius * sin(angle);
  }
}

void rk_random_normal_float(uint64_t seed, uint64_t stream, double mean, double deviation, int64_t n, rk_real *x_) {
  float *x = x_;
  for (int64_t i = 0; i < n; i += drawn) {
    double z[drawn];
    const int64_t count = smaller(n - i, drawn);
    draw_normal(seed, stream, i, count, z);
    for (int64_t k = 0; k < count; k++) x[i + k] = (float)(mean + deviation * z[k]);
  }
}

void rk_random_normal_double(uint64_t seed, uint64_t stream, double mean, double deviation, int64_t n, rk_real *x_) {
  double *x = x_;
  for (int64_t i = 0; i < n; i += drawn) {
    double z[drawn];
    const int64_t count = smaller(n - i, drawn);
    draw_normal(seed, stream, i, count, z);
    for (int64_t k = 0; k < count; k++) x[i + k] = mean + deviation * z[k];
  }
}

/* --- choices: a word w is chosen when w / 2^32 < share, that is w < ceil(2^32 share) */

static uint64_t chosen_words(double share) {
  if (!(share > 0)) return 0;
  return share < 1 ? (uint64_t)ceil(share * 0x1p32) : UINT64_C(1) << 32;
}

void rk_random_choice_float(uint64_t seed, uint64_t stream, double share, double chosen, double other, int64_t n,
                            rk_real *x_) {
  float *x = x_;
  const uint64_t count_chosen = chosen_words(share);
  const float rest = (float)other, value = count_chosen > 0 ? (float)chosen : rest;
  const uint32_t last = (uint32_t)(count_chosen - 1);
  for (int64_t i = 0; i < n; i += drawn) {
    uint32_t words[drawn];
    philox_group(seed, stream, (uint64_t)i / 4, words);
    const int64_t count = smaller(n - i, drawn);
    for (int64_t k = 0; k < count; k++) x[i + k] = words[k] <= last ? value : rest;
  }
}

void rk_random_choice_double(uint64_t seed, uint64_t stream, double share, double chosen, double other, int64_t n,
                             rk_real *x_) {
  double *x = x_;
  const uint64_t count_chosen = chosen_words(share);
  for (int64_t i = 0; i < n; i += drawn) {
    uint32_t words[drawn];
    philox_group(seed, stream, (uint64_t)i / 4, words);
    const int64_t count = smaller(n - i, drawn);
    for (int64_t k = 0; k < count; k++) x[i + k] = words[k] < count_chosen ? chosen : other;
  }
}
