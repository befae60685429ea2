/* AVX-512: 32 registers of 16 floats. */
#if defined(__x86_64__)
#include "vector_headers.h"

#define RK_NAME "avx512"
#define RK_TABLE rk_kernels_avx512
#define RK_LANES 16
#define RK_HAS_FMA 1
#define RK_ROWS_OF_1 8
#define RK_ROWS_OF_2 8
#define RK_ROWS_OF_3 8
#define RK_ROWS_OF_4 6

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma"))), apply_to = function)
#include "vector_kernels.inc"
#pragma clang attribute pop
#endif
