/* The largest errors of the vector functions against the C library's in double precision.
 *
 *     accuracy STRIDE PROCESSES
 *
 * goes over every STRIDE-th of the 2^32 floats (1: all of them; an odd number meets every exponent) and prints a JSON
 * line for each table and function: {"table", "function", "unit", "error", "bound", "argument", "floats"}. The unit is
 * the last place of the exact result, or 1 for gates. A result below the normal numbers may be 0. Ends with 1 when an
 * error is above its bound. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recurrent_kernels.h"

enum { chunk_size = 1 << 13, table_limit = 8, function_count = 7, lanes_of_gates = 16 };

static double logistic(double x) {
  const double e = exp(-fabs(x));
  return (x < 0 ? e : 1) / (1 + e);
}
static double softplus(double x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))) + (x != x ? x : 0); }

typedef struct function {
  const char *name;
  rk_unary op;
  double (*exact)(double);
  double bound, bound_without_fma; /* stated in Documentation/Numerics.md */
  int is_gate; /* of a recurrent cell: the error is absolute, and the arguments are finite */
} function;

/* A gate follows the output function whose exact values serve it too. */
static const function functions[function_count] = {
    {"exp", RK_EXP, exp, 1, 1, 0},
    {"log", RK_LOG, log, 1, 1, 0},
    {"softplus", RK_SOFTPLUS, softplus, 1, 1.1, 0},
    {"tanh", RK_TANH, tanh, 1, 1.1, 0},
    {"gate_tanh", RK_TANH, tanh, 1e-7, 1.1e-7, 1},
    {"sigmoid", RK_SIGMOID, logistic, 1, 1.5, 0},
    {"gate_sigmoid", RK_SIGMOID, logistic, 1.1e-7, 1.1e-7, 1},
};

typedef struct worst_case {
  double error;
  float argument;
} worst_case;
typedef worst_case record[table_limit][function_count];

static int32_t table_count;
static const rk_kernels *tables[table_limit];

/* --- gates, as an Elman layer of one step whose input weights are the unit matrix and whose states are 0 */

static float *packed_unit[table_limit];
static float *workspaces[table_limit];

static rk_recurrent gate_layer(rk_unary op) {
  return (rk_recurrent){.cell = RK_ELMAN, .activation = op, .steps = 1, .batch = chunk_size / lanes_of_gates,
                        .input_size = lanes_of_gates, .hidden_size = lanes_of_gates};
}

static float *numbers(int64_t count) {
  float *memory = calloc((size_t)count + 1, sizeof(float));
  if (!memory) exit(70);
  return memory;
}

static void prepare_gates(int32_t t) {
  const int64_t n = lanes_of_gates;
  const rk_recurrent layer = gate_layer(RK_TANH);
  float *unit = numbers(n * n), *zero = numbers(n * n);
  for (int64_t i = 0; i < n; i++) unit[i * n + i] = 1;
  packed_unit[t] = numbers(tables[t]->recurrent_packed_size(RK_ELMAN, n, n));
  workspaces[t] = numbers(tables[t]->recurrent_forward_workspace(&layer, 0));
  tables[t]->recurrent_pack(RK_ELMAN, n, n, unit, zero, NULL, NULL, packed_unit[t]);
  free(unit);
  free(zero);
}

static void gate(int32_t t, rk_unary op, const float *x, float *y) {
  const rk_recurrent layer = gate_layer(op);
  const rk_recurrent_forward call = {
      .x = x, .packed = packed_unit[t], .y = y, .y_stride = lanes_of_gates, .workspace = workspaces[t]};
  tables[t]->recurrent_forward(1, &layer, &call);
}

/* --- errors */

