/* Several steps of every optimiser, and random numbers. */
#include "checks.h"

enum { step_count = 4, state_count = 3 };
static const int64_t parameter_counts[] = {1, 3, 4, 17, 65, 257};

typedef void (*optimizer)(const rk_kernels *k, int variant, int64_t step, int64_t n, const rk_real *g,
                          rk_real *const *states, rk_real *w);

static void run_sgd(const rk_kernels *k, int variant, int64_t step, int64_t n, const rk_real *g,
                    rk_real *const *states, rk_real *w) {
  const double momentum = variant ? 0.875 : 0, dampening = variant == 2 ? 0.25 : 0, decay = variant == 1 ? 0 : 0.03125;
  k->sgd(n, 0.125, momentum, dampening, variant == 3, decay, step == 1, g, variant ? states[0] : NULL, w);
}

static void run_rmsprop(const rk_kernels *k, int variant, int64_t step, int64_t n, const rk_real *g,
                        rk_real *const *states, rk_real *w) {
  (void)step;
  k->rmsprop(n, 0.015625, 0.875, 0x1p-10, variant & 1 ? 0.75 : 0, variant & 2 ? 0.03125 : 0, g, states[0],
             variant > 1 ? states[1] : NULL, variant & 1 ? states[2] : NULL, w);
}

static void run_adagrad(const rk_kernels *k, int variant, int64_t step, int64_t n, const rk_real *g,
                        rk_real *const *states, rk_real *w) {
  (void)step;
  k->adagrad(n, 0.125, 0x1p-10, variant & 1 ? 0.03125 : 0, g, states[0], w);
}

static void run_adam(const rk_kernels *k, int variant, int64_t step, int64_t n, const rk_real *g,
                     rk_real *const *states, rk_real *w) {
  k->adam(n, 0.125, 0.875, 0.96875, 0x1p-10, variant & 1 ? 0.03125 : 0, variant >> 1, step, g, states[0], states[1], w);
}

static void check_optimizer(const char *name, optimizer run, int variant) {
  begin_check("%s, variant %d", name, variant);
  seed_numbers((uint64_t)variant);
  for (size_t c = 0; c < sizeof parameter_counts / sizeof parameter_counts[0]; c++) {
    const int64_t n = parameter_counts[c];
    const twin w = reals(n, -1, 1), states[state_count] = {filled(n, 0), filled(n, 0), filled(n, 0)};
    for (int64_t step = 1; step <= step_count; step++) {
      const twin g = reals(n, -1, 1);
      FOR_BOTH(side, k) {
        rk_real *const at[state_count] = {states[0].at[side], states[1].at[side], states[2].at[side]};
        run(k, variant, step, n, g.at[side], at, w.at[side]);
      }
    }
    /* Root and quotient magnify the rounding of a small second moment. */
    expect_close("parameters", w, 40 * float_epsilon, 40 * float_epsilon);
    for (int s = 0; s < state_count; s++) expect_close("a state", states[s], 40 * float_epsilon, 40 * float_epsilon);
  }
}

void check_optimizers(void) {
  for (int variant = 0; variant < 4; variant++) {
    check_optimizer("SGD", run_sgd, variant);
    check_optimizer("RMSprop", run_rmsprop, variant);
    check_optimizer("Adam", run_adam, variant);
  }
  check_optimizer("Adagrad", run_adagrad, 0);
  check_optimizer("Adagrad", run_adagrad, 1);
}

void check_random(void) {
  begin_check("random numbers");
  for (int s = 0; s < odd_size_count; s++) {
    const int64_t n = odd_sizes[s];
    const twin uniform = empty(n), normal = empty(n), mask = empty(n);
    FOR_BOTH(side, k) {
      k->random_uniform(7, 11, -2, 3, n, uniform.at[side]);
      k->random_normal(7, 12, 0.5, 2, n, normal.at[side]);
      k->random_choice(7, 13, 0.75, 2, -3, n, mask.at[side]);
    }
    expect_close("uniform", uniform, 4 * float_epsilon, 0);
    expect_close("normal", normal, 0, float_epsilon);
    expect_close("masks", mask, 0, float_epsilon);
  }
  /* Random123's own test vector: all bits of counter and key. */
  begin_check("Philox");
  uint32_t words[4];
  rk_philox(0, 0, 0, words);
  expect_true("the words of counter 0 and key 0",
              words[0] == 0x6627e8d5 && words[1] == 0xe169c58d && words[2] == 0xbc57ac4c && words[3] == 0x9b00dbd8);
}
