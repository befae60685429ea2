/* Softmax, cross-entropy, layer normalisation, gather. */
#include "checks.h"

static const int64_t widths[] = {1, 2, 3, 7, 8, 15, 17, 33, 100, 257};
enum { width_count = sizeof widths / sizeof widths[0] };

/* Sums of n terms, of which each addition rounds. */
static double tolerance_of(int64_t n) { return float_epsilon * (16 + (double)n / 8); }

/* What a backward pass reads from the forward pass is the reference's on both sides. */
static void share_reference(twin t) {
  for (int64_t i = 0; i < t.count; i++) {
    ((float *)t.at[0])[i] = (float)((double *)t.at[1])[i];
    ((double *)t.at[1])[i] = (double)((float *)t.at[0])[i];
  }
}

static void check_softmax(int64_t n) {
  begin_check("softmax of %lld", (long long)n);
  seed_numbers((uint64_t)n);
  const int64_t rows = 3;
  const twin x = reals(rows * n, -5, 5), dy = reals(rows * n, -1, 1);
  const twin y = empty(rows * n), log_y = empty(rows * n), dx = reals(rows * n, -1, 1), log_dx = copied(dx);
  FOR_BOTH(side, k) {
    k->softmax(rows, n, x.at[side], y.at[side]);
    k->log_softmax(rows, n, x.at[side], log_y.at[side]);
  }
  expect_close("values", y, 0, tolerance_of(n));
  expect_close("logarithms", log_y, tolerance_of(n), 0);
  share_reference(y);
  share_reference(log_y);
  FOR_BOTH(side, k) {
    k->softmax_backward(rows, n, y.at[side], dy.at[side], dx.at[side]);
    k->log_softmax_backward(rows, n, log_y.at[side], dy.at[side], log_dx.at[side]);
  }
  expect_close("gradients", dx, tolerance_of(n), 0);
  expect_close("gradients of logarithms", log_dx, tolerance_of(n), 0);
}

static void check_cross_entropy(int64_t n, double smoothing) {
  begin_check("cross-entropy of %lld, smoothing %g", (long long)n, smoothing);
  seed_numbers((uint64_t)n + 1000);
  const int64_t rows = 4;
  const int32_t targets[] = {(int32_t)(n / 2), -1, (int32_t)(n - 1), 0};
  const twin x = reals(rows * n, -5, 5), losses = empty(rows), normalizers = filled(rows * 2, 0);
  const twin dlosses = reals(rows, -1, 1), dx = reals(rows * n, -1, 1);
  FOR_BOTH(side, k) k->cross_entropy(rows, n, smoothing, x.at[side], targets, losses.at[side], normalizers.at[side]);
  expect_close("losses", losses, 4 * tolerance_of(n), 0);
  expect_close("normalizers", normalizers, tolerance_of(n), tolerance_of(n));
  share_reference(normalizers);
  FOR_BOTH(side, k) {
    k->cross_entropy_backward(rows, n, smoothing, x.at[side], normalizers.at[side], targets, dlosses.at[side],
                              dx.at[side]);
  }
  expect_close("gradients", dx, tolerance_of(n), 0);
}

static void check_top_k(int64_t n, int64_t count) {
  begin_check("the %lld largest of %lld", (long long)count, (long long)n);
  seed_numbers((uint64_t)n + 1500);
  enum { rows = 3 };
  const int32_t exclusions[rows + 1] = {0, 0, 1, 2}, excluded[] = {(int32_t)(n / 2), 0};
  /* Many are equal, and the first is to be chosen. */
  const twin x = wholes(rows * n, 9), values = empty(rows * count), normalizers = empty(rows * 2);
  int32_t places[2][rows * 9];
  FOR_BOTH(side, k) {
    k->top_k(rows, n, count, x.at[side], exclusions, excluded, places[side], values.at[side], normalizers.at[side]);
  }
  expect_close("values", values, 0, 0);
  expect_close("normalizers", normalizers, tolerance_of(n), tolerance_of(n));
  expect_true("places", memcmp(places[0], places[1], (size_t)(rows * count) * sizeof **places) == 0);
}

