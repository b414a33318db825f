// Softmax attention to keys and values that lie in the slots of a cache: a row's tokens may lie anywhere in it.
// N new tokens, M tokens of all segments, C slots, H query heads, K key-value heads, D head size, S segments of n new tokens among m.
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "fused.hpp"

namespace attune {

namespace {

constexpr int64_t kUnbounded = int64_t{1} << 60;

// What the new tokens are, and what is kept of the others.
struct Paged {
  at::Tensor q, k, v;        // [N, H, D], [N, K, D]
  at::Tensor keys, values;   // [C, K, D]
  at::Tensor slots;          // int32 [M], of each segment's tokens in their order, the new ones last
  at::IntArrayRef queryOffsets, keyOffsets;
  int64_t window;
  double scale;

  int64_t segments() const { return static_cast<int64_t>(queryOffsets.size()) - 1; }
  int64_t queries(int64_t s) const { return queryOffsets[s + 1] - queryOffsets[s]; }
  int64_t tokens(int64_t s) const { return keyOffsets[s + 1] - keyOffsets[s]; }
};

void checkPaged(const Paged& p) {
  TORCH_CHECK(p.q.dim() == 3 && p.k.dim() == 3 && p.v.sizes() == p.k.sizes(), "paged_attention wants q [N, H, D], k and v [N, K, D]");
  TORCH_CHECK(p.keys.dim() == 3 && p.keys.sizes() == p.values.sizes() && p.keys.is_contiguous() && p.values.is_contiguous(), "paged_attention wants a contiguous cache [C, K, D]");
  TORCH_CHECK(p.keys.size(1) == p.k.size(1) && p.keys.size(2) == p.k.size(2) && p.keys.scalar_type() == p.k.scalar_type(), "paged_attention: the cache has the keys' heads, size and type");
  TORCH_CHECK(p.q.size(2) == p.k.size(2) && p.k.size(1) > 0 && p.q.size(1) % p.k.size(1) == 0, "paged_attention: heads of one size, query heads a multiple of key heads");
  TORCH_CHECK(p.v.scalar_type() == p.k.scalar_type() && p.values.scalar_type() == p.k.scalar_type() && p.q.scalar_type() == p.k.scalar_type(), "paged_attention wants q, k, v and the cache of one type");
  TORCH_CHECK(p.slots.dim() == 1 && p.slots.scalar_type() == at::kInt, "paged_attention wants int32 slots [M]");
  TORCH_CHECK(!p.queryOffsets.empty() && p.queryOffsets.size() == p.keyOffsets.size() && p.queryOffsets.front() == 0 && p.keyOffsets.front() == 0 &&
                  p.queryOffsets.back() == p.q.size(0) && p.k.size(0) == p.q.size(0) && p.keyOffsets.back() == p.slots.size(0),
              "paged_attention: offsets start at 0 and end at the number of tokens");
  for (int64_t s = 0; s < p.segments(); s++) TORCH_CHECK(p.queries(s) >= 0 && p.tokens(s) >= p.queries(s), "paged_attention: the new tokens are among a segment's tokens");
  TORCH_CHECK(p.window >= 1, "paged_attention: a window is at least 1");
  TORCH_CHECK(!at::GradMode::is_enabled(), "paged_attention has no gradient");
}

at::Tensor attend(const Paged& p, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::IntArrayRef queryOffsets, at::IntArrayRef keyOffsets) {
  static const auto attention = c10::Dispatcher::singleton()
                                    .findSchemaOrThrow("attune::attention", "")
                                    .typed<at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, at::IntArrayRef, at::IntArrayRef, bool, std::optional<int64_t>, std::optional<double>)>();
  return attention.call(q, k, v, queryOffsets, keyOffsets, true, p.window, p.scale);
}

// The slots of the new tokens: int64 [N].
at::Tensor newSlots(const Paged& p) {
  std::vector<at::Tensor> parts;
  for (int64_t s = 0; s < p.segments(); s++) parts.push_back(p.slots.narrow(0, p.keyOffsets[s + 1] - p.queries(s), p.queries(s)));
  return at::cat(parts).to(at::kLong);
}

// By plain operators, on any device.
at::Tensor composite(const Paged& p) {
  const at::Tensor written = newSlots(p);
  at::Tensor(p.keys).index_copy_(0, written, p.k);
  at::Tensor(p.values).index_copy_(0, written, p.v);
  return attend(p, p.q, p.keys.index_select(0, p.slots), p.values.index_select(0, p.slots), p.queryOffsets, p.keyOffsets);
}

// Bytes of a token's heads, and of one of them.
struct Width {
  int64_t token, head;
  explicit Width(const at::Tensor& k) : token(k.size(1) * k.size(2) * k.element_size()), head(k.size(2) * k.element_size()) {}
};

void writeNew(const Paged& p, const int32_t* slots) {
  const Width width(p.k);
  char *keys = static_cast<char*>(p.keys.mutable_data_ptr()), *values = static_cast<char*>(p.values.mutable_data_ptr());
  const char *k = static_cast<const char*>(p.k.const_data_ptr()), *v = static_cast<const char*>(p.v.const_data_ptr());
  for (int64_t s = 0; s < p.segments(); s++) {
    const int32_t* to = slots + p.keyOffsets[s + 1] - p.queries(s);
    for (int64_t i = 0; i < p.queries(s); i++) {
      const int64_t from = (p.queryOffsets[s] + i) * width.token;
      std::memcpy(keys + to[i] * width.token, k + from, width.token);
      std::memcpy(values + to[i] * width.token, v + from, width.token);
    }
  }
}

// One key head of a segment with few new tokens: its keys and values are brought side by side, near the processor, and used there.
void attendFew(const Paged& p, const AttentionUnit& unit, const AttentionKernels& kernels, at::Tensor& y) {
  const Width width(p.k);
  const int64_t K = p.k.size(1), H = p.q.size(1), groups = H / K, n = p.queries(unit.segment), all = p.tokens(unit.segment);
  const int64_t m = std::min(all, n - 1 + std::min(p.window, all)), rows = n * groups * width.head;
  const Scratch scratch(2 * m * width.head + 2 * rows + n * groups * sizeof(float) + 5 * 64 + kernels.forwardScratch);
  char* next = static_cast<char*>(scratch.data());
  const auto take = [&](int64_t bytes) { return std::exchange(next, next + (bytes + 63) / 64 * 64); };
  char *keys = take(m * width.head), *values = take(m * width.head), *q = take(rows), *out = take(rows), *normaliser = take(n * groups * sizeof(float));
  const int32_t* slots = p.slots.const_data_ptr<int32_t>() + p.keyOffsets[unit.segment + 1] - m;
  const char *keptKeys = static_cast<const char*>(p.keys.const_data_ptr()), *keptValues = static_cast<const char*>(p.values.const_data_ptr());
  for (int64_t j = 0; j < m; j++) {
    const int64_t from = slots[j] * width.token + unit.head * width.head;
    std::memcpy(keys + j * width.head, keptKeys + from, width.head);
    std::memcpy(values + j * width.head, keptValues + from, width.head);
  }
  const int64_t start = (p.queryOffsets[unit.segment] * H + unit.head * groups) * width.head, row = groups * width.head, stride = H * width.head;
  for (int64_t i = 0; i < n; i++) std::memcpy(q + i * row, static_cast<const char*>(p.q.const_data_ptr()) + start + i * stride, row);
  const int64_t queryOffsets[2] = {0, n}, keyOffsets[2] = {0, m};
  Attention a{};
  a.q = q, a.k = keys, a.v = values, a.y = out, a.normaliser = reinterpret_cast<float*>(normaliser);
  a.heads = groups, a.keyHeads = 1, a.size = p.q.size(2), a.segments = 1;
  a.queryOffsets = queryOffsets, a.keyOffsets = keyOffsets;
  a.isCausal = true, a.window = p.window, a.scale = static_cast<float>(p.scale);
  kernels.forwardFew(a, {0, 0, 0}, next);
  for (int64_t i = 0; i < n; i++) std::memcpy(static_cast<char*>(y.mutable_data_ptr()) + start + i * stride, out + i * row, row);
}

// Segments with many new tokens: as one call of the operator for keys that lie side by side.
void attendMany(const Paged& p, const std::vector<int64_t>& segments, at::Tensor& y) {
  std::vector<at::Tensor> q, slots;
  std::vector<int64_t> queryOffsets{0}, keyOffsets{0};
  for (const int64_t s : segments) {
    q.push_back(p.q.narrow(0, p.queryOffsets[s], p.queries(s)));
    slots.push_back(p.slots.narrow(0, p.keyOffsets[s], p.tokens(s)));
    queryOffsets.push_back(queryOffsets.back() + p.queries(s));
    keyOffsets.push_back(keyOffsets.back() + p.tokens(s));
  }
  const at::Tensor seen = at::cat(slots), out = attend(p, at::cat(q), p.keys.index_select(0, seen), p.values.index_select(0, seen), queryOffsets, keyOffsets);
  for (size_t i = 0; i < segments.size(); i++) y.narrow(0, p.queryOffsets[segments[i]], p.queries(segments[i])).copy_(out.narrow(0, queryOffsets[i], queryOffsets[i + 1] - queryOffsets[i]));
}

void checkSlots(const Paged& p) {
  const int32_t* slots = p.slots.const_data_ptr<int32_t>();
  for (int64_t i = 0; i < p.slots.size(0); i++) TORCH_CHECK(slots[i] >= 0 && slots[i] < p.keys.size(0), "paged_attention: the cache has no slot ", slots[i]);
}

at::Tensor fused(const Paged& p, const AttentionKernels& kernels) {
  checkSlots(p);
  writeNew(p, p.slots.const_data_ptr<int32_t>());
  const bool isFirst = p.q.size(0) == p.slots.size(0);
  if (isFirst) return attend(p, p.q, p.k, p.v, p.queryOffsets, p.keyOffsets);
  at::Tensor y = at::empty_like(p.q);
  std::vector<AttentionUnit> few;
  std::vector<int64_t> many;
  for (int64_t s = 0; s < p.segments(); s++) {
    if (p.queries(s) >= kPackFrom) many.push_back(s);
    else for (int64_t head = 0; p.queries(s) > 0 && head < p.k.size(1); head++) few.push_back({s, head, 0});
  }
  at::parallel_for(0, static_cast<int64_t>(few.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) attendFew(p, few[i], kernels, y);
  });
  if (!many.empty()) attendMany(p, many, y);
  return y;
}

