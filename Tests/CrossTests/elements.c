/* Element-wise functions, strided walks, whole arrays and reductions. */
#include "checks.h"

typedef struct function {
  const char *name;
  rk_unary op;
  double parameter, low, high, ulps;
} function;

static const function functions[] = {
    {"negate", RK_NEGATE, 0, -4, 4, 0},         {"exp", RK_EXP, 0, -20, 20, 1},
    {"log", RK_LOG, 0, 0.001, 100, 1},          {"sqrt", RK_SQRT, 0, 0.01, 9, 0.51},
    {"abs", RK_ABS, 0, -4, 4, 0},               {"square", RK_SQUARE, 0, -4, 4, 0.51},
    {"reciprocal", RK_RECIPROCAL, 0, 0.1, 4, 1}, {"tanh", RK_TANH, 0, -10, 10, 1},
    {"sigmoid", RK_SIGMOID, 0, -20, 20, 1},     {"relu", RK_RELU, 0, -4, 4, 0},
    {"leaky relu", RK_LEAKY_RELU, 0.125, -4, 4, 0}, {"identity", RK_IDENTITY, 0, -4, 4, 0},
    {"power 2.5", RK_POWER, 2.5, 0.01, 5, 1},   {"power 3", RK_POWER, 3, -4, 4, 1},
    {"softplus", RK_SOFTPLUS, 0, -20, 20, 1},
};
enum { function_count = sizeof functions / sizeof functions[0] };

/* Without fused multiply-add sums lose more, and the sigmoid does not see what its division leaves; the scalar reference
 * in float has the errors of several roundings. */
static double allowed_ulps(const function *f) {
  if (sides[0]->lanes == 1) return f->ulps > 0.51 ? 2.5 : f->ulps;
  if (strcmp(sides[0]->name, "baseline") != 0) return f->ulps;
  return f->op == RK_SIGMOID ? 1.5 : f->op == RK_TANH || f->op == RK_SOFTPLUS ? 1.1 : f->ulps;
}

static void check_function(const function *f) {
  begin_check("%s", f->name);
  seed_numbers(1);
  for (int s = 0; s < odd_size_count; s++) {
    const int64_t n = odd_sizes[s];
    const twin x = reals(n, f->low, f->high), y = empty(n), dy = reals(n, -1, 1), dx = reals(n, -1, 1);
    FOR_BOTH(side, k) {
      k->unary(f->op, f->parameter, n, x.at[side], y.at[side]);
      k->unary_backward(f->op, f->parameter, n, x.at[side], y.at[side], dy.at[side], dx.at[side]);
    }
    /* A unit in the last place is at most 2^-23 of the value. */
    expect_close("values", y, 0, allowed_ulps(f) * float_epsilon);
    expect_close("gradients", dx, 4 * float_epsilon, 8 * float_epsilon);
    const twin in_place = copied(x);
    sides[0]->unary(f->op, f->parameter, n, in_place.at[0], in_place.at[0]);
    expect_bits("in place", in_place.at[0], y.at[0], n);
  }
  /* In the middle and in the remainder of a vector. Denormal numbers may count as 0. */
  const double special[] = {1, 1, 1, 0, -0.0, INFINITY, -INFINITY, NAN, 1, -1, 87, -87, 88, -88, 0x1p-126, -0x1p-126,
                            0x1p100, -0x1p100, 0x1p-99, -0x1p-99, 9.125, -9.125, 20, -20};
  for (int padding = 0; padding <= 3; padding += 3) {
    const int64_t n = (int64_t)(sizeof special / sizeof special[0]) - padding;
    const twin x = listed(n, special + padding), y = empty(n);
    FOR_BOTH(side, k) k->unary(f->op, f->parameter, n, x.at[side], y.at[side]);
    for (int64_t i = 0; i < n; i++) ((double *)y.at[1])[i] = (double)((float)((double *)y.at[1])[i]);
    expect_close("special values", y, 0x1p-126, allowed_ulps(f) * float_epsilon);
  }
}

/* --- walks */

/* Both operands given in the shape of the output, or repeated along an axis, or turned. */
static const rk_walk walks[] = {
    {1, {37}, {1}, {1}},
    {1, {21}, {0}, {1}},
    {1, {13}, {2}, {3}},
    {2, {5, 19}, {19, 1}, {0, 1}},
    {2, {19, 5}, {1, 19}, {5, 1}},
    {3, {3, 4, 9}, {36, 9, 1}, {9, 0, 1}},
    {3, {2, 17, 3}, {51, 1, 17}, {51, 3, 1}},
    {4, {2, 3, 2, 5}, {30, 10, 5, 1}, {0, 1, 0, 3}},
    {2, {0, 4}, {4, 1}, {4, 1}},
};
static const char *const binary_names[] = {"add", "subtract", "multiply", "divide", "maximum", "minimum", "greater",
                                           "less", "equal"};

