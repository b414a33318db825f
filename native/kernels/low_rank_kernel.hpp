// Low-rank changes of few rows: y += scale × (x Aᵀ) B. Both factors are small, so several columns are computed at once; B is
// row-major, so nothing is summed across lanes. Sums have a fixed order: a row's result does not depend on other rows.
#pragma once
#include "few_rows_kernel.hpp"
#include "kernels.hpp"
#include "lanes.hpp"

namespace attune {

namespace {

template <class Stored>
struct LowRankRows {
  using Part = Stretch<Stored>;
  using Input = typename Part::Input;
  static constexpr int kColumns = FewRowsProduct<Stored>::kColumns;

  // x Aᵀ: ranks [begin, end).
  static void inner(const LowRank& p, const LowRankPart& part) {
    const FewRows few{p.x, p.a, p.xStride, p.depth, p.rows, p.depth, p.rank, p.inner};
    if (p.rows > 2) return FewRowsProduct<Stored>::run(few, part.begin, part.end);
    Ahead ahead(part.next, part.begin * p.depth);
    for (int64_t column = part.begin; column < part.end; column += kColumns) {
      const int64_t columns = smallest(kColumns, part.end - column);
      if (p.rows == 2) tile<2>(few, column, columns, ahead);
      else tile<1>(few, column, columns, ahead);
    }
  }

  // Asks for the next change's factor as fast as this one's is read: each is too short for the processor to foresee it.
  class Ahead {
   public:
    Ahead(const void* next, int64_t values) : at_(next == nullptr ? nullptr : static_cast<const char*>(next) + values * sizeof(Stored)) {}

    void read(int64_t values) {
      if (at_ == nullptr) return;
      for (const char* end = at_ + values * sizeof(Stored); at_ < end; at_ += 64) _mm_prefetch(at_, _MM_HINT_T0);
    }

   private:
    const char* at_;
  };

  // Eight rows of A at once, whereas FewRowsProduct takes one after the other.
  template <int Rows>
  static void tile(const FewRows& p, int64_t column, int64_t columns, Ahead& ahead) {
    constexpr int64_t kBlock = 64 / sizeof(Stored);  // one cache line of each row
    const Input* x = static_cast<const Input*>(p.x);
    const Stored* weight = static_cast<const Stored*>(p.weight) + column * p.weightStride;
    Vector sums[Rows][kColumns];
    for (int r = 0; r < Rows; r++)
      for (int c = 0; c < kColumns; c++) sums[r][c] = broadcast(0.0f);
    const auto step = [&](int64_t k, auto read) {
      typename Part::Factor own[Rows];
      for (int r = 0; r < Rows; r++) own[r] = read(x + r * p.xStride + k);
      for (int c = 0; c < kColumns; c++) {
        const typename Part::Factor w = read(weight + (c < columns ? c : 0) * p.weightStride + k);
        for (int r = 0; r < Rows; r++) sums[r][c] = Part::multiplyAdd(own[r], w, sums[r][c]);
      }
    };
    const int64_t whole = p.depth - p.depth % Part::kStep;
    for (int64_t block = 0; block < whole; block += kBlock) {
      ahead.read(columns * kBlock);
      for (int64_t k = block; k < smallest(whole, block + kBlock); k += Part::kStep) step(k, [](const auto* from) { return Part::read(from); });
    }
    if (whole < p.depth) step(whole, [&](const auto* from) { return Part::readFirst(from, p.depth - whole); });
    for (int r = 0; r < Rows; r++) storeFirst(static_cast<Stored*>(p.y) + r * p.width + column, sumsOf(sums[r]), columns);
  }

  // y += scale × inner × B: columns [begin, end).
  static void add(const LowRank& p, const LowRankPart& part) {
    Ahead ahead(part.next, part.begin * p.rank);
    int64_t row = 0;
    for (; row + 4 <= p.rows; row += 4) addRows<4, 2>(p, row, part, ahead);
    if (row + 2 <= p.rows) addRows<2, 4>(p, row, part, ahead), row += 2;
    if (row < p.rows) addRows<1, 8>(p, row, part, ahead);
  }

  template <int Rows, int Columns>
  static void addRows(const LowRank& p, int64_t row, const LowRankPart& part, Ahead& ahead) {
    alignas(64) float factors[Rows * kMostRank];
    const Stored* inner = static_cast<const Stored*>(p.inner) + row * p.rank;
    for (int64_t i = 0; i < Rows * p.rank; i += kLanes) {
      const int64_t count = smallest(kLanes, Rows * p.rank - i);
      storeFirst(factors + i, loadFirst(inner + i, count), count);
    }
    int64_t column = part.begin;
    for (; column + Columns * kLanes <= part.end; column += Columns * kLanes) {
      ahead.read(row == 0 ? Columns * kLanes * p.rank : 0);
      addBlock<Rows, Columns>(p, factors, {row, column, kLanes});
    }
    for (; column < part.end; column += kLanes) addBlock<Rows, 1>(p, factors, {row, column, smallest(kLanes, part.end - column)});
  }

  struct Block {
    int64_t row, column, count;  // the last: columns of each vector
  };

  template <int Rows, int Columns>
  static void addBlock(const LowRank& p, const float* factors, const Block& block) {
    const Stored* b = static_cast<const Stored*>(p.b) + block.column;
    Vector sums[Rows][Columns];
    for (int r = 0; r < Rows; r++)
      for (int c = 0; c < Columns; c++) sums[r][c] = broadcast(0.0f);
    for (int64_t k = 0; k < p.rank; k++) {
      for (int c = 0; c < Columns; c++) {
        const Vector values = loadFirst(b + k * p.width + c * kLanes, block.count);
        for (int r = 0; r < Rows; r++) sums[r][c] = multiplyAdd(broadcast(factors[r * p.rank + k]), values, sums[r][c]);
      }
    }
    for (int r = 0; r < Rows; r++) {
      Stored* y = static_cast<Stored*>(p.y) + (block.row + r) * p.yStride + block.column;
      for (int c = 0; c < Columns; c++)
        storeFirst(y + c * kLanes, multiplyAdd(sums[r][c], broadcast(p.scale), loadFirst(y + c * kLanes, block.count)), block.count);
    }
  }
};

}  // namespace

}  // namespace attune
