// RMSNorm, rotary positions and the gated unit, for use by other operators.
#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <tuple>

namespace attune {

// Inputs of a norm.
struct NormInput {
  at::Tensor x, weight;
  double eps;
};

at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);
at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);
at::Tensor swiGlu(const at::Tensor& gate, const at::Tensor& up);

// Inputs of a recorded, unmodified output of rms_norm; normedAgain recomputes bit-identical values from them, outside
// of autograd.
std::optional<NormInput> normInputOf(const at::Tensor& y);
at::Tensor normedAgain(const NormInput& input);

// silu(gate) * up outside of autograd; contiguous tensors of one type that has kernels.
at::Tensor gatedUnit(const at::Tensor& gate, const at::Tensor& up);

// The gradients of gate and up.
std::tuple<at::Tensor, at::Tensor> gatedUnitGradients(const at::Tensor& gate, const at::Tensor& up, const at::Tensor& gradient);

}  // namespace attune
