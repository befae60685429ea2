/* Agreement of one table of kernels with the double reference, in plain C, so that the same program runs under an
 * emulator of another processor. Arrays come in twins of equal values: floats for the table that is tested, doubles for
 * the reference. */
#ifndef RECURRENT_CHECKS_H
#define RECURRENT_CHECKS_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recurrent_kernels.h"

typedef struct twin {
  int64_t count;
  void *at[2]; /* 0: floats, 1: doubles; both NULL where the contract says NULL */
} twin;

/* The table that is tested, and the reference. */
extern const rk_kernels *sides[2];

/* Runs what follows for both: `side` is the index into twins and `k` the table. */
#define FOR_BOTH(side, k)              \
  for (int side = 0; side < 2; side++) \
    for (const rk_kernels *k = sides[side]; k; k = NULL)

static const double float_epsilon = 0x1p-23;

/* Sizes on both sides of every vector width and tile. */
static const int64_t odd_sizes[] = {0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100, 257};
enum { odd_size_count = sizeof odd_sizes / sizeof odd_sizes[0] };

/* --- arrays: behind each lies a page that cannot be touched, and the bytes before it are checked */

/* Memory of one side for so many elements, each of them a NaN. */
void *elements(int side, int64_t count);
twin empty(int64_t count);
twin filled(int64_t count, double value);
twin listed(int64_t count, const double *values);
/* The same values again, in memory of their own. */
twin copied(twin original);
static const twin absent = {0, {NULL, NULL}};

/* --- numbers that look random and are the same on every machine */

void seed_numbers(uint64_t seed);
int64_t whole(int64_t low, int64_t high); /* both included */
twin reals(int64_t count, double low, double high);
twin wholes(int64_t count, int64_t limit); /* small enough that sums of products are exact in any order */

/* --- checks */

/* Opens a check; all that is expected until the next one belongs to it. Frees the arrays of the one before. */
void begin_check(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Closes the last check, prints how many passed and gives the number that failed. */
int end_checks(void);

/* |float - double| <= absolute + relative |double| for each element, and the same NaNs and infinities. */
void expect_close(const char *what, twin actual, double absolute, double relative);
/* The same, in units of what the largest element, or 1, rounds to. */
void expect_agreement(const char *what, twin actual, double tolerance);
void expect_bits(const char *what, const void *actual, const void *expected, int64_t count);
void expect_true(const char *what, int is_true);

void check_elements(void);
void check_rows(void);
void check_products(void);
void check_optimizers(void);
void check_random(void);
void check_layers(void);
void check_layer_bits(void);
void check_programs(void);

#endif
