/* Cells that are programs against the double reference: one with layer normalisation, one with normalisation over the rows
 * of the batch, both with a trained gain:
 *
 *     h' = h / 2 + tanh(gain N(W x + b + R h)) */
#include "checks.h"

/* The slots of the program, in the order of its table. */
enum slot { STATE, NEXT, INPUT, INPUT_GRADIENT, SOURCE, NORMAL, DEVIATION, OUTPUT, GAIN, GAIN_GRADIENT, TEMPORARY,
            STATISTICS, SLOPES, slot_count };

enum { most_instructions = 8 };

typedef struct cell_program {
  rk_slot slots[slot_count];
  rk_instruction forward[most_instructions], backward[most_instructions];
  rk_program_matrix matrix;
  rk_program_parameter gain;
  rk_program program;
} cell_program;

static rk_instruction make(rk_operation operation, int to, int a, int b, int c) {
  return (rk_instruction){.operation = operation, .to = to, .a = a, .b = b, .c = c};
}

static rk_instruction with_number(rk_instruction instruction, int index, int accumulate, double p) {
  instruction.index = index;
  instruction.accumulate = accumulate;
  instruction.p = p;
  return instruction;
}

static void write_slots(cell_program *p, int32_t width) {
  const rk_slot slots[slot_count] = {
      [STATE] = {RK_STATE, width, 0}, [NEXT] = {RK_NEXT_STATE, width, 0}, [INPUT] = {RK_INPUT, width, 0},
      [INPUT_GRADIENT] = {RK_GRADIENT, width, 0}, [SOURCE] = {RK_KEPT, width, 0}, [NORMAL] = {RK_KEPT, width, width},
      [OUTPUT] = {RK_KEPT, width, 2 * width}, [DEVIATION] = {RK_KEPT, 1, 3 * width}, [GAIN] = {RK_PARAMETER, width, 0},
      [GAIN_GRADIENT] = {RK_ROW_SUM, width, 0}, [TEMPORARY] = {RK_SCRATCH, width, 0},
      [STATISTICS] = {RK_STEP, 2 * width, 0}, [SLOPES] = {RK_STEP, 3 * width, 2 * width}};
  memcpy(p->slots, slots, sizeof slots);
}

static void write_instructions(cell_program *p, int joins_rows) {
  rk_instruction *i = p->forward;
  *i++ = make(RK_COPY_SLOT, SOURCE, STATE, STATE, STATE);
  *i++ = with_number(make(RK_PRODUCT, INPUT, STATE, STATE, STATE), 0, 1, 0);
  if (joins_rows) {
    *i++ = with_number(make(RK_BATCH_STATISTICS, STATISTICS, INPUT, INPUT, INPUT), 0, 0, 1e-5);
    *i++ = make(RK_STANDARDIZE, NORMAL, INPUT, STATISTICS, INPUT);
  } else {
    *i++ = with_number(make(RK_NORMALIZE, NORMAL, INPUT, DEVIATION, INPUT), 0, 0, 1e-5);
  }
  *i++ = make(RK_MULTIPLY_SLOTS, TEMPORARY, NORMAL, GAIN, NORMAL);
  *i++ = with_number(make(RK_ACTIVATE, OUTPUT, TEMPORARY, TEMPORARY, TEMPORARY), RK_ACTIVATION_TANH, 0, 0);
  *i++ = with_number(make(RK_ACTIVATE, TEMPORARY, STATE, STATE, STATE), RK_ACTIVATION_AFFINE, 0, 0.5);
  *i++ = make(RK_ADD_SLOTS, NEXT, TEMPORARY, OUTPUT, OUTPUT);
  p->program.forward_count = (int32_t)(i - p->forward);
  i = p->backward;
  *i++ = with_number(make(RK_ACTIVATE, STATE, NEXT, NEXT, NEXT), RK_ACTIVATION_AFFINE, 0, 0.5);
  *i++ = with_number(make(RK_ACTIVATION_GRADIENT, TEMPORARY, NEXT, OUTPUT, NEXT), RK_ACTIVATION_TANH, 0, 0);
  *i++ = make(RK_MULTIPLY_ADD_SLOTS, GAIN_GRADIENT, TEMPORARY, NORMAL, GAIN_GRADIENT);
  *i++ = make(RK_MULTIPLY_SLOTS, TEMPORARY, TEMPORARY, GAIN, TEMPORARY);
  if (joins_rows) {
    *i++ = make(RK_BATCH_SLOPES, SLOPES, TEMPORARY, STATISTICS, NORMAL);
    *i++ = make(RK_STANDARDIZE_GRADIENT, INPUT_GRADIENT, TEMPORARY, SLOPES, NORMAL);
  } else {
    *i++ = make(RK_NORMALIZE_GRADIENT, INPUT_GRADIENT, TEMPORARY, DEVIATION, NORMAL);
  }
  *i++ = with_number(make(RK_PRODUCT_GRADIENT, STATE, INPUT_GRADIENT, INPUT_GRADIENT, INPUT_GRADIENT), 0, 1, 0);
  p->program.backward_count = (int32_t)(i - p->backward);
}

