#define real double
#define REAL_ELEMENT RK_FLOAT64
#define REAL_NAME "reference-double"
#define REAL_TABLE rk_kernels_reference_double
#define REAL_RANDOM(name) rk_random_##name##_double
#include "reference.inc"
