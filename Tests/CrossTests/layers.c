/* Recurrent layers of every cell against the double reference, forward and backward. */
#include "layers.h"

const cell cells[cell_count] = {
    {"LSTM", RK_LSTM, RK_TANH, 0, 4},
    {"GRU reset after", RK_GRU_RESET_AFTER, RK_TANH, 0, 3},
    {"GRU reset before", RK_GRU_RESET_BEFORE, RK_TANH, 0, 3},
    {"Elman tanh", RK_ELMAN, RK_TANH, 0, 1},
    {"Elman relu", RK_ELMAN, RK_RELU, 0, 1},
    {"Elman leaky relu", RK_ELMAN, RK_LEAKY_RELU, 0.125, 1},
    {"Elman sigmoid", RK_ELMAN, RK_SIGMOID, 0, 1},
    {"Elman identity", RK_ELMAN, RK_IDENTITY, 0, 1},
};
const char *const gradient_names[gradient_count] = {"dx", "dw_ih", "dw_hh", "db_ih", "db_hh", "dh0", "dc0"};

plan plain_plan(const cell *cell, int64_t steps, int64_t batch, int64_t input, int64_t hidden) {
  return (plan){.cell = cell, .steps = steps, .batch = batch, .input = input, .hidden = hidden, .has_states = 1,
                .has_input_bias = 1, .has_hidden_bias = 1, .has_dy = 1, .has_dh_last = 1, .has_dc_last = 1};
}

/* --- what a layer is given */

/* Full, one step, half, empty, all but one step; what is past the end of a row must not matter. */
static void cut_rows(layer *l) {
  const plan *p = &l->plan;
  l->lengths = elements(0, p->batch);
  for (int64_t n = 0; n < p->batch; n++) {
    const int64_t choices[] = {p->steps, 1, (p->steps + 1) / 2, 0, p->steps - 1};
    const int64_t length = choices[(n + (int64_t)p->seed) % 5];
    l->lengths[n] = (int32_t)(length < 0 || p->steps == 0 ? 0 : length);
    for (int64_t t = l->lengths[n]; t < p->steps; t++) {
      for (int64_t i = 0; i < p->input; i++) {
        ((float *)l->x.at[0])[(t * p->batch + n) * p->input + i] = 1e30f;
        ((double *)l->x.at[1])[(t * p->batch + n) * p->input + i] = 1e30;
      }
    }
  }
}

/* A third of the states dropped, the others scaled up. */
static twin make_mask(int64_t count) {
  const twin mask = wholes(count, 1);
  for (int64_t i = 0; i < count; i++) {
    const double value = ((double *)mask.at[1])[i] == 0 ? 0 : 1.5;
    ((float *)mask.at[0])[i] = (float)value;
    ((double *)mask.at[1])[i] = value;
  }
  return mask;
}

static void pack_weights(layer *l) {
  const plan *p = &l->plan;
  const int64_t rows = p->cell->gates * p->hidden;
  const double bound = 1 / sqrt((double)p->hidden);
  const twin w_ih = reals(rows * p->input, -bound, bound), w_hh = reals(rows * p->hidden, -bound, bound);
  const twin b_ih = p->has_input_bias ? reals(rows, -bound, bound) : absent;
  const twin b_hh = p->has_hidden_bias ? reals(rows, -bound, bound) : absent;
  FOR_BOTH(side, k) {
    const rk_cell kind = p->cell->kind;
    l->packed.at[side] = elements(side, k->recurrent_packed_size(kind, p->input, p->hidden));
    l->packed_backward.at[side] = elements(side, k->recurrent_packed_backward_size(kind, p->input, p->hidden));
    k->recurrent_pack(kind, p->input, p->hidden, w_ih.at[side], w_hh.at[side], b_ih.at[side], b_hh.at[side],
                      l->packed.at[side]);
    k->recurrent_pack_backward(kind, p->input, p->hidden, w_ih.at[side], w_hh.at[side], b_ih.at[side], b_hh.at[side],
                               l->packed_backward.at[side]);
  }
}

