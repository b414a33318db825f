// Devices other than the CPU, through libtorch's device-generic interface: nothing here needs a vendor's headers.
#include <dlfcn.h>

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <array>

#include "javascript.hpp"
#include "parts.hpp"

namespace attune {

namespace {

using c10::impl::VirtualGuardImpl;

// NVIDIA's driver API, which is a stable C interface. A libtorch with CUDA loads the driver if there is a GPU.
class Driver {
 public:
  static const Driver& get() {
    static const Driver driver;
    return driver;
  }

  // [free, total] bytes of the current card
  std::optional<std::array<size_t, 2>> memory() const {
    std::array<size_t, 2> bytes{};
    const auto ask = find<int (*)(size_t*, size_t*)>("cuMemGetInfo_v2");
    if (ask == nullptr || ask(&bytes[0], &bytes[1]) != 0) return std::nullopt;
    return bytes;
  }

  std::string nameOf(int card) const {
    std::array<char, 256> name{};
    const auto ask = find<int (*)(char*, int, int)>("cuDeviceGetName");
    return ask == nullptr || ask(name.data(), static_cast<int>(name.size()) - 1, card) != 0 ? "" : name.data();
  }

  // Compute capability: 80 is the first with bf16.
  int capabilityOf(int card) const {
    constexpr int kMajor = 75, kMinor = 76;
    int major = 0, minor = 0;
    const auto ask = find<int (*)(int*, int, int)>("cuDeviceGetAttribute");
    if (ask == nullptr || ask(&major, kMajor, card) != 0 || ask(&minor, kMinor, card) != 0) return 0;
    return 10 * major + minor;
  }

 private:
  Driver() : library_(at::hasCUDA() ? dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) : nullptr) {}

  template <class Function>
  Function find(const char* name) const {
    return library_ == nullptr ? nullptr : reinterpret_cast<Function>(dlsym(library_, name));
  }

  void* library_;
};

int64_t countOf(at::DeviceType type) {
  if (type == at::kMPS && !at::hasMPS()) return 0;
  return c10::impl::hasDeviceGuardImpl(type) ? VirtualGuardImpl(type).deviceCount() : 0;
}

void describe(napi_env env, napi_value list, at::Device device) {
  const bool isCuda = device.is_cuda();
  napi_value one;
  check(env, napi_create_object(env, &one));
  check(env, napi_set_named_property(env, one, "device", fromString(env, device.str())));
  check(env, napi_set_named_property(env, one, "title", fromString(env, isCuda ? Driver::get().nameOf(device.index()) : "")));
  check(env, napi_set_named_property(env, one, "capability", fromDouble(env, isCuda ? Driver::get().capabilityOf(device.index()) : 0)));
  uint32_t count = 0;
  check(env, napi_get_array_length(env, list, &count));
  check(env, napi_set_element(env, list, count, one));
}

// devices() → [{ device, title, capability }]: those that this libtorch can compute on, besides the CPU
napi_value devices(napi_env env, napi_callback_info) {
  napi_value list;
  check(env, napi_create_array(env, &list));
  for (const at::DeviceType type : {at::kCUDA, at::kMPS, at::kXPU, at::kPrivateUse1}) {
    for (int64_t index = 0; index < countOf(type); index++) describe(env, list, at::Device(type, static_cast<at::DeviceIndex>(index)));
  }
  return list;
}

// deviceBuild(): kinds of devices that this libtorch was built for, whether or not there is one
napi_value deviceBuild(napi_env env, napi_callback_info) {
  napi_value list;
  check(env, napi_create_array(env, &list));
  uint32_t count = 0;
  for (const at::DeviceType type : {at::kCUDA, at::kMPS, at::kXPU, at::kPrivateUse1}) {
    if (!c10::impl::hasDeviceGuardImpl(type) || (type == at::kMPS && !at::hasMPS())) continue;
    check(env, napi_set_element(env, list, count++, fromString(env, c10::DeviceTypeName(type, true))));
  }
  return list;
}

// synchronise(device): waits for all pending work on the device
napi_value synchronise(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const at::Device device(toString(env, arguments[0]));
  if (!device.is_cpu() && !device.is_meta()) VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
  return undefined(env);
}

// deviceMemory(device) → [free, total] bytes, or undefined if unknown
napi_value deviceMemory(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const at::Device device(toString(env, arguments[0]));
  if (!device.is_cuda()) return undefined(env);
  const c10::DeviceGuard guard(device);
  // Makes the card's context current in this thread.
  VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
  const auto bytes = Driver::get().memory();
  if (!bytes.has_value()) return undefined(env);
  napi_value pair;
  check(env, napi_create_array_with_length(env, 2, &pair));
  for (uint32_t i = 0; i < 2; i++) check(env, napi_set_element(env, pair, i, fromDouble(env, static_cast<double>((*bytes)[i]))));
  return pair;
}

// Larger copies are rare, and pinned memory is a scarce resource.
constexpr size_t kMostPinned = size_t{64} << 20;

// upload(id, device) → a copy on the device. From pinned memory, the copy overlaps with later work.
napi_value upload(napi_env env, napi_callback_info info) {
  Arguments<2> arguments(env, info);
  const at::Tensor& tensor = slots().get(toDouble(env, arguments[0]));
  const at::Device device(toString(env, arguments[1]));
  const bool isPinned = tensor.is_cpu() && at::isAccelerator(device.type()) && device.type() != at::kMPS && tensor.nbytes() > 0 &&
                        tensor.nbytes() <= kMostPinned && !tensor.requires_grad();
  if (!isPinned) return fromTensor(env, tensor.to(device));
  return fromTensor(env, tensor.pin_memory().to(device, tensor.scalar_type(), true));
}

}  // namespace

void addDevices(napi_env env, napi_value exports) {
  addExports(env, exports,
             {{"devices", entry<devices>}, {"deviceBuild", entry<deviceBuild>}, {"synchronise", entry<synchronise>},
              {"deviceMemory", entry<deviceMemory>}, {"upload", entry<upload>}});
}

}  // namespace attune
