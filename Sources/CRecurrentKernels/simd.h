/* Vectors of RK_LANES floats, written once for every instruction set on clang's vector extensions. Whoever includes
 * this has pushed its target and defined RK_LANES and RK_HAS_FMA. Only partial loads and stores, which the vector
 * extensions lack, are spelled out for each instruction set. */
#ifndef RECURRENT_SIMD_H
#define RECURRENT_SIMD_H

#include <stdint.h>
#include <string.h>

#include "counts.h"

/* No product and sum are joined behind our back: the tiles for 1 row and for 6 rows must round alike. */
#pragma STDC FP_CONTRACT OFF

#define RK_UNROLLED _Pragma("clang loop unroll(full)")

typedef float vec __attribute__((ext_vector_type(RK_LANES)));
typedef int32_t vec_bits __attribute__((ext_vector_type(RK_LANES)));
typedef float vec_unaligned __attribute__((ext_vector_type(RK_LANES), aligned(4)));

RK_INLINE vec broadcast(float value) { return (vec)value; }
RK_INLINE vec load(const float *from) { return *(const vec_unaligned *)from; }
RK_INLINE void store(float *to, vec value) { *(vec_unaligned *)to = value; }

/* a b + c; rounded once where the instruction set can. */
RK_INLINE vec fused(vec a, vec b, vec c) {
#if RK_HAS_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

RK_INLINE vec_bits bits_of(vec value) { return __builtin_bit_cast(vec_bits, value); }
RK_INLINE vec of_bits(vec_bits bits) { return __builtin_bit_cast(vec, bits); }
RK_INLINE vec magnitude(vec value) { return of_bits(bits_of(value) & 0x7fffffff); }
/* The magnitude of one with the sign of the other. */
RK_INLINE vec with_sign(vec value, vec sign) {
  return of_bits((bits_of(value) & 0x7fffffff) | (bits_of(sign) & (int32_t)0x80000000));
}
/* NaN stays NaN: both comparisons are false then. */
RK_INLINE vec clamped(vec value, float low, float high) {
  const vec bottom = broadcast(low), top = broadcast(high);
  value = top < value ? top : value;
  return bottom > value ? bottom : value;
}

/* The first `count` lanes, 0 < count < RK_LANES; the others are 0. Nothing behind them is touched. */
#if RK_LANES == 16 && defined(__x86_64__)
RK_INLINE vec load_first(const float *from, int64_t count) {
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
}
RK_INLINE void store_first(float *to, vec value, int64_t count) {
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)value);
}
#elif RK_LANES == 8 && defined(__x86_64__)
RK_INLINE __m256i first_lanes(int64_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int32_t)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
RK_INLINE vec load_first(const float *from, int64_t count) {
  return (vec)_mm256_maskload_ps(from, first_lanes(count));
}
RK_INLINE void store_first(float *to, vec value, int64_t count) {
  _mm256_maskstore_ps(to, first_lanes(count), (__m256)value);
}
#else
RK_INLINE vec load_first(const float *from, int64_t count) {
  vec value = broadcast(0);
  for (int64_t lane = 0; lane < count; lane++) value[lane] = from[lane];
  return value;
}
RK_INLINE void store_first(float *to, vec value, int64_t count) {
  for (int64_t lane = 0; lane < count; lane++) to[lane] = value[lane];
}
#endif

/* `left` elements are left from here to the end of a row; a whole vector of them where there are enough. */
RK_INLINE vec load_upto(const float *from, int64_t left) {
  return left >= RK_LANES ? load(from) : load_first(from, left);
}
RK_INLINE void store_upto(float *to, vec value, int64_t left) {
  if (left >= RK_LANES) store(to, value);
  else store_first(to, value, left);
}
RK_INLINE void add_upto(float *to, vec value, int64_t left) { store_upto(to, load_upto(to, left) + value, left); }

/* Lanes joined pairwise, halves first: a fixed order. */
RK_INLINE float sum_lanes(vec value) {
#if RK_LANES == 16
  const __typeof__(value.lo) eight = value.lo + value.hi;
  const __typeof__(eight.lo) four = eight.lo + eight.hi;
#elif RK_LANES == 8
  const __typeof__(value.lo) four = value.lo + value.hi;
#else
  const vec four = value;
#endif
  const __typeof__(four.lo) two = four.lo + four.hi;
  return two.x + two.y;
}
RK_INLINE float maximum_of_lanes(vec value) {
  float largest = value[0];
  for (int lane = 1; lane < RK_LANES; lane++) {
    largest = value[lane] > largest || value[lane] != value[lane] ? value[lane] : largest;
  }
  return largest;
}

RK_INLINE int64_t whole_vectors(int64_t count) { return quotient_up(count, RK_LANES) * RK_LANES; }

#endif
