/* The whole contract between Swift and the kernels: every function, every shape, who owns scratch.
 *
 * Axis letters: T time steps, N batch, I input width, H hidden width, G gates of a cell (LSTM 4, GRU 3, Elman 1).
 * Matrices are row-major. Counts and strides are in elements, never in bytes. `rk_real` is float or double,
 * whichever `rk_kernels.element` says: all arrays of one call hold that type. Integers are int32_t.
 *
 * Determinism: for one table, every element of every result is summed in an order that depends on the sizes alone,
 * never on the number of threads, on cache sizes or on the neighbours in a batch. A sequence computed in one call has
 * the same bits as the same sequence computed one step per call.
 *
 * Nothing here allocates: outputs and scratch ("workspace") belong to the caller. No function keeps a pointer.
 * Arguments are trusted: sizes are checked in Swift before they get here. */
#ifndef RECURRENT_KERNELS_H
#define RECURRENT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "cell_program.h"
#include "reservoir.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef void rk_real;

typedef enum rk_element { RK_FLOAT32 = 0, RK_FLOAT64 = 1 } rk_element;

/* ---------------------------------------------------------------------------------------------- element-wise */

typedef enum rk_unary {
  RK_NEGATE, RK_EXP, RK_LOG, RK_SQRT, RK_ABS, RK_SQUARE, RK_RECIPROCAL,
  RK_TANH, RK_SIGMOID, RK_RELU, RK_LEAKY_RELU /* parameter: slope */, RK_IDENTITY,
  RK_POWER /* parameter: exponent */, RK_SOFTPLUS
} rk_unary;

typedef enum rk_binary {
  RK_ADD, RK_SUBTRACT, RK_MULTIPLY, RK_DIVIDE, RK_MAXIMUM, RK_MINIMUM,
  RK_GREATER, RK_LESS, RK_EQUAL /* comparisons give 1 or 0 */
} rk_binary;

typedef enum rk_reduction { RK_SUM, RK_MAX } rk_reduction;

#define RK_MAX_RANK 6

/* A walk over `rank` axes of an output, with the stride of each operand along each axis (0 repeats: broadcasting). */
typedef struct rk_walk {
  int32_t rank;
  int64_t dimensions[RK_MAX_RANK];
  int64_t a_strides[RK_MAX_RANK];
  int64_t b_strides[RK_MAX_RANK];
} rk_walk;

/* ---------------------------------------------------------------------------------------------------- recurrent */

typedef enum rk_cell {
  RK_ELMAN,            /* h = f(W x + b_ih + R h + b_hh)                                                      */
  RK_LSTM,             /* i f g o;  c = f c + i g;  h = o tanh c                                               */
  RK_GRU_RESET_AFTER,  /* r z n;    n = tanh(W_n x + b_in + r (R_n h + b_hn));  h = (1 - z) n + z h (PyTorch)  */
  RK_GRU_RESET_BEFORE  /* r z n;    n = tanh(W_n x + b_in + R_n (r h) + b_hn);  h = (1 - z) n + z h            */
} rk_cell;

/* One recurrent layer in one direction over one batch. */
typedef struct rk_recurrent {
  rk_cell cell;
  rk_unary activation;  /* of the Elman cell: RK_TANH, RK_RELU, RK_LEAKY_RELU, RK_SIGMOID or RK_IDENTITY */
  double slope;         /* of RK_LEAKY_RELU */
  int64_t steps;        /* T >= 0 */
  int64_t batch;        /* N >= 0 */
  int64_t input_size;   /* I >= 1 */
  int64_t hidden_size;  /* H >= 1 */
  const int32_t *_Nullable lengths; /* [N], each 0...T; NULL: all T */
  int32_t reverse;      /* 1: each row runs from its own last real step to step 0 */
  /* What the state before a step is multiplied by, element by element, on its way to R (the rest of the cell sees the
   * state itself): the [N, H] numbers for time t begin at hidden_mask + t hidden_mask_step. NULL: ones. */
  const rk_real *_Nullable hidden_mask;
  int64_t hidden_mask_step; /* N·H, or 0 for one mask for all steps */
  /* The segment of time that a call works on: the steps first_step ..< end_step; an end_step of 0 means T. All arrays
   * are those of the whole sequence, but for `saved`, which is that of the segment. h0 and c0 are the states before the
   * segment, in the order of the walk; for a row that begins in it, its initial state. A way back in segments has the
   * bits of the whole one if every segment but the first of the walk has a multiple of recurrent_gradient_steps steps,
   * counted from the last real step of the longest row, or, if `reverse`, from step 0. */
  int64_t first_step;
  int64_t end_step;
} rk_recurrent;

