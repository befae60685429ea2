/* Everything the vector kernels include from outside, taken in before a target is pushed: the attribute is for our own
 * functions, not for those of system headers. */
#ifndef RECURRENT_VECTOR_HEADERS_H
#define RECURRENT_VECTOR_HEADERS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "counts.h"
#include "denormals.h"
#include "random.h"
#include "recurrent_kernels.h"

#endif
