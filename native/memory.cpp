// Where tensors on the CPU get their memory.
// libtorch asks for aligned blocks, for which glibc wants more room than the block has: one that was freed is then never
// taken for another of its size, and gaps add up. Here the room is asked for and the alignment made inside of it.
#include <c10/core/CPUAllocator.h>

#include <cstdlib>

#include "parts.hpp"

namespace attune {

namespace {

constexpr size_t kAlignment = 64;

struct Memory final : public c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    void* data = bytes == 0 ? nullptr : take(bytes);
    c10::profiledCPUMemoryReporter().New(data, bytes);
    return {data, data, &give, at::Device(at::kCPU)};
  }
  at::DeleterFnPtr raw_deleter() const override { return &give; }
  void copy_data(void* to, const void* from, size_t bytes) const override { default_copy_data(to, from, bytes); }

  static void* take(size_t bytes) {
    char* start = static_cast<char*>(std::malloc(bytes + kAlignment));
    TORCH_CHECK_WITH(OutOfMemoryError, start != nullptr, "not enough memory: ", bytes, " bytes were asked for");
    // At least 16 bytes lie before it, since malloc's blocks begin at multiples of that.
    char* data = start + kAlignment - reinterpret_cast<uintptr_t>(start) % kAlignment;
    reinterpret_cast<void**>(data)[-1] = start;
    return data;
  }

  static void give(void* data) {
    if (data == nullptr) return;
    c10::profiledCPUMemoryReporter().Delete(data);
    std::free(static_cast<void**>(data)[-1]);
  }
};

}  // namespace

void useMemory() {
  static Memory memory;
  c10::SetCPUAllocator(&memory, 1);
}

}  // namespace attune
