// The table of live tensors. JavaScript holds ids; a generation count distinguishes stale from live ones.
#pragma once
#include <ATen/core/Tensor.h>
#include <cstdint>
#include <vector>

namespace attune {

// generation * 2^24 + slot: exact in a JavaScript number for 2^29 generations of 16 million slots.
using TensorId = double;

class Slots {
 public:
  TensorId add(at::Tensor tensor);
  const at::Tensor& get(TensorId id) const;
  bool isLive(TensorId id) const;
  void release(TensorId id);
  // Takes a tensor out of its scope: it lives until it is released explicitly.
  void own(TensorId id);
  // Opens a scope; the returned mark closes it.
  uint32_t enterScope();
  // Frees everything created since the mark, except owned tensors and `keep`, which pass to the enclosing scope.
  void leaveScope(uint32_t mark, const std::vector<TensorId>& keep);
  uint32_t depth() const { return depth_; }
  uint32_t live() const { return live_; }

 private:
  struct Slot {
    at::Tensor tensor;
    uint32_t generation = 1;
    bool live = false;
    bool scoped = false;
  };
  const Slot* find(TensorId id) const;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  std::vector<TensorId> made_;
  uint32_t depth_ = 0;
  uint32_t live_ = 0;
};

Slots& slots();

}  // namespace attune
