// Vectors of the instruction set that the including file is compiled for: 16 lanes with AVX-512, 8 with AVX2.
// Everything is in an unnamed namespace: a function shared between files of different instruction sets would crash old processors.
#pragma once
#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace attune {

namespace {

using Bf16 = uint16_t;

inline int64_t smallest(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t largest(int64_t a, int64_t b) { return a > b ? a : b; }

#if defined(__AVX512F__)

constexpr int kLanes = 16;
using Vector = __m512;

inline Vector broadcast(float x) { return _mm512_set1_ps(x); }
inline Vector load(const float* p) { return _mm512_loadu_ps(p); }
inline void store(float* p, Vector v) { _mm512_storeu_ps(p, v); }
inline Vector widen(__m256i bits) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16)); }
inline __m256i narrow(Vector v) { return (__m256i)_mm512_cvtneps_pbh(v); }
inline Vector load(const Bf16* p) { return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }
inline void store(Bf16* p, Vector v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), narrow(v)); }

inline __mmask16 firstLanes(int64_t count) { return count >= 16 ? 0xFFFF : count <= 0 ? 0 : static_cast<__mmask16>((1u << count) - 1); }
inline Vector loadFirst(const float* p, int64_t count) { return _mm512_maskz_loadu_ps(firstLanes(count), p); }
inline Vector loadFirst(const Bf16* p, int64_t count) { return widen(_mm256_maskz_loadu_epi16(firstLanes(count), p)); }
inline void storeFirst(float* p, Vector v, int64_t count) { _mm512_mask_storeu_ps(p, firstLanes(count), v); }
inline void storeFirst(Bf16* p, Vector v, int64_t count) { _mm256_mask_storeu_epi16(p, firstLanes(count), narrow(v)); }

inline Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
inline Vector subtract(Vector a, Vector b) { return _mm512_sub_ps(a, b); }
inline Vector multiply(Vector a, Vector b) { return _mm512_mul_ps(a, b); }
inline Vector divide(Vector a, Vector b) { return _mm512_div_ps(a, b); }
inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
// Returns the second argument if the first is NaN.
inline Vector larger(Vector a, Vector b) { return _mm512_max_ps(a, b); }
inline Vector smaller(Vector a, Vector b) { return _mm512_min_ps(a, b); }
inline float sumOf(Vector v) { return _mm512_reduce_add_ps(v); }
inline float largestOf(Vector v) { return _mm512_reduce_max_ps(v); }
// Pairwise sums of two vectors, interleaved in each quarter: a b a b.
inline Vector sumInTurns(Vector a, Vector b) { return add(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b)); }
inline Vector sumInTurnsOfTwo(Vector a, Vector b) {
  const __m512d x = _mm512_castps_pd(a), y = _mm512_castps_pd(b);
  return add(_mm512_castpd_ps(_mm512_unpacklo_pd(x, y)), _mm512_castpd_ps(_mm512_unpackhi_pd(x, y)));
}
// Sums of quarters in the first eight lanes: those of a (lanes 0 to 3) and b (4 to 7).
inline Vector sumQuarters(Vector a, Vector b) {
  const Vector halves = add(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xEE));
  return add(_mm512_shuffle_f32x4(halves, halves, 0x08), _mm512_shuffle_f32x4(halves, halves, 0x0D));
}
// v in the lanes [from, to), `other` elsewhere.
inline Vector choose(int64_t from, int64_t to, Vector v, Vector other) {
  return _mm512_mask_mov_ps(other, firstLanes(to) & static_cast<__mmask16>(~firstLanes(from)), v);
}
inline Vector roundWhole(Vector v) { return _mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline Vector timesTwoTo(Vector v, Vector whole) { return _mm512_scalef_ps(v, whole); }
inline Vector zeroBelow(Vector test, Vector limit, Vector v) { return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(test, limit, _CMP_NLT_UQ), v); }

// Transposes 16 rows of 16 32-bit values (or pairs of 16-bit ones).
inline void turn(__m512i (&v)[16]) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(v[i], v[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(v[i], v[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    for (int j = 0; j < 2; j++) {
      v[i + 2 * j] = _mm512_unpacklo_epi64(t[i + j], t[i + j + 2]);
      v[i + 2 * j + 1] = _mm512_unpackhi_epi64(t[i + j], t[i + j + 2]);
    }
  }
  for (int i = 0; i < 16; i += 8) {
    for (int j = 0; j < 4; j++) {
      t[i + j] = _mm512_shuffle_i32x4(v[i + j], v[i + j + 4], 0x88);
      t[i + j + 4] = _mm512_shuffle_i32x4(v[i + j], v[i + j + 4], 0xDD);
    }
  }
  for (int j = 0; j < 8; j++) {
    v[j] = _mm512_shuffle_i32x4(t[j], t[j + 8], 0x88);
    v[j + 8] = _mm512_shuffle_i32x4(t[j], t[j + 8], 0xDD);
  }
}

#else

constexpr int kLanes = 8;
using Vector = __m256;

inline Vector broadcast(float x) { return _mm256_set1_ps(x); }
inline Vector load(const float* p) { return _mm256_loadu_ps(p); }
inline void store(float* p, Vector v) { _mm256_storeu_ps(p, v); }
inline Vector load(const Bf16* p) {
  const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
}
// Rounds to the nearest, ties to even; keeps NaN.
inline void store(Bf16* p, Vector v) {
  const __m256i bits = _mm256_castps_si256(v);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7FFF)));
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
  const __m256i isNone = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
  const __m256i high = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, isNone), 16);
  const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(high, high), 0x08);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(packed));
}

