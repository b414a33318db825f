// Products with weights in int8, for other operators of ours: outside of autograd, which they do themselves.
#pragma once
#include <ATen/core/Tensor.h>

namespace attune {

// A weight of [O, D] as `int8_weight` lays it out: [ceil(O / 16), ceil(D / 4) + 1, 16, 4].
bool isInt8WeightOf(const at::Tensor& packed, const at::Tensor& weight);

// The rows of an input [N, D], rounded once for all weights that it meets.
struct Int8Rounded {
  at::Tensor values;  // int8 [N, D padded]
  at::Tensor scales;  // f32 [N]
  at::Tensor sums;    // int32 [N], of each row's values
};
Int8Rounded roundToInt8(const at::Tensor& x);

// y [N, O], in rows and of a type that has kernels, becomes x [N, D] × weightᵀ [D, O], or that is added to it.
void multiplyByInt8(const Int8Rounded& x, const at::Tensor& packed, at::Tensor& y, bool isSum);

// The definition, in operators of libtorch: equal to the above, where nothing is added, to the bit.
at::Tensor compositeInt8Product(const at::Tensor& x, const at::Tensor& packed, int64_t width);

}  // namespace attune
