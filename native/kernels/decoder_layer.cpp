// A decoder layer with a cache of earlier keys and values, as one operator: for few tokens, the work between its products would cost
// as much as the products. Rounds wherever the operators that define it do.
// N new tokens, D width, H query heads, K key-value heads, d head size, F inner width.
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "decoder_layer_parts.hpp"
#include "elementwise.hpp"
#include "fused.hpp"
#include "low_rank.hpp"
#include "paged_attention.hpp"
#include "products.hpp"

namespace attune {

namespace {

using at::Tensor;

Tensor linear(const Layer& l, Linear which, const Tensor& x) {
  const at::ScalarType type = x.scalar_type();
  const Tensor weight = l.weights[which].to(type);
  Tensor y = l.biases[which].defined() ? at::addmm(l.biases[which].to(type), x, weight.t()) : productWithWeight(x, weight);
  for (const LowRankChange& change : l.changes) {
    if (change.linear != which || change.rows() == 0) continue;
    const Tensor inner = at::mm(x.slice(0, change.begin, change.end), change.a.to(type).t());
    y.slice(0, change.begin, change.end).addmm_(inner, change.b.to(type).t(), 1, change.scale);
  }
  return y;
}

Tensor attended(const Layer& l, const Tensor& x) {
  const auto heads = [&](Linear which) { return linear(l, which, x).view({l.tokens(), l.heads(which), l.size()}); };
  const auto normed = [&](const Tensor& y, Norm norm) { return l.hasHeadNorms() ? rmsNorm(y, l.norms[norm], l.epsilon) : y; };
  const Tensor q = rope(normed(heads(kQuery), kOfQueries), l.cos, l.sin), k = rope(normed(heads(kKey), kOfKeys), l.cos, l.sin);
  return linear(l, kOutput, pagedAttention(q, k, heads(kValue), l.paged, l.scale).flatten(1));
}

// The reference definition, composed of existing operators.
Tensor composite(const Layer& l) {
  const Tensor x = l.x + attended(l, rmsNorm(l.x, l.norms[kBeforeAttention], l.epsilon));
  const Tensor normed = rmsNorm(x, l.norms[kBeforeFeedForward], l.epsilon);
  return x + linear(l, kDown, swiGlu(linear(l, kGate, normed), linear(l, kUp, normed)));
}

// Computes few tokens in scratch memory, without intermediate tensors.
class FewTokens {
 public:
  FewTokens(const Layer& layer, const TypeKernels& kernels)
      : layer_(layer), kernels_(kernels), bytes_(static_cast<int64_t>(layer.x.element_size())), memory_(bytesOf(layer)),
        next_(static_cast<char*>(memory_.data())) {}

  Tensor run() {
    const Layer& l = layer_;
    const int64_t D = l.x.size(1), N = l.tokens();
    wide_ = reinterpret_cast<float*>(take(std::max(D, l.size()) * 4));
    inverse_ = reinterpret_cast<float*>(take(N * std::max(l.heads(kQuery), l.heads(kKey)) * 4));
    Tensor y = at::empty_like(l.x);
    char *normed = rows(D), *result = rows(D), *out = static_cast<char*>(y.mutable_data_ptr());
    const char* x = static_cast<const char*>(l.x.const_data_ptr());
    norm(kBeforeAttention, x, N, normed);
    attend(normed, result);
    kernels_.add(x, result, out, N * D);
    norm(kBeforeFeedForward, out, N, normed);
    feed(normed, result);
    kernels_.add(out, result, out, N * D);
    return y;
  }

 private:
  // Scratch bytes per token, with each part aligned to cache lines.
  static size_t bytesOf(const Layer& l) {
    int64_t values = 2 * l.x.size(1) + l.width(kQuery);
    for (const Linear linear : {kQuery, kKey, kValue, kGate, kUp}) values += l.width(linear);
    const int64_t floats = std::max(l.x.size(1), l.size()) + l.tokens() * std::max(l.heads(kQuery), l.heads(kKey));
    return l.tokens() * values * l.x.element_size() + floats * sizeof(float) + 16 * 64 + innerBytesOf(l);
  }