at::Tensor pagedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& keys, const at::Tensor& values, const at::Tensor& slots,
                          at::IntArrayRef queryOffsets, at::IntArrayRef keyOffsets, std::optional<int64_t> window, std::optional<double> scale) {
  TORCH_CHECK(q.dim() == 3, "paged_attention wants q [N, H, D]");
  const Paged p{q.contiguous(), k.contiguous(), v.contiguous(), keys, values, slots.contiguous(), queryOffsets, keyOffsets,
                std::min(window.value_or(kUnbounded), kUnbounded), scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(2))))};
  checkPaged(p);
  if (q.numel() == 0) return at::empty_like(q);
  const TypeKernels* kernels = kernelsFor(p.q);
  const bool isFused = kernels != nullptr && isOnCpu(keys) && isOnCpu(slots) && q.size(2) <= 1024;
  return isFused ? fused(p, kernels->attention) : composite(p);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(attune, library) {
  library.def(
      "paged_attention(Tensor q, Tensor k, Tensor v, Tensor(a!) keys, Tensor(b!) values, Tensor slots, int[] query_offsets, int[] key_offsets, *, int? window=None, "
      "float? scale=None) -> Tensor");
}

TORCH_LIBRARY_IMPL(attune, CompositeImplicitAutograd, library) { library.impl("paged_attention", pagedAttention); }

}  // namespace attune
