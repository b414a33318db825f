// Products with a weight, for use by other operators: outside of autograd, which those implement themselves.
#pragma once
#include <ATen/core/Tensor.h>

#include "kernels.hpp"

namespace attune {

// Maximum rows for which a product reads the weight as stored; beyond, packed tiles are faster and widening is cheap.
constexpr int64_t kFewRows = 8;

// x [N, D] × weight [O, D]ᵀ, of one type.
at::Tensor productWithWeight(const at::Tensor& x, const at::Tensor& weight);

// At most kFewRows rows, with `stride` values between them.
struct FewRowsInput {
  const void* values;
  int64_t stride, rows, depth;
};

// A weight [width, depth] and the output of its product: [rows, width].
struct FewRowsWeight {
  const void* values;
  int64_t stride, width;
  void* y;
};

// Products of one input with several weights, parallelised over all their columns.
void multiplyFewRows(const FewRowsInput& x, at::ArrayRef<FewRowsWeight> weights, const TypeKernels& kernels);

}  // namespace attune
