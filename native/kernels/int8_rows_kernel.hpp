// Widens rows of int8 values with a scale each.
#pragma once
#include "kernels.hpp"
#include "lanes.hpp"

namespace attune {

namespace {

#if defined(__AVX512F__)
inline Vector fromInt8(const int8_t* p) { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))); }
#else
inline Vector fromInt8(const int8_t* p) { return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))); }
#endif

template <class Stored>
struct WidenedRows {
  static void run(const RoundedRows& p, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const int8_t* values = p.values + i * p.size;
      Stored* y = static_cast<Stored*>(p.y) + i * p.size;
      const Vector scale = broadcast(p.scales[i]);
      int64_t d = 0;
      for (; d + kLanes <= p.size; d += kLanes) store(y + d, multiply(fromInt8(values + d), scale));
      if (d == p.size) continue;
      int8_t last[kLanes] = {};
      std::memcpy(last, values + d, static_cast<size_t>(p.size - d));
      storeFirst(y + d, multiply(fromInt8(last), scale), p.size - d);
    }
  }
};

}  // namespace

}  // namespace attune
