/* Small sums with counts, for all kernels. */
#ifndef RECURRENT_COUNTS_H
#define RECURRENT_COUNTS_H

#include <stdint.h>

#define RK_INLINE static inline __attribute__((always_inline))

RK_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
RK_INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
RK_INLINE int64_t quotient_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
/* Where share number `share` of `shares` begins, of `count` things. */
RK_INLINE int64_t share_begin(int64_t count, int64_t share, int64_t shares) { return count * share / shares; }

#endif
