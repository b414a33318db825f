// 4-bit weights, for use by other operators: outside of autograd, which those implement themselves.
#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace attune {

// A weight in the layout of bitsandbytes, in blocks of its flattened values: codes in pairs, the first in the upper half of a byte; the
// values of the 16 codes; a scale per block. With nested scales, these are codes too, with a scale per block of them, the values of the 256
// codes, and an offset that is added to all.
struct FourBitWeight {
  at::Tensor codes;   // u8 [ceil(n / 2)]
  at::Tensor table;   // f32 [16]
  at::Tensor scales;  // f32 [B], or u8 [B] where they are nested
  at::Tensor nested;  // f32 [ceil(B / 256)]
  at::Tensor map;     // f32 [256]
  at::Tensor offset;  // f32 []
  int64_t block = 0;
};

// Takes three parts, or six for nested scales. Rejects parts that do not fit a weight of `count` values.
FourBitWeight fourBitWeight(at::TensorList parts, int64_t block, int64_t count);

// The dequantised weight, in the given type and shape.
at::Tensor unpackFourBit(const FourBitWeight& weight, at::IntArrayRef sizes, at::ScalarType type);

}  // namespace attune
