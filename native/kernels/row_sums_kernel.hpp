// Sums over many rows of products of a few columns with many, in bf16, as in gradients of low-rank factors: neither factor is packed as a
// whole. Sums are in f32, in an order that depends on the rows alone.
// A strip has 32 columns of the wide factor, a group 8 of the narrow one.
#pragma once
#include "kernels.hpp"
#include "lanes.hpp"

namespace attune {

namespace {

#if defined(__AVX512BF16__)

struct RowSumProduct {
  // Rows whose strip stays in the L1 cache while all groups are multiplied.
  static constexpr int64_t kRows = 128, kGroup = 8, kStripColumns = 2 * kLanes;
  static_assert(kSumColumns % kStripColumns == 0 && kMostNarrow % 16 == 0);

  // 8 narrow columns of two rows, in pairs: [groups][kRows / 2][8]
  using Narrow = uint32_t[kMostNarrow / kGroup][kRows / 2][kGroup];
  // A strip of two rows, in pairs: columns 0 to 3 of every 8, then 4 to 7: [kRows / 2][2][16]
  using Strip = uint32_t[kRows / 2][2][kLanes];

  static int64_t groupsOf(const RowSums& s) { return (s.narrow + kGroup - 1) / kGroup; }

  // The sums of each group for each strip: [strips][groups][8][2][16]
  static size_t scratchBytes(const RowSums& s, int64_t columns) {
    return static_cast<size_t>((columns + kStripColumns - 1) / kStripColumns * kStripColumns * groupsOf(s) * kGroup) * sizeof(float);
  }

  static __mmask32 firstHalves(int64_t count) { return count >= 32 ? ~0u : (1u << count) - 1; }

  static void packNarrow(const RowSums& s, int64_t row, int64_t rows, Narrow& to) {
    for (int64_t column = 0; column < s.narrow; column += 16) {
      const __mmask16 here = firstLanes(s.narrow - column);
      const auto valuesOf = [&](int64_t r) {
        const Bf16* from = static_cast<const Bf16*>(s.a) + (row + r) * s.aStride + column;
        return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(r < rows ? here : 0, from));
      };
      for (int64_t r = 0; r < rows; r += 2) {
        const __m512i pairs = _mm512_or_si512(valuesOf(r), _mm512_slli_epi32(valuesOf(r + 1), 16));
        _mm256_store_si256(reinterpret_cast<__m256i*>(to[column / kGroup][r / 2]), _mm512_castsi512_si256(pairs));
        _mm256_store_si256(reinterpret_cast<__m256i*>(to[column / kGroup + 1][r / 2]), _mm512_extracti64x4_epi64(pairs, 1));
      }
    }
  }

  static void packStrip(const RowSums& s, int64_t row, int64_t rows, int64_t column, Strip& to) {
    const __mmask32 here = firstHalves(s.width - column);
    const Bf16* from = static_cast<const Bf16*>(s.b) + row * s.bStride + column;
    for (int64_t r = 0; r < rows; r += 2, from += 2 * s.bStride) {
      const __m512i first = _mm512_maskz_loadu_epi16(here, from);
      const __m512i second = _mm512_maskz_loadu_epi16(r + 1 < rows ? here : 0, from + s.bStride);
      // Prefetches the next strip.
      _mm_prefetch(reinterpret_cast<const char*>(from + kStripColumns), _MM_HINT_T1);
      _mm_prefetch(reinterpret_cast<const char*>(from + s.bStride + kStripColumns), _MM_HINT_T1);
      _mm512_store_si512(to[r / 2][0], _mm512_unpacklo_epi16(first, second));
      _mm512_store_si512(to[r / 2][1], _mm512_unpackhi_epi16(first, second));
    }
  }

  static void addGroup(const uint32_t (*narrow)[kGroup], const Strip& strip, int64_t pairs, float* to, bool isFirst) {
    Vector sums[kGroup][2];
#pragma GCC unroll 8
    for (int j = 0; j < kGroup; j++)
#pragma GCC unroll 2
      for (int v = 0; v < 2; v++) sums[j][v] = isFirst ? broadcast(0.0f) : load(to + (j * 2 + v) * kLanes);
    for (int64_t p = 0; p < pairs; p++) {
      const auto low = (__m512bh)_mm512_load_si512(strip[p][0]), high = (__m512bh)_mm512_load_si512(strip[p][1]);
#pragma GCC unroll 8
      for (int j = 0; j < kGroup; j++) {
        const auto both = (__m512bh)_mm512_set1_epi32(static_cast<int>(narrow[p][j]));
        sums[j][0] = _mm512_dpbf16_ps(sums[j][0], low, both);
        sums[j][1] = _mm512_dpbf16_ps(sums[j][1], high, both);
      }
    }
#pragma GCC unroll 8
    for (int j = 0; j < kGroup; j++)
#pragma GCC unroll 2
      for (int v = 0; v < 2; v++) store(to + (j * 2 + v) * kLanes, sums[j][v]);
  }

  // Writes one narrow column's sums of a strip, in the order of the wide columns.
  static void inOrder(const float* sums, Bf16* to) {
    const __m512i order = _mm512_setr_epi32(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23), next = _mm512_set1_epi32(8);
    const Vector low = load(sums), high = load(sums + kLanes);
    store(to, _mm512_permutex2var_ps(low, order, high));
    store(to + kLanes, _mm512_permutex2var_ps(low, _mm512_add_epi32(order, next), high));
  }

  static void write(const RowSums& s, const float* sums, int64_t column) {
    alignas(64) Bf16 values[kMostNarrow][kStripColumns];
    const int64_t columns = smallest(kStripColumns, s.width - column);
    for (int64_t j = 0; j < s.narrow; j++) inOrder(sums + j * kStripColumns, values[j]);
    Bf16* y = static_cast<Bf16*>(s.y);
    if (s.isTurned) {
      for (int64_t c = 0; c < columns; c++)
        for (int64_t j = 0; j < s.narrow; j++) y[(column + c) * s.yStride + j] = values[j][c];
    } else {
      for (int64_t j = 0; j < s.narrow; j++) std::memcpy(y + j * s.yStride + column, values[j], static_cast<size_t>(columns) * sizeof(Bf16));
    }
  }

  static void run(const RowSums& s, int64_t begin, int64_t end, void* scratch) {
    alignas(64) Narrow narrow;
    alignas(64) Strip strip;
    const int64_t groups = groupsOf(s), stripSums = groups * kGroup * kStripColumns;
    for (int64_t row = 0; row < s.rows; row += kRows) {
      const int64_t rows = smallest(kRows, s.rows - row);
      packNarrow(s, row, rows, narrow);
      float* sums = static_cast<float*>(scratch);
      for (int64_t column = begin; column < end; column += kStripColumns, sums += stripSums) {
        packStrip(s, row, rows, column, strip);
        for (int64_t g = 0; g < groups; g++) addGroup(narrow[g], strip, (rows + 1) / 2, sums + g * kGroup * kStripColumns, row == 0);
      }
    }
    const float* sums = static_cast<const float*>(scratch);
    for (int64_t column = begin; column < end; column += kStripColumns, sums += stripSums) write(s, sums, column);
  }
};

template <class Stored>
constexpr RowSumKernels rowSumKernels() {
  if (sizeof(Stored) != sizeof(Bf16)) return {nullptr, nullptr};
  return {RowSumProduct::scratchBytes, RowSumProduct::run};
}

#else

template <class Stored>
constexpr RowSumKernels rowSumKernels() {
  return {nullptr, nullptr};
}

#endif

}  // namespace

}  // namespace attune
