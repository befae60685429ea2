/* AVX2 with fused multiply-add: 16 registers of 8 floats. */
#if defined(__x86_64__)
#include "vector_headers.h"

#define RK_NAME "avx2"
#define RK_TABLE rk_kernels_avx2
#define RK_LANES 8
#define RK_HAS_FMA 1
#define RK_ROWS_OF_1 8
#define RK_ROWS_OF_2 6
#define RK_ROWS_OF_3 3
#define RK_ROWS_OF_4 3

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "vector_kernels.inc"
#pragma clang attribute pop
#endif