layer make_layer(plan plan) {
  layer l = {.plan = plan};
  const int64_t rows = plan.steps * plan.batch, states = plan.batch * plan.hidden;
  const int is_lstm = plan.cell->kind == RK_LSTM;
  seed_numbers(plan.seed);
  l.x = reals(rows * plan.input, -2, 2);
  if (plan.ragged) cut_rows(&l);
  pack_weights(&l);
  if (plan.has_states) l.h0 = reals(states, -1, 1);
  if (plan.has_states && is_lstm) l.c0 = reals(states, -1.5, 1.5);
  if (plan.masking != no_mask) l.mask = make_mask(plan.masking == one_mask ? states : rows * plan.hidden);
  if (plan.has_dy) l.dy = reals(rows * (plan.hidden + plan.gap), -1, 1);
  if (plan.has_dh_last) l.dh_last = reals(states, -1, 1);
  if (plan.has_dc_last && is_lstm) l.dc_last = reals(states, -1, 1);
  for (int side = 0; side < 2; side++) {
    l.problem[side] = (rk_recurrent){
        .cell = plan.cell->kind, .activation = plan.cell->activation, .slope = plan.cell->slope, .steps = plan.steps,
        .batch = plan.batch, .input_size = plan.input, .hidden_size = plan.hidden, .lengths = l.lengths,
        .reverse = plan.reverse, .hidden_mask = l.mask.at[side],
        .hidden_mask_step = plan.masking == mask_per_step ? states : 0};
  }
  return l;
}

/* --- its passes */

/* Makes one side of an output. */
static void *made(twin *t, int side, int64_t count) {
  t->count = count;
  return t->at[side] = elements(side, count);
}

rk_recurrent_forward forward_call(layer *l, int side, int training) {
  const plan *p = &l->plan;
  const int64_t states = p->batch * p->hidden, stride = p->hidden + p->gap;
  const rk_recurrent *problem = &l->problem[side];
  l->saved.at[side] = training ? elements(side, sides[side]->recurrent_saved_size(problem)) : NULL;
  return (rk_recurrent_forward){
      .x = l->x.at[side], .packed = l->packed.at[side], .h0 = l->h0.at[side], .c0 = l->c0.at[side],
      .y = made(&l->y, side, p->steps * p->batch * stride), .y_stride = stride,
      .h_last = made(&l->h_last, side, states),
      .c_last = p->cell->kind == RK_LSTM ? made(&l->c_last, side, states) : NULL, .saved = l->saved.at[side],
      .workspace = elements(side, sides[side]->recurrent_forward_workspace(problem, training))};
}

void forward(layer *l, int side, int training) {
  const rk_recurrent_forward call = forward_call(l, side, training);
  sides[side]->recurrent_forward(1, &l->problem[side], &call);
}

rk_recurrent_backward backward_call(layer *l, int side) {
  const plan *p = &l->plan;
  const int64_t rows = p->cell->gates * p->hidden, states = p->batch * p->hidden, stride = p->hidden + p->gap;
  const int64_t counts[gradient_count] = {p->steps * p->batch * p->input, rows * p->input, rows * p->hidden, rows, rows,
                                          states, p->cell->kind == RK_LSTM ? states : 0};
  void *g[gradient_count];
  for (int i = 0; i < gradient_count; i++) {
    g[i] = made(&l->gradients[i], side, counts[i]);
    if (i >= 1 && i <= 4) sides[side]->fill(counts[i], 0.5, g[i]);
  }
  return (rk_recurrent_backward){
      .x = l->x.at[side], .packed_backward = l->packed_backward.at[side], .h0 = l->h0.at[side], .c0 = l->c0.at[side],
      .y = l->y.at[side], .y_stride = stride, .saved = l->saved.at[side], .dy = l->dy.at[side], .dy_stride = stride,
      .dh_last = l->dh_last.at[side], .dc_last = l->dc_last.at[side], .dx = g[0], .dw_ih = g[1], .dw_hh = g[2],
      .db_ih = g[3], .db_hh = g[4], .dh0 = g[5], .dc0 = p->cell->kind == RK_LSTM ? g[6] : NULL,
      .workspace = elements(side, sides[side]->recurrent_backward_workspace(&l->problem[side]))};
}

