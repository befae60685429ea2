/* Arm: 32 registers of 4 floats, fused multiply-add in every 64-bit core. */
#if defined(__aarch64__)
#include "vector_headers.h"

#define RK_NAME "neon"
#define RK_TABLE rk_kernels_neon
#define RK_LANES 4
#define RK_HAS_FMA 1
#define RK_ROWS_OF_1 8
#define RK_ROWS_OF_2 8
#define RK_ROWS_OF_3 8
#define RK_ROWS_OF_4 6

#include "vector_kernels.inc"
#endif
