/* Counter-based random numbers: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011).
 *
 * Block b of the stream (seed, stream) is Philox of the counter (b, stream) under the key seed: four 32-bit words.
 * Element i owns word i mod 4 of block i / 4, its high word, and the same word of block i / 4 + 2^63, its low word. Its
 * draw is u = high / 2^32 + low / 2^64, of which
 *   - a uniform float takes the first 24 bits, a uniform double the first 53, so the float is the double cut short;
 *   - a mask compares the high word, for both element types: the same elements are dropped;
 *   - a normal pair (elements 2j, 2j + 1) is the Box-Muller transform of its two 53-bit draws, in double; float rounds it. */
#include "random.h"

#include <math.h>

static const uint64_t low_words = UINT64_C(1) << 63;

void rk_philox(uint64_t seed, uint64_t stream, uint64_t counter, uint32_t *words) {
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  uint32_t c0 = (uint32_t)counter, c1 = (uint32_t)(counter >> 32);
  uint32_t c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t product0 = (uint64_t)0xD2511F53 * c0, product1 = (uint64_t)0xCD9E8D57 * c2;
    c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)product1;
    c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)product0;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

/* The 53-bit draws of the four elements of a block, as multiples of 2^-53. */
static void draw(uint64_t seed, uint64_t stream, uint64_t block, double *u) {
  uint32_t high[4], low[4];
  rk_philox(seed, stream, block, high);
  rk_philox(seed, stream, block + low_words, low);
  for (int k = 0; k < 4; k++) u[k] = (double)((uint64_t)high[k] << 21 | low[k] >> 11) * 0x1p-53;
}

static int64_t in_block(int64_t n, int64_t block) { return n - 4 * block < 4 ? n - 4 * block : 4; }

/* Rounding may reach `high`, which is not in the interval. */
void rk_random_uniform_float(uint64_t seed, uint64_t stream, double low, double high, int64_t n, rk_real *x_) {
  float *x = x_;
  const float last = nextafterf((float)high, (float)low);
  for (int64_t block = 0; 4 * block < n; block++) {
    uint32_t words[4];
    rk_philox(seed, stream, (uint64_t)block, words);
    for (int64_t k = 0; k < in_block(n, block); k++) {
      const float value = (float)(low + (high - low) * ((double)(words[k] >> 8) * 0x1p-24));
      x[4 * block + k] = value < (float)high ? value : last;
    }
  }
}

void rk_random_uniform_double(uint64_t seed, uint64_t stream, double low, double high, int64_t n, rk_real *x_) {
  double *x = x_;
  const double last = nextafter(high, low);
  for (int64_t block = 0; 4 * block < n; block++) {
    double u[4];
    draw(seed, stream, (uint64_t)block, u);
    for (int64_t k = 0; k < in_block(n, block); k++) {
      const double value = low + (high - low) * u[k];
      x[4 * block + k] = value < high ? value : last;
    }
  }
}

/* The normal numbers of a block. 1 - u is never 0. */
static void draw_normal(uint64_t seed, uint64_t stream, uint64_t block, double *z) {
  static const double two_pi = 6.283185307179586476925286766559;
  double u[4];
  draw(seed, stream, block, u);
  for (int k = 0; k < 4; k += 2) {
    const double radius = sqrt(-2 * log(1 - u[k])), angle = two_pi * u[k + 1];
    z[k] = radius * cos(angle);
    z[k + 1] = radius * sin(angle);
  }
}

void rk_random_normal_float(uint64_t seed, uint64_t stream, double mean, double deviation, int64_t n, rk_real *x_) {
  float *x = x_;
  for (int64_t block = 0; 4 * block < n; block++) {
    double z[4];
    draw_normal(seed, stream, (uint64_t)block, z);
    for (int64_t k = 0; k < in_block(n, block); k++) x[4 * block + k] = (float)(mean + deviation * z[k]);
  }
}

void rk_random_normal_double(uint64_t seed, uint64_t stream, double mean, double deviation, int64_t n, rk_real *x_) {
  double *x = x_;
  for (int64_t block = 0; 4 * block < n; block++) {
    double z[4];
    draw_normal(seed, stream, (uint64_t)block, z);
    for (int64_t k = 0; k < in_block(n, block); k++) x[4 * block + k] = mean + deviation * z[k];
  }
}

/* A word w is kept when w / 2^32 < keep, that is w < ceil(2^32 keep). */
static uint64_t kept_words(double keep) { return keep >= 1 ? UINT64_C(1) << 32 : keep > 0 ? (uint64_t)ceil(keep * 0x1p32) : 0; }

void rk_random_mask_float(uint64_t seed, uint64_t stream, double keep, int64_t n, rk_real *x_) {
  float *x = x_;
  const uint64_t kept = kept_words(keep);
  const float kept_value = (float)(1 / keep);
  for (int64_t block = 0; 4 * block < n; block++) {
    uint32_t words[4];
    rk_philox(seed, stream, (uint64_t)block, words);
    for (int64_t k = 0; k < in_block(n, block); k++) x[4 * block + k] = words[k] < kept ? kept_value : 0;
  }
}

void rk_random_mask_double(uint64_t seed, uint64_t stream, double keep, int64_t n, rk_real *x_) {
  double *x = x_;
  const uint64_t kept = kept_words(keep);
  for (int64_t block = 0; 4 * block < n; block++) {
    uint32_t words[4];
    rk_philox(seed, stream, (uint64_t)block, words);
    for (int64_t k = 0; k < in_block(n, block); k++) x[4 * block + k] = words[k] < kept ? 1 / keep : 0;
  }
}