  static size_t innerBytesOf(const Layer& l) {
    size_t bytes = 0;
    for (const LowRankChange& change : l.changes) bytes += change.rows() * change.rank() * l.x.element_size() + 64;
    return bytes;
  }

  char* take(int64_t bytes) { return std::exchange(next_, next_ + (bytes + 63) / 64 * 64); }
  char* rows(int64_t width) { return take(layer_.tokens() * width * bytes_); }

  const float* widened(const Tensor& weight) {
    if (weight.scalar_type() == at::kFloat) return weight.const_data_ptr<float>();
    const auto* from = weight.const_data_ptr<at::BFloat16>();
    std::copy(from, from + weight.numel(), wide_);
    return wide_;
  }

  void norm(Norm which, const void* x, int64_t rows, void* y) {
    RmsNorm n{};
    n.x = x, n.y = y, n.weight = widened(layer_.norms[which]), n.size = layer_.norms[which].numel();
    n.epsilon = static_cast<float>(layer_.epsilon), n.inverse = inverse_;
    kernels_.rmsNorm.forward(n, 0, rows);
  }

  FewRowsWeight weight(Linear which, char* y) const {
    const Tensor& w = layer_.weights[which];
    return {w.const_data_ptr(), w.stride(0), w.size(0), y};
  }

  void multiply(const char* x, std::initializer_list<std::pair<Linear, char*>> linears) {
    std::vector<FewRowsWeight> weights;
    for (const auto& [which, y] : linears) weights.push_back(weight(which, y));
    const int64_t depth = layer_.weights[linears.begin()->first].size(1);
    const FewRowsInput input({x, depth, layer_.tokens(), depth, bytes_}, kernels_);
    multiplyFewRows(input, weights, kernels_);
    for (const auto& [which, y] : linears) {
      const Tensor& bias = layer_.biases[which];
      const int64_t width = layer_.width(which);
      for (int64_t row = 0; bias.defined() && row < layer_.tokens(); row++)
        kernels_.add(y + row * width * bytes_, bias.const_data_ptr(), y + row * width * bytes_, width);
    }
    if (!layer_.changes.empty()) change(input, linears);
  }

  // Adds the adapters' changes to the linear layers' outputs.
  void change(const FewRowsInput& x, std::initializer_list<std::pair<Linear, char*>> linears) {
    LowRankChanges all;
    for (const auto& [which, y] : linears) {
      const int64_t width = layer_.width(which);
      for (const LowRankChange& one : layer_.changes) {
        if (one.linear != which || one.rows() == 0) continue;
        all.add({x.row(one.begin), x.stride(), one.a.const_data_ptr(), take(one.rows() * one.rank() * bytes_), one.b.const_data_ptr(),
            one.rows(), x.depth(), one.rank(), width,
                 static_cast<float>(one.scale), y + one.begin * width * bytes_, width});
      }
      all.endLayer(width);
    }
    if (!all.isEmpty()) all.run(kernels_);
  }

  void turn(char* x, int64_t heads) {
    const Rope r{x, layer_.cos.const_data_ptr<float>(), layer_.sin.const_data_ptr<float>(), heads, layer_.size(), false, x};
    kernels_.rope(r, 0, layer_.tokens());
  }

  void attend(const char* x, char* result) {
    const Layer& l = layer_;
    char *q = rows(l.width(kQuery)), *k = rows(l.width(kKey)), *v = rows(l.width(kValue)), *y = rows(l.width(kQuery));
    multiply(x, {{kQuery, q}, {kKey, k}, {kValue, v}});
    if (l.hasHeadNorms()) {
      norm(kOfQueries, q, l.tokens() * l.heads(kQuery), q);
      norm(kOfKeys, k, l.tokens() * l.heads(kKey), k);
    }
    turn(q, l.heads(kQuery));
    turn(k, l.heads(kKey));
    const PagedHeads heads{q, k, v, l.heads(kQuery), l.heads(kKey), l.size(), bytes_, static_cast<float>(l.scale), y};
    writePaged(l.paged, heads);
    attendPagedFew(l.paged, heads, kernels_);
    multiply(y, {{kOutput, result}});
  }

