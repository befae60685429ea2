/* Reservoirs: recurrent layers under a fixed random matrix, and what finds the matrix's largest eigenvalue. */
#ifndef RECURRENT_RESERVOIR_H
#define RECURRENT_RESERVOIR_H

#include <stdint.h>

typedef void rk_real;

/* The recurrent matrix W [H, H] of a reservoir, dense or sparse.
 *
 * Sparse: slices of `lanes` rows (the table's), the last one filled up. Entry e of a slice holds one weight and one
 * column for each of its rows, side by side; rows with fewer entries than their slice have weight 0 at the end, at a
 * column that they read anyway. With one lane this is the usual compressed row storage. */
typedef struct rk_reservoir_matrix {
  const rk_real *_Nullable packed;        /* dense: gemm_pack of W transposed; NULL: sparse */
  const int64_t *_Nullable slice_starts;  /* [slices + 1]: where the entries of each slice begin */
  const int32_t *_Nullable columns;       /* [entries, lanes] */
  const rk_real *_Nullable weights;       /* [entries, lanes] */
} rk_reservoir_matrix;

/* Leaky-integrator units that nothing trains: x(t) = (1 - a) x(t-1) + a f(drive(t) + W x(t-1)), unit by unit. */
typedef struct rk_reservoir {
  int32_t activation;   /* an rk_unary */
  double parameter;     /* of the activation */
  int64_t steps;        /* T >= 0 */
  int64_t batch;        /* N >= 0 */
  int64_t units;        /* H >= 1 */
  const int32_t *_Nullable lengths; /* [N], each 0...T; NULL: all T */
  int32_t reverse;      /* 1: each row runs from its own last real step to step 0 */
  const rk_real *_Nonnull leak_rates; /* a, [H] */
  rk_reservoir_matrix matrix;
} rk_reservoir;

#ifdef __cplusplus
extern "C" {
#endif

/* y = A x in double for compressed rows: row_starts [n + 1], columns and values by row. */
void rk_sparse_product(int64_t n, const int64_t *_Nonnull row_starts, const int32_t *_Nonnull columns,
                       const double *_Nonnull values, const double *_Nonnull x, double *_Nonnull y);
/* Takes the components of w [n] along the orthonormal rows of v [count, n] out of it, twice for the rounding; h [count]
 * gets their sizes. Returns the length that is left. */
double rk_orthogonalize(int64_t n, int64_t count, const double *_Nonnull v, double *_Nonnull w, double *_Nonnull h);
/* The eigenvalues of an upper Hessenberg matrix. re [n, n] is used up, im [n, n] is scratch; the values [n, 2]
 * are pairs of real and imaginary part. Returns 0, or the number that did not converge. */
int64_t rk_hessenberg_eigenvalues(int64_t n, double *_Nonnull re, double *_Nonnull im,
                                  double *_Nonnull values);

#ifdef __cplusplus
}
#endif
#endif
