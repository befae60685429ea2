/* Recurrent layers whose cell is a program: a list of instructions that work on slots, one record of slots for each row
 * of the batch. The loop over time, lengths, directions, threads and the gradients of all matrices are the same for
 * every cell; only the program differs. Products with matrices are instructions like any other.
 *
 * A slot is some numbers of a row's record, as wide as the hidden state or otherwise. Records live in regions: */
#ifndef RECURRENT_CELL_PROGRAM_H
#define RECURRENT_CELL_PROGRAM_H

#include <stdint.h>

typedef void rk_real;

typedef enum rk_region {
  RK_INPUT,      /* forward: W x + bias of the step */
  RK_SCRATCH,    /* for the length of one step */
  RK_BLOCK,      /* for the length of a run of instructions without products */
  RK_KEPT,       /* from the forward pass of a step to its backward pass */
  RK_STEP,       /* of a step, the same for all its rows */
  RK_GRADIENT,   /* backward: gradients that products over many steps take up later */
  RK_STATE,      /* forward: the state before the step; backward: its gradient, 0 at first */
  RK_NEXT_STATE, /* forward: the state after the step; backward: its gradient */
  RK_ROW_SUM,    /* backward: sums over the steps of a chunk and a few rows, 0 at first */
  RK_PARAMETER,  /* the same for all rows and steps */
  RK_REGIONS
} rk_region;

typedef struct rk_slot {
  rk_region region;
  int32_t width;
  int64_t offset; /* in the record */
} rk_slot;

typedef enum rk_activation {
  RK_ACTIVATION_IDENTITY,
  RK_ACTIVATION_TANH,
  RK_ACTIVATION_SIGMOID,
  RK_ACTIVATION_RELU,
  RK_ACTIVATION_LEAKY_RELU,       /* x < 0 ? p x : x */
  RK_ACTIVATION_THRESHOLDED_RELU, /* x > p ? x : 0, p >= 0 */
  RK_ACTIVATION_HARD_SIGMOID,     /* min(max(p x + q, 0), 1) */
  RK_ACTIVATION_CLAMP,            /* min(max(x, -p), p) */
  RK_ACTIVATION_SOFTSIGN,         /* x / (1 + |x|) */
  RK_ACTIVATION_SOFTPLUS,         /* log(1 + exp x) */
  RK_ACTIVATION_ELU,              /* x < 0 ? p (exp x - 1) : x */
  RK_ACTIVATION_AFFINE,           /* p x + q */
  RK_ACTIVATION_SCALED_TANH       /* p tanh(q x), p and q not 0 */
} rk_activation;

typedef enum rk_operation {
  RK_COPY_SLOT,           /* to = a */
  RK_CLEAR_SLOT,          /* to = 0 */
  RK_ADD_SLOTS,           /* to = a + b */
  RK_SUBTRACT_SLOTS,      /* to = a - b */
  RK_MULTIPLY_SLOTS,      /* to = a b */
  RK_MULTIPLY_ADD_SLOTS,  /* to = a b + c */
  RK_DIVIDE_SLOTS,        /* to = a / b */
  RK_ACTIVATE,            /* to = f(a), f number `index` */
  RK_ACTIVATION_GRADIENT, /* to = a f'(x), given b = f(x) */
  RK_SCALE_ROWS,          /* to = a times the one number of slot b */
  RK_NORMALIZE,           /* to = (a - mean) / deviation over the slot; b = [1 / deviation]; p: added to the variance */
  RK_NORMALIZE_GRADIENT,  /* to = gradient of what was normalised, given a = that of the result, b, c = the result */
  /* Batch normalisation without gain and shift (Ioffe and Szegedy, 2015), over all rows that are real at the step. Slots
   * of RK_STEP are two or three times as wide as the others: they hold as many numbers for each of theirs. */
  RK_BATCH_STATISTICS,    /* to = [mean of a, 1 / deviation of a]; p: added to the variance */
  RK_STANDARDIZE,         /* to = (a - b[0]) b[1] */
  RK_BATCH_SLOPES,        /* to = [mean of a, mean of a c, b[1]] */
  RK_STANDARDIZE_GRADIENT,/* to = (a - b[0] - c b[1]) b[2] */
  RK_LOAD_STEP_VALUE,     /* to = row of step value number `index` */
  RK_PRODUCT,             /* to = (or +=) matrix number `index` times a, + bias; `accumulate` chooses */
  RK_PRODUCT_GRADIENT     /* to = (or +=) the transposed matrix times a */
} rk_operation;

