// Softmax attention over consecutive segments; heads of a group share their keys and values.
// N query tokens, M key tokens, H query heads, K key-value heads, D head size, S segments of n queries and m keys each.
// Query i of n is at position m - n + i of its segment's keys: causality and the window count from there. Without causality the
// window reaches as far to both sides.
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "fused.hpp"

namespace attune {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kNoWindow = int64_t{1} << 60;
constexpr int64_t kLargestHead = 1024;

struct Request {
  at::IntArrayRef queryOffsets, keyOffsets;
  bool isCausal;
  int64_t window;
  double scale;
};

void checkOffsets(at::IntArrayRef offsets, int64_t tokens, const char* name) {
  TORCH_CHECK(!offsets.empty() && offsets.front() == 0 && offsets.back() == tokens, "attention: ", name, " offsets start at 0 and end at ", tokens);
  for (size_t i = 1; i < offsets.size(); i++) TORCH_CHECK(offsets[i] >= offsets[i - 1], "attention: ", name, " offsets never fall");
}

void checkRequest(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Request& r) {
  TORCH_CHECK(q.dim() == 3 && k.dim() == 3 && v.sizes() == k.sizes(), "attention wants q [N, H, D], k and v [M, K, D]");
  TORCH_CHECK(q.size(2) == k.size(2) && k.size(1) > 0 && q.size(1) % k.size(1) == 0, "attention: heads of one size, query heads a multiple of key heads");
  TORCH_CHECK(q.scalar_type() == k.scalar_type() && q.scalar_type() == v.scalar_type(), "attention wants q, k and v of one type");
  TORCH_CHECK(r.queryOffsets.size() == r.keyOffsets.size(), "attention wants as many segments of keys as of queries");
  TORCH_CHECK(r.window >= 1, "attention: a window is at least 1");
  checkOffsets(r.queryOffsets, q.size(0), "query");
  checkOffsets(r.keyOffsets, k.size(0), "key");
  for (size_t s = 1; r.isCausal && s < r.queryOffsets.size(); s++) {
    TORCH_CHECK(r.keyOffsets[s] - r.keyOffsets[s - 1] >= r.queryOffsets[s] - r.queryOffsets[s - 1], "attention: a causal segment has a key for each query");
  }
}

// Consecutive segments of equal shape.
struct Run {
  int64_t count, queries, keys;
};

std::vector<Run> runsOf(const Request& r) {
  std::vector<Run> runs;
  for (size_t s = 1; s < r.queryOffsets.size(); s++) {
    const int64_t queries = r.queryOffsets[s] - r.queryOffsets[s - 1], keys = r.keyOffsets[s] - r.keyOffsets[s - 1];
    if (!runs.empty() && runs.back().queries == queries && runs.back().keys == keys) runs.back().count++;
    else runs.push_back({1, queries, keys});
  }
  return runs;
}

// [n, m]: 0 where a query sees a key, else -infinity; undefined if every query sees every key.
at::Tensor maskOf(const Run& run, const Request& r, const at::Tensor& like) {
  const bool isCausal = r.isCausal && run.queries > 1, isWindowed = r.window < run.keys;
  if (!isCausal && !isWindowed) return {};
  const auto whole = like.options().dtype(at::kLong);
  const at::Tensor distance = (at::arange(run.queries, whole).unsqueeze(1) + (run.keys - run.queries)) - at::arange(run.keys, whole);
  at::Tensor hidden = distance.ge(r.window);
  hidden = hidden.logical_or(r.isCausal ? distance.lt(0) : distance.le(-r.window));
  return at::zeros({run.queries, run.keys}, like.options()).masked_fill(hidden, -std::numeric_limits<double>::infinity());
}

// q [B, H, n, D], k and v [B, K, m, D]. libtorch's bf16 kernel on the CPU is eighteen times slower than f32.
at::Tensor compositeRun(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Run& run, const Request& r) {
  const at::ScalarType type = q.device().is_cuda() ? q.scalar_type() : wideType(q);
  const int64_t groups = q.size(1) / k.size(1);
  const auto widened = [&](const at::Tensor& x) { return groups == 1 ? x.to(type) : x.to(type).repeat_interleave(groups, 1); };
  const bool isPlain = r.isCausal && run.queries == run.keys && run.queries > 1 && r.window >= run.keys;
  const at::Tensor mask = isPlain ? at::Tensor() : maskOf(run, r, q.to(type));
  return at::scaled_dot_product_attention(q.to(type), widened(k), widened(v),
      mask.defined() ? std::optional<at::Tensor>(mask) : std::nullopt, 0.0, isPlain, r.scale)
      .to(q.scalar_type());
}

at::Tensor composite(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Request& r) {
  const auto runs = runsOf(r);
  std::vector<int64_t> querySizes, keySizes;
  for (const Run& run : runs) {
    querySizes.push_back(run.count * run.queries);
    keySizes.push_back(run.count * run.keys);
  }
  // Splits in a single operation: its backward is one concatenation, whereas slices would each create a full tensor of
  // zeros.
  const auto qs = q.split_with_sizes(querySizes), ks = k.split_with_sizes(keySizes), vs = v.split_with_sizes(keySizes);
  std::vector<at::Tensor> parts;
  for (size_t i = 0; i < runs.size(); i++) {
    const Run& run = runs[i];
    if (run.queries == 0) continue;
    const auto byHead = [&](const at::Tensor& x, int64_t length) { return x.reshape({run.count, length, x.size(1), x.size(2)}).transpose(1, 2); };
    if (run.keys == 0) parts.push_back(at::zeros_like(qs[i]));
    else parts.push_back(compositeRun(byHead(qs[i], run.queries), byHead(ks[i], run.keys), byHead(vs[i], run.keys), run, r)
                             .transpose(1, 2).reshape(qs[i].sizes()));
  }
  return parts.empty() ? at::zeros_like(q) : parts.size() == 1 ? parts[0] : at::cat(parts);
}

Attention problemOf(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Request& r) {
  Attention a{};
  a.q = q.const_data_ptr();
  a.k = k.const_data_ptr();
  a.v = v.const_data_ptr();
  a.heads = q.size(1);
  a.keyHeads = k.size(1);
  a.size = q.size(2);
  a.queryOffsets = r.queryOffsets.data();
  a.keyOffsets = r.keyOffsets.data();
  a.segments = static_cast<int64_t>(r.queryOffsets.size()) - 1;
  a.isCausal = r.isCausal;
  a.window = r.window;
  a.scale = static_cast<float>(r.scale);
  return a;
}

// Threads claim units one by one, the most expensive first, so that they finish together; no unit's result depends on
// its thread.
template <class Cost>
void inParallel(std::vector<AttentionUnit> units, size_t scratchBytes, const Cost& cost, const std::function<void(const AttentionUnit&, void*)>& body) {
  std::stable_sort(units.begin(), units.end(), [&](const AttentionUnit& a, const AttentionUnit& b) { return cost(a) > cost(b); });
  const auto count = static_cast<int64_t>(units.size());
  std::atomic<int64_t> next{0};
  at::parallel_for(0, std::min<int64_t>(count, at::get_num_threads()), 1, [&](int64_t, int64_t) {
    const Scratch scratch(scratchBytes);
    for (int64_t i = next++; i < count; i = next++) body(units[i], scratch.data());
  });
}

int64_t padded(int64_t tokens) { return (tokens + 15) / 16 * 16; }

void forwardCpu(const Attention& a, const AttentionKernels& kernels) {
  std::vector<AttentionUnit> packing, few, blocks;
  std::vector<int64_t> packedStart;
  int64_t tokens = 0;
  for (int64_t s = 0; s < a.segments; s++) {
    const int64_t queries = a.queryOffsets[s + 1] - a.queryOffsets[s];
    packedStart.push_back(tokens);
    auto& perKeyHead = queries < kPackFrom ? few : packing;
    for (int64_t head = 0; queries > 0 && head < a.keyHeads; head++) perKeyHead.push_back({s, head, 0});
    if (queries < kPackFrom) continue;
    tokens += padded(a.keyOffsets[s + 1] - a.keyOffsets[s]);
    for (int64_t head = 0; head < a.heads; head++) {
      for (int64_t block = 0; block * kQueryBlock < queries; block++) blocks.push_back({s, head, block});
    }
  }
  const auto keys = [&](const AttentionUnit& unit) { return a.keyOffsets[unit.segment + 1] - a.keyOffsets[unit.segment]; };
  inParallel(few, kernels.forwardScratch, keys, [&](const AttentionUnit& unit, void* scratch) { kernels.forwardFew(a, unit, scratch); });
  if (blocks.empty()) return;
  const Scratch packed(kernels.packedBytes(a, tokens));
  inParallel(packing, 0, keys, [&](const AttentionUnit& unit, void*) { kernels.pack(a, unit, packedStart.data(), packed.data()); });
  // In a causal segment, the last block attends to all keys, earlier blocks to fewer.
  const auto seen = [&](const AttentionUnit& unit) {
    const int64_t after = a.queryOffsets[unit.segment + 1] - a.queryOffsets[unit.segment] - (unit.block + 1) * kQueryBlock;
    return std::min(keys(unit) - (a.isCausal ? std::max<int64_t>(0, after) : 0), a.window + kQueryBlock);
  };
  inParallel(blocks, kernels.forwardScratch, seen,
             [&](const AttentionUnit& unit, void* scratch) { kernels.forward(a, unit, packedStart.data(), packed.data(), scratch); });
}

void backwardCpu(const Attention& a, const AttentionKernels& kernels) {
  std::vector<AttentionUnit> units;
  int64_t most = 0;
  for (int64_t s = 0; s < a.segments; s++) {
    most = std::max(most, a.keyOffsets[s + 1] - a.keyOffsets[s]);
    for (int64_t head = 0; head < a.keyHeads; head++) units.push_back({s, head, 0});
  }
  const auto products = [&](const AttentionUnit& unit) {
    return (a.queryOffsets[unit.segment + 1] - a.queryOffsets[unit.segment]) * (a.keyOffsets[unit.segment + 1] - a.keyOffsets[unit.segment]);
  };
  inParallel(units, kernels.backwardScratch(a, most), products, [&](const AttentionUnit& unit, void* scratch) { kernels.backward(a, unit, scratch); });
}

std::tuple<at::Tensor, at::Tensor> forwardFused(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Request& r) {
  at::Tensor y = at::empty_like(q), normaliser = at::empty({q.size(0), q.size(1)}, q.options().dtype(at::kFloat));
  Attention a = problemOf(q, k, v, r);
  a.y = y.mutable_data_ptr();
  a.normaliser = normaliser.mutable_data_ptr<float>();
  forwardCpu(a, kernelsFor(q)->attention);
  return {y, normaliser};
}

struct FusedAttention : public torch::autograd::Function<FusedAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Request& r) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    auto [y, normaliser] = forwardFused(q, k, v, r);
    context->save_for_backward({q, k, v, y, normaliser});
    context->saved_data["queryOffsets"] = r.queryOffsets.vec();
    context->saved_data["keyOffsets"] = r.keyOffsets.vec();
    context->saved_data["isCausal"] = r.isCausal;
    context->saved_data["window"] = r.window;
    context->saved_data["scale"] = r.scale;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    checkOnce();
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &q = saved[0], &k = saved[1], &v = saved[2], gradient = gradients[0].contiguous();
    const auto queryOffsets = context->saved_data["queryOffsets"].toIntVector(), keyOffsets = context->saved_data["keyOffsets"].toIntVector();
    const Request r{queryOffsets, keyOffsets, context->saved_data["isCausal"].toBool(), context->saved_data["window"].toInt(),
        context->saved_data["scale"].toDouble()};
    const TypeKernels* kernels = kernelsFor(q);
    TORCH_CHECK(kernels != nullptr, "attention: the kernels were changed between forward and backward");
    at::Tensor dq = at::empty_like(q), dk = at::empty_like(k), dv = at::empty_like(v);
    Attention a = problemOf(q, k, v, r);
    a.y = const_cast<void*>(saved[3].const_data_ptr());
    a.normaliser = const_cast<float*>(saved[4].const_data_ptr<float>());
    a.gradient = gradient.const_data_ptr();
    a.queryGradient = dq.mutable_data_ptr();
    a.keyGradient = dk.mutable_data_ptr();
    a.valueGradient = dv.mutable_data_ptr();
    backwardCpu(a, kernels->attention);
    return {dq, dk, dv, at::Tensor()};
  }
};

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::IntArrayRef queryOffsets, at::IntArrayRef keyOffsets, bool causal,
                     std::optional<int64_t> window, std::optional<double> scale) {
  TORCH_CHECK(q.dim() == 3, "attention wants q [N, H, D]");
  const Request r{queryOffsets, keyOffsets, causal, std::min(window.value_or(kNoWindow), kNoWindow),
      scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(2))))};
  checkRequest(q, k, v, r);
  if (kernelsFor(q) == nullptr || !isBeside(k, q) || !isBeside(v, q) || q.size(2) > kLargestHead || q.numel() == 0) return composite(q, k, v, r);
  const bool isRecorded = at::GradMode::is_enabled() && (q.requires_grad() || k.requires_grad() || v.requires_grad());
  if (!isRecorded) return std::get<0>(forwardFused(q.contiguous(), k.contiguous(), v.contiguous(), r));
  return FusedAttention::apply(q.contiguous(), k.contiguous(), v.contiguous(), r);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(attune, library) {
  library.def(
      "attention(Tensor q, Tensor k, Tensor v, int[] query_offsets, int[] key_offsets, *, bool causal=False, int? window=None, float? scale=None) -> Tensor");
}

TORCH_LIBRARY_IMPL(attune, CompositeImplicitAutograd, library) { library.impl("attention", attention); }

}  // namespace attune
