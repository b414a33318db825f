// Selects the kernels: the best for this processor, or as set by ATTUNE_KERNELS (composite, avx2, avx512) or by a
// caller.
#include "kernels.hpp"

#include <torch/library.h>

#include <atomic>
#include <cstdlib>

namespace attune {

namespace {

constexpr const char* kNames[] = {"composite", "avx2", "avx512"};

bool isSupported(int level) {
#if defined(__x86_64__)
  if (level == 2) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vnni");
  }
  if (level == 1) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return level == 0;
}

int levelOf(const std::string& name) {
  for (int level = 0; level < 3; level++) {
    if (name != kNames[level]) continue;
    TORCH_CHECK(isSupported(level), "this processor has no ", name, " kernels (ATTUNE_KERNELS)");
    return level;
  }
  TORCH_CHECK(false, "kernels are composite, avx2 or avx512 (ATTUNE_KERNELS), not ", name);
}

int firstLevel() {
  const char* wanted = std::getenv("ATTUNE_KERNELS");
  if (wanted != nullptr && *wanted != '\0') return levelOf(wanted);
  return isSupported(2) ? 2 : isSupported(1) ? 1 : 0;
}

std::atomic<int>& level() {
  static std::atomic<int> value{firstLevel()};
  return value;
}

std::string useKernels(std::optional<std::string> use) {
  if (use.has_value()) level() = levelOf(*use);
  return kNames[level()];
}

}  // namespace

const Kernels* activeKernels() {
#if defined(__x86_64__)
  if (level() == 2) return &avx512Kernels;
  if (level() == 1) return &avx2Kernels;
#endif
  return nullptr;
}

namespace {

constexpr TypeKernels dryTypeKernels() {
  TypeKernels k{};
  k.attention = {[](const Attention&, int64_t) -> size_t { return 0; },
                 [](const Attention&, const AttentionUnit&, const int64_t*, void*) {},
                 0,
                 [](const Attention&, const AttentionUnit&, const int64_t*, const void*, void*) {},
                 [](const Attention&, const AttentionUnit&, void*) {},
                 [](const Attention&, int64_t) -> size_t { return 0; },
                 [](const Attention&, const AttentionUnit&, void*) {}};
  k.pagedRow = [](const PagedRow&, float*) {};
  k.rmsNorm = {[](const RmsNorm&, int64_t, int64_t) {}, [](const RmsNorm&, int64_t, int64_t, float*) {}};
  k.rope = [](const Rope&, int64_t, int64_t) {};
  k.swiGlu = k.swiGluBackward = [](const SwiGlu&, int64_t, int64_t) {};
  k.add = [](const void*, const void*, void*, int64_t) {};
  k.logProbs = {[](const LogProbs&, int64_t, int64_t) {}, [](const LogProbs&, int64_t, int64_t) {}};
  k.fewRows = [](const FewRows&, int64_t, int64_t) {};
  k.lowRank = {[](const LowRank&, const LowRankPart&) {}, [](const LowRank&, const LowRankPart&) {}};
  k.int8 = {[](const Int8Input&, int64_t, int64_t) {}, [](const Int8Product&, const Int8Block&) {}};
  k.unpackFourBit = [](const FourBit&, int64_t, int64_t) {};
  k.widenInt8 = [](const RoundedRows&, int64_t, int64_t) {};
  return k;
}

}  // namespace

const Kernels* dryKernels() {
  static constexpr Kernels natural{dryTypeKernels(), dryTypeKernels(), true}, widened{dryTypeKernels(), dryTypeKernels(), false};
  return activeKernels()->hasBf16Products ? &natural : &widened;
}

TORCH_LIBRARY_FRAGMENT(attune, library) { library.def("kernels(*, str? use=None) -> str", useKernels); }

}  // namespace attune