void backward(layer *l, int side) {
  const rk_recurrent_backward call = backward_call(l, side);
  sides[side]->recurrent_backward(1, &l->problem[side], &call);
}

/* --- agreement */

static void check_layer(plan plan) {
  begin_check("%s T%d N%d I%d H%d%s%s%s gap %d variant %d", plan.cell->name, (int)plan.steps, (int)plan.batch,
              (int)plan.input, (int)plan.hidden, plan.reverse ? " reverse" : "", plan.ragged ? " ragged" : "",
              plan.masking == no_mask ? "" : plan.masking == one_mask ? " mask" : " masks", (int)plan.gap,
              (int)plan.seed);
  layer l = make_layer(plan);
  for (int side = 0; side < 2; side++) {
    forward(&l, side, 1);
    backward(&l, side);
  }
  expect_agreement("y", l.y, 1e-6);
  expect_agreement("h_last", l.h_last, 1e-6);
  if (l.c_last.count) expect_agreement("c_last", l.c_last, 1e-6);
  for (int i = 0; i < gradient_count; i++) {
    if (l.gradients[i].count) expect_agreement(gradient_names[i], l.gradients[i], 1e-5);
  }
}

/* Varies what a layer is given, so that each option meets each cell and many sizes. */
static plan varied(plan p, int variant, int reverse) {
  p.seed = (uint64_t)variant;
  p.reverse = reverse;
  p.ragged = variant % 2 == 1;
  p.has_states = variant % 3 != 1;
  p.has_input_bias = variant % 5 != 2;
  p.has_hidden_bias = variant % 5 < 2 || variant % 5 > 3;
  p.gap = variant % 4 >= 2 ? variant % 7 + 1 : 0;
  if (variant % 4 == 1 || variant % 6 == 0) {
    p.masking = variant % 8 == 1 || variant % 12 == 0 ? mask_per_step : one_mask;
  }
  p.has_dy = variant % 7 != 3;
  p.has_dh_last = variant % 7 != 4;
  p.has_dc_last = variant % 7 != 5;
  return p;
}

void check_layers(void) {
  static const int64_t sizes[][4] = {{0, 2, 1, 1},  {1, 1, 1, 1},   {3, 2, 1, 1},   {5, 1, 3, 6},   {4, 9, 2, 7},
                                     {2, 3, 5, 8},  {7, 5, 9, 15},  {6, 4, 16, 16}, {3, 8, 17, 17}, {9, 7, 1, 33},
                                     {40, 2, 4, 5}, {12, 3, 40, 24}, {5, 0, 3, 4}};
  /* Several tiles and vectors with a remainder; more rows and steps than a backward pass takes into one product. */
  static const int64_t large[][4] = {{4, 6, 33, 70}, {17, 9, 21, 48}, {25, 40, 3, 10}};
  const int size_count = sizeof sizes / sizeof sizes[0], large_count = sizeof large / sizeof large[0];
  for (int c = 0; c < cell_count; c++) {
    for (int i = 0; i < size_count + (c < 4 ? large_count : 0); i++) {
      const int64_t *size = i < size_count ? sizes[i] : large[i - size_count];
      const plan p = plain_plan(&cells[c], size[0], size[1], size[2], size[3]);
      for (int reverse = 0; reverse < (i < size_count ? 2 : 1); reverse++) {
        check_layer(varied(p, i + c + reverse, i < size_count ? reverse : (i + c) % 2));
      }
    }
  }
}
