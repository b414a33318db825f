// Softmax attention to keys and values in the slots of a cache, with a row's tokens in any slots.
// N new tokens, M tokens of all segments, C slots, H query heads, K key-value heads, D head size, S segments of n new tokens among m.
#include "paged_attention.hpp"

#include <ATen/Parallel.h>
#include <torch/library.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "fused.hpp"

namespace attune {

namespace {

// Below this many products of values, work stays on one thread.
constexpr int64_t kGrain = 1 << 16;

// The new tokens' heads, contiguous.
struct New {
  at::Tensor q, k, v;  // [N, H, D], [N, K, D]
  double scale;
};

PagedHeads headsOf(const New& n, at::Tensor& y) {
  return {static_cast<const char*>(n.q.const_data_ptr()), static_cast<const char*>(n.k.const_data_ptr()), static_cast<const char*>(n.v.const_data_ptr()),
          n.q.size(1), n.k.size(1), n.q.size(2), static_cast<int64_t>(n.q.element_size()), static_cast<float>(n.scale),
          static_cast<char*>(y.mutable_data_ptr())};
}

at::Tensor attend(const Paged& p, const New& n, at::IntArrayRef queryOffsets, at::IntArrayRef keyOffsets) {
  static const auto attention = c10::Dispatcher::singleton()
                                    .findSchemaOrThrow("attune::attention", "")
                                    .typed<at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, at::IntArrayRef, at::IntArrayRef,
                                        bool, std::optional<int64_t>, std::optional<double>)>();
  return attention.call(n.q, n.k, n.v, queryOffsets, keyOffsets, true, p.window, n.scale);
}

// Slots of the new tokens: int64 [N].
at::Tensor newSlots(const Paged& p) {
  std::vector<at::Tensor> parts;
  for (int64_t s = 0; s < p.segments(); s++) parts.push_back(p.slots.narrow(0, p.keyOffsets[s + 1] - p.queries(s), p.queries(s)));
  return at::cat(parts).to(at::kLong);
}

// Composed of plain operators, for any device.
at::Tensor composite(const Paged& p, const New& n) {
  if (p.slots.is_cpu()) checkPagedSlots(p);
  const at::Tensor written = newSlots(p);
  at::Tensor(p.keys).index_copy_(0, written, n.k);
  at::Tensor(p.values).index_copy_(0, written, n.v);
  return attend(p, {n.q, p.keys.index_select(0, p.slots), p.values.index_select(0, p.slots), n.scale}, p.queryOffsets, p.keyOffsets);
}

// One key head of a segment with few new tokens.
void attendFew(const Paged& p, const PagedHeads& h, const AttentionUnit& unit, const TypeKernels& kernels, float* scratch) {
  const int64_t groups = h.heads / h.keyHeads, n = p.queries(unit.segment), all = p.tokens(unit.segment);
  const int32_t* slots = p.slots.const_data_ptr<int32_t>() + p.keyOffsets[unit.segment];
  const int64_t head = unit.head * h.head();
  const char *keys = static_cast<const char*>(p.keys.const_data_ptr()) + head, *values = static_cast<const char*>(p.values.const_data_ptr()) + head;
  for (int64_t i = 0; i < n; i++) {
    const int64_t end = all - n + i + 1, first = std::max<int64_t>(0, end - p.window);
    const int64_t at = ((p.queryOffsets[unit.segment] + i) * h.heads + unit.head * groups) * h.head();
    kernels.pagedRow({h.q + at, keys, values, h.keyHeads * h.size, slots + first, end - first, groups, h.size, h.scale, h.y + at}, scratch);
  }
}

// Segments with many new tokens: a single call of the operator for contiguous keys.
void attendMany(const Paged& p, const New& n, const std::vector<int64_t>& segments, at::Tensor& y) {
  std::vector<at::Tensor> q, slots;
  std::vector<int64_t> queryOffsets{0}, keyOffsets{0};
  for (const int64_t s : segments) {
    q.push_back(n.q.narrow(0, p.queryOffsets[s], p.queries(s)));
    slots.push_back(p.slots.narrow(0, p.keyOffsets[s], p.tokens(s)));
    queryOffsets.push_back(queryOffsets.back() + p.queries(s));
    keyOffsets.push_back(keyOffsets.back() + p.tokens(s));
  }
  const at::Tensor seen = at::cat(slots), out = attend(p, {at::cat(q), p.keys.index_select(0, seen), p.values.index_select(0, seen), n.scale},
      queryOffsets, keyOffsets);
  for (size_t i = 0; i < segments.size(); i++)
    y.narrow(0, p.queryOffsets[segments[i]], p.queries(segments[i])).copy_(out.narrow(0, queryOffsets[i], queryOffsets[i + 1] - queryOffsets[i]));
}

// Whether the cache is empty, and each segment is long enough for the training kernel.
bool isFirstOfMany(const Paged& p) {
  for (int64_t s = 0; s < p.segments(); s++)
    if (p.tokens(s) != p.queries(s) || (p.queries(s) > 0 && p.queries(s) < kPackFrom)) return false;
  return true;
}

at::Tensor fused(const Paged& p, const New& n, const TypeKernels& kernels) {
  checkPagedSlots(p);
  at::Tensor y = at::empty_like(n.q);
  const PagedHeads heads = headsOf(n, y);
  writePaged(p, heads);
  if (isFirstOfMany(p)) return attend(p, n, p.queryOffsets, p.keyOffsets);
  attendPagedFew(p, heads, kernels);
  std::vector<int64_t> many;
  for (int64_t s = 0; s < p.segments(); s++)
    if (p.queries(s) >= kPackFrom) many.push_back(s);
  if (!many.empty()) attendMany(p, n, many, y);
  return y;
}

at::Tensor pagedAttentionOf(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& keys, const at::Tensor& values,
    const at::Tensor& slots,
                            at::IntArrayRef queryOffsets, at::IntArrayRef keyOffsets, std::optional<int64_t> window, std::optional<double> scale) {
  TORCH_CHECK(q.dim() == 3, "paged_attention wants q [N, H, D]");
  const Paged p{keys, values, slots.contiguous(), queryOffsets, keyOffsets, std::min(window.value_or(kUnboundedWindow), kUnboundedWindow)};
  return pagedAttention(q, k, v, p, scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(2)))));
}

}  // namespace

