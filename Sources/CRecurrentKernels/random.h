/* Random numbers for the kernel tables. They are the same for every instruction set, so there is one implementation. */
#ifndef RECURRENT_RANDOM_H
#define RECURRENT_RANDOM_H

#include "recurrent_kernels.h"

void rk_random_uniform_float(uint64_t seed, uint64_t stream, double low, double high, int64_t n, rk_real *x);
void rk_random_uniform_double(uint64_t seed, uint64_t stream, double low, double high, int64_t n, rk_real *x);
void rk_random_normal_float(uint64_t seed, uint64_t stream, double mean, double deviation, int64_t n, rk_real *x);
void rk_random_normal_double(uint64_t seed, uint64_t stream, double mean, double deviation, int64_t n, rk_real *x);
void rk_random_choice_float(uint64_t seed, uint64_t stream, double share, double chosen, double other, int64_t n,
                            rk_real *x);
void rk_random_choice_double(uint64_t seed, uint64_t stream, double share, double chosen, double other, int64_t n,
                             rk_real *x);

#endif
