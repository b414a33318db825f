// Low-rank changes of few rows, for all adapters at once: y += scale × (x Aᵀ) Bᵀ. One pass over ranks computes the intermediates and
// one over columns adds to the layers' outputs, whatever the number of adapters.
#pragma once
#include <ATen/Parallel.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "fused.hpp"

namespace attune {

namespace {

// Below this many products of values, low-rank changes stay on one thread.
constexpr int64_t kLowRankGrain = 1 << 17;

// Whether A [r, D] is row-major and B [O, r] column-major, in the compute type. Creates no views, which would cost as
// much as the change.
bool isLowRankInRows(const at::Tensor& a, const at::Tensor& b, at::ScalarType type) {
  const bool isTurned = (b.size(0) == 1 || b.stride(0) == 1) && (b.size(1) == 1 || b.stride(1) == b.size(0));
  return isOnCpu(a) && isOnCpu(b) && a.is_contiguous() && isTurned && a.scalar_type() == type && b.scalar_type() == type && a.size(0) <= kMostRank;
}

class LowRankChanges {
 public:
  bool isEmpty() const { return all_.empty(); }

  // Changes of the same rows are added in this order.
  void add(const LowRank& one) {
    all_.push_back(one);
    ranks_ += one.rank;
    work_ += one.rows * one.rank * (one.depth + one.width);
  }

  // The adapters added since the previous layer belong to a layer of `width` columns.
  void endLayer(int64_t width) { layers_.emplace_back(columns_ += width, all_.size()); }

  void run(const TypeKernels& kernels) const {
    const auto grain = [&](int64_t parts) { return std::max<int64_t>(1, parts * kLowRankGrain / std::max<int64_t>(1, work_)); };
    at::parallel_for(0, ranks_, grain(ranks_), [&](int64_t begin, int64_t end) {
      int64_t first = 0;
      for (size_t i = 0; i < all_.size(); i++) {
        const LowRank& one = all_[i];
        const int64_t from = std::max(begin, first) - first, to = std::min(end, first + one.rank) - first;
        if (from < to) kernels.lowRank.inner(one, {from, to, i + 1 < all_.size() ? all_[i + 1].a : all_[0].b});
        first += one.rank;
      }
    });
    // Split by columns, so that changes of the same rows are applied in order.
    at::parallel_for(0, columns_, grain(columns_), [&](int64_t begin, int64_t end) {
      int64_t first = 0;
      size_t change = 0;
      for (const auto& [last, changes] : layers_) {
        const int64_t from = std::max(begin, first) - first, to = std::min(end, last) - first;
        for (; change < changes; change++)
          if (from < to) kernels.lowRank.add(all_[change], {from, to, change + 1 < all_.size() ? all_[change + 1].b : nullptr});
        first = last;
      }
    });
  }

 private:
  std::vector<LowRank> all_;
  std::vector<std::pair<int64_t, size_t>> layers_;  // where each layer's columns and its changes end
  int64_t ranks_ = 0, columns_ = 0, work_ = 0;
};

}  // namespace

}  // namespace attune