/* y[t, n] is the output at time t, also when `reverse`; rows past their length are 0. The last states are those after
 * a row's last processed step; a row of length 0 gets its initial state back. NULL h0 or c0 is exactly the zero state. */
typedef struct rk_recurrent_forward {
  const rk_real *_Nonnull x;          /* [T, N, I] */
  const rk_real *_Nonnull packed;     /* from recurrent_pack */
  const rk_real *_Nullable h0;        /* [N, H] */
  const rk_real *_Nullable c0;        /* [N, H], LSTM only */
  rk_real *_Nonnull y;                /* [T, N, H], rows y_stride apart */
  int64_t y_stride;                   /* >= H */
  rk_real *_Nullable h_last;          /* [N, H] */
  rk_real *_Nullable c_last;          /* [N, H], LSTM only */
  rk_real *_Nullable saved;           /* recurrent_saved_size elements for the backward pass; NULL: inference */
  rk_real *_Nullable workspace;       /* recurrent_forward_workspace elements */
} rk_recurrent_forward;

/* Reads what the forward call got and wrote. Weight and bias gradients are added to what is there; dx, dh0 and dc0 are
 * overwritten. NULL gradients are not computed. NULL dy, dh_last, dc_last are zero. */
typedef struct rk_recurrent_backward {
  const rk_real *_Nonnull x;
  const rk_real *_Nonnull packed_backward;  /* from recurrent_pack_backward */
  const rk_real *_Nullable h0;
  const rk_real *_Nullable c0;
  const rk_real *_Nonnull y;
  int64_t y_stride;
  rk_real *_Nonnull saved;                  /* its content is used up */
  const rk_real *_Nullable dy;              /* [T, N, H], rows dy_stride apart; rows past their length are ignored */
  int64_t dy_stride;
  const rk_real *_Nullable dh_last;         /* [N, H] */
  const rk_real *_Nullable dc_last;         /* [N, H] */
  rk_real *_Nullable dx;                    /* [T, N, I] */
  rk_real *_Nullable dw_ih;                 /* [G·H, I] */
  rk_real *_Nullable dw_hh;                 /* [G·H, H] */
  rk_real *_Nullable db_ih;                 /* [G·H] */
  rk_real *_Nullable db_hh;                 /* [G·H] */
  rk_real *_Nullable dh0;                   /* [N, H] */
  rk_real *_Nullable dc0;                   /* [N, H] */
  rk_real *_Nullable workspace;             /* recurrent_backward_workspace elements */
} rk_recurrent_backward;

/* ---------------------------------------------------------------------------------------------------- the table */

