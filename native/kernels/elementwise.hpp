// The gated unit for other operators of ours: outside of autograd, which they do themselves.
#pragma once
#include <ATen/core/Tensor.h>

#include <tuple>

namespace attune {

// silu(gate) * up; contiguous tensors of one type that has kernels.
at::Tensor gatedUnit(const at::Tensor& gate, const at::Tensor& up);

// The gradients of gate and up.
std::tuple<at::Tensor, at::Tensor> gatedUnitGradients(const at::Tensor& gate, const at::Tensor& up, const at::Tensor& gradient);

}  // namespace attune
