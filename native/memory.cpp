// Where tensors on the CPU get their memory, and how much of it those on `meta`, which have none, would take.
// libtorch asks for aligned blocks, for which glibc wants more room than the block has: one that was freed is then never
// taken for another of its size, and gaps add up. Here the room is asked for and the alignment made inside of it.
#include <c10/core/CPUAllocator.h>

#include <atomic>
#include <cstdlib>

#include "javascript.hpp"
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

// What tensors on `meta` would hold now, and held at most: a step on shapes alone says what one with numbers takes.
std::atomic<size_t> metaHeld{0}, metaMost{0};

struct CountedShapes final : public c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    const size_t held = metaHeld += bytes;
    if (held > metaMost) metaMost = held;
    return {kNowhere, reinterpret_cast<void*>(bytes), &give, at::Device(at::kMeta)};
  }
  at::DeleterFnPtr raw_deleter() const override { return nullptr; }
  void copy_data(void*, const void*, size_t) const override {}

  static void give(void* bytes) { metaHeld -= reinterpret_cast<size_t>(bytes); }

  // Kernels ask tensors for an address, and those that get one of these read nothing there (`dryKernels`).
  static inline void* const kNowhere = reinterpret_cast<void*>(kAlignment);
};

// metaBytes() → bytes that tensors on `meta` would take now
napi_value metaBytes(napi_env env, napi_callback_info) { return fromDouble(env, static_cast<double>(metaHeld)); }

// takeMetaPeak() → the most that they would have taken since this was last asked
napi_value takeMetaPeak(napi_env env, napi_callback_info) { return fromDouble(env, static_cast<double>(metaMost.exchange(metaHeld))); }

}  // namespace

void useMemory() {
  static Memory memory;
  c10::SetCPUAllocator(&memory, 1);
}

void addMemory(napi_env env, napi_value exports) {
  static CountedShapes shapes;
  c10::SetAllocator(at::kMeta, &shapes, 1);
  addExports(env, exports, {{"metaBytes", entry<metaBytes>}, {"takeMetaPeak", entry<takeMetaPeak>}});
}

}  // namespace attune
