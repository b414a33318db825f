// Products with a weight, for use by other operators: outside of autograd, which those implement themselves.
#pragma once
#include <ATen/core/Tensor.h>

#include <optional>

#include "fused.hpp"
#include "kernels.hpp"

namespace attune {

// Maximum rows for which a product reads the weight as stored; beyond, packed tiles are faster and widening is cheap.
constexpr int64_t kFewRows = 8;

// x [N, D] × weight [O, D]ᵀ, of one type.
at::Tensor productWithWeight(const at::Tensor& x, const at::Tensor& weight);

// Rows of `depth` values of `bytes` bytes each, with `stride` values between them.
struct StoredRows {
  const void* values;
  int64_t stride, rows, depth, bytes;
};

// Rows as the kernels for few rows read them: widened once if bf16 has to be.
class FewRowsInput {
 public:
  FewRowsInput(const StoredRows& x, const TypeKernels& kernels);

  const void* row(int64_t i) const { return static_cast<const char*>(x_.values) + i * x_.stride * x_.bytes; }
  int64_t stride() const { return x_.stride; }
  int64_t rows() const { return x_.rows; }
  int64_t depth() const { return x_.depth; }

 private:
  StoredRows x_;
  std::optional<Scratch> wide_;
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
