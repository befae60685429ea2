/* Denormal numbers are read as zero and written as zero while kernels run: they would be hundreds of times slower, and
 * whether a result is rounded to one must not depend on the thread that computed it. */
#ifndef RECURRENT_DENORMALS_H
#define RECURRENT_DENORMALS_H

#if defined(__x86_64__)
#include <xmmintrin.h>

typedef unsigned int rk_float_mode;

/* Returns the mode to give back to rk_restore_float_mode. */
static inline rk_float_mode rk_flush_denormals(void) {
  const rk_float_mode before = _mm_getcsr();
  _mm_setcsr(before | 0x8040); /* flush to zero, denormals are zero */
  return before;
}

static inline void rk_restore_float_mode(rk_float_mode mode) { _mm_setcsr(mode); }

#elif defined(__aarch64__)
#include <stdint.h>

typedef uint64_t rk_float_mode;

static inline void rk_restore_float_mode(rk_float_mode mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }

static inline rk_float_mode rk_flush_denormals(void) {
  rk_float_mode before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  rk_restore_float_mode(before | UINT64_C(1) << 24); /* FZ */
  return before;
}

#else

typedef int rk_float_mode;
static inline rk_float_mode rk_flush_denormals(void) { return 0; }
static inline void rk_restore_float_mode(rk_float_mode mode) { (void)mode; }

#endif
#endif
