// Products in int8: rows of the input are rounded to whole numbers between -127 and 127 with a scale per row, sums of products are
// exact in int32, and the scales of row and column come last, in f32.
#pragma once
#include "kernels.hpp"
#include "lanes.hpp"
#include "product.hpp"

namespace attune {

namespace {

#if defined(__AVX512F__)

// 64 bytes of a panel: four values of each of its 16 columns, offset by 128, since the instruction requires one
// unsigned factor.
struct Int8Vectors {
  using Sums = __m512i;
  using Weights = __m512i;
  using Values = __m512i;
  static constexpr int kRows = 8, kPanels = 3;
  // Compensates for the weights' offset of 128 by the sum of the row's values.
  static Sums start(int32_t sumOfRow) { return _mm512_set1_epi32(-128 * sumOfRow); }
  static Weights weights(const uint8_t* p) { return _mm512_loadu_si512(p); }
  static Values values(int32_t four) { return _mm512_set1_epi32(four); }
  static Sums dot(Sums sum, Weights w, Values x) { return _mm512_dpbusd_epi32(sum, w, x); }
  static void store(int32_t* to, Sums sums) { _mm512_store_si512(to, sums); }
  static Vector number(const int32_t* sums) { return _mm512_cvtepi32_ps(_mm512_load_si512(sums)); }
};

// Rounds sixteen numbers to integers, ties to even; returns their sum.
inline __m512i storeWhole(int8_t* to, Vector v, int64_t count) {
  const __m512i whole = _mm512_maskz_cvtps_epi32(firstLanes(count), v);
  _mm_mask_storeu_epi8(to, firstLanes(count), _mm512_cvtsepi32_epi8(whole));
  return whole;
}
inline __m512i addWhole(__m512i a, __m512i b) { return _mm512_add_epi32(a, b); }
inline __m512i noWhole() { return _mm512_setzero_si512(); }
inline int32_t sumOfWhole(__m512i v) { return _mm512_reduce_add_epi32(v); }

#else

// Without that instruction, signs are moved from weights to values, so that pairs of products fit into 16 bits.
struct Int8Vectors {
  using Sums = __m256i;
  struct Weights {
    __m256i signs, sizes;
  };
  using Values = __m256i;
  static constexpr int kRows = 4, kPanels = 1;
  static Sums start(int32_t) { return _mm256_setzero_si256(); }
  static Weights weights(const uint8_t* p) {
    const __m256i w = _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)), _mm256_set1_epi8(-128));
    return {w, _mm256_abs_epi8(w)};
  }
  static Values values(int32_t four) { return _mm256_set1_epi32(four); }
  static Sums dot(Sums sum, Weights w, Values x) {
    const __m256i pairs = _mm256_maddubs_epi16(w.sizes, _mm256_sign_epi8(x, w.signs));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
  static void store(int32_t* to, Sums sums) { _mm256_store_si256(reinterpret_cast<__m256i*>(to), sums); }
  static Vector number(const int32_t* sums) { return _mm256_cvtepi32_ps(_mm256_load_si256(reinterpret_cast<const __m256i*>(sums))); }
};

inline __m256i storeWhole(int8_t* to, Vector v, int64_t count) {
  __m256i whole = _mm256_cvtps_epi32(v);
  alignas(32) int32_t numbers[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(numbers), whole);
  for (int64_t i = 0; i < 8; i++) {
    if (i < count) to[i] = static_cast<int8_t>(numbers[i]);
    else numbers[i] = 0;
  }
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(numbers));
}
inline __m256i addWhole(__m256i a, __m256i b) { return _mm256_add_epi32(a, b); }
inline __m256i noWhole() { return _mm256_setzero_si256(); }
inline int32_t sumOfWhole(__m256i v) {
  alignas(32) int32_t numbers[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(numbers), v);
  int32_t sum = 0;
  for (const int32_t number : numbers) sum += number;
  return sum;
}

#endif