static int64_t walk_count(const rk_walk *w) {
  int64_t count = 1;
  for (int32_t axis = 0; axis < w->rank; axis++) count *= w->dimensions[axis];
  return count;
}

static void put(twin t, int64_t i, double value) {
  if (i < t.count) ((float *)t.at[0])[i] = (float)value, ((double *)t.at[1])[i] = value;
}

static void check_walks(void) {
  for (int op = RK_ADD; op <= RK_EQUAL; op++) {
    begin_check("walks: %s", binary_names[op]);
    seed_numbers((uint64_t)op);
    for (size_t w = 0; w < sizeof walks / sizeof walks[0]; w++) {
      const twin a = wholes(128, 3), b = reals(128, 0.5, 4), y = empty(walk_count(&walks[w]));
      for (int64_t i = 0; i < 128; i += 3) put(b, i, ((float *)a.at[0])[i] == 0 ? 1 : (double)((float *)a.at[0])[i]);
      put(a, 5, NAN);
      put(b, 8, NAN);
      FOR_BOTH(side, k) k->binary((rk_binary)op, &walks[w], a.at[side], b.at[side], y.at[side]);
      expect_close("values", y, 0, 0.51 * float_epsilon);
    }
  }
  begin_check("walks: copy");
  const rk_walk copies[] = {{1, {37}, {1}, {1}},
                            {1, {13}, {0}, {3}},
                            {2, {19, 5}, {1, 19}, {5, 1}},
                            {3, {3, 4, 9}, {0, 9, 1}, {40, 10, 1}},
                            {3, {2, 17, 3}, {51, 1, 17}, {60, 3, 1}}};
  for (size_t w = 0; w < sizeof copies / sizeof copies[0]; w++) {
    for (int32_t accumulate = 0; accumulate < 2; accumulate++) {
      const twin a = wholes(128, 9), b = wholes(128, 9);
      FOR_BOTH(side, k) k->copy(&copies[w], a.at[side], b.at[side], accumulate);
      expect_close(accumulate ? "added" : "copied", b, 0, 0);
    }
  }
}

/* --- whole arrays */

static void check_arrays(void) {
  begin_check("whole arrays");
  seed_numbers(3);
  for (int s = 0; s < odd_size_count; s++) {
    const int64_t n = odd_sizes[s];
    const twin condition = wholes(n, 1), a = reals(n, -2, 2), b = reals(n, -2, 2), chosen = empty(n);
    const twin sum = copied(a), scaled = copied(a), clamped = copied(a), constant = empty(n);
    FOR_BOTH(side, k) {
      k->select(n, condition.at[side], a.at[side], b.at[side], chosen.at[side]);
      k->add_scaled(n, -0.3125, b.at[side], sum.at[side]);
      k->scale(n, 0.3125, scaled.at[side]);
      k->clamp(n, 0.75, clamped.at[side]);
      k->fill(n, 0.25, constant.at[side]);
    }
    expect_close("select", chosen, 0, 0);
    expect_close("add scaled", sum, 2 * float_epsilon, 0);
    expect_close("scale", scaled, 0, 0.51 * float_epsilon);
    expect_close("clamp", clamped, 0, 0);
    expect_close("fill", constant, 0, 0);
  }
}

static void check_reductions(void) {
  begin_check("reductions");
  seed_numbers(4);
  for (int s = 1; s < odd_size_count; s++) {
    const int64_t n = odd_sizes[s], inners[] = {1, 3, 4, 21};
    for (int i = 0; i < 4; i++) {
      const twin x = reals(2 * n * inners[i], -2, 2), sums = empty(2 * inners[i]), largest = empty(2 * inners[i]);
      put(x, inners[i] * (n - 1), 7);
      if (n > 4) put(x, 2 * n * inners[i] - 1, NAN);
      FOR_BOTH(side, k) {
        k->reduce(RK_SUM, 2, n, inners[i], x.at[side], sums.at[side]);
        k->reduce(RK_MAX, 2, n, inners[i], x.at[side], largest.at[side]);
      }
      expect_close("sums", sums, (4 + (double)n) * float_epsilon, 0);
      expect_close("maxima", largest, 0, 0);
    }
    const twin x = reals(n, -2, 2);
    const double norm = sides[0]->squared_norm(n, x.at[0]), exact = sides[1]->squared_norm(n, x.at[1]);
    expect_true("squared norm", fabs(norm - exact) <= 1e-14 * exact);
    expect_true("all finite", sides[0]->first_nonfinite(n, x.at[0]) == -1);
    put(x, n - 1, -INFINITY);
    expect_true("one infinity", sides[0]->first_nonfinite(n, x.at[0]) == n - 1);
    put(x, n / 2, NAN);
    expect_true("a NaN first", sides[0]->first_nonfinite(n, x.at[0]) == n / 2);
  }
}

void check_elements(void) {
  for (int f = 0; f < function_count; f++) check_function(&functions[f]);
  check_walks();
  check_arrays();
  check_reductions();
}
