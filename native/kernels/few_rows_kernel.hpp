// Products of few rows with a row-major weight, as in generation: the weight is read once, in its own type, and nothing is
// packed. Sums run along a row of the weight in a fixed order, so that a row's result does not depend on the others.
// Rows of x are read once per column: where bf16 has to be widened, they come as f32.
#pragma once
#include <type_traits>

#include "kernels.hpp"
#include "lanes.hpp"

namespace attune {

namespace {

// Elements that are multiplied at once along a row and added to f32 lanes.
template <class Stored>
struct Stretch {
  static constexpr int kStep = kLanes;
  using Input = float;
  using Factor = Vector;
  template <class T>
  static Factor read(const T* from) { return load(from); }
  template <class T>
  static Factor readFirst(const T* from, int64_t count) { return loadFirst(from, count); }
  static Vector multiplyAdd(Factor a, Factor b, Vector sum) { return attune::multiplyAdd(a, b, sum); }
};

#if defined(__AVX512BF16__)

// Multiplies adjacent pairs: twice the values per vector, without widening.
template <>
struct Stretch<Bf16> {
  static constexpr int kStep = 32;
  using Input = Bf16;
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
  using Input = typename Part::Input;
  static constexpr int kColumns = 8;

  // `Rows` rows of x with up to eight rows of the weight, one after the other: more concurrent streams than the
  // prefetcher tracks would halve memory bandwidth.
  template <int Rows>
  static void tile(const FewRows& p, int64_t row, int64_t column, int64_t columns) {
    const Input* x = static_cast<const Input*>(p.x) + row * p.xStride;
    Vector sums[Rows][kColumns];
    for (int c = 0; c < kColumns; c++) {
      Vector own[Rows];
      for (int r = 0; r < Rows; r++) own[r] = broadcast(0.0f);
      if (c < columns) multiplyRow<Rows>(p, x, column + c, own);
      for (int r = 0; r < Rows; r++) sums[r][c] = own[r];
    }
    for (int r = 0; r < Rows; r++)
      storeFirst(static_cast<Stored*>(p.y) + (row + r) * p.width + column, sumsOf(sums[r]), columns);
  }

  template <int Rows>
  static void multiplyRow(const FewRows& p, const Input* x, int64_t column, Vector (&sums)[Rows]) {
    const Stored* weight = static_cast<const Stored*>(p.weight) + column * p.weightStride;
    const auto step = [&](int64_t k, auto read) {
      const typename Part::Factor w = read(weight + k);
      for (int r = 0; r < Rows; r++) sums[r] = Part::multiplyAdd(read(x + r * p.xStride + k), w, sums[r]);
    };
    const int64_t whole = p.depth - p.depth % Part::kStep;
    for (int64_t k = 0; k < whole; k += Part::kStep) step(k, [](const auto* from) { return Part::read(from); });
    if (whole < p.depth) step(whole, [&](const auto* from) { return Part::readFirst(from, p.depth - whole); });
  }

  static void widen(const void* x, int64_t count, float* y) {
    for (int64_t i = 0; i < count; i += kLanes) storeFirst(y + i, loadFirst(static_cast<const Stored*>(x) + i, count - i), count - i);
  }
  static constexpr auto kWiden = std::is_same_v<Stored, Input> ? nullptr : &widen;

  static void run(const FewRows& p, int64_t begin, int64_t end) {
    for (int64_t column = begin; column < end; column += kColumns) {
      const int64_t columns = column + kColumns < end ? kColumns : end - column;
      int64_t row = 0;
      for (; row + 8 <= p.rows; row += 8) tile<8>(p, row, column, columns);
      if (row + 4 <= p.rows) tile<4>(p, row, column, columns), row += 4;
      if (row + 2 <= p.rows) tile<2>(p, row, column, columns), row += 2;
      if (row < p.rows) tile<1>(p, row, column, columns);
    }
  }
};

}  // namespace

}  // namespace attune
