// 4-bit weights, for use by other operators: outside of autograd, which those implement themselves.
#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace attune {

// A weight in blocks of its flattened values, as bitsandbytes has them: codes in pairs, the first in the upper half of a byte; the numbers that the
// 16 codes stand for; each block's largest size. That may be quantised again: codes, the size of each of their blocks, the numbers of 256 codes,
// and what is added to all.
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
