/* What the largest eigenvalue of a large matrix takes: products, orthogonal bases and the eigenvalues of Hessenberg
 * matrices, in double. */
#include <math.h>
#include <string.h>

#include "recurrent_kernels.h"

#pragma STDC FP_CONTRACT OFF

void rk_sparse_product(int64_t n, const int64_t *row_starts, const int32_t *columns, const double *values,
                       const double *x, double *y) {
  for (int64_t i = 0; i < n; i++) {
    double sum = 0;
    for (int64_t e = row_starts[i]; e < row_starts[i + 1]; e++) sum += values[e] * x[columns[e]];
    y[i] = sum;
  }
}

/* Eight sums side by side, joined in a fixed order. */
static double inner_product(int64_t n, const double *x, const double *y) {
  double sums[8] = {0};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int k = 0; k < 8; k++) sums[k] += x[i + k] * y[i + k];
  }
  for (; i < n; i++) sums[0] += x[i] * y[i];
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

/* Modified Gram-Schmidt; the second pass takes out what rounding left of the first. */
double rk_orthogonalize(int64_t n, int64_t count, const double *v, double *w, double *h) {
  memset(h, 0, (size_t)count * sizeof(double));
  for (int pass = 0; pass < 2; pass++) {
    for (int64_t j = 0; j < count; j++) {
      const double *row = v + j * n, size = inner_product(n, row, w);
      for (int64_t i = 0; i < n; i++) w[i] -= size * row[i];
      h[j] += size;
    }
  }
  return sqrt(inner_product(n, w, w));
}

/* --- the shifted QR algorithm in complex arithmetic (Francis, 1961; Kublanovskaya, 1961): one shift a sweep, the
 * eigenvalue of the last two rows that is nearer the corner (Wilkinson) */

typedef struct number {
  double re, im;
} number;

static number plus(number a, number b) { return (number){a.re + b.re, a.im + b.im}; }
static number minus(number a, number b) { return (number){a.re - b.re, a.im - b.im}; }
static number times(number a, number b) { return (number){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
static double size(number a) { return hypot(a.re, a.im); }
static number square_root(number a) {
  const double r = sqrt((size(a) + fabs(a.re)) / 2);
  if (r == 0) return (number){0, 0};
  return a.re >= 0 ? (number){r, a.im / (2 * r)} : (number){fabs(a.im) / (2 * r), copysign(r, a.im)};
}

typedef struct matrix {
  int64_t n;
  double *re, *im;
} matrix;

static number at(const matrix *h, int64_t i, int64_t j) {
  return (number){h->re[i * h->n + j], h->im[i * h->n + j]};
}
static void put(matrix *h, int64_t i, int64_t j, number value) {
  h->re[i * h->n + j] = value.re;
  h->im[i * h->n + j] = value.im;
}

static number wilkinson_shift(const matrix *h, int64_t last) {
  const number a = at(h, last - 1, last - 1), d = at(h, last, last);
  const number half = {(a.re - d.re) / 2, (a.im - d.im) / 2};
  const number root = square_root(plus(times(half, half), times(at(h, last - 1, last), at(h, last, last - 1))));
  const number below = minus(half, root), above = plus(half, root);
  return plus(d, size(below) < size(above) ? below : above);
}

/* The rotation [c, s; -conj s, c], c real, that turns (a, b) into (r, 0). */
typedef struct rotation {
  double c;
  number s;
} rotation;

static rotation rotation_of(number a, number b) {
  const double length = hypot(size(a), size(b)), first = size(a);
  if (length == 0) return (rotation){1, {0, 0}};
  if (first == 0) return (rotation){0, {b.re / length, -b.im / length}};
  const number phase = {a.re / first, a.im / first}, conjugate = {b.re / length, -b.im / length};
  return (rotation){first / length, times(phase, conjugate)};
}

/* Rows k and k + 1, columns `from` ..< `end`. */
static void rotate_rows(matrix *h, rotation q, int64_t k, int64_t from, int64_t end) {
  double *ar = h->re + k * h->n, *ai = h->im + k * h->n, *br = ar + h->n, *bi = ai + h->n;
  const double c = q.c, sr = q.s.re, si = q.s.im;
  for (int64_t j = from; j < end; j++) {
    const double xr = ar[j], xi = ai[j], yr = br[j], yi = bi[j];
    ar[j] = c * xr + (sr * yr - si * yi);
    ai[j] = c * xi + (sr * yi + si * yr);
    br[j] = c * yr - (sr * xr + si * xi);
    bi[j] = c * yi - (sr * xi - si * xr);
  }
}

/* Columns k and k + 1 by the conjugate transpose, rows `from` ..< `end`. */
static void rotate_columns(matrix *h, rotation q, int64_t k, int64_t from, int64_t end) {
  const double c = q.c, sr = q.s.re, si = q.s.im;
  for (int64_t i = from; i < end; i++) {
    double *re = h->re + i * h->n + k, *im = h->im + i * h->n + k;
    const double xr = re[0], xi = im[0], yr = re[1], yi = im[1];
    re[0] = c * xr + (sr * yr + si * yi);
    im[0] = c * xi + (sr * yi - si * yr);
    re[1] = c * yr - (sr * xr - si * xi);
    im[1] = c * yi - (sr * xi + si * xr);
  }
}

/* One sweep over the active rows `first` ... `last`: H - shift = Q R, then R Q + shift. */
static void sweep(matrix *h, int64_t first, int64_t last, number shift) {
  for (int64_t i = first; i <= last; i++) put(h, i, i, minus(at(h, i, i), shift));
  rotation before = {1, {0, 0}};
  for (int64_t k = first; k < last; k++) {
    const rotation q = rotation_of(at(h, k, k), at(h, k + 1, k));
    rotate_rows(h, q, k, k, last + 1);
    /* The columns of the rotation before are complete once this one has read them. */
    if (k > first) rotate_columns(h, before, k - 1, first, k + 1);
    before = q;
  }
  if (last > first) rotate_columns(h, before, last - 1, first, last + 1);
  for (int64_t i = first; i <= last; i++) put(h, i, i, plus(at(h, i, i), shift));
}

/* Where the block that ends with `last` begins: below a subdiagonal element that rounding cannot tell from 0. */
static int64_t block_start(const matrix *h, int64_t last) {
  int64_t first = last;
  for (; first > 0; first--) {
    const double near = size(at(h, first - 1, first - 1)) + size(at(h, first, first));
    if (size(at(h, first, first - 1)) <= 0x1p-52 * near) break;
  }
  return first;
}

int64_t rk_hessenberg_eigenvalues(int64_t n, double *re, double *im, double *values) {
  enum { sweeps_each = 60, exceptional = 10 };
  memset(im, 0, (size_t)(n * n) * sizeof(double));
  matrix h = {n, re, im};
  int64_t last = n - 1;
  for (int sweeps = 0; last >= 0;) {
    const int64_t first = block_start(&h, last);
    if (first == last) {
      const number value = at(&h, last, last);
      values[2 * last] = value.re;
      values[2 * last + 1] = value.im;
      last--;
      sweeps = 0;
      continue;
    }
    if (++sweeps > sweeps_each) return last + 1;
    number shift = wilkinson_shift(&h, last);
    /* A matrix that a shift leaves as it is, such as a cycle, gets another one. */
    if (sweeps % exceptional == 0) shift = (number){size(at(&h, last, last - 1)), size(at(&h, last - 1, last - 1))};
    sweep(&h, first, last, shift);
  }
  return 0;
}
