/* One recurrent layer with everything its passes take, on both sides. */
#ifndef RECURRENT_LAYERS_H
#define RECURRENT_LAYERS_H

#include "checks.h"

typedef struct cell {
  const char *name;
  rk_cell kind;
  rk_unary activation;
  double slope;
  int64_t gates;
} cell;

enum { cell_count = 8 };
extern const cell cells[cell_count];

typedef enum masking { no_mask, one_mask, mask_per_step } masking;

/* What a layer is like. */
typedef struct plan {
  const cell *cell;
  int64_t steps, batch, input, hidden;
  int64_t gap; /* between the rows of y and of dy */
  int32_t reverse, ragged, has_states, has_input_bias, has_hidden_bias, has_dy, has_dh_last, has_dc_last;
  masking masking;
  uint64_t seed;
} plan;

/* A layer with all there is, in one piece and in one direction. */
plan plain_plan(const cell *cell, int64_t steps, int64_t batch, int64_t input, int64_t hidden);

enum { gradient_count = 7 };
extern const char *const gradient_names[gradient_count]; /* dx dw_ih dw_hh db_ih db_hh dh0 dc0 */

typedef struct layer {
  plan plan;
  int32_t *lengths;
  rk_recurrent problem[2];
  twin x, packed, packed_backward, h0, c0, mask, dy, dh_last, dc_last;
  twin y, h_last, c_last, saved;
  twin gradients[gradient_count];
} layer;

layer make_layer(plan plan);
/* What a call of a forward pass takes; the outputs are made anew, and what it saves where it is for training. */
rk_recurrent_forward forward_call(layer *layer, int side, int training);
void forward(layer *layer, int side, int training);
/* Gradients of weights and biases are added to 0.5. */
rk_recurrent_backward backward_call(layer *layer, int side);
void backward(layer *layer, int side);

#endif