  void feed(const char* x, char* result) {
    char *gate = rows(layer_.width(kGate)), *up = rows(layer_.width(kUp));
    multiply(x, {{kGate, gate}, {kUp, up}});
    kernels_.swiGlu({gate, up, gate, nullptr, nullptr, nullptr}, 0, layer_.tokens() * layer_.width(kGate));
    multiply(gate, {{kDown, result}});
  }

  const Layer& layer_;
  const TypeKernels& kernels_;
  int64_t bytes_;
  Scratch memory_;
  char* next_;
  float *wide_ = nullptr, *inverse_ = nullptr;
};

bool isInRows(const Tensor& weight, at::ScalarType type) {
  return isOnCpu(weight) && weight.scalar_type() == type && weight.stride(1) == 1 && weight.stride(0) >= weight.size(1) && weight.numel() > 0;
}

bool isVector(const Tensor& x) { return isOnCpu(x) && x.is_contiguous(); }

bool isOfFew(const Layer& l) {
  const at::ScalarType type = l.x.scalar_type();
  if (l.tokens() == 0 || l.tokens() > kFewRows || l.size() > kLargestHead || !isOnCpu(l.paged.keys) || !isOnCpu(l.paged.slots)) return false;
  for (const Tensor& weight : l.weights)
    if (!isInRows(weight, type)) return false;
  for (const Tensor& bias : l.biases)
    if (bias.defined() && (!isVector(bias) || bias.scalar_type() != type)) return false;
  for (const Tensor& norm : l.norms)
    if (!isVector(norm) || (norm.scalar_type() != at::kFloat && norm.scalar_type() != at::kBFloat16)) return false;
  for (const Tensor& angles : {l.cos, l.sin})
    if (!isVector(angles) || angles.scalar_type() != at::kFloat) return false;
  for (int64_t s = 0; s < l.paged.segments(); s++)
    if (l.paged.queries(s) >= kPackFrom) return false;
  return std::all_of(l.changes.begin(), l.changes.end(), [&](const LowRankChange& one) { return isLowRankInRows(one.a, one.b, type); });
}

Tensor decoderLayer(const Tensor& x, at::TensorList norms, at::TensorList weights, const c10::List<std::optional<Tensor>>& biases, const Tensor& cos,
                    const Tensor& sin, const Tensor& keys, const Tensor& values, const Tensor& slots, at::IntArrayRef queryOffsets, at::IntArrayRef keyOffsets,
                    double epsilon, at::TensorList a, at::TensorList b, at::IntArrayRef linear, at::ArrayRef<double> scales,
                    at::IntArrayRef rows, std::optional<int64_t> window, std::optional<double> scale) {
  TORCH_CHECK(keys.dim() == 3, "decoder_layer wants a cache [C, K, d]");
  Layer l{x.contiguous(), norms.vec(), weights.vec(), {}, cos, sin,
      {keys, values, slots.contiguous(), queryOffsets, keyOffsets, std::min(window.value_or(kUnboundedWindow), kUnboundedWindow)},
      epsilon, scale.value_or(1.0 / std::sqrt(static_cast<double>(keys.size(2)))), changesOf({a, b, linear, scales, rows}, x.size(0))};
  for (const std::optional<Tensor> bias : biases) l.biases.push_back(bias.value_or(Tensor()));
  if (l.biases.empty()) l.biases.resize(kLinears);
  checkLayer(l);
  const TypeKernels* kernels = isOfFew(l) ? kernelsFor(l.x) : nullptr;
  if (kernels == nullptr) return composite(l);
  checkPagedSlots(l.paged);
  return FewTokens(l, *kernels).run();
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(attune, library) {
  library.def(
      "decoder_layer(Tensor x, Tensor[] norms, Tensor[] weights, Tensor?[] biases, Tensor cos, Tensor sin, Tensor(a!) keys, Tensor(b!) values, Tensor slots, "
      "int[] query_offsets, int[] key_offsets, float eps, Tensor[] a, Tensor[] b, int[] linear, float[] scales, int[] rows, *, "
      "int? window=None, float? scale=None) -> Tensor");
}

TORCH_LIBRARY_IMPL(attune, CompositeImplicitAutograd, library) { library.impl("decoder_layer", decoderLayer); }

}  // namespace attune
