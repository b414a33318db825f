// Products with a weight, for other operators of ours: outside of autograd, which they do themselves.
#pragma once
#include <ATen/core/Tensor.h>

namespace attune {

// Rows up to which a product reads the weight as it is stored; from there on packed tiles are faster, and widening a weight is little.
constexpr int64_t kFewRows = 8;

// x [N, D] × weight [O, D]ᵀ, of one type.
at::Tensor productWithWeight(const at::Tensor& x, const at::Tensor& weight);

}  // namespace attune
