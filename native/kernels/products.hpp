// Products with a weight, for other operators of ours: outside of autograd, which they do themselves.
#pragma once
#include <ATen/core/Tensor.h>

namespace attune {

// x [N, D] × weight [O, D]ᵀ, of one type.
at::Tensor productWithWeight(const at::Tensor& x, const at::Tensor& weight);

}  // namespace attune
