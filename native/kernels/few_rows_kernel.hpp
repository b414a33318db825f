// Products of few rows with a weight that lies row by row, as generation has them: the weight is read once, in its own type, and
// nothing is packed. Sums run along a row of the weight in a fixed order, so that a row's result does not depend on the others.
#pragma once
#include "kernels.hpp"
#include "lanes.hpp"

namespace attune {

namespace {

template <class Stored>
struct FewRowsProduct {
  // `Rows` rows of x by `Columns` rows of the weight.
  template <int Rows, int Columns>
  static void tile(const FewRows& p, int64_t row, int64_t column) {
    const Stored* x = static_cast<const Stored*>(p.x) + row * p.xStride;
    const Stored* weight = static_cast<const Stored*>(p.weight) + column * p.weightStride;
    Vector sums[Rows][Columns];
    for (int r = 0; r < Rows; r++)
      for (int c = 0; c < Columns; c++) sums[r][c] = broadcast(0.0f);
    const auto step = [&](int64_t k, auto read) {
      Vector factors[Rows];
      for (int r = 0; r < Rows; r++) factors[r] = read(x + r * p.xStride + k);
      for (int c = 0; c < Columns; c++) {
        const Vector w = read(weight + c * p.weightStride + k);
        for (int r = 0; r < Rows; r++) sums[r][c] = multiplyAdd(factors[r], w, sums[r][c]);
      }
    };
    const int64_t whole = p.depth - p.depth % kLanes;
    for (int64_t k = 0; k < whole; k += kLanes) step(k, [](const Stored* from) { return load(from); });
    if (whole < p.depth) step(whole, [&](const Stored* from) { return loadFirst(from, p.depth - whole); });
    for (int r = 0; r < Rows; r++) {
      alignas(64) float result[kLanes] = {};
      for (int c = 0; c < Columns; c++) result[c] = sumOf(sums[r][c]);
      storeFirst(static_cast<Stored*>(p.y) + (row + r) * p.width + column, load(result), Columns);
    }
  }

  template <int Rows>
  static void columns(const FewRows& p, int64_t row, int64_t begin, int64_t end) {
    // One row alone waits for the weight; more columns at once keep more of it on its way.
    constexpr int several = Rows == 1 ? 8 : Rows == 2 ? 4 : 3;
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