#if defined(__AVX512F__)
constexpr int64_t kHalves = 32;
inline __m512i halvesOf(const Bf16* p, int64_t count) { return _mm512_maskz_loadu_epi16(count >= kHalves ? ~0u : (1u << count) - 1, p); }
inline __m512i largerSize(__m512i most, __m512i v) { return _mm512_max_epu16(most, _mm512_and_si512(v, _mm512_set1_epi16(0x7fff))); }
inline __m512i noHalves() { return _mm512_setzero_si512(); }
#else
constexpr int64_t kHalves = 16;
inline __m256i halvesOf(const Bf16* p, int64_t count) {
  alignas(32) Bf16 buffer[kHalves] = {};
  if (count < kHalves) std::memcpy(buffer, p, static_cast<size_t>(count) * sizeof(Bf16));
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(count < kHalves ? buffer : p));
}
inline __m256i largerSize(__m256i most, __m256i v) { return _mm256_max_epu16(most, _mm256_and_si256(v, _mm256_set1_epi16(0x7fff))); }
inline __m256i noHalves() { return _mm256_setzero_si256(); }
#endif

// The largest magnitude in a row; NaN if any value is NaN or infinite.
inline float largestSize(const float* x, int64_t depth) {
  Vector most = broadcast(0.0f), broken = broadcast(0.0f);
  for (int64_t k = 0; k < depth; k += kLanes) {
    const Vector v = loadFirst(x + k, depth - k);
    most = larger(larger(v, subtract(broadcast(0.0f), v)), most);
    broken = multiplyAdd(v, broadcast(0.0f), broken);
  }
  return largestOf(most) + sumOf(broken);
}

// Magnitudes of bf16 sort like their bits, NaN last.
inline float largestSize(const Bf16* x, int64_t depth) {
  auto most = noHalves();
  for (int64_t k = 0; k < depth; k += kHalves) most = largerSize(most, halvesOf(x + k, depth - k));
  alignas(64) Bf16 sizes[kHalves];
  std::memcpy(sizes, &most, sizeof most);
  Bf16 largest = 0;
  for (const Bf16 size : sizes) largest = size > largest ? size : largest;
  return largest >= 0x7f80 ? __builtin_nanf("") : valueOf(largest);
}

template <class Stored>
struct Int8Rows {
  static void run(const Int8Input& p, int64_t begin, int64_t end) {
    const int64_t whole = p.depth / kLanes * kLanes;
    for (int64_t row = begin; row < end; row++) {
      const Stored* x = static_cast<const Stored*>(p.x) + row * p.depth;
      int8_t* to = p.values + row * p.stride;
      const float size = largestSize(x, p.depth);
      const Vector inverse = broadcast(size < kLeastInt8Size ? 0.0f : 127.0f / size);
      auto sum = noWhole();
      for (int64_t k = 0; k < whole; k += kLanes) sum = addWhole(sum, storeWhole(to + k, multiply(load(x + k), inverse), kLanes));
      if (whole < p.depth) sum = addWhole(sum, storeWhole(to + whole, multiply(loadFirst(x + whole, p.depth - whole), inverse), p.depth - whole));
      for (int64_t k = p.depth; k < p.stride; k++) to[k] = 0;
      p.scales[row] = size < kLeastInt8Size ? 0.0f : size / 127.0f;
      p.sums[row] = sumOfWhole(sum);
    }
  }
};

template <class Stored>
struct Int8Panels {
  static constexpr int kVectors = 16 / kLanes;

  // Prefetches the result and the next tile's rows during a product.
  template <int Rows, int Panels>
  __attribute__((always_inline)) static void fetchAhead(const Int8Product& p, int64_t row, const Stored* y) {
    for (int r = 0; r < Rows; r++) {
      __builtin_prefetch(y + r * p.width, 1);
      __builtin_prefetch(y + r * p.width + Panels * 16 - 1, 1);
      __builtin_prefetch(p.values + (row + Rows + r) * p.stride);
    }
  }

