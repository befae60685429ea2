/* Any other CPU, x86-64 without AVX2 above all: 16 registers of 4 floats, a product and a sum, not a fused one. */
#if !defined(__aarch64__)
#include "vector_headers.h"

#define RK_NAME "baseline"
#define RK_TABLE rk_kernels_baseline
#define RK_LANES 4
#define RK_HAS_FMA 0
#define RK_ROWS_OF_1 8
#define RK_ROWS_OF_2 4
#define RK_ROWS_OF_3 3
#define RK_ROWS_OF_4 2

#include "vector_kernels.inc"
#endif
