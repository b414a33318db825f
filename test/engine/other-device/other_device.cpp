// A non-CPU device for tests on machines that have none: libtorch's PrivateUse1 with its own memory and the CPU's
// arithmetic. Like CUDA, it rejects operators on tensors of different devices, runs backward on a separate thread,
// reports its memory to libtorch's profiler, and raises OutOfMemoryError beyond a limit.
#include <node_api.h>

#include <ATen/EmptyTensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/native/Resize.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/set_native.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_as_complex_native.h>
#include <ATen/ops/view_as_real_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace {

using at::Tensor;

constexpr auto kOther = at::kPrivateUse1;

std::atomic<size_t> held{0}, most{~size_t{0}}, pinned{0}, synchronised{0};

struct Memory final : public c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    TORCH_CHECK_WITH(OutOfMemoryError, held + bytes <= most, "the other device is out of memory. Tried to allocate ", bytes, " bytes");
    auto* start = static_cast<size_t*>(std::aligned_alloc(64, (bytes + 127) / 64 * 64));
    *start = bytes;
    held += bytes;
    c10::reportMemoryUsageToProfiler(start, static_cast<int64_t>(bytes), held, held, at::Device(kOther, 0));
    void* data = bytes == 0 ? nullptr : reinterpret_cast<char*>(start) + 64;
    return {data, start, &give, at::Device(kOther, 0)};
  }
  at::DeleterFnPtr raw_deleter() const override { return &give; }
  void copy_data(void* to, const void* from, size_t bytes) const override { default_copy_data(to, from, bytes); }

  static void give(void* start) {
    const size_t bytes = *static_cast<size_t*>(start);
    held -= bytes;
    c10::reportMemoryUsageToProfiler(start, -static_cast<int64_t>(bytes), held, held, at::Device(kOther, 0));
    std::free(start);
  }
};

Memory& memory() {
  static auto* instance = new Memory();
  return *instance;
}

// CPU memory that the device could read directly.
struct PinnedMemory final : public c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    pinned++;
    void* data = std::malloc(bytes + 1);
    return {data, data, &std::free, at::Device(at::kCPU)};
  }
  at::DeleterFnPtr raw_deleter() const override { return &std::free; }
  void copy_data(void* to, const void* from, size_t bytes) const override { default_copy_data(to, from, bytes); }
};

struct Hooks final : public at::PrivateUse1HooksInterface {
  at::Allocator* getPinnedMemoryAllocator() const override {
    static auto* instance = new PinnedMemory();
    return instance;
  }
  bool hasPrimaryContext(at::DeviceIndex) const override { return true; }
  void resizePrivateUse1Bytes(const c10::Storage& storage, size_t bytes) const override {
    auto data = memory().allocate(bytes);
    std::memcpy(data.get(), storage.data(), std::min(bytes, storage.nbytes()));
    storage.unsafeGetStorageImpl()->set_data_ptr_noswap(std::move(data));
    storage.unsafeGetStorageImpl()->set_nbytes(bytes);
  }
};

