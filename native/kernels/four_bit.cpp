// 4-bit weights (Dettmers et al., "QLoRA", 2023), dequantised for each product and freed afterwards.
#include "four_bit.hpp"

#include <ATen/Parallel.h>
#include <torch/library.h>

#include "fused.hpp"

namespace attune {

namespace {

using at::Tensor;

constexpr int64_t kNestedBlock = 256;
// Minimum number of values to dequantise per thread.
constexpr int64_t kUnpackGrain = 1 << 15;

int64_t blocksOf(int64_t count, int64_t block) { return (count + block - 1) / block; }

// Repeats each of [B] for its block: [count]
Tensor spread(const Tensor& ofBlock, int64_t block, int64_t count) { return ofBlock.unsqueeze(1).expand({-1, block}).reshape({-1}).slice(0, 0, count); }

Tensor scalesOf(const FourBitWeight& weight) {
  if (!weight.nested.defined()) return weight.scales;
  const Tensor values = weight.map.index_select(0, weight.scales.to(at::kInt));
  return values * spread(weight.nested, kNestedBlock, weight.scales.numel()) + weight.offset;
}

Tensor compositeUnpack(const FourBitWeight& weight, const Tensor& scales, const Tensor& table, int64_t count) {
  const Tensor bytes = weight.codes.to(at::kInt);
  const Tensor codes = at::stack({bytes.bitwise_right_shift(4), bytes.bitwise_and(15)}, 1).reshape({-1}).slice(0, 0, count);
  return table.to(at::kFloat).index_select(0, codes) * spread(scales, weight.block, count);
}

Tensor fourBitDense(at::TensorList parts, at::IntArrayRef sizes, int64_t block, at::ScalarType dtype) {
  return unpackFourBit(fourBitWeight(parts, block, c10::multiply_integers(sizes)), sizes, dtype);
}

}  // namespace

FourBitWeight fourBitWeight(at::TensorList parts, int64_t block, int64_t count) {
  TORCH_CHECK((parts.size() == 3 || parts.size() == 6) && block > 0 && block % 2 == 0,
      "a weight in four bits has three parts, or six, and blocks of an even size");
  FourBitWeight weight{parts[0], parts[1], parts[2], Tensor(), Tensor(), Tensor(), block};
  const int64_t blocks = blocksOf(count, block);
  TORCH_CHECK(weight.codes.scalar_type() == at::kByte && weight.codes.numel() == (count + 1) / 2 && weight.codes.is_contiguous(),
      "a weight in four bits has a byte for two values");
  TORCH_CHECK(weight.table.scalar_type() == at::kFloat && weight.table.numel() == 16, "a weight in four bits has numbers for 16 codes");
  TORCH_CHECK(weight.scales.numel() == blocks && weight.scales.scalar_type() == (parts.size() == 3 ? at::kFloat : at::kByte),
      "a weight in four bits has a scale for each block");
  if (parts.size() == 3) return weight;
  weight.nested = parts[3], weight.map = parts[4], weight.offset = parts[5];
  TORCH_CHECK(weight.nested.numel() == blocksOf(blocks, kNestedBlock) && weight.map.numel() == 256 && weight.offset.numel() == 1,
      "nested scales have a size for each 256, and 256 numbers");
  return weight;
}

Tensor unpackFourBit(const FourBitWeight& weight, at::IntArrayRef sizes, at::ScalarType type) {
  const at::NoGradGuard noGrad;
  const int64_t count = c10::multiply_integers(sizes);
  // Rounds the code values to the type, then the product once more.
  const Tensor table = weight.table.to(type).to(at::kFloat), scales = scalesOf(weight).contiguous();
  Tensor y = at::empty(sizes, weight.table.options().dtype(type));
  const TypeKernels* kernels = kernelsFor(y);
  if (kernels == nullptr || count == 0) return compositeUnpack(weight, scales, table, count).to(type).reshape(sizes);
  const FourBit p{weight.codes.const_data_ptr<uint8_t>(), table.const_data_ptr<float>(), scales.const_data_ptr<float>(), weight.block, count,
      y.mutable_data_ptr()};
  at::parallel_for(0, scales.numel(), std::max<int64_t>(1, kUnpackGrain / weight.block),
      [&](int64_t begin, int64_t end) { kernels->unpackFourBit(p, begin, end); });
  return y;
}

TORCH_LIBRARY_FRAGMENT(attune, library) { library.def("four_bit_dense(Tensor[] parts, int[] size, int block, ScalarType dtype) -> Tensor"); }

TORCH_LIBRARY_IMPL(attune, CompositeImplicitAutograd, library) { library.impl("four_bit_dense", fourBitDense); }

}  // namespace attune