void checkPaged(const Paged& p, const PagedShape& shape) {
  TORCH_CHECK(p.keys.dim() == 3 && p.keys.sizes() == p.values.sizes() && p.keys.is_contiguous() && p.values.is_contiguous(),
      "paged_attention wants a contiguous cache [C, K, D]");
  TORCH_CHECK(p.values.device() == p.keys.device(), "paged_attention wants keys and values on one device");
  TORCH_CHECK(p.keys.size(1) == shape.keyHeads && p.keys.size(2) == shape.size && p.keys.scalar_type() == shape.type,
      "paged_attention: the cache has the keys' heads, size and type");
  TORCH_CHECK(shape.keyHeads > 0 && shape.heads % shape.keyHeads == 0, "paged_attention: heads of one size, query heads a multiple of key heads");
  TORCH_CHECK(p.values.scalar_type() == shape.type, "paged_attention wants q, k, v and the cache of one type");
  TORCH_CHECK(p.slots.dim() == 1 && p.slots.scalar_type() == at::kInt && p.slots.is_contiguous(), "paged_attention wants int32 slots [M]");
  TORCH_CHECK(!p.queryOffsets.empty() && p.queryOffsets.size() == p.keyOffsets.size() && p.queryOffsets.front() == 0 && p.keyOffsets.front() == 0 &&
                  p.queryOffsets.back() == shape.tokens && p.keyOffsets.back() == p.slots.size(0),
              "paged_attention: offsets start at 0 and end at the number of tokens");
  for (int64_t s = 0; s < p.segments(); s++)
    TORCH_CHECK(p.queries(s) >= 0 && p.tokens(s) >= p.queries(s), "paged_attention: the new tokens are among a segment's tokens");
  TORCH_CHECK(p.window >= 1, "paged_attention: a window is at least 1");
  TORCH_CHECK(!at::GradMode::is_enabled(), "paged_attention has no gradient");
}