template <class T>
inline Vector loadFirst(const T* p, int64_t count) {
  if (count >= kLanes) return load(p);
  alignas(32) T buffer[kLanes] = {};
  std::memcpy(buffer, p, static_cast<size_t>(count) * sizeof(T));
  return load(buffer);
}
template <class T>
inline void storeFirst(T* p, Vector v, int64_t count) {
  if (count >= kLanes) return store(p, v);
  alignas(32) T buffer[kLanes];
  store(buffer, v);
  std::memcpy(p, buffer, static_cast<size_t>(count) * sizeof(T));
}

inline Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
inline Vector subtract(Vector a, Vector b) { return _mm256_sub_ps(a, b); }
inline Vector multiply(Vector a, Vector b) { return _mm256_mul_ps(a, b); }
inline Vector divide(Vector a, Vector b) { return _mm256_div_ps(a, b); }
inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
inline Vector larger(Vector a, Vector b) { return _mm256_max_ps(a, b); }
inline Vector smaller(Vector a, Vector b) { return _mm256_min_ps(a, b); }
inline float sumOf(Vector v) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}
inline Vector sumInTurns(Vector a, Vector b) { return add(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b)); }
inline Vector sumInTurnsOfTwo(Vector a, Vector b) {
  const __m256d x = _mm256_castps_pd(a), y = _mm256_castps_pd(b);
  return add(_mm256_castpd_ps(_mm256_unpacklo_pd(x, y)), _mm256_castpd_ps(_mm256_unpackhi_pd(x, y)));
}
inline Vector sumQuarters(Vector a, Vector b) { return add(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31)); }
inline float largestOf(Vector v) {
  __m128 half = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  half = _mm_max_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}
inline int clampLane(int64_t lane) { return lane < 0 ? 0 : lane > kLanes ? kLanes : static_cast<int>(lane); }
inline Vector choose(int64_t from, int64_t to, Vector v, Vector other) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i isBefore = _mm256_cmpgt_epi32(_mm256_set1_epi32(clampLane(from)), lane);
  const __m256i isInside = _mm256_cmpgt_epi32(_mm256_set1_epi32(clampLane(to)), lane);
  return _mm256_blendv_ps(other, v, _mm256_castsi256_ps(_mm256_andnot_si256(isBefore, isInside)));
}
inline Vector roundWhole(Vector v) { return _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
// For integers from -126 to 127.
inline Vector timesTwoTo(Vector v, Vector whole) {
  const __m256i exponent = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(whole), _mm256_set1_epi32(127)), 23);
  return _mm256_mul_ps(v, _mm256_castsi256_ps(exponent));
}
inline Vector zeroBelow(Vector test, Vector limit, Vector v) { return _mm256_and_ps(_mm256_cmp_ps(test, limit, _CMP_NLT_UQ), v); }

#endif

// Sums of eight vectors, in the first eight lanes.
inline Vector sumsOf(const Vector (&v)[8]) {
  const Vector first = sumInTurnsOfTwo(sumInTurns(v[0], v[1]), sumInTurns(v[2], v[3]));
  return sumQuarters(first, sumInTurnsOfTwo(sumInTurns(v[4], v[5]), sumInTurns(v[6], v[7])));
}

// 2^x to f32's accuracy (polynomial of degree 6 on [-1/2, 1/2], relative error 2e-8); 0 below 2^-126. Keeps NaN.
inline Vector exp2(Vector x) {
  const Vector bounded = smaller(broadcast(127.0f), larger(broadcast(-126.0f), x));
  const Vector whole = roundWhole(bounded);
  const Vector f = subtract(bounded, whole);
  Vector p = broadcast(1.5403530e-4f);
  p = multiplyAdd(p, f, broadcast(1.3333558e-3f));
  p = multiplyAdd(p, f, broadcast(9.6181291e-3f));
  p = multiplyAdd(p, f, broadcast(5.5504109e-2f));
  p = multiplyAdd(p, f, broadcast(2.4022651e-1f));
  p = multiplyAdd(p, f, broadcast(6.9314718e-1f));
  p = multiplyAdd(p, f, broadcast(1.0f));
  return zeroBelow(x, broadcast(-126.0f), timesTwoTo(p, whole));
}

constexpr float kLog2E = 1.44269504f;

// 1 / (1 + e^-x)
inline Vector sigmoid(Vector x) { return divide(broadcast(1.0f), add(broadcast(1.0f), exp2(multiply(x, broadcast(-kLog2E))))); }

}  // namespace

}  // namespace attune