typedef struct rk_instruction {
  rk_operation operation;
  int32_t to, a, b, c; /* slots */
  int32_t index, accumulate;
  double p, q;
} rk_instruction;

/* A matrix of the recurrence, [rows, columns], which meets a slot of `columns` numbers at every step. */
typedef struct rk_program_matrix {
  int32_t source;   /* slot of RK_KEPT: what the forward pass multiplied */
  int32_t gradient; /* slot of RK_GRADIENT: of the product */
} rk_program_matrix;

typedef struct rk_program_parameter {
  int32_t parameter; /* slot of RK_PARAMETER */
  int32_t gradient;  /* slot of RK_ROW_SUM: the part of a few rows in its gradient */
} rk_program_parameter;

typedef struct rk_program {
  const rk_slot *_Nonnull slots;
  const rk_instruction *_Nonnull forward, *_Nonnull backward;
  const rk_program_matrix *_Nullable matrices;
  const rk_program_parameter *_Nullable parameters;
  int32_t forward_count, backward_count, matrix_count, parameter_count;
  int32_t state_count;        /* parts of the state: the first slots, of RK_STATE, one after the other */
  int32_t output;             /* slot of RK_NEXT_STATE that is the output: one part, or all of them */
  int32_t input;              /* slot of RK_INPUT that receives W x + bias: all of that region */
  int32_t input_gradient;     /* slot of RK_GRADIENT */
  int32_t joins_rows;         /* whether rows meet: some instruction is of batch normalisation */
  int64_t record_sizes[RK_REGIONS];
} rk_program;

/* One program over one batch. */
typedef struct rk_program_problem {
  const rk_program *_Nonnull program;
  int64_t steps, batch, input_size;
  const int32_t *_Nullable lengths; /* as in rk_recurrent */
  int32_t reverse;
  int64_t first_step, end_step;     /* as in rk_recurrent */
} rk_program_problem;

enum { RK_MOST_MATRICES = 4, RK_MOST_STATES = 8, RK_MOST_STEP_VALUES = 8 };

/* [T, N, width]: the row of batch row n for time t begins at values + t step_stride + n row_stride. */
typedef struct rk_step_values {
  const rk_real *_Nullable values;
  int64_t step_stride, row_stride;
} rk_step_values;

/* Matrices are packed by gemm_pack: forward [columns, rows], transposed from what PyTorch stores; backward
 * [rows, columns]. */
typedef struct rk_program_forward {
  const rk_real *_Nonnull x;            /* [T, N, I] */
  const rk_real *_Nonnull packed_input; /* [I, columns of RK_INPUT] */
  const rk_real *_Nullable input_bias;
  const rk_real *_Nullable packed[RK_MOST_MATRICES];
  const rk_real *_Nullable bias[RK_MOST_MATRICES];
  const rk_real *_Nullable parameters;
  rk_step_values step_values[RK_MOST_STEP_VALUES];
  const rk_real *_Nullable initial[RK_MOST_STATES]; /* [N, width]; NULL: zeros */
  rk_real *_Nonnull y;                              /* [T, N, width of the output], rows y_stride apart */
  int64_t y_stride;
  rk_real *_Nullable last[RK_MOST_STATES];
  rk_real *_Nullable step_records; /* [T, size of RK_STEP]; NULL only where that is 0 */
  rk_real *_Nullable kept;         /* program_kept_size elements; NULL: inference */
  rk_real *_Nonnull workspace;
} rk_program_forward;

/* As rk_recurrent_backward: gradients of weights, biases and parameters are added to, the others overwritten. */
typedef struct rk_program_backward {
  const rk_real *_Nonnull x;
  const rk_real *_Nonnull packed_input; /* [columns of RK_INPUT, I] */
  const rk_real *_Nullable packed[RK_MOST_MATRICES];
  const rk_real *_Nullable parameters;
  rk_step_values step_values[RK_MOST_STEP_VALUES];
  rk_real *_Nullable step_records; /* as the forward pass left them */
  rk_real *_Nonnull kept;
  const rk_real *_Nullable dy;
  int64_t dy_stride;
  const rk_real *_Nullable d_last[RK_MOST_STATES];
  rk_real *_Nullable dx;
  rk_real *_Nullable d_input_weight, *_Nullable d_input_bias;
  rk_real *_Nullable d_weight[RK_MOST_MATRICES], *_Nullable d_bias[RK_MOST_MATRICES];
  rk_real *_Nullable d_parameters;
  rk_real *_Nullable d_initial[RK_MOST_STATES];
  rk_real *_Nonnull workspace;
} rk_program_backward;

#endif
