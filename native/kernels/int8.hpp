// Products with int8 weights, for use by other operators: outside of autograd, which those implement themselves.
#pragma once
#include <ATen/core/Tensor.h>

namespace attune {

// Whether a tensor has the layout of `int8_weight` for a weight [O, D]: [ceil(O / 16), ceil(D / 4) + 1, 16, 4].
bool isInt8WeightOf(const at::Tensor& packed, const at::Tensor& weight);

// The rows of an input [N, D], rounded once for all weights.
struct Int8Rounded {
  at::Tensor values;  // int8 [N, D padded]
  at::Tensor scales;  // f32 [N]
  at::Tensor sums;    // int32 [N], of each row's values
};
Int8Rounded roundToInt8(const at::Tensor& x);

// Sets y [N, O] to x × weightᵀ, or adds to it. y must be contiguous and of a type with kernels.
void multiplyByInt8(const Int8Rounded& x, const at::Tensor& packed, at::Tensor& y, bool isSum);

// The reference definition in libtorch's operators, bit-identical unless added to y.
at::Tensor compositeInt8Product(const at::Tensor& x, const at::Tensor& packed, int64_t width);

}  // namespace attune