static void check_layer_norm(int64_t n, int with_gain) {
  begin_check("layer norm of %lld%s", (long long)n, with_gain ? " with gain and shift" : "");
  seed_numbers((uint64_t)n + 2000);
  const int64_t rows = 3;
  /* A mean that is large beside the spread: the variance must come from differences. */
  const twin x = reals(rows * n, 9, 11), dy = reals(rows * n, -1, 1);
  const twin gain = with_gain ? reals(n, 0.5, 1.5) : absent, shift = with_gain ? reals(n, -1, 1) : absent;
  const twin y = empty(rows * n), mean = empty(rows), scale = empty(rows);
  const twin dx = filled(rows * n, 0.25), dgain = filled(n, 0.25), dshift = filled(n, 0.25);
  FOR_BOTH(side, k) {
    k->layer_norm(rows, n, 1e-5, x.at[side], gain.at[side], shift.at[side], y.at[side], mean.at[side], scale.at[side]);
  }
  /* A row of one element divides the rounding of its mean by the square root of epsilon. */
  expect_close("values", y, float_epsilon * (n == 1 ? 10 / sqrt(1e-5) : 200), 0);
  expect_close("means", mean, 0, tolerance_of(n));
  if (n < 3) return; /* the gradient of a row of one or two is the difference of equal numbers */
  share_reference(mean);
  share_reference(scale);
  FOR_BOTH(side, k) {
    k->layer_norm_backward(rows, n, x.at[side], gain.at[side], mean.at[side], scale.at[side], dy.at[side], dx.at[side],
                           dgain.at[side], dshift.at[side]);
  }
  expect_close("dx", dx, 200 * float_epsilon, 200 * float_epsilon);
  expect_close("dgain", dgain, 200 * float_epsilon, 200 * float_epsilon);
  expect_close("dshift", dshift, 60 * float_epsilon, 60 * float_epsilon);
}

static void check_gather(int64_t width) {
  begin_check("gather, width %lld", (long long)width);
  seed_numbers((uint64_t)width + 3000);
  enum { rows = 9 };
  const int32_t indices[rows] = {3, 0, -1, 3, 6, 2, -100, 3, 5};
  const twin table = reals(7 * width, -1, 1), y = empty(rows * width);
  const twin dy = wholes(rows * width, 9), dtable = wholes(7 * width, 9);
  FOR_BOTH(side, k) {
    k->gather(rows, width, table.at[side], indices, y.at[side]);
    k->scatter_add(rows, width, dy.at[side], indices, dtable.at[side]);
  }
  expect_close("rows", y, 0, 0);
  expect_close("sums", dtable, 0, 0);
}

static void check_row_threads(void) {
  begin_check("rows and parameters, the same bits for any number of threads");
  seed_numbers(5000);
  const int64_t rows = 300, n = 257, count = rows * n;
  const twin x = reals(count, -3, 3);
  float *expected = NULL;
  const int32_t threads[] = {1, 2, 3, 8};
  for (int t = 0; t < 4; t++) {
    rk_set_threads(threads[t]);
    float *y = elements(0, 3 * count + 2 * rows);
    sides[0]->softmax(rows, n, x.at[0], y);
    sides[0]->layer_norm(rows, n, 1e-5, x.at[0], NULL, NULL, y + count, y + 3 * count, y + 3 * count + rows);
    sides[0]->fill(count, 0.5, y + 2 * count);
    sides[0]->sgd(count, 0.1, 0, 0, 0, 0.1, 1, x.at[0], NULL, y + 2 * count);
    if (t == 0) expected = y;
    else expect_bits("softmax, layer norm, SGD", y, expected, 3 * count + 2 * rows);
  }
  rk_set_threads(rk_default_threads());
}

