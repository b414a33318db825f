// Products of few rows with a weight that lies row by row, as generation has them: the weight is read once, in its own type, and
// nothing is packed. Sums run along a row of the weight in a fixed order, so that a row's result does not depend on the others.
#pragma once
#include "kernels.hpp"
#include "lanes.hpp"

namespace attune {

namespace {

// What is multiplied at once along a row, and added to f32 lanes.
template <class Stored>
struct Stretch {
  static constexpr int kStep = kLanes;
  using Factor = Vector;
  static Factor read(const Stored* from) { return load(from); }
  static Factor readFirst(const Stored* from, int64_t count) { return loadFirst(from, count); }
  static Vector multiplyAdd(Factor a, Factor b, Vector sum) { return attune::multiplyAdd(a, b, sum); }
};

#if defined(__AVX512BF16__)

// Neighbours in pairs: twice the values of a vector, and nothing is widened.
template <>
struct Stretch<Bf16> {
  static constexpr int kStep = 32;
  using Factor = __m512bh;
  static Factor read(const Bf16* from) { return (__m512bh)_mm512_loadu_si512(from); }
  static Factor readFirst(const Bf16* from, int64_t count) {
    return (__m512bh)_mm512_maskz_loadu_epi16(static_cast<__mmask32>((1u << count) - 1), from);
  }
  static Vector multiplyAdd(Factor a, Factor b, Vector sum) { return _mm512_dpbf16_ps(sum, a, b); }
};

#endif

template <class Stored>
struct FewRowsProduct {
  using Part = Stretch<Stored>;

  // `Rows` rows of x by `Columns` rows of the weight.
  template <int Rows, int Columns>
  static void tile(const FewRows& p, int64_t row, int64_t column) {
    const Stored* x = static_cast<const Stored*>(p.x) + row * p.xStride;
    const Stored* weight = static_cast<const Stored*>(p.weight) + column * p.weightStride;
    Vector sums[Rows][Columns];
    for (int r = 0; r < Rows; r++)
      for (int c = 0; c < Columns; c++) sums[r][c] = broadcast(0.0f);
    const auto step = [&](int64_t k, auto read) {
      typename Part::Factor factors[Rows];
      for (int r = 0; r < Rows; r++) factors[r] = read(x + r * p.xStride + k);
      for (int c = 0; c < Columns; c++) {
        const Stored* from = weight + c * p.weightStride + k;
        // Memory is asked for the next rows of the weight while these are multiplied.
        if (row == 0) _mm_prefetch(reinterpret_cast<const char*>(from + Columns * p.weightStride), _MM_HINT_T0);
        const typename Part::Factor w = read(from);
        for (int r = 0; r < Rows; r++) sums[r][c] = Part::multiplyAdd(factors[r], w, sums[r][c]);
      }
    };
    const int64_t whole = p.depth - p.depth % Part::kStep;
    for (int64_t k = 0; k < whole; k += Part::kStep) step(k, [](const Stored* from) { return Part::read(from); });
    if (whole < p.depth) step(whole, [&](const Stored* from) { return Part::readFirst(from, p.depth - whole); });
    for (int r = 0; r < Rows; r++) {
      alignas(64) float result[kLanes] = {};
      for (int c = 0; c < Columns; c++) result[c] = sumOf(sums[r][c]);
      storeFirst(static_cast<Stored*>(p.y) + (row + r) * p.width + column, load(result), Columns);
    }
  }

  template <int Rows>
  static void columns(const FewRows& p, int64_t row, int64_t begin, int64_t end) {
    // As many sums as there are registers: one row alone waits for the weight, and several read each value of it once.
    constexpr int several = kLanes == 8 ? (Rows == 1 ? 8 : Rows == 2 ? 4 : 3) : Rows == 4 ? 6 : 8;
    int64_t column = begin;
    for (; column + several <= end; column += several) tile<Rows, several>(p, row, column);
    for (; column < end; column++) tile<Rows, 1>(p, row, column);
  }

  static void run(const FewRows& p, int64_t begin, int64_t end) {
    // A stretch of the weight stays in the cache while all rows meet it.
    constexpr int64_t stretch = 24;
    for (int64_t column = begin; column < end; column += stretch) {
      const int64_t last = column + stretch < end ? column + stretch : end;
      int64_t row = 0;
      for (; row + 4 <= p.rows; row += 4) columns<4>(p, row, column, last);
      if (row + 2 <= p.rows) columns<2>(p, row, column, last), row += 2;
      if (row < p.rows) columns<1>(p, row, column, last);
    }
  }
};

}  // namespace

}  // namespace attune
