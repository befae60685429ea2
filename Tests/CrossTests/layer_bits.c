/* What holds to the bit: any number of threads, layers together or alone, a sequence or its steps one by one. */
#include "layers.h"

static const int32_t thread_counts[] = {1, 2, 3, 8};

/* All that a layer's passes wrote on the side that is tested. */
static void expect_same_results(const char *what, const layer *a, const layer *b) {
  expect_bits(what, a->y.at[0], b->y.at[0], a->y.count);
  expect_bits(what, a->h_last.at[0], b->h_last.at[0], a->h_last.count);
  expect_bits(what, a->c_last.at[0], b->c_last.at[0], a->c_last.count);
  for (int i = 0; i < gradient_count; i++) {
    expect_bits(gradient_names[i], a->gradients[i].at[0], b->gradients[i].at[0], a->gradients[i].count);
  }
}

static void check_threads(plan plan) {
  begin_check("%s T%d N%d I%d H%d%s, the same bits for any number of threads", plan.cell->name, (int)plan.steps,
              (int)plan.batch, (int)plan.input, (int)plan.hidden, plan.ragged ? " ragged" : "");
  layer expected = make_layer(plan);
  for (int t = 0; t < 4; t++) {
    rk_set_threads(thread_counts[t]);
    layer l = expected;
    forward(&l, 0, 1);
    backward(&l, 0);
    if (t == 0) expected = l;
    else expect_same_results("outputs", &l, &expected);
  }
  rk_set_threads(rk_default_threads());
}

/* Layers of different sizes and directions in one call, by any number of threads, and each in a call of its own. */
static void check_layers_together(const cell *cell) {
  begin_check("%s, five layers in one call", cell->name);
  enum { layer_count = 5 };
  layer alone[layer_count];
  for (int i = 0; i < layer_count; i++) {
    plan p = plain_plan(cell, 5, 3 + 4 * i, 7, 45);
    p.seed = (uint64_t)(i + 20);
    p.reverse = i % 2;
    p.ragged = i % 3 == 2;
    p.masking = i == 3 ? mask_per_step : no_mask;
    alone[i] = make_layer(p);
    forward(&alone[i], 0, 1);
    layer again = alone[i]; /* what was saved is used up by the way back */
    backward(&again, 0);
    alone[i] = again;
  }
  for (int t = 0; t < 4; t++) {
    rk_set_threads(thread_counts[t]);
    layer together[layer_count];
    rk_recurrent problems[layer_count];
    rk_recurrent_forward forwards[layer_count];
    rk_recurrent_backward backwards[layer_count];
    for (int i = 0; i < layer_count; i++) {
      together[i] = alone[i];
      problems[i] = alone[i].problem[0];
      forwards[i] = forward_call(&together[i], 0, 1);
      backwards[i] = backward_call(&together[i], 0);
    }
    sides[0]->recurrent_forward(layer_count, problems, forwards);
    sides[0]->recurrent_backward(layer_count, problems, backwards);
    for (int i = 0; i < layer_count; i++) expect_same_results("together", &together[i], &alone[i]);
  }
  rk_set_threads(rk_default_threads());
}

/* One call for the whole sequence, and one for each step from the state that the one before left. */
static void check_fold(plan plan) {
  begin_check("%s T%d N%d I%d H%d%s%s%s is the fold of its steps", plan.cell->name, (int)plan.steps, (int)plan.batch,
              (int)plan.input, (int)plan.hidden, plan.reverse ? " reverse" : "", plan.ragged ? " ragged" : "",
              plan.masking == no_mask ? "" : " masked");
  layer whole = make_layer(plan);
  forward(&whole, 0, 0);
  layer trained = whole;
  forward(&trained, 0, 1);
  expect_bits("y in training", trained.y.at[0], whole.y.at[0], whole.y.count);

  layer step = whole;
  step.plan.steps = 1;
  const int64_t width = plan.batch * plan.hidden;
  for (int64_t i = 0; i < plan.steps; i++) {
    const int64_t t = plan.reverse ? plan.steps - 1 - i : i;
    step.x.at[0] = (float *)whole.x.at[0] + t * plan.batch * plan.input;
    step.problem[0].steps = 1;
    if (plan.masking == mask_per_step) step.problem[0].hidden_mask = (float *)whole.mask.at[0] + t * width;
    if (plan.ragged) {
      int32_t *lengths = elements(0, plan.batch);
      for (int64_t n = 0; n < plan.batch; n++) lengths[n] = whole.lengths[n] > t;
      step.problem[0].lengths = lengths;
    }
    forward(&step, 0, 0);
    expect_bits("a step", step.y.at[0], (float *)whole.y.at[0] + t * width, width);
    step.h0 = step.h_last;
    step.c0 = step.c_last;
  }
  expect_bits("h_last", step.h_last.at[0], whole.h_last.at[0], width);
  expect_bits("c_last", step.c_last.at[0], whole.c_last.at[0], whole.c_last.count);
}

void check_layer_bits(void) {
  for (int c = 0; c < 4; c++) {
    /* Shared out by rows; by units, few rows of many units; and by both, with all options. */
    check_threads(plain_plan(&cells[c], 6, 37, 21, 36));
    check_threads(plain_plan(&cells[c], 4, 2, 16, 160));
    plan masked = plain_plan(&cells[c], 4, 9, 16, 160);
    masked.ragged = masked.reverse = 1;
    masked.masking = mask_per_step;
    check_threads(masked);
    check_layers_together(&cells[c]);
  }
  for (int c = 0; c < cell_count; c++) {
    static const int64_t sizes[][4] = {{7, 5, 3, 9}, {12, 1, 4, 6}, {5, 9, 17, 33}};
    for (int i = 0; i < 3; i++) {
      for (int reverse = 0; reverse < 2; reverse++) {
        plan p = plain_plan(&cells[c], sizes[i][0], sizes[i][1], sizes[i][2], sizes[i][3]);
        p.reverse = reverse;
        check_fold(p);
        p.ragged = 1;
        p.masking = (masking)(i == 2 ? no_mask : 1 + (i + reverse) % 2);
        check_fold(p);
      }
    }
  }
}