typedef struct rk_kernels {
  const char *_Nonnull name;  /* "avx512", "avx2", "neon", "baseline", "reference-float", "reference-double" */
  rk_element element;
  int32_t lanes;

  /* y[i] = f(x[i]); x may be y. */
  void (*_Nonnull unary)(rk_unary op, double parameter, int64_t n, const rk_real *_Nonnull x, rk_real *_Nonnull y);
  /* dx[i] += dy[i] f'(x[i]), given y = f(x). */
  void (*_Nonnull unary_backward)(rk_unary op, double parameter, int64_t n, const rk_real *_Nonnull x,
                                  const rk_real *_Nonnull y, const rk_real *_Nonnull dy, rk_real *_Nonnull dx);
  /* y (contiguous, in the walk's order) = a op b. */
  void (*_Nonnull binary)(rk_binary op, const rk_walk *_Nonnull walk, const rk_real *_Nonnull a,
                          const rk_real *_Nonnull b, rk_real *_Nonnull y);
  /* y[i] = condition[i] != 0 ? a[i] : b[i]. */
  void (*_Nonnull select)(int64_t n, const rk_real *_Nonnull condition, const rk_real *_Nonnull a,
                          const rk_real *_Nonnull b, rk_real *_Nonnull y);
  /* b[walk] = a[walk], or b[walk] += a[walk] when accumulate; both strided. */
  void (*_Nonnull copy)(const rk_walk *_Nonnull walk, const rk_real *_Nonnull a, rk_real *_Nonnull b,
                        int32_t accumulate);
  /* y[i] += scale x[i]. */
  void (*_Nonnull add_scaled)(int64_t n, double scale, const rk_real *_Nonnull x, rk_real *_Nonnull y);
  /* x[i] *= scale. */
  void (*_Nonnull scale)(int64_t n, double scale, rk_real *_Nonnull x);
  /* x[i] = min(max(x[i], -limit), limit). */
  void (*_Nonnull clamp)(int64_t n, double limit, rk_real *_Nonnull x);
  void (*_Nonnull fill)(int64_t n, double value, rk_real *_Nonnull x);
  /* x [outer, extent, inner] -> y [outer, inner]. RK_MAX of extent 0 is not allowed. */
  void (*_Nonnull reduce)(rk_reduction op, int64_t outer, int64_t extent, int64_t inner, const rk_real *_Nonnull x,
                          rk_real *_Nonnull y);
  /* Sum of squares, in double, in a fixed order. */
  double (*_Nonnull squared_norm)(int64_t n, const rk_real *_Nonnull x);
  /* Index of the first element that is NaN or infinite, or -1. */
  int64_t (*_Nonnull first_nonfinite)(int64_t n, const rk_real *_Nonnull x);

  /* --- rows: softmax, cross-entropy, normalisation, gather */
  void (*_Nonnull softmax)(int64_t rows, int64_t n, const rk_real *_Nonnull x, rk_real *_Nonnull y);
  /* dx += y (dy - sum(dy y)) */
  void (*_Nonnull softmax_backward)(int64_t rows, int64_t n, const rk_real *_Nonnull y, const rk_real *_Nonnull dy,
                                    rk_real *_Nonnull dx);
  void (*_Nonnull log_softmax)(int64_t rows, int64_t n, const rk_real *_Nonnull x, rk_real *_Nonnull y);
  void (*_Nonnull log_softmax_backward)(int64_t rows, int64_t n, const rk_real *_Nonnull y,
                                        const rk_real *_Nonnull dy, rk_real *_Nonnull dx);
  /* losses[r] = -sum_k q[k] log softmax(x[r])[k] with q = (1 - smoothing) onehot(targets[r]) + smoothing / n;
   * a negative target gives loss 0. normalizers [rows, 2] receives max x[r] and sum_k exp(x[r][k] - max x[r]). */
  void (*_Nonnull cross_entropy)(int64_t rows, int64_t n, double smoothing, const rk_real *_Nonnull x,
                                 const int32_t *_Nonnull targets, rk_real *_Nonnull losses,
                                 rk_real *_Nonnull normalizers);
  /* dx[r] = dlosses[r] (softmax(x[r]) - q[r]), 0 for negative targets; dx may be x. */
  void (*_Nonnull cross_entropy_backward)(int64_t rows, int64_t n, double smoothing, const rk_real *_Nonnull x,
                                          const rk_real *_Nonnull normalizers, const int32_t *_Nonnull targets,
                                          const rk_real *_Nonnull dlosses, rk_real *_Nonnull dx);
  /* Of each row the `count` largest of n >= 1 elements, the largest first and of equal ones the first: places and values
   * [rows, count], count >= 1. Never chosen are NaN, minus infinity and what excluded[exclusions[r] ..< exclusions[r + 1]]
   * names (NULL: nothing); -1 and minus infinity follow where too few are left. normalizers [rows, 2] as for cross_entropy,
   * of all elements; a NaN among them makes the sum NaN. */
  void (*_Nonnull top_k)(int64_t rows, int64_t n, int64_t count, const rk_real *_Nonnull x,
                         const int32_t *_Nullable exclusions, const int32_t *_Nullable excluded,
                         int32_t *_Nonnull places, rk_real *_Nonnull values, rk_real *_Nonnull normalizers);
  /* y = (x - mean) rstd gain + shift per row; mean and rstd [rows] are kept for backward. gain, shift [n] or NULL. */
  void (*_Nonnull layer_norm)(int64_t rows, int64_t n, double epsilon, const rk_real *_Nonnull x,
                              const rk_real *_Nullable gain, const rk_real *_Nullable shift, rk_real *_Nonnull y,
                              rk_real *_Nonnull mean, rk_real *_Nonnull rstd);
  /* dx, dgain, dshift are added to; each may be NULL. */
  void (*_Nonnull layer_norm_backward)(int64_t rows, int64_t n, const rk_real *_Nonnull x,
                                       const rk_real *_Nullable gain, const rk_real *_Nonnull mean,
                                       const rk_real *_Nonnull rstd, const rk_real *_Nonnull dy,
                                       rk_real *_Nullable dx, rk_real *_Nullable dgain, rk_real *_Nullable dshift);
  /* y[r] = table[indices[r]]; a negative index gives a row of zeros. */
  void (*_Nonnull gather)(int64_t rows, int64_t width, const rk_real *_Nonnull table,
                          const int32_t *_Nonnull indices, rk_real *_Nonnull y);
  /* dtable[indices[r]] += dy[r], in the order of r. */
  void (*_Nonnull scatter_add)(int64_t rows, int64_t width, const rk_real *_Nonnull dy,
                               const int32_t *_Nonnull indices, rk_real *_Nonnull dtable);

  /* --- normalisation of the columns of some rows of [rows, n]: those that `counted` [count] names, or NULL: the first
   * `count`. Other rows are neither read nor written. */
  /* Of each column the mean and the mean square of the distances from it; count >= 1. */
  void (*_Nonnull column_moments)(int64_t count, int64_t n, const rk_real *_Nonnull x,
                                  const int32_t *_Nullable counted, rk_real *_Nonnull mean,
                                  rk_real *_Nonnull variance);
  /* y = (x - mean) / sqrt(variance + epsilon) gain + shift; mean, variance, gain, shift [n], the last two or NULL. */
  void (*_Nonnull column_norm)(int64_t count, int64_t n, double epsilon, const rk_real *_Nonnull x,
                               const int32_t *_Nullable counted, const rk_real *_Nonnull mean,
                               const rk_real *_Nonnull variance, const rk_real *_Nullable gain,
                               const rk_real *_Nullable shift, rk_real *_Nonnull y);
  /* dx, dgain, dshift are added to; each may be NULL. Mean and variance are those of these rows, through which the
   * gradient flows too, or constants. */
  void (*_Nonnull column_norm_backward)(int64_t count, int64_t n, double epsilon, const rk_real *_Nonnull x,
                                        const int32_t *_Nullable counted, const rk_real *_Nonnull mean,
                                        const rk_real *_Nonnull variance, const rk_real *_Nullable gain,
                                        const rk_real *_Nonnull dy, int32_t constant, rk_real *_Nullable dx,
                                        rk_real *_Nullable dgain, rk_real *_Nullable dshift);

  /* --- windows: row r of a result sees the rows of x that indices[r taps] ... name; a negative index is outside x */
  /* y[r][k] = the largest x[index][k], or NaN if one is; chosen[r][k] is its index, the first of equals. Where all are
   * outside, minus infinity and -1. */
  void (*_Nonnull max_pool)(int64_t rows, int64_t taps, int64_t width, const rk_real *_Nonnull x,
                            const int32_t *_Nonnull indices, rk_real *_Nonnull y, int32_t *_Nonnull chosen);
  /* dx[chosen[r][k]][k] += dy[r][k], in the order of r. */
  void (*_Nonnull max_pool_backward)(int64_t rows, int64_t width, const rk_real *_Nonnull dy,
                                     const int32_t *_Nonnull chosen, rk_real *_Nonnull dx);
  /* y[r] = scales[r] times the sum of x[index]. */
  void (*_Nonnull sum_pool)(int64_t rows, int64_t taps, int64_t width, const rk_real *_Nonnull x,
                            const int32_t *_Nonnull indices, const rk_real *_Nonnull scales, rk_real *_Nonnull y);
  /* dx[index] += scales[r] dy[r], in the order of r. */
  void (*_Nonnull sum_pool_backward)(int64_t rows, int64_t taps, int64_t width, const rk_real *_Nonnull dy,
                                     const int32_t *_Nonnull indices, const rk_real *_Nonnull scales,
                                     rk_real *_Nonnull dx);
  /* y[r][k] = bias[k] + the sum over taps of w[tap][k] x[index][k], with w [taps, width]; bias may be NULL. */
  void (*_Nonnull depthwise)(int64_t rows, int64_t taps, int64_t width, const rk_real *_Nonnull x,
                             const int32_t *_Nonnull indices, const rk_real *_Nonnull w, const rk_real *_Nullable bias,
                             rk_real *_Nonnull y);
  /* dx[index][k] += w[tap][k] dy[r][k] and dw[tap][k] += x[index][k] dy[r][k], in the order of r; either may be NULL. */
  void (*_Nonnull depthwise_backward)(int64_t rows, int64_t taps, int64_t width, const rk_real *_Nonnull dy,
                                      const rk_real *_Nonnull x, const int32_t *_Nonnull indices,
                                      const rk_real *_Nonnull w, rk_real *_Nullable dx, rk_real *_Nullable dw);

  /* --- attention of `queries` steps over `steps` steps of `batch` sequences, of which the first lengths [batch] count
   * (NULL: all) */
  /* y[r] = softmax of the first lengths[r % batch] of the n elements of x[r]; zeros behind them. y may be x. */
  void (*_Nonnull masked_softmax)(int64_t rows, int64_t n, int64_t batch, const int32_t *_Nullable lengths,
                                  const rk_real *_Nonnull x, rk_real *_Nonnull y);
  /* scores[u, n, t] = sum of v tanh(q[u, n] + k[t, n]), zeros behind the length, with q [queries, batch, width],
   * k [steps, batch, width], v [width] (Bahdanau, Cho, Bengio 2015). */
  void (*_Nonnull additive_scores)(int64_t queries, int64_t steps, int64_t batch, int64_t width,
                                   const int32_t *_Nullable lengths, const rk_real *_Nonnull q,
                                   const rk_real *_Nonnull k, const rk_real *_Nonnull v, rk_real *_Nonnull scores);
  /* dq, dk and dv are added to; each may be NULL. workspace: batch · width elements. */
  void (*_Nonnull additive_scores_backward)(int64_t queries, int64_t steps, int64_t batch, int64_t width,
                                            const int32_t *_Nullable lengths, const rk_real *_Nonnull q,
                                            const rk_real *_Nonnull k, const rk_real *_Nonnull v,
                                            const rk_real *_Nonnull dscores, rk_real *_Nullable dq,
                                            rk_real *_Nullable dk, rk_real *_Nullable dv,
                                            rk_real *_Nonnull workspace);

  /* --- linear-chain conditional random fields (Lafferty, McCallum, Pereira 2001) of L labels over `steps` steps of `batch`
   * sequences, of which the first lengths [batch] count (NULL: all). Labels y score start[y[0]] + end[y[last]] + the sum of
   * x[t][y[t]] and of transitions[y[t - 1]][y[t]], with x [steps, batch, L], transitions [L, L], start and end [L]. Scores of
   * minus infinity are allowed. */
  /* losses[n] = log of the sum of exp(score) over all labellings - the score of targets [steps, batch]; 0 for length 0.
   * saved [steps, batch, L] is for the way back; workspace: batch · L elements. */
  void (*_Nonnull linear_chain_loss)(int64_t steps, int64_t batch, int64_t labels, const int32_t *_Nullable lengths,
                                     const rk_real *_Nonnull x, const rk_real *_Nonnull transitions,
                                     const rk_real *_Nonnull start, const rk_real *_Nonnull end,
                                     const int32_t *_Nonnull targets, rk_real *_Nonnull losses,
                                     rk_real *_Nonnull saved, rk_real *_Nonnull workspace);
  /* Gradients are added to; each may be NULL. workspace: batch · (L + 5) · L elements. */
  void (*_Nonnull linear_chain_loss_backward)(int64_t steps, int64_t batch, int64_t labels,
                                              const int32_t *_Nullable lengths, const rk_real *_Nonnull x,
                                              const rk_real *_Nonnull transitions, const rk_real *_Nonnull end,
                                              const int32_t *_Nonnull targets, const rk_real *_Nonnull saved,
                                              const rk_real *_Nonnull dlosses, rk_real *_Nullable dx,
                                              rk_real *_Nullable dtransitions, rk_real *_Nullable dstart,
                                              rk_real *_Nullable dend, rk_real *_Nonnull workspace);
  /* The labels of the highest score (Viterbi 1967), best [steps, batch] with -1 behind the end, and that score. Of equal
   * ones the first label. from [steps, batch, L] and workspace, batch · 2 L elements, are scratch. */
  void (*_Nonnull linear_chain_best)(int64_t steps, int64_t batch, int64_t labels, const int32_t *_Nullable lengths,
                                     const rk_real *_Nonnull x, const rk_real *_Nonnull transitions,
                                     const rk_real *_Nonnull start, const rk_real *_Nonnull end,
                                     int32_t *_Nonnull best, rk_real *_Nonnull scores, int32_t *_Nonnull from,
                                     rk_real *_Nonnull workspace);

  /* --- connectionist temporal classification (Graves et al. 2006): at each of `steps` steps of `batch` sequences one of
   * `symbols` symbols is said, or the blank, which is one of them. A way spells a target if the target is left of it once
   * runs of one symbol are made one and the blanks are taken out. x [steps, batch, symbols] are logits, targets
   * [longest, batch] hold no blank; of a sequence the first lengths [batch] steps and target_lengths [batch] symbols count
   * (NULL: all). Logits of minus infinity are allowed. */
  /* losses[n] = -log of the sum of the probabilities of all ways that spell the target, or `impossible` where there is
   * none. saved, batch · steps · (2 longest + 5) elements, is for the way back; workspace: batch · (8 longest + 20 +
   * symbols) elements. */
  void (*_Nonnull ctc_loss)(int64_t steps, int64_t batch, int64_t symbols, int64_t longest, int32_t blank,
                            const int32_t *_Nullable lengths, const int32_t *_Nullable target_lengths,
                            const rk_real *_Nonnull x, const int32_t *_Nonnull targets, double impossible,
                            rk_real *_Nonnull losses, rk_real *_Nonnull saved, rk_real *_Nonnull workspace);
  /* dx is added to; where no way spells the target its gradient is 0. workspace as above. */
  void (*_Nonnull ctc_loss_backward)(int64_t steps, int64_t batch, int64_t symbols, int64_t longest, int32_t blank,
                                     const int32_t *_Nullable lengths, const int32_t *_Nullable target_lengths,
                                     const rk_real *_Nonnull x, const int32_t *_Nonnull targets,
                                     const rk_real *_Nonnull saved, const rk_real *_Nonnull dlosses,
                                     rk_real *_Nonnull dx, rk_real *_Nonnull workspace);
  /* The likeliest way that spells the target, and the logarithm of its probability: best [steps, batch] is 2u + 1 at steps
   * that say symbol u of the target, 2u at those of the blank before it, -1 behind the end and where there is no way. Of
   * equal ones that which ends with a symbol, and then that which goes on earlier. from, batch · steps · (2 longest + 1)
   * elements, is scratch, and workspace as above. */
  void (*_Nonnull ctc_best)(int64_t steps, int64_t batch, int64_t symbols, int64_t longest, int32_t blank,
                            const int32_t *_Nullable lengths, const int32_t *_Nullable target_lengths,
                            const rk_real *_Nonnull x, const int32_t *_Nonnull targets, int32_t *_Nonnull best,
                            rk_real *_Nonnull scores, int32_t *_Nonnull from, rk_real *_Nonnull workspace);

  /* --- matrix products */
  /* Elements of the packed form of a [k, n] matrix. */
  int64_t (*_Nonnull gemm_packed_size)(int64_t k, int64_t n);
  /* Packs B[k, n] with element (p, j) at b[p row_stride + j column_stride] (so B or its transpose). */
  void (*_Nonnull gemm_pack)(int64_t k, int64_t n, const rk_real *_Nonnull b, int64_t row_stride,
                             int64_t column_stride, rk_real *_Nonnull packed);
  /* C[m, n] = A[m, k] B + bias, or C += A B + bias when accumulate. Each element is one chain over k. */
  void (*_Nonnull gemm)(int64_t m, int64_t n, int64_t k, const rk_real *_Nonnull a, int64_t a_stride,
                        const rk_real *_Nonnull packed, const rk_real *_Nullable bias, rk_real *_Nonnull c,
                        int64_t c_stride, int32_t accumulate);
  /* C[m, n] += A^T B with A [k, m], B [k, n]: weight gradients, summed over k in chunks fixed by k. */
  void (*_Nonnull gemm_transposed)(int64_t m, int64_t n, int64_t k, const rk_real *_Nonnull a, int64_t a_stride,
                                   const rk_real *_Nonnull b, int64_t b_stride, rk_real *_Nonnull c,
                                   int64_t c_stride);

  /* --- recurrent layers */
  int64_t (*_Nonnull recurrent_packed_size)(rk_cell cell, int64_t input_size, int64_t hidden_size);
  int64_t (*_Nonnull recurrent_packed_backward_size)(rk_cell cell, int64_t input_size, int64_t hidden_size);
  /* w_ih [G·H, I], w_hh [G·H, H], biases [G·H] or NULL; gate blocks in the order of rk_cell's comment. */
  void (*_Nonnull recurrent_pack)(rk_cell cell, int64_t input_size, int64_t hidden_size,
                                  const rk_real *_Nonnull w_ih, const rk_real *_Nonnull w_hh,
                                  const rk_real *_Nullable b_ih, const rk_real *_Nullable b_hh,
                                  rk_real *_Nonnull packed);
  void (*_Nonnull recurrent_pack_backward)(rk_cell cell, int64_t input_size, int64_t hidden_size,
                                           const rk_real *_Nonnull w_ih, const rk_real *_Nonnull w_hh,
                                           const rk_real *_Nullable b_ih, const rk_real *_Nullable b_hh,
                                           rk_real *_Nonnull packed_backward);
  /* Steps whose gradients of weights are summed at once. */
  int64_t (*_Nonnull recurrent_gradient_steps)(const rk_recurrent *_Nonnull problem);
  int64_t (*_Nonnull recurrent_saved_size)(const rk_recurrent *_Nonnull problem);
  int64_t (*_Nonnull recurrent_forward_workspace)(const rk_recurrent *_Nonnull problem, int32_t training);
  int64_t (*_Nonnull recurrent_backward_workspace)(const rk_recurrent *_Nonnull problem);
  /* `count` layers at once that do not depend on each other, such as the two directions of one; each has a workspace
   * of its own. */
  void (*_Nonnull recurrent_forward)(int64_t count, const rk_recurrent *_Nonnull problems,
                                     const rk_recurrent_forward *_Nonnull calls);
  void (*_Nonnull recurrent_backward)(int64_t count, const rk_recurrent *_Nonnull problems,
                                      const rk_recurrent_backward *_Nonnull calls);

  /* --- recurrent layers whose cell is a program (cell_program.h) */
  /* The functions of their instructions by themselves: y[i] = f(x[i]), with the constants p and q of rk_activation;
   * y may be x. */
  void (*_Nonnull activation)(rk_activation f, double p, double q, int64_t n, const rk_real *_Nonnull x,
                              rk_real *_Nonnull y);
  /* dx[i] = dy[i] f'(x[i]), given y = f(x); dx may be dy. */
  void (*_Nonnull activation_gradient)(rk_activation f, double p, double q, int64_t n, const rk_real *_Nonnull y,
                                       const rk_real *_Nonnull dy, rk_real *_Nonnull dx);
  int64_t (*_Nonnull program_gradient_steps)(const rk_program_problem *_Nonnull problem);
  int64_t (*_Nonnull program_kept_size)(const rk_program_problem *_Nonnull problem);
  int64_t (*_Nonnull program_forward_workspace)(const rk_program_problem *_Nonnull problem);
  int64_t (*_Nonnull program_backward_workspace)(const rk_program_problem *_Nonnull problem);
  void (*_Nonnull program_forward)(const rk_program_problem *_Nonnull problem,
                                   const rk_program_forward *_Nonnull call);
  void (*_Nonnull program_backward)(const rk_program_problem *_Nonnull problem,
                                    const rk_program_backward *_Nonnull call);

  /* --- reservoirs, and linear readouts of them, which are fitted in double */
  /* x [T, N, H] holds the drive (what inputs and biases add up to) and gets the states; rows past their length become 0.
   * The last states are those after a row's last processed step. x0 [N, H] or NULL: zero. `workspace`: N H elements. */
  void (*_Nonnull reservoir_run)(const rk_reservoir *_Nonnull reservoir, const rk_real *_Nullable x0,
                                 rk_real *_Nonnull x, rk_real *_Nonnull x_last, rk_real *_Nonnull workspace);
  /* Elements of the workspace of the next two for n columns. */
  int64_t (*_Nonnull gram_workspace)(int64_t n);
  /* C += X^T X in the upper triangle of C [n, n]; what is below it becomes meaningless. Each element is one chain over the
   * rows, however many calls share them. */
  void (*_Nonnull gram)(int64_t rows, int64_t n, const rk_real *_Nonnull x, double *_Nonnull c,
                        double *_Nonnull workspace);
  /* A = U^T U: the upper triangle of A [n, n] becomes U. Returns -1, or the first pivot that is not positive. */
  int64_t (*_Nonnull cholesky)(int64_t n, double *_Nonnull a, double *_Nonnull workspace);
  /* Each row of b [m, n] becomes the solution of U^T U w = b. */
  void (*_Nonnull cholesky_solve)(int64_t n, int64_t m, const double *_Nonnull u, double *_Nonnull b);
  /* y[r] = W x[r] + bias, summed in double: x [rows, n], W [m, n], bias [m], y [rows, m]. */
  void (*_Nonnull readout)(int64_t rows, int64_t n, int64_t m, const rk_real *_Nonnull x, const double *_Nonnull w,
                           const double *_Nonnull bias, rk_real *_Nonnull y);
  /* Recursive least squares: the gain k = P x / (forgetting + x^T P x), then P = (P - k x^T P) / forgetting.
   * P [n, n] is symmetric and stays so to the bit. */
  void (*_Nonnull rls_gain)(int64_t n, double forgetting, const rk_real *_Nonnull x, double *_Nonnull p,
                            double *_Nonnull gain);
  /* W[o] -= errors[o] gain, for W [m, n]. */
  void (*_Nonnull descend)(int64_t n, int64_t m, const double *_Nonnull errors, const double *_Nonnull gain,
                           double *_Nonnull w);

  /* --- optimiser steps on n parameters w with gradient g, updated in place (PyTorch's formulas) */
  /* g += weight_decay w; m = momentum m + (1 - dampening) g (first: m = g); w -= rate (nesterov ? g + momentum m : m) */
  void (*_Nonnull sgd)(int64_t n, double rate, double momentum, double dampening, int32_t nesterov,
                       double weight_decay, int32_t first, const rk_real *_Nonnull g, rk_real *_Nullable m,
                       rk_real *_Nonnull w);
  /* v = alpha v + (1 - alpha) g²; centred: a = alpha a + (1 - alpha) g, v - a²; w -= rate g / (sqrt v + epsilon),
   * through m = momentum m + g / (…) when momentum > 0. */
  void (*_Nonnull rmsprop)(int64_t n, double rate, double alpha, double epsilon, double momentum,
                           double weight_decay, const rk_real *_Nonnull g, rk_real *_Nonnull v,
                           rk_real *_Nullable average, rk_real *_Nullable m, rk_real *_Nonnull w);
  /* s += g²; w -= rate g / (sqrt s + epsilon) */
  void (*_Nonnull adagrad)(int64_t n, double rate, double epsilon, double weight_decay, const rk_real *_Nonnull g,
                           rk_real *_Nonnull s, rk_real *_Nonnull w);
  /* decoupled: AdamW. step counts from 1. w -= rate / (1 - beta1^step) m / (sqrt(v / (1 - beta2^step)) + epsilon) */
  void (*_Nonnull adam)(int64_t n, double rate, double beta1, double beta2, double epsilon, double weight_decay,
                        int32_t decoupled, int64_t step, const rk_real *_Nonnull g, rk_real *_Nonnull m,
                        rk_real *_Nonnull v, rk_real *_Nonnull w);

  /* --- random numbers: element i of the stream named by (seed, stream) depends on nothing else */
  /* x[i] uniform in [low, high). */
  void (*_Nonnull random_uniform)(uint64_t seed, uint64_t stream, double low, double high, int64_t n,
                                  rk_real *_Nonnull x);
  void (*_Nonnull random_normal)(uint64_t seed, uint64_t stream, double mean, double deviation, int64_t n,
                                 rk_real *_Nonnull x);
  /* x[i] = uniform < share ? chosen : other. */
  void (*_Nonnull random_choice)(uint64_t seed, uint64_t stream, double share, double chosen, double other, int64_t n,
                                 rk_real *_Nonnull x);

  /* --- the machine's limits, for measurements; `result` is one element, read and written, so that compilers leave no work
   * out */
  /* Independent multiply-adds in registers, `rounds` of each; returns how many floating-point operations that were. */
  int64_t (*_Nonnull multiply_add_rounds)(int64_t rounds, rk_real *_Nonnull result);
  /* Reads x from end to end so many times; what is less than 8 vectors at its end may be left out. */
  void (*_Nonnull read_passes)(int64_t passes, int64_t n, const rk_real *_Nonnull x, rk_real *_Nonnull result);
} rk_kernels;

