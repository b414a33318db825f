// Dequantises 4-bit weights: looks up codes in each block's 16 values, which fit into one register.
#pragma once
#include "kernels.hpp"
#include "lanes.hpp"

namespace attune {

namespace {

// Expands 8 bytes to 16 codes, high nibble first.
inline __m128i codesOf(__m128i bytes) {
  const __m128i low = _mm_set1_epi8(15), upper = _mm_and_si128(_mm_srli_epi16(bytes, 4), low);
  return _mm_unpacklo_epi8(upper, _mm_and_si128(bytes, low));
}
inline __m128i eightBytes(const uint8_t* p) { return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)); }

template <class Stored>
struct CodeTable;

#if defined(__AVX512F__)

template <>
struct CodeTable<float> {
  __m512 values;
  explicit CodeTable(const float* t) : values(load(t)) {}
  // 16 values.
  void lookUp(const uint8_t* codes, float* y) const { store(y, _mm512_permutexvar_ps(_mm512_cvtepu8_epi32(codesOf(eightBytes(codes))), values)); }
};

template <>
struct CodeTable<Bf16> {
  __m512i values;
  explicit CodeTable(const Bf16* t) : values(_mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(t)))) {}
  void lookUp(const uint8_t* codes, Bf16* y) const {
    const __m512i index = _mm512_castsi256_si512(_mm256_cvtepu8_epi16(codesOf(eightBytes(codes))));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), _mm512_castsi512_si256(_mm512_permutexvar_epi16(index, values)));
  }
};

#else

template <>
struct CodeTable<float> {
  __m256 lower, upper;
  explicit CodeTable(const float* t) : lower(load(t)), upper(load(t + 8)) {}
  void lookUp(const uint8_t* codes, float* y) const {
    const __m128i all = codesOf(eightBytes(codes));
    store(y, eight(_mm256_cvtepu8_epi32(all)));
    store(y + 8, eight(_mm256_cvtepu8_epi32(_mm_srli_si128(all, 8))));
  }
  __m256 eight(__m256i index) const {
    const __m256 isUpper = _mm256_castsi256_ps(_mm256_slli_epi32(index, 28));
    return _mm256_blendv_ps(_mm256_permutevar8x32_ps(lower, index), _mm256_permutevar8x32_ps(upper, index), isUpper);
  }
};

template <>
struct CodeTable<Bf16> {
  __m128i low, high;  // bytes of the 16 numbers
  explicit CodeTable(const Bf16* t) {
    alignas(16) uint8_t bytes[2][16];
    for (int i = 0; i < 16; i++) bytes[0][i] = static_cast<uint8_t>(t[i]), bytes[1][i] = static_cast<uint8_t>(t[i] >> 8);
    low = _mm_load_si128(reinterpret_cast<const __m128i*>(bytes[0]));
    high = _mm_load_si128(reinterpret_cast<const __m128i*>(bytes[1]));
  }
  void lookUp(const uint8_t* codes, Bf16* y) const {
    const __m128i all = codesOf(eightBytes(codes)), a = _mm_shuffle_epi8(low, all), b = _mm_shuffle_epi8(high, all);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y), _mm_unpacklo_epi8(a, b));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y + 8), _mm_unpackhi_epi8(a, b));
  }
};

#endif

template <class Stored>
struct FourBitBlocks {
  static void run(const FourBit& p, int64_t begin, int64_t end) {
    alignas(64) Stored scaled[16];
    for (int64_t block = begin; block < end; block++) {
      for (int i = 0; i < 16; i += kLanes) store(scaled + i, multiply(load(p.table + i), broadcast(p.scales[block])));
      const CodeTable<Stored> table(scaled);
      const int64_t first = block * p.block, last = smallest(p.count, first + p.block);
      const uint8_t* codes = p.codes + first / 2;
      Stored* y = static_cast<Stored*>(p.y) + first;
      int64_t i = 0;
      for (; i + 16 <= last - first; i += 16) table.lookUp(codes + i / 2, y + i);
      for (; i < last - first; i++) y[i] = scaled[i % 2 == 0 ? codes[i / 2] >> 4 : codes[i / 2] & 15];
    }
  }
};

}  // namespace

}  // namespace attune