static void write_program(cell_program *p, int32_t width, int joins_rows) {
  p->program = (rk_program){
      .slots = p->slots, .forward = p->forward, .backward = p->backward, .matrices = &p->matrix, .parameters = &p->gain,
      .matrix_count = 1, .parameter_count = 1, .state_count = 1, .output = NEXT, .input = INPUT,
      .input_gradient = INPUT_GRADIENT, .joins_rows = joins_rows,
      .record_sizes = {[RK_INPUT] = width, [RK_SCRATCH] = width, [RK_KEPT] = 3 * width + 1, [RK_STEP] = 5 * width,
                       [RK_GRADIENT] = width, [RK_STATE] = width, [RK_NEXT_STATE] = width, [RK_ROW_SUM] = width,
                       [RK_PARAMETER] = width}};
  p->matrix = (rk_program_matrix){SOURCE, INPUT_GRADIENT};
  p->gain = (rk_program_parameter){GAIN, GAIN_GRADIENT};
  write_slots(p, width);
  write_instructions(p, joins_rows);
}

typedef struct sizes {
  int64_t steps, batch, input, hidden;
  int32_t reverse, is_ragged, joins_rows;
} sizes;

/* w[rows, columns] as forward products take it, transposed, or as those of the way back do. */
static void *pack(const rk_kernels *k, int side, const twin *w, int64_t rows, int64_t columns, int transposed) {
  const int64_t depth = transposed ? columns : rows, width = transposed ? rows : columns;
  void *packed = elements(side, k->gemm_packed_size(depth, width));
  k->gemm_pack(depth, width, w->at[side], transposed ? 1 : columns, transposed ? columns : 1, packed);
  return packed;
}

static void check_program(const sizes *s) {
  begin_check("program %s T%d B%d I%d H%d%s%s", s->joins_rows ? "over rows" : "over units", (int)s->steps, (int)s->batch,
              (int)s->input, (int)s->hidden, s->reverse ? " reversed" : "", s->is_ragged ? " ragged" : "");
  cell_program cell;
  write_program(&cell, (int32_t)s->hidden, s->joins_rows);
  const int64_t H = s->hidden, I = s->input, rows = s->steps * s->batch;
  const double bound = 1 / sqrt((double)H);
  int32_t *lengths = s->is_ragged ? elements(0, s->batch) : NULL;
  for (int64_t n = 0; lengths && n < s->batch; n++) lengths[n] = (int32_t)(n % (s->steps + 1));
  const twin x = reals(rows * I, -2, 2), w = reals(H * I, -1, 1), r = reals(H * H, -bound, bound);
  const twin bias = reals(H, -1, 1), gain = reals(H, 0.5, 1.5), h0 = reals(s->batch * H, -1, 1);
  const twin dy = reals(rows * H, -1, 1), d_last = reals(s->batch * H, -1, 1);
  twin y = empty(rows * H), last = empty(s->batch * H), dx = empty(rows * I), d_h0 = empty(s->batch * H);
  twin dw = filled(H * I, 0.5), dr = filled(H * H, 0.5), db = filled(H, 0.5), d_gain = filled(H, 0.5);
  twin records = filled(s->steps * 5 * H, 0);
  FOR_BOTH(side, k) {
    const rk_program_problem problem = {.program = &cell.program, .steps = s->steps, .batch = s->batch, .input_size = I,
                                        .lengths = lengths, .reverse = s->reverse};
    void *kept = elements(side, k->program_kept_size(&problem));
    const rk_program_forward forward = {
        .x = x.at[side], .packed_input = pack(k, side, &w, H, I, 1), .input_bias = bias.at[side],
        .packed = {pack(k, side, &r, H, H, 1)}, .parameters = gain.at[side], .initial = {h0.at[side]}, .y = y.at[side],
        .y_stride = H, .last = {last.at[side]}, .step_records = records.at[side], .kept = kept,
        .workspace = elements(side, k->program_forward_workspace(&problem))};
    k->program_forward(&problem, &forward);
    const rk_program_backward backward = {
        .x = x.at[side], .packed_input = pack(k, side, &w, H, I, 0), .packed = {pack(k, side, &r, H, H, 0)},
        .parameters = gain.at[side], .step_records = records.at[side], .kept = kept, .dy = dy.at[side], .dy_stride = H,
        .d_last = {d_last.at[side]}, .dx = dx.at[side], .d_input_weight = dw.at[side], .d_input_bias = db.at[side],
        .d_weight = {dr.at[side]}, .d_parameters = d_gain.at[side], .d_initial = {d_h0.at[side]},
        .workspace = elements(side, k->program_backward_workspace(&problem))};
    k->program_backward(&problem, &backward);
  }
  expect_agreement("y", y, 200);
  expect_agreement("last", last, 200);
  const twin gradients[] = {dx, dw, dr, db, d_gain, d_h0};
  const char *const names[] = {"dx", "dw", "dr", "db", "d gain", "d h0"};
  for (int i = 0; i < 6; i++) expect_agreement(names[i], gradients[i], 2000);
}

void check_programs(void) {
  seed_numbers(91);
  for (int32_t choice = 0; choice < 8; choice++) {
    const int32_t reverse = choice & 1, is_ragged = choice >> 1 & 1, joins_rows = choice >> 2;
    check_program(&(sizes){5, 7, 3, 19, reverse, is_ragged, joins_rows});
    check_program(&(sizes){3, 33, 17, 40, reverse, is_ragged, joins_rows});
    check_program(&(sizes){4, joins_rows ? 3 : 1, 2, 5, reverse, is_ragged, joins_rows});
  }
}
