// Products with a weight, for other operators of ours: outside of autograd, which they do themselves.
#pragma once
#include <ATen/core/Tensor.h>

#include "kernels.hpp"

namespace attune {

// Rows up to which a product reads the weight as it is stored; from there on packed tiles are faster, and widening a weight is little.
constexpr int64_t kFewRows = 8;

// x [N, D] × weight [O, D]ᵀ, of one type.
at::Tensor productWithWeight(const at::Tensor& x, const at::Tensor& weight);

// At most kFewRows rows in memory, `stride` values from one to the next.
struct FewRowsInput {
  const void* values;
  int64_t stride, rows, depth;
};

// A weight [width, depth] in memory, and where its product goes: [rows, width].
struct FewRowsWeight {
  const void* values;
  int64_t stride, width;
  void* y;
};

// Products of one input with several weights, by columns of all of them together.
void multiplyFewRows(const FewRowsInput& x, at::ArrayRef<FewRowsWeight> weights, const TypeKernels& kernels);

}  // namespace attune
