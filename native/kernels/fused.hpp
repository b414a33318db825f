// Shared by the fused operators: conditions for using a kernel, and scratch memory.
#pragma once
#include <torch/csrc/autograd/custom_function.h>

#include <memory>

#include "kernels.hpp"
#include "operators.hpp"

namespace attune {

inline bool isOnCpu(const at::Tensor& x) { return x.device().is_cpu() && x.layout() == at::kStrided; }

// Whether a kernel that reads x can also read y.
inline bool isBeside(const at::Tensor& y, const at::Tensor& x) { return y.device() == x.device() && y.layout() == at::kStrided; }

// On `meta`, operators take the same path as on the CPU with kernels that do nothing, so that they keep the same
// tensors for backward.
inline const Kernels* kernelsOn(const at::Tensor& x) {
  if (isOnCpu(x)) return activeKernels();
  return x.is_meta() && x.layout() == at::kStrided && activeKernels() != nullptr ? dryKernels() : nullptr;
}

// The kernels for a tensor's type, or null if only the composite definition applies.
inline const TypeKernels* kernelsFor(const at::Tensor& x) {
  const Kernels* kernels = kernelsOn(x);
  if (kernels == nullptr) return nullptr;
  if (x.scalar_type() == at::kBFloat16) return &kernels->bf16;
  return x.scalar_type() == at::kFloat ? &kernels->f32 : nullptr;
}

// Whether products of such a tensor are computed in f32: bf16 on a processor without bf16 products.
inline bool isWidened(const at::Tensor& x) {
  const Kernels* kernels = kernelsOn(x);
  return kernels != nullptr && !kernels->hasBf16Products && x.scalar_type() == at::kBFloat16;
}

// The type in which a composite definition computes.
inline at::ScalarType wideType(const at::Tensor& x) { return at::promote_types(x.scalar_type(), at::kFloat); }

inline void checkOnce() {
  TORCH_CHECK(!at::GradMode::is_enabled(), "a fused operator has no second derivative; with ATTUNE_KERNELS=composite it has");
}

// Uninitialised memory, aligned to cache lines.
class Scratch {
 public:
  explicit Scratch(size_t bytes) : memory_(static_cast<char*>(std::aligned_alloc(64, (bytes + 127) / 64 * 64)), std::free) {
    TORCH_CHECK(memory_ != nullptr, "no memory for ", bytes, " bytes");
  }
  void* data() const { return memory_.get(); }

 private:
  std::unique_ptr<char, void (*)(void*)> memory_;
};

}  // namespace attune