/* 1 / the distance of neighbouring floats at this value: 2^(23 - e), where e is kept to the exponents of floats. */
static double per_unit(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  const int64_t exponent = (int64_t)((bits >> 52) & 0x7ff) - 1023;
  const int64_t kept = exponent < -126 ? -126 : exponent > 127 ? 127 : exponent;
  bits = (uint64_t)(23 - kept + 1023) << 52;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* An infinity is what would come next after the largest float. */
static double bounded(double value) { return value > 0x1p128 ? 0x1p128 : value < -0x1p128 ? -0x1p128 : value; }

static double error_of(double y, double exact, double scale) {
  const double error = fabs(bounded(y) - bounded(exact)) * scale;
  const int is_right = (exact != exact && y != y) || (fabs(exact) < 0x1p-126 && y == 0);
  return is_right ? 0 : error == error ? error : INFINITY;
}

static void compare(const float *x, const float *y, const double *exact, const double *scale, worst_case *worst) {
  enum { group = 64 };
  for (int start = 0; start < chunk_size; start += group) {
    double largest = 0;
    for (int i = start; i < start + group; i++) {
      const double error = error_of((double)y[i], exact[i], scale[i]);
      largest = error > largest ? error : largest;
    }
    for (int i = start; largest > worst->error && i < start + group; i++) {
      const double error = error_of((double)y[i], exact[i], scale[i]);
      if (error > worst->error) *worst = (worst_case){error, x[i]};
    }
  }
}

static void run_chunk(const float *x, record *worst) {
  static float finite[chunk_size], y[chunk_size];
  static double exact[chunk_size], scale[chunk_size], ones[chunk_size];
  for (int i = 0; i < chunk_size; i++) {
    finite[i] = isfinite(x[i]) ? x[i] : 0;
    ones[i] = 1;
  }
  for (int f = 0; f < function_count; f++) {
    const function *function = &functions[f];
    const float *arguments = function->is_gate ? finite : x;
    for (int i = 0; i < chunk_size; i++) {
      if (function->is_gate && isfinite(x[i])) continue;
      exact[i] = function->exact((double)arguments[i]);
      scale[i] = per_unit(exact[i]);
    }
    for (int32_t t = 0; t < table_count; t++) {
      if (function->is_gate) gate(t, function->op, arguments, y);
      else tables[t]->unary(function->op, 0, chunk_size, arguments, y);
      compare(arguments, y, exact, function->is_gate ? ones : scale, &(*worst)[t][f]);
    }
  }
}

/* Every `processes`-th chunk from number `first` on; what is left of the last one is filled with zeros. */
static void run_share(uint64_t stride, uint64_t first, uint64_t processes, record *worst) {
  static float x[chunk_size];
  const uint64_t end = UINT64_C(1) << 32, width = stride * chunk_size;
  for (uint64_t start = first * width; start < end; start += processes * width) {
    for (uint64_t i = 0; i < chunk_size; i++) {
      const uint64_t pattern = start + i * stride;
      const uint32_t bits = pattern < end ? (uint32_t)pattern : 0;
      memcpy(x + i, &bits, sizeof bits);
    }
    run_chunk(x, worst);
  }
}

static double bound_of(const function *f, const rk_kernels *table) {
  return strcmp(table->name, "baseline") == 0 ? f->bound_without_fma : f->bound;
}

/* How many errors are above their bounds. */
static int print_worst(uint64_t stride, long processes, record *records) {
  int misses = 0;
  for (int32_t t = 0; t < table_count; t++) {
    for (int f = 0; f < function_count; f++) {
      worst_case worst = {0, 0};
      for (long p = 0; p < processes; p++) {
        if (records[p][t][f].error >= worst.error) worst = records[p][t][f];
      }
      const double bound = bound_of(&functions[f], tables[t]), error = fmin(worst.error, 1e300);
      printf("{\"table\": \"%s\", \"function\": \"%s\", \"unit\": \"%s\", \"error\": %.4g, \"bound\": %g, "
             "\"argument\": \"%a\", \"floats\": %llu}\n",
             tables[t]->name, functions[f].name, functions[f].is_gate ? "absolute" : "ulp", error, bound,
             (double)worst.argument, (unsigned long long)(((UINT64_C(1) << 32) - 1) / stride + 1));
      misses += !(error > 0 && error <= bound);
    }
  }
  return misses;
}

int main(int count, char **words) {
  const long stride = count > 1 ? atol(words[1]) : 257, processes = count > 2 ? atol(words[2]) : 1;
  if (stride < 1 || processes < 1 || processes > 256) {
    fprintf(stderr, "accuracy STRIDE PROCESSES: both at least 1\n");
    return 64;
  }
  rk_set_threads(1); /* the processes share out the work */
  for (int32_t k = 0; k < rk_kernels_count(); k++) {
    if (rk_kernels_at(k)->lanes > 1) tables[table_count++] = rk_kernels_at(k);
  }
  for (int32_t t = 0; t < table_count; t++) prepare_gates(t);
  record *records = mmap(NULL, (size_t)processes * sizeof *records, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (records == MAP_FAILED) return 70;
  for (long p = 0; p < processes; p++) {
    const pid_t child = fork();
    if (child < 0) return 71;
    if (child == 0) {
      run_share((uint64_t)stride, (uint64_t)p, (uint64_t)processes, &records[p]);
      _exit(0);
    }
  }
  for (long p = 0; p < processes; p++) {
    int status;
    if (wait(&status) < 0 || status != 0) {
      fprintf(stderr, "a process of the sweep ended with status %d\n", status);
      return 70;
    }
  }
  return print_worst((uint64_t)stride, processes, records) > 0;
}