/* The fastest float table that this CPU runs, chosen once. The environment variable RECURRENT_KERNELS may name another
 * one of the list; an unknown name is ignored. */
const rk_kernels *_Nonnull rk_kernels_fastest(void);
/* The scalar oracle. The double one also carries gradient checks. */
const rk_kernels *_Nonnull rk_kernels_reference(rk_element element);
/* Every table that this CPU runs, the references included. */
int32_t rk_kernels_count(void);
const rk_kernels *_Nonnull rk_kernels_at(int32_t index);

/* Philox 4x32-10: the four words of counter `counter` in the stream (seed, stream). */
void rk_philox(uint64_t seed, uint64_t stream, uint64_t counter, uint32_t *_Nonnull words);

/* ------------------------------------------------------------------------------------------------------ threads */

/* Threads that kernels may use, the caller's included. Default: cores of the affinity mask and cgroup quota. */
int32_t rk_threads(void);
void rk_set_threads(int32_t count);
int32_t rk_default_threads(void);
/* Calls body(context, member, members) once for each member 0 ..< members, all at the same time, on at most `wanted`
 * threads. There may be fewer: one when the pool is at work for somebody else. Denormals are flushed inside `body` and
 * the caller's setting is restored on return. */
void rk_run_team(int32_t wanted, void *_Nullable context,
                 void (*_Nonnull body)(void *_Nullable context, int32_t member, int32_t members));
/* Where the members of a team wait for each other. Zero at first. */
typedef struct rk_barrier {
  uint32_t arrived;
  char apart[124]; /* a cache line for each of the two, and for the neighbour that comes with it */
  uint32_t passed;
  char behind[124];
} rk_barrier;
/* Returns once `members` members of the running team have called it. */
void rk_wait_at(rk_barrier *_Nonnull barrier, int32_t members);
/* Calls body(context, index) for index 0..<count on the pool; index order and thread are not defined, so the work of an
 * index must not depend on them. */
void rk_parallel_for(int64_t count, void *_Nullable context,
                     void (*_Nonnull body)(void *_Nullable context, int64_t index));

#ifdef __cplusplus
}
#endif
#endif
