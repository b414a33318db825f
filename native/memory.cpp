// CPU allocator with statistics; tensors on `meta` are counted as if they had memory, and those of other devices as their
// allocators report them. libtorch requests aligned blocks,
// for which glibc needs extra room: freed blocks are then never reused for others of equal size, and gaps accumulate.
// This allocator aligns inside plain blocks instead.
#include <c10/core/CPUAllocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <atomic>
#include <cstdlib>

#include "javascript.hpp"
#include "parts.hpp"

namespace attune {

namespace {

constexpr size_t kAlignment = 64;

// Current and peak bytes of a device's tensors.
struct Held {
  std::atomic<size_t> now{0}, most{0};

  void add(size_t bytes) {
    const size_t held = now += bytes;
    if (held > most) most = held;
  }
};

Held onCpu, onMeta, elsewhere;

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
    // At least 16 bytes remain in front, since malloc aligns blocks to 16.
    char* data = start + kAlignment - reinterpret_cast<uintptr_t>(start) % kAlignment;
    reinterpret_cast<void**>(data)[-1] = start;
    reinterpret_cast<size_t*>(data)[-2] = bytes;
    onCpu.add(bytes);
    return data;
  }

  static void give(void* data) {
    if (data == nullptr) return;
    c10::profiledCPUMemoryReporter().Delete(data);
    onCpu.now -= static_cast<size_t*>(data)[-2];
    std::free(static_cast<void**>(data)[-1]);
  }
};

// Counts the memory of tensors on `meta`, to plan a step without computing it.
struct CountedShapes final : public c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    onMeta.add(bytes);
    return {kNowhere, reinterpret_cast<void*>(bytes), &give, at::Device(at::kMeta)};
  }
  at::DeleterFnPtr raw_deleter() const override { return nullptr; }
  void copy_data(void*, const void*, size_t) const override {}

  static void give(void* bytes) { onMeta.now -= reinterpret_cast<size_t>(bytes); }

  // Kernels need an address, but those that get this one never read it (`dryKernels`).
  static inline void* const kNowhere = reinterpret_cast<void*>(kAlignment);
};

// Allocators of devices report to libtorch's profiler. Frees on other threads are unseen, but each report has the total.
struct Reports final : public c10::MemoryReportingInfoBase {
  void reportMemoryUsage(void*, int64_t, size_t total, size_t, at::Device device) override {
    if (device.is_cpu()) return;
    elsewhere.now = total;
    if (total > elsewhere.most) elsewhere.most = total;
  }
  bool memoryProfilingEnabled() const override { return true; }
};

// watchMemory(): counts the memory of devices other than the CPU from now on, in this thread and its backward passes
napi_value watchMemory(napi_env env, napi_callback_info) {
  static bool isWatched = false;
  if (!isWatched) c10::ThreadLocalDebugInfo::_push(c10::DebugInfoKind::PROFILER_STATE, std::make_shared<Reports>());
  isWatched = true;
  return undefined(env);
}

Held& heldOn(napi_env env, napi_value device) {
  const at::Device wanted(toString(env, device));
  return wanted.is_meta() ? onMeta : wanted.is_cpu() ? onCpu : elsewhere;
}

// tensorBytes(device) → bytes currently held by tensors there, or what those on `meta` would hold
napi_value tensorBytes(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  return fromDouble(env, static_cast<double>(heldOn(env, arguments[0]).now));
}

// takeTensorPeak(device) → peak bytes since the last call
napi_value takeTensorPeak(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  Held& held = heldOn(env, arguments[0]);
  return fromDouble(env, static_cast<double>(held.most.exchange(held.now)));
}

}  // namespace

void useMemory() {
  static Memory memory;
  c10::SetCPUAllocator(&memory, 1);
}

void addMemory(napi_env env, napi_value exports) {
  static CountedShapes shapes;
  c10::SetAllocator(at::kMeta, &shapes, 1);
  addExports(env, exports, {{"tensorBytes", entry<tensorBytes>}, {"takeTensorPeak", entry<takeTensorPeak>}, {"watchMemory", entry<watchMemory>}});
}

}  // namespace attune
