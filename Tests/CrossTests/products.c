/* Matrix products: exact for small whole numbers, so that every element must be right to the bit. */
#include "checks.h"

static twin packed(twin b, int64_t k, int64_t n, int transposed) {
  const twin p = {0, {elements(0, sides[0]->gemm_packed_size(k, n)), elements(1, sides[1]->gemm_packed_size(k, n))}};
  FOR_BOTH(side, table) {
    table->gemm_pack(k, n, b.at[side], transposed ? 1 : n, transposed ? k : 1, p.at[side]);
  }
  return p;
}

static void check_exact(int64_t m, int64_t n, int64_t k) {
  begin_check("product %lld x %lld x %lld", (long long)m, (long long)n, (long long)k);
  seed_numbers((uint64_t)(m * 10000 + n * 100 + k));
  const int64_t a_stride = k + 3, c_stride = n + 5;
  const twin a = wholes(m * a_stride, 8), b = wholes(k * n, 8), bias = wholes(n, 8), before = wholes(m * c_stride, 8);
  for (int transposed = 0; transposed < 2; transposed++) {
    const twin p = packed(b, k, n, transposed);
    for (int32_t options = 0; options < 4; options++) {
      const twin c = copied(before), offset = options & 1 ? bias : absent;
      FOR_BOTH(side, table) {
        table->gemm(m, n, k, a.at[side], a_stride, p.at[side], offset.at[side], c.at[side], c_stride, options >> 1);
      }
      expect_close(transposed ? "transposed" : "plain", c, 0, 0);
    }
  }
  const twin left = wholes(k * (m + 1), 8), right = wholes(k * (n + 2), 8), c = wholes(m * (n + 3), 8);
  FOR_BOTH(side, table) {
    table->gemm_transposed(m, n, k, left.at[side], m + 1, right.at[side], n + 2, c.at[side], n + 3);
  }
  expect_close("A transposed", c, 0, 0);
}

/* Rows alone and among others, by any number of threads. */
static void check_bits(void) {
  begin_check("products, the same bits for any rows and number of threads");
  seed_numbers(7);
  const int64_t m = 61, n = 90, k = 77;
  const twin a = reals(m * k, -1, 1), b = reals(k * n, -1, 1), p = packed(b, k, n, 0);
  float *all = NULL, *sums = NULL;
  const int32_t threads[] = {1, 2, 3, 8};
  for (int t = 0; t < 4; t++) {
    rk_set_threads(threads[t]);
    float *c = elements(0, m * n), *d = elements(0, k * n);
    sides[0]->gemm(m, n, k, a.at[0], k, p.at[0], NULL, c, n, 0);
    sides[0]->fill(k * n, 0.5, d);
    sides[0]->gemm_transposed(k, n, m, a.at[0], k, c, n, d, n);
    if (t == 0) all = c, sums = d;
    else expect_bits("product", c, all, m * n), expect_bits("A transposed", d, sums, k * n);
  }
  const int64_t parts[][2] = {{0, 1}, {3, 2}, {60, 1}, {10, 5}, {17, 23}, {1, 7}};
  for (int i = 0; i < 6; i++) {
    const int64_t first = parts[i][0], count = parts[i][1];
    float *c = elements(0, count * n);
    sides[0]->gemm(count, n, k, (float *)a.at[0] + first * k, k, p.at[0], NULL, c, n, 0);
    expect_bits("rows alone", c, all + first * n, count * n);
  }
  rk_set_threads(rk_default_threads());
}

static void check_reals(void) {
  begin_check("products of reals");
  seed_numbers(8);
  const int64_t m = 29, n = 70, k = 190;
  const twin a = reals(m * k, -1, 1), b = reals(k * n, -1, 1), p = packed(b, k, n, 0), c = empty(m * n);
  FOR_BOTH(side, table) table->gemm(m, n, k, a.at[side], k, p.at[side], NULL, c.at[side], n, 0);
  expect_close("values", c, float_epsilon * (double)k, 0);
}

void check_products(void) {
  static const int64_t sizes[][3] = {{1, 1, 1}, {1, 5, 3}, {2, 16, 8}, {3, 17, 0}, {4, 33, 7}, {5, 12, 9}, {6, 64, 5},
                                     {7, 3, 65}, {8, 15, 16}, {9, 100, 4}, {13, 31, 33}, {0, 4, 4}, {50, 1, 20},
                                     {31, 48, 1}, {2, 3, 300}};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) check_exact(sizes[i][0], sizes[i][1], sizes[i][2]);
  check_reals();
  check_bits();
}