struct Guard final : public c10::impl::DeviceGuardImplInterface {
  at::DeviceType type() const override { return kOther; }
  at::Device exchangeDevice(at::Device) const override { return {kOther, 0}; }
  at::Device getDevice() const override { return {kOther, 0}; }
  void setDevice(at::Device) const override {}
  void uncheckedSetDevice(at::Device) const noexcept override {}
  at::Stream getStream(at::Device) const noexcept override { return at::Stream(at::Stream::DEFAULT, at::Device(kOther, 0)); }
  at::Stream exchangeStream(at::Stream stream) const noexcept override { return stream; }
  at::DeviceIndex deviceCount() const noexcept override { return 1; }
  void record(void**, const at::Stream&, at::DeviceIndex, c10::EventFlag) const override {}
  void block(void*, const at::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  bool queryStream(const at::Stream&) const override { return true; }
  void synchronizeStream(const at::Stream&) const override {}
  void synchronizeDevice(at::DeviceIndex) const override { synchronised++; }
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

// The same memory as a tensor on the CPU.
Tensor onCpu(const Tensor& tensor) {
  if (!tensor.is_privateuseone()) return tensor;
  auto storage = c10::Storage(c10::Storage::use_byte_size_t(), tensor.storage().nbytes(),
                                    c10::DataPtr(tensor.storage().mutable_data(), at::Device(at::kCPU)));
  Tensor view = at::detail::make_tensor<at::TensorImpl>(std::move(storage), c10::DispatchKeySet(c10::DispatchKey::CPU), tensor.dtype());
  view.unsafeGetTensorImpl()->set_sizes_and_strides(tensor.sizes(), tensor.strides(), tensor.storage_offset());
  return view;
}

Tensor emptyMemory(at::IntArrayRef size, std::optional<at::ScalarType> dtype, std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>,
                   std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(size, &memory(), c10::DispatchKeySet(c10::DispatchKey::PrivateUse1), c10::dtype_or_default(dtype), format);
}

Tensor emptyStrided(at::IntArrayRef size, at::IntArrayRef stride, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                    std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(size, stride, &memory(), c10::DispatchKeySet(c10::DispatchKey::PrivateUse1), c10::dtype_or_default(dtype));
}

Tensor copyFrom(const Tensor& self, const Tensor& to, bool) {
  onCpu(to).copy_(onCpu(self));
  return to;
}

Tensor copyFromAndResize(const Tensor& self, const Tensor& to) {
  if (to.sizes() != self.sizes()) to.resize_(self.sizes());
  return copyFrom(self, to, false);
}

const Tensor& resize(const Tensor& self, c10::SymIntArrayRef size, std::optional<at::MemoryFormat>) {
  const auto sizes = C10_AS_INTARRAYREF_SLOW(size);
  auto* impl = self.unsafeGetTensorImpl();
  const auto bytes = static_cast<size_t>((self.storage_offset() + c10::multiply_integers(sizes)) * self.element_size());
  if (bytes > self.storage().nbytes()) at::detail::getPrivateUse1Hooks().resizePrivateUse1Bytes(self.storage(), bytes);
  impl->set_sizes_contiguous(sizes);
  return self;
}

Tensor& setStorage(Tensor& self, at::Storage storage, int64_t offset, at::IntArrayRef size, at::IntArrayRef stride) {
  self.unsafeGetTensorImpl()->set_storage_keep_dtype(std::move(storage));
  self.unsafeGetTensorImpl()->set_sizes_and_strides(size, stride, offset);
  return self;
}

// Composed of CPU operators: libtorch has no fallback for these two.
Tensor convolution(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias, at::IntArrayRef stride, at::IntArrayRef padding,
                   at::IntArrayRef dilation, bool transposed, at::IntArrayRef outputPadding, int64_t groups) {
  const auto own = bias.has_value() && bias->defined() ? std::optional(onCpu(*bias)) : std::nullopt;
  return at::convolution(onCpu(input), onCpu(weight), own, stride, padding, dilation, transposed, outputPadding, groups).to(input.device());
}

std::tuple<Tensor, Tensor, Tensor> convolutionBackward(const Tensor& gradient, const Tensor& input, const Tensor& weight, at::IntArrayRef stride,
                                                       at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                                                       at::IntArrayRef outputPadding, int64_t groups, std::array<bool, 3> mask) {
  const std::vector<int64_t> biasSize{transposed ? weight.size(1) * groups : weight.size(0)};
  const auto back = at::convolution_backward(onCpu(gradient), onCpu(input), onCpu(weight), at::IntArrayRef(biasSize), stride, padding, dilation,
                                             transposed, outputPadding, groups, mask);
  const auto there = [&](const Tensor& tensor) { return tensor.defined() ? tensor.to(input.device()) : tensor; };
  return {there(std::get<0>(back)), there(std::get<1>(back)), there(std::get<2>(back))};
}

// CUDA accepts CPU indices only for these operators.
bool takesOtherDevices(const std::string& name) { return name == "aten::index.Tensor" || name.rfind("aten::index_put", 0) == 0 || name == "aten::_index_put_impl_"; }

void refuseMixed(const std::string& name, const Tensor& tensor) {
  TORCH_CHECK(!tensor.defined() || tensor.dim() == 0 || !tensor.is_cpu() || takesOtherDevices(name),
              "Expected all tensors to be on the same device, but found a tensor on cpu in ", name);
}

void compute(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const std::string name = c10::toString(op.operator_name());
  for (const auto& value : torch::jit::last(*stack, op.schema().arguments().size())) {
    if (value.isTensor()) refuseMixed(name, value.toTensor());
    if (!value.isTensorList()) continue;
    for (const Tensor& tensor : value.toTensorList()) refuseMixed(name, tensor);
  }
  at::native::cpu_fallback(op, stack, true);
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) { library.fallback(torch::CppFunction::makeFromBoxedFunction<&compute>()); }

// Kernels without a derivative, as on CUDA.
TORCH_LIBRARY_IMPL(_, AutogradPrivateUse1, library) { library.fallback(torch::CppFunction::makeFallthrough()); }

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", emptyMemory);
  library.impl("empty_strided", emptyStrided);
  library.impl("_copy_from", copyFrom);
  library.impl("_copy_from_and_resize", copyFromAndResize);
  library.impl("resize_", resize);
  library.impl("set_.source_Storage_storage_offset", setStorage);
  library.impl("as_strided", at::native::as_strided_tensorimpl);
  library.impl("convolution_overrideable", convolution);
  library.impl("convolution_backward_overrideable", convolutionBackward);
  library.impl("_reshape_alias", at::native::_reshape_alias);
  library.impl("view", at::native::view);
  library.impl("unfold", at::native::unfold);
  library.impl("view_as_real", at::native::view_as_real);
  library.impl("view_as_complex", at::native::view_as_complex);
}

napi_value figure(napi_env env, napi_callback_info info) {
  napi_value result;
  void* value;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &value);
  napi_create_double(env, static_cast<double>(*static_cast<std::atomic<size_t>*>(value)), &result);
  return result;
}

// limit(bytes): memory of the device
napi_value limit(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument, nothing;
  double bytes = 0;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  napi_get_value_double(env, argument, &bytes);
  most = static_cast<size_t>(bytes);
  napi_get_undefined(env, &nothing);
  return nothing;
}

void add(napi_env env, napi_value exports, const char* name, napi_callback body, void* data = nullptr) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, body, data, &function);
  napi_set_named_property(env, exports, name, function);
}

napi_value start(napi_env env, napi_value exports) {
  static const bool isFirst = [] {
    c10::register_privateuse1_backend("privateuseone");
    c10::SetAllocator(kOther, &memory());
    at::RegisterPrivateUse1HooksInterface(new Hooks());
    return true;
  }();
  (void)isFirst;
  add(env, exports, "held", figure, &held);
  add(env, exports, "pinned", figure, &pinned);
  add(env, exports, "synchronised", figure, &synchronised);
  add(env, exports, "limit", limit);
  return exports;
}

}  // namespace

NAPI_MODULE(other_device, start)
