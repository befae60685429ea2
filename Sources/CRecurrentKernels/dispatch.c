/* Chooses the kernels once, by what this CPU and its operating system support. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "recurrent_kernels.h"

#define RK_VARIANT(name, table, condition) extern const rk_kernels table;
#include "kernel_list.inc"
#undef RK_VARIANT

#if defined(__x86_64__)
/* __builtin_cpu_supports also asks whether the operating system saves the wide registers. */
static int rk_cpu_has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
         && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
}
static int rk_cpu_has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#endif

enum { variant_limit = 8 };
static const rk_kernels *variants[variant_limit];
static int32_t variant_count;
static const rk_kernels *fastest;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void add(const rk_kernels *table, int runs_here) {
  if (runs_here) variants[variant_count++] = table;
}

static void choose(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
#define RK_VARIANT(name, table, condition) add(&table, condition);
#include "kernel_list.inc"
#undef RK_VARIANT
  const char *wanted = getenv("RECURRENT_KERNELS");
  for (int32_t i = 0; i < variant_count; i++) {
    if (variants[i]->element != RK_FLOAT32) continue;
    if (!fastest || (wanted && strcmp(wanted, variants[i]->name) == 0)) fastest = variants[i];
  }
}

const rk_kernels *rk_kernels_fastest(void) {
  pthread_once(&once, choose);
  return fastest;
}

const rk_kernels *rk_kernels_reference(rk_element element) {
  return element == RK_FLOAT64 ? &rk_kernels_reference_double : &rk_kernels_reference_float;
}

int32_t rk_kernels_count(void) {
  pthread_once(&once, choose);
  return variant_count;
}

const rk_kernels *rk_kernels_at(int32_t index) {
  pthread_once(&once, choose);
  return variants[index];
}
