// Meta kernels for operators whose meta kernels libtorch only has in Python.
#include <ATen/ExpandUtils.h>
#include <ATen/TensorOperators.h>
#include <ATen/WrapDimUtils.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/native/ConvUtils.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/promote_types.h>
#include <ATen/ops/result_type.h>
#include <torch/library.h>

namespace attune {

namespace {

using at::IntArrayRef;
using at::Tensor;
using OptionalTensor = std::optional<Tensor>;

Tensor indexSelect(const Tensor& self, int64_t dim, const Tensor& index) {
  auto sizes = self.sizes().vec();
  if (!sizes.empty()) sizes[at::maybe_wrap_dim(dim, self.dim())] = index.numel();
  return at::empty(sizes, self.options());
}

Tensor embeddingBackward(const Tensor& gradient, const Tensor&, int64_t count, int64_t, bool) {
  return at::empty({count, gradient.size(-1)}, gradient.options());
}

Tensor& absOut(const Tensor& self, Tensor& out) {
  out.resize_(self.sizes());
  return out;
}

Tensor& logicalOut(const Tensor& self, const Tensor& other, Tensor& out) {
  out.resize_(at::infer_size(self.sizes(), other.sizes()));
  return out;
}

Tensor& whereOut(const Tensor& condition, const Tensor& self, const Tensor& other, Tensor& out) {
  out.resize_(at::infer_size(condition.sizes(), at::infer_size(self.sizes(), other.sizes())));
  return out;
}

Tensor where(const Tensor& condition, const Tensor& self, const Tensor& other) {
  Tensor out = at::empty({0}, condition.options().dtype(at::result_type(self, other)));
  return whereOut(condition, self, other, out);
}

// → output, and mean and inverse standard deviation of each row
std::tuple<Tensor, Tensor, Tensor> layerNorm(const Tensor& input, IntArrayRef shape, const OptionalTensor&, const OptionalTensor&, double) {
  auto rows = input.sizes().vec();
  std::fill(rows.end() - static_cast<int64_t>(shape.size()), rows.end(), 1);
  const auto wide = input.options().dtype(at::promote_types(input.scalar_type(), at::kFloat));
  return {at::empty_like(input), at::empty(rows, wide), at::empty(rows, wide)};
}

Tensor likeIf(bool wanted, const OptionalTensor& tensor) { return wanted && tensor.has_value() ? at::empty_like(*tensor) : Tensor(); }

std::tuple<Tensor, Tensor, Tensor> layerNormBackward(const Tensor&, const Tensor& input, IntArrayRef, const Tensor&, const Tensor&,
                                                     const OptionalTensor& weight, const OptionalTensor& bias, std::array<bool, 3> mask) {
  return {likeIf(mask[0], input), likeIf(mask[1], weight), likeIf(mask[2], bias)};
}

Tensor convolution(const Tensor& input, const Tensor& weight, const OptionalTensor&, IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation,
                   bool transposed, IntArrayRef outputPadding, int64_t groups) {
  const auto sizes = transposed ? at::native::conv_input_size(input.sizes(), weight.sizes(), padding, outputPadding, stride, dilation, groups)
                                : at::native::conv_output_size(input.sizes(), weight.sizes(), padding, stride, dilation);
  return at::empty(sizes, input.options());
}

std::tuple<Tensor, Tensor, Tensor> convolutionBackward(const Tensor& gradient, const Tensor& input, const Tensor& weight, IntArrayRef, IntArrayRef,
                                                       IntArrayRef, bool transposed, IntArrayRef, int64_t groups, std::array<bool, 3> mask) {
  const int64_t channels = transposed ? weight.size(1) * groups : weight.size(0);
  return {likeIf(mask[0], input), likeIf(mask[1], weight), mask[2] ? at::empty({channels}, gradient.options()) : Tensor()};
}

Tensor relu(const Tensor& self) { return at::empty_like(self); }
Tensor flip(const Tensor& self, IntArrayRef) { return at::empty_like(self); }
Tensor hardtanh(const Tensor& self, const at::Scalar&, const at::Scalar&) { return at::empty_like(self); }
Tensor hardtanhBackward(const Tensor&, const Tensor& self, const at::Scalar&, const at::Scalar&) { return at::empty_like(self); }

Tensor fourier(const Tensor& self, IntArrayRef, int64_t, bool) { return at::empty_like(self); }

// Attention as the CPU computes it: without keeping scores. q [B, H, T, D]
std::tuple<Tensor, Tensor> flashAttention(const Tensor& q, const Tensor&, const Tensor&, double, bool, const OptionalTensor&, std::optional<double>) {
  const auto wide = q.options().dtype(at::promote_types(q.scalar_type(), at::kFloat));
  return {at::empty({q.size(0), q.size(2), q.size(1), q.size(3)}, q.options()).transpose(1, 2), at::empty({q.size(0), q.size(1), q.size(2)}, wide)};
}

std::tuple<Tensor, Tensor, Tensor> flashAttentionBackward(const Tensor&, const Tensor& q, const Tensor& k, const Tensor& v, const Tensor&, const Tensor&,
                                                          double, bool, const OptionalTensor&, std::optional<double>) {
  return {at::empty_like(q), at::empty_like(k), at::empty_like(v)};
}

// libtorch itself would take the definition, which keeps all scores.
Tensor attentionOnMeta(const Tensor& q, const Tensor& k, const Tensor& v, const OptionalTensor& mask, double dropout, bool causal,
                       std::optional<double> scale, bool) {
  return std::get<0>(at::_scaled_dot_product_flash_attention_for_cpu(q, k, v, dropout, causal, mask, scale));
}

bool isMissing(const char* name, const char* overload = "") {
  const auto schema = c10::Dispatcher::singleton().findSchema({name, overload});
  return schema.has_value() && !schema->hasKernelForDispatchKey(c10::DispatchKey::Meta);
}

}  // namespace

TORCH_LIBRARY_IMPL(aten, Meta, library) {
  if (isMissing("aten::index_select")) library.impl("index_select", indexSelect);
  if (isMissing("aten::embedding_dense_backward")) library.impl("embedding_dense_backward", embeddingBackward);
  if (isMissing("aten::abs", "out")) library.impl("abs.out", absOut);
  if (isMissing("aten::logical_or", "out")) library.impl("logical_or.out", logicalOut);
  if (isMissing("aten::logical_and", "out")) library.impl("logical_and.out", logicalOut);
  if (isMissing("aten::flip")) library.impl("flip", flip);
  if (isMissing("aten::hardtanh")) library.impl("hardtanh", hardtanh);
  if (isMissing("aten::hardtanh_backward")) library.impl("hardtanh_backward", hardtanhBackward);
  if (isMissing("aten::where", "self")) library.impl("where.self", where);
  if (isMissing("aten::where", "self_out")) library.impl("where.self_out", whereOut);
  if (isMissing("aten::native_layer_norm")) library.impl("native_layer_norm", layerNorm);
  if (isMissing("aten::native_layer_norm_backward")) library.impl("native_layer_norm_backward", layerNormBackward);
  if (isMissing("aten::relu")) library.impl("relu", relu);
  if (isMissing("aten::_fft_c2c")) library.impl("_fft_c2c", fourier);
  if (isMissing("aten::_scaled_dot_product_flash_attention_for_cpu"))
    library.impl("_scaled_dot_product_flash_attention_for_cpu", flashAttention);
  if (isMissing("aten::_scaled_dot_product_flash_attention_for_cpu_backward"))
    library.impl("_scaled_dot_product_flash_attention_for_cpu_backward", flashAttentionBackward);
  library.impl("scaled_dot_product_attention", attentionOnMeta);
  if (isMissing("aten::convolution_overrideable")) library.impl("convolution_overrideable", convolution);
  if (isMissing("aten::convolution_backward_overrideable")) library.impl("convolution_backward_overrideable", convolutionBackward);
}

TORCH_LIBRARY_IMPL(aten, AutogradMeta, library) { library.impl("scaled_dot_product_attention", attentionOnMeta); }

}  // namespace attune