void checkPagedSlots(const Paged& p) {
  const int32_t* slots = p.slots.const_data_ptr<int32_t>();
  for (int64_t i = 0; i < p.slots.size(0); i++) TORCH_CHECK(slots[i] >= 0 && slots[i] < p.keys.size(0), "paged_attention: the cache has no slot ", slots[i]);
}

void writePaged(const Paged& p, const PagedHeads& h) {
  const int64_t token = h.token();
  char *keys = static_cast<char*>(p.keys.mutable_data_ptr()), *values = static_cast<char*>(p.values.mutable_data_ptr());
  for (int64_t s = 0; s < p.segments(); s++) {
    const int32_t* to = p.slots.const_data_ptr<int32_t>() + p.keyOffsets[s + 1] - p.queries(s);
    for (int64_t i = 0; i < p.queries(s); i++) {
      const int64_t from = (p.queryOffsets[s] + i) * token;
      std::memcpy(keys + to[i] * token, h.k + from, token);
      std::memcpy(values + to[i] * token, h.v + from, token);
    }
  }
}

void attendPagedFew(const Paged& p, const PagedHeads& h, const TypeKernels& kernels) {
  std::vector<AttentionUnit> units;
  int64_t scores = 0;
  for (int64_t s = 0; s < p.segments(); s++) {
    if (p.queries(s) == 0 || p.queries(s) >= kPackFrom) continue;
    for (int64_t head = 0; head < h.keyHeads; head++) units.push_back({s, head, 0});
    scores += h.heads * p.queries(s) * std::min(p.tokens(s), p.window);
  }
  if (units.empty()) return;
  const auto count = static_cast<int64_t>(units.size());
  at::parallel_for(0, count, std::max<int64_t>(1, kGrain * count / (scores * h.size + 1)), [&](int64_t begin, int64_t end) {
    const Scratch scratch(pagedScratch(h.size) * sizeof(float));
    for (int64_t i = begin; i < end; i++) attendFew(p, h, units[i], kernels, static_cast<float*>(scratch.data()));
  });
}

at::Tensor pagedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Paged& p, double scale) {
  TORCH_CHECK(k.dim() == 3 && v.sizes() == k.sizes() && k.size(0) == q.size(0), "paged_attention wants q [N, H, D], k and v [N, K, D]");
  TORCH_CHECK(q.size(2) == k.size(2), "paged_attention: heads of one size, query heads a multiple of key heads");
  TORCH_CHECK(k.device() == q.device() && v.device() == q.device(), "paged_attention wants q, k and v on one device");
  checkPaged(p, {q.size(0), q.size(1), k.size(1), k.size(2), k.scalar_type()});
  TORCH_CHECK(q.scalar_type() == k.scalar_type() && v.scalar_type() == k.scalar_type(), "paged_attention wants q, k, v and the cache of one type");
  if (q.numel() == 0) return at::empty_like(q);
  const New n{q.contiguous(), k.contiguous(), v.contiguous(), scale};
  const TypeKernels* kernels = kernelsFor(n.q);
  const bool isFused = kernels != nullptr && isOnCpu(p.keys) && isOnCpu(p.slots) && q.size(2) <= kLargestHead;
  return isFused ? fused(p, n, *kernels) : composite(p, n);
}

TORCH_LIBRARY_FRAGMENT(attune, library) {
  library.def(
      "paged_attention(Tensor q, Tensor k, Tensor v, Tensor(a!) keys, Tensor(b!) values, Tensor slots, int[] query_offsets, int[] key_offsets, *, "
      "int? window=None, float? scale=None) -> Tensor");
}

TORCH_LIBRARY_IMPL(attune, CompositeImplicitAutograd, library) { library.impl("paged_attention", pagedAttentionOf); }

}  // namespace attune