static void check_linear_chain(int64_t labels) {
  begin_check("linear chain of %lld labels", (long long)labels);
  seed_numbers((uint64_t)labels + 5000);
  const int64_t steps = 4, batch = 3;
  const int32_t lengths[] = {4, 0, 3};
  int32_t targets[12], best[2][12], *from = malloc(sizeof *from * (size_t)(steps * batch * labels));
  for (int64_t i = 0; i < steps * batch; i++) targets[i] = (int32_t)(i * 5 % labels);
  const twin x = reals(steps * batch * labels, -2, 2), pairs = reals(labels * labels, -2, 2);
  const twin start = reals(labels, -2, 2), end = reals(labels, -2, 2), dlosses = reals(batch, 0.5, 1.5);
  const twin losses = empty(batch), scores = empty(batch), saved = filled(steps * batch * labels, 0);
  const twin workspace = empty(batch * (labels + 5) * labels);
  const twin dx = filled(x.count, 0.25), dpairs = filled(pairs.count, 0.25), dstart = filled(labels, 0.25);
  const twin dend = filled(labels, 0.25);
  FOR_BOTH(side, k) {
    k->linear_chain_loss(steps, batch, labels, lengths, x.at[side], pairs.at[side], start.at[side], end.at[side],
                         targets, losses.at[side], saved.at[side], workspace.at[side]);
    k->linear_chain_loss_backward(steps, batch, labels, lengths, x.at[side], pairs.at[side], end.at[side], targets,
                                  saved.at[side], dlosses.at[side], dx.at[side], dpairs.at[side], dstart.at[side],
                                  dend.at[side], workspace.at[side]);
    k->linear_chain_best(steps, batch, labels, lengths, x.at[side], pairs.at[side], start.at[side], end.at[side],
                         best[side], scores.at[side], from, workspace.at[side]);
  }
  free(from);
  expect_close("losses", losses, 64 * float_epsilon, 0);
  expect_close("dx", dx, 32 * float_epsilon, 0);
  expect_close("gradients of transitions", dpairs, 32 * float_epsilon, 0);
  expect_close("gradients of starts", dstart, 32 * float_epsilon, 0);
  expect_close("gradients of ends", dend, 32 * float_epsilon, 0);
  expect_close("best scores", scores, 32 * float_epsilon, 0);
  expect_true("best labels", memcmp(best[0], best[1], sizeof best[0]) == 0);
}

static void check_ctc(int64_t symbols) {
  begin_check("connectionist temporal classification of %lld symbols", (long long)symbols);
  seed_numbers((uint64_t)symbols + 6000);
  const int64_t batch = 4, longest = symbols < 12 ? symbols : 12, steps = 2 * longest + 2, width = 2 * longest + 5;
  const int32_t lengths[] = {(int32_t)steps, 0, (int32_t)steps - 1, 1};
  const int32_t target_lengths[] = {(int32_t)longest, 0, (int32_t)longest / 2, 2};
  int32_t targets[48], best[2][4 * 26], from[4 * 26 * 25];
  for (int64_t i = 0; i < longest * batch; i++) targets[i] = (int32_t)(1 + i * 5 % (symbols - 1));
  const twin x = reals(steps * batch * symbols, -2, 2), dlosses = reals(batch, 0.5, 1.5);
  const twin losses = empty(batch), scores = empty(batch), saved = filled(batch * steps * width, 0);
  const twin workspace = empty(batch * (4 * width + symbols)), dx = filled(x.count, 0.25);
  FOR_BOTH(side, k) {
    k->ctc_loss(steps, batch, symbols, longest, 0, lengths, target_lengths, x.at[side], targets, 0, losses.at[side],
                saved.at[side], workspace.at[side]);
    k->ctc_loss_backward(steps, batch, symbols, longest, 0, lengths, target_lengths, x.at[side], targets,
                         saved.at[side], dlosses.at[side], dx.at[side], workspace.at[side]);
    k->ctc_best(steps, batch, symbols, longest, 0, lengths, target_lengths, x.at[side], targets, best[side],
                scores.at[side], from, workspace.at[side]);
  }
  expect_close("losses", losses, 64 * float_epsilon, 16 * float_epsilon);
  expect_close("dx", dx, 128 * float_epsilon, 0);
  expect_close("best scores", scores, 64 * float_epsilon, 16 * float_epsilon);
  expect_true("best ways", memcmp(best[0], best[1], (size_t)(steps * batch) * sizeof best[0][0]) == 0);
}

void check_rows(void) {
  for (int w = 0; w < width_count; w++) {
    check_softmax(widths[w]);
    check_cross_entropy(widths[w], 0);
    check_cross_entropy(widths[w], 0.1);
    check_top_k(widths[w], 1);
    check_top_k(widths[w], 9);
    check_layer_norm(widths[w], 0);
    check_layer_norm(widths[w], 1);
    check_gather(widths[w]);
    if (widths[w] <= 100) check_linear_chain(widths[w]);
    if (widths[w] > 1) check_ctc(widths[w]);
  }
  check_row_threads();
}
