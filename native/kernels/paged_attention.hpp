// Attention to keys and values in the slots of a cache, for use by other operators.
#pragma once
#include <ATen/core/Tensor.h>

#include "kernels.hpp"

namespace attune {

// Cached tokens of S segments, and the slots of the new ones.
struct Paged {
  at::Tensor keys, values;  // [C, K, D]
  at::Tensor slots;         // int32 [M], of each segment's tokens in their order, the new ones last
  at::IntArrayRef queryOffsets, keyOffsets;
  int64_t window;

  int64_t segments() const { return static_cast<int64_t>(queryOffsets.size()) - 1; }
  int64_t queries(int64_t s) const { return queryOffsets[s + 1] - queryOffsets[s]; }
  int64_t tokens(int64_t s) const { return keyOffsets[s + 1] - keyOffsets[s]; }
};

constexpr int64_t kUnboundedWindow = int64_t{1} << 60;
// Maximum head size of the kernels.
constexpr int64_t kLargestHead = 1024;

// New tokens' heads: q [N, H, D], k and v [N, K, D], of the cache's type.
struct PagedShape {
  int64_t tokens, heads, keyHeads, size;
  at::ScalarType type;
};

// The same as raw memory, with the output.
struct PagedHeads {
  const char *q, *k, *v;
  int64_t heads, keyHeads, size, bytesOfValue;
  float scale;
  char* y;  // [N, H, D]

  int64_t head() const { return size * bytesOfValue; }
  int64_t token() const { return keyHeads * head(); }
};

void checkPaged(const Paged&, const PagedShape&);
// Checks that the cache has all of the slots; CPU only.
void checkPagedSlots(const Paged&);

// Outside of autograd, after the checks.
void writePaged(const Paged&, const PagedHeads&);
// All segments with fewer than kPackFrom new tokens, after those are written.
void attendPagedFew(const Paged&, const PagedHeads&, const TypeKernels&);

at::Tensor pagedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Paged&, double scale);

}  // namespace attune
