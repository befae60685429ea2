#define real float
#define REAL_ELEMENT RK_FLOAT32
#define REAL_NAME "reference-float"
#define REAL_TABLE rk_kernels_reference_float
#define REAL_RANDOM(name) rk_random_##name##_float
#include "reference.inc"
