// Products of few rows, as in generation, and the changes of low rank that are added to them. Without libtorch, as kernels.hpp.
#pragma once
#include <cstdint>

namespace attune {

// y [rows, width] = x [rows, depth] × weight [width, depth]ᵀ; rows of x and of the weight are `…Stride` values apart.
// x is in f32 if `widen` is set, otherwise in the weight's type.
struct FewRows {
  const void* x;
  const void* weight;
  int64_t xStride, weightStride;
  int64_t rows, depth, width;
  void* y;
};

// y [rows, width] += scale × (x [rows, depth] × a [rank, depth]ᵀ) × b [rank, width]; `inner` [rows, rank] is the
// intermediate. x is read as in FewRows.
struct LowRank {
  const void* x;
  int64_t xStride;
  const void* a;
  void* inner;
  const void* b;
  int64_t rows, depth, rank, width;
  float scale;
  void* y;
  int64_t yStride;
};

constexpr int64_t kMostRank = 256;

struct LowRankPart {
  int64_t begin, end;
  const void* next;  // the factor that is read after this one, or null
};

struct LowRankKernels {
  // Ranks [begin, end) of `inner`.
  void (*inner)(const LowRank&, const LowRankPart&);
  // Columns [begin, end) of y.
  void (*add)(const LowRank&, const LowRankPart&);
};

}  // namespace attune