  template <int Rows, int Panels>
  static void tile(const Int8Product& p, int64_t row, int64_t panel) {
    using Lanes = Int8Vectors;
    constexpr int vectors = Panels * kVectors;
    const int8_t* x = p.values + row * p.stride;
    const int64_t panelBytes = (p.steps + 1) * 64;
    const uint8_t* weight = p.weight + panel * panelBytes;
    typename Lanes::Sums sums[Rows][vectors];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++)
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++) sums[r][v] = Lanes::start(p.sums[row + r]);
    fetchAhead<Rows, Panels>(p, row, static_cast<const Stored*>(p.y) + row * p.width + panel * 16);
    for (int64_t step = 0; step < p.steps; step++) {
      typename Lanes::Weights w[vectors];
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++) w[v] = Lanes::weights(weight + v / kVectors * panelBytes + step * 64 + v % kVectors * kLanes * 4);
#pragma GCC unroll 8
      for (int r = 0; r < Rows; r++) {
        int32_t four;
        std::memcpy(&four, x + r * p.stride + step * 4, sizeof four);
        const auto values = Lanes::values(four);
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) sums[r][v] = Lanes::dot(sums[r][v], w[v], values);
      }
    }
    // The compiler keeps sums in registers up to here only if nothing else reads them.
    alignas(64) int32_t result[Rows][Panels * 16];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++)
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++) Lanes::store(&result[r][v * kLanes], sums[r][v]);
    for (int r = 0; r < Rows; r++) write<Panels>(p, row + r, panel, result[r]);
  }

  // Writes a row's sums, scaled by the row's and the columns' scales, to y.
  template <int Panels>
  static void write(const Int8Product& p, int64_t row, int64_t panel, const int32_t* sums) {
    constexpr int vectors = Panels * kVectors;
    const int64_t columns = p.width - panel * 16, panelBytes = (p.steps + 1) * 64;
    const uint8_t* end = p.weight + (panel + 1) * panelBytes - 64;
    const Vector ofRow = broadcast(p.scales[row]);
    Stored* to = static_cast<Stored*>(p.y) + row * p.width + panel * 16;
    const auto numbers = [&](int v) {
      const float* ofColumns = reinterpret_cast<const float*>(end + v / kVectors * panelBytes) + v % kVectors * kLanes;
      return multiply(multiply(Int8Vectors::number(sums + v * kLanes), ofRow), load(ofColumns));
    };
    if (columns >= Panels * 16) {
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++) store(to + v * kLanes, p.isSum ? add(numbers(v), load(to + v * kLanes)) : numbers(v));
    } else {
      for (int v = 0; v < vectors; v++) writeFirst(to + v * kLanes, numbers(v), columns - v * kLanes, p.isSum);
    }
  }

  static void writeFirst(Stored* to, Vector v, int64_t count, bool isSum) {
    if (count > 0) storeFirst(to, isSum ? add(v, loadFirst(to, count)) : v, count);
  }

  template <int Panels>
  static void rows(const Int8Product& p, int64_t panel, int64_t begin, int64_t end) {
    constexpr int most = Int8Vectors::kRows;
    int64_t row = begin;
    for (; row + most <= end; row += most) tile<most, Panels>(p, row, panel);
    if (most > 4 && row + 4 <= end) tile<4, Panels>(p, row, panel), row += 4;
    if (row + 2 <= end) tile<2, Panels>(p, row, panel), row += 2;
    if (row < end) tile<1, Panels>(p, row, panel);
  }

  static void run(const Int8Product& p, const Int8Block& block) {
    int64_t panel = block.panel;
    for (; panel + Int8Vectors::kPanels <= block.panelEnd; panel += Int8Vectors::kPanels) rows<Int8Vectors::kPanels>(p, panel, block.row, block.rowEnd);
    for (; panel < block.panelEnd; panel++) rows<1>(p, panel, block.row, block.rowEnd);
  }
};

}  // namespace

}  // namespace attune
