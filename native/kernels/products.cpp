// Matrix products where libtorch's own are slow: few rows, bf16 on processors that do not multiply it, and many rows in bf16 on those
// that multiply pairs. All others are left to libtorch.
// Each is defined by libtorch's operator of the same name, which ATTUNE_KERNELS=composite uses except where it has a defect.
#include <ATen/Parallel.h>
#include <ATen/ops/addmm_cpu_dispatch.h>
#include <ATen/ops/bmm_cpu_dispatch.h>
#include <ATen/ops/mm_cpu_dispatch.h>
#include <torch/library.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "fused.hpp"
#include "products.hpp"

namespace attune {

namespace {

using at::Tensor;

// Below this many products of values, work stays on one thread.
constexpr int64_t kGrain = 1 << 17;
// Block sizes of widened operands: rows and columns of the result, and depth of the sums.
constexpr int64_t kBlock = 2048, kDepthBlock = 4096;

bool isProduct(const Tensor& a, const Tensor& b) {
  return a.dim() == 2 && b.dim() == 2 && a.size(1) == b.size(0) && a.scalar_type() == b.scalar_type() && a.numel() > 0 && b.numel() > 0;
}

// A weight [O, D], row-major, with `stride` values between rows.
struct Weight {
  const Tensor& tensor;
  int64_t width, depth, stride;
};

bool isOfFewRows(const Tensor& a, int64_t step, const Weight& w) {
  return a.size(0) <= kFewRows && a.stride(1) == 1 && step == 1 && (w.width == 1 || w.stride >= w.depth);
}

// Interprets b as a transposed weight, whose columns are contiguous.
Weight turned(const Tensor& b) { return {b, b.size(1), b.size(0), b.stride(1)}; }
bool isOfFewRows(const Tensor& a, const Tensor& b) { return isOfFewRows(a, b.stride(0), turned(b)); }

Tensor fewRows(const Tensor& a, const Weight& w, const TypeKernels& kernels) {
  Tensor y = at::empty({a.size(0), w.width}, a.options());
  const FewRowsWeight weight{w.tensor.const_data_ptr(), w.stride, w.width, y.mutable_data_ptr()};
  const StoredRows rows{a.const_data_ptr(), a.stride(0), a.size(0), w.depth, static_cast<int64_t>(a.element_size())};
  multiplyFewRows({rows, kernels}, weight, kernels);
  return y;
}

// Bytes of packed panels that stay in the L2 cache, and sizes below which packing does not pay.
constexpr int64_t kPanelBytes = 896 << 10, kPanelRows = 32, kPanelDepth = 8, kLeastPanel = 8;
constexpr int64_t kPanelsAtOnce = 8;

bool isOwn(const std::string& name) {
  TORCH_CHECK(name == "own" || name == "libtorch", "products of bf16 are own or libtorch (ATTUNE_PRODUCTS), not ", name);
  return name == "own";
}

// Whether to use our bf16 products: libtorch's are as fast on processors with matrix tiles. Overridden by
// ATTUNE_PRODUCTS (own, libtorch) or a caller.
bool firstChoice() {
  const char* wanted = std::getenv("ATTUNE_PRODUCTS");
  if (wanted != nullptr && *wanted != '\0') return isOwn(wanted);
#if defined(__x86_64__)
  return !__builtin_cpu_supports("amx-bf16");
#else
  return true;
#endif
}

std::atomic<bool>& usesOwn() {
  static std::atomic<bool> value{firstChoice()};
  return value;
}

std::string useProducts(std::optional<std::string> use) {
  if (use.has_value()) usesOwn() = isOwn(*use);
  return usesOwn() ? "own" : "libtorch";
}

// Null if libtorch's products are used.
const TypeKernels* pairKernelsFor(const Tensor& a) {
  const TypeKernels* kernels = usesOwn() ? kernelsFor(a) : nullptr;
  return kernels != nullptr && kernels->panels.run != nullptr && a.scalar_type() == at::kBFloat16 ? kernels : nullptr;
}

const PanelKernels* panelsFor(const Tensor& a) {
  const TypeKernels* kernels = pairKernelsFor(a);
  return kernels == nullptr ? nullptr : &kernels->panels;
}

bool isInRows(const Tensor& x) { return x.stride(1) == 1 && x.stride(0) >= x.size(1); }

bool isOfPanels(const Tensor& a, const Tensor& b) {
  const bool isLarge = a.size(0) >= kPanelRows && b.size(1) >= kLeastPanel && b.size(0) >= kPanelDepth && b.size(0) % 2 == 0;
  return isLarge && isInRows(a) && (isInRows(b) || isInRows(b.t()));
}

// Whole panels per unit; rows are only divided if there are fewer units than threads.
void panelProduct(const Tensor& a, const Tensor& b, Tensor& y, const PanelKernels& kernels, double beta = 0, double alpha = 1) {
  const bool isTurned = !isInRows(b);
  const PanelFactors f{a.const_data_ptr(), a.stride(0),           b.const_data_ptr(),       b.stride(isTurned ? 1 : 0), isTurned,   a.size(0), a.size(1),
                       b.size(1),          static_cast<float>(alpha), static_cast<float>(beta), y.mutable_data_ptr(),      y.stride(0)};
  const auto parts = [](int64_t whole, int64_t part) { return (whole + part - 1) / part; };
  const int64_t panels = parts(f.width, kPanelWidth), threads = at::get_num_threads();
  const auto bytes = static_cast<int64_t>(kernels.scratchBytes(f, {0, 0, 0, kPanelWidth}));
  const int64_t most = std::max<int64_t>(1, std::min(kPanelsAtOnce, kPanelBytes / bytes));
  // The same number of units for each thread, with the same number of panels each.
  const int64_t columns = kPanelWidth * parts(panels, threads * parts(panels, threads * most));
  const int64_t across = parts(f.width, columns), down = std::min(parts(f.rows, kPanelRows), parts(threads, across));
  const int64_t rows = parts(f.rows, down);
  std::atomic<int64_t> next{0};
  at::parallel_for(0, std::min(across * down, threads), 1, [&](int64_t, int64_t) {
    const Scratch scratch(kernels.scratchBytes(f, {0, rows, 0, columns}));
    for (int64_t unit = next++; unit < across * down; unit = next++) {
      const int64_t column = unit / down * columns, row = unit % down * rows;
      const PanelBlock block{row, std::min(f.rows, row + rows), column, std::min(f.width, column + columns)};
      if (block.row < block.rowEnd) kernels.run(f, block, scratch.data());
    }
  });
}

// Whether a × b sums over many rows with few columns in one factor: [few, N] × [N, D] or [D, N] × [N, few].
bool isOfRowSums(const Tensor& a, const Tensor& b) {
  return std::min(a.size(0), b.size(1)) <= kMostNarrow && a.size(1) >= kPanelRows && isInRows(a.t()) && isInRows(b);
}

Tensor rowSums(const Tensor& a, const Tensor& b, const RowSumKernels& kernels) {
  const bool isTurned = b.size(1) < a.size(0);
  const Tensor rows = a.t();
  const Tensor &narrow = isTurned ? b : rows, &wide = isTurned ? rows : b;
  Tensor y = at::empty({a.size(0), b.size(1)}, a.options());
  const RowSums s{narrow.const_data_ptr(), narrow.stride(0), wide.const_data_ptr(),  wide.stride(0), wide.size(0),
                  narrow.size(1),          wide.size(1),     isTurned, y.mutable_data_ptr(), y.stride(0)};
  const int64_t strips = (s.width + kSumColumns - 1) / kSumColumns;
  at::parallel_for(0, strips, std::max<int64_t>(1, kGrain / (narrow.numel() * kSumColumns)), [&](int64_t begin, int64_t end) {
    const int64_t first = begin * kSumColumns, last = std::min(s.width, end * kSumColumns);
    const Scratch scratch(kernels.scratchBytes(s, last - first));
    kernels.run(s, first, last, scratch.data());
  });
  return y;
}

Tensor wide(const Tensor& x) { return x.to(at::kFloat); }

// One block of the product in f32: rows [row, rowEnd) by columns [column, columnEnd).
Tensor wideBlock(const Tensor& aRows, const Tensor& b, int64_t column, int64_t columnEnd) {
  const int64_t depth = b.size(0);
  Tensor sum;
  for (int64_t k = 0; k < depth; k += kDepthBlock) {
    const int64_t end = std::min(depth, k + kDepthBlock);
    const Tensor left = aRows.slice(1, k, end), right = wide(b.slice(0, k, end).slice(1, column, columnEnd));
    if (sum.defined()) at::cpu::addmm_(sum, left, right);
    else sum = at::cpu::mm(left, right);
  }
  return sum;
}

// y = beta · y + alpha · a × b, computed in f32 and rounded once; without `isSum`, y is uninitialised.
void widenedProduct(const Tensor& a, const Tensor& b, Tensor& y, bool isSum, double beta = 0, double alpha = 1) {
  for (int64_t row = 0; row < y.size(0); row += kBlock) {
    const int64_t rowEnd = std::min(y.size(0), row + kBlock);
    const Tensor aRows = wide(a.slice(0, row, rowEnd));
    for (int64_t column = 0; column < y.size(1); column += kBlock) {
      const int64_t columnEnd = std::min(y.size(1), column + kBlock);
      Tensor to = y.slice(0, row, rowEnd).slice(1, column, columnEnd);
      Tensor block = wideBlock(aRows, b, column, columnEnd);
      if (alpha != 1) block.mul_(alpha);
      if (isSum) block.add_(to, beta);
      to.copy_(block);
    }
  }
}

// libtorch misreads a single row or column of 16-bit floats as contiguous.
bool isMistaken(const Tensor& x) {
  return x.dim() == 2 && (x.size(0) == 1 || x.size(1) == 1) && x.element_size() == 2 && !x.is_contiguous();
}

Tensor guarded(const Tensor& x) { return isMistaken(x) ? x.contiguous() : x; }

Tensor plainMm(const Tensor& a, const Tensor& b) { return at::cpu::mm(guarded(a), guarded(b)); }

Tensor plainAddmm(const Tensor& self, const Tensor& a, const Tensor& b, const at::Scalar& beta, const at::Scalar& alpha) {
  return at::cpu::addmm(guarded(self), guarded(a), guarded(b), beta, alpha);
}

Tensor& plainAddmmInPlace(Tensor& self, const Tensor& a, const Tensor& b, const at::Scalar& beta, const at::Scalar& alpha) {
  Tensor whole = guarded(self);
  at::cpu::addmm_(whole, guarded(a), guarded(b), beta, alpha);
  return whole.is_same(self) ? self : self.copy_(whole);
}

Tensor mm(const Tensor& a, const Tensor& b) {
  const TypeKernels* kernels = kernelsFor(a);
  if (kernels == nullptr || !isProduct(a, b)) return plainMm(a, b);
  if (isOfFewRows(a, b)) return fewRows(a, turned(b), *kernels);
  if (isOfRowSums(a, b) && pairKernelsFor(a) != nullptr) return rowSums(a, b, kernels->rowSums);
  const PanelKernels* panels = isOfPanels(a, b) ? panelsFor(a) : nullptr;
  if (panels == nullptr && !isWidened(a)) return plainMm(a, b);
  Tensor y = at::empty({a.size(0), b.size(1)}, a.options());
  if (panels != nullptr) {
    panelProduct(a, b, y, *panels);
    return y;
  }
  widenedProduct(a, b, y, false);
  return y;
}

bool isLike(const Tensor& self, const Tensor& a) { return self.scalar_type() == a.scalar_type() && isOnCpu(self); }

Tensor addmm(const Tensor& self, const Tensor& a, const Tensor& b, const at::Scalar& beta, const at::Scalar& alpha) {
  const TypeKernels* kernels = kernelsFor(a);
  if (kernels == nullptr || !isProduct(a, b) || !isLike(self, a)) return plainAddmm(self, a, b, beta, alpha);
  const bool isBias = beta.toDouble() == 1 && alpha.toDouble() == 1;
  if (isBias && isOfFewRows(a, b)) return fewRows(a, turned(b), *kernels).add_(self);
  const PanelKernels* panels = isOfPanels(a, b) ? panelsFor(a) : nullptr;
  if (panels == nullptr && !isWidened(a)) return plainAddmm(self, a, b, beta, alpha);
  const bool isSum = beta.toDouble() != 0;
  Tensor y = isSum ? self.expand({a.size(0), b.size(1)}).clone(at::MemoryFormat::Contiguous) : at::empty({a.size(0), b.size(1)}, a.options());
  if (panels != nullptr) panelProduct(a, b, y, *panels, beta.toDouble(), alpha.toDouble());
  else widenedProduct(a, b, y, isSum, beta.toDouble(), alpha.toDouble());
  return y;
}

Tensor& addmmInPlace(Tensor& self, const Tensor& a, const Tensor& b, const at::Scalar& beta, const at::Scalar& alpha) {
  const bool isWhole = self.dim() == 2 && isProduct(a, b) && self.size(0) == a.size(0) && self.size(1) == b.size(1);
  const PanelKernels* panels = isWhole && isLike(self, a) && isInRows(self) && isOfPanels(a, b) ? panelsFor(a) : nullptr;
  if (panels != nullptr) {
    panelProduct(a, b, self, *panels, beta.toDouble(), alpha.toDouble());
    return self;
  }
  if (kernelsFor(a) == nullptr || !isWhole || !isLike(self, a) || !isWidened(a)) return plainAddmmInPlace(self, a, b, beta, alpha);
  widenedProduct(a, b, self, beta.toDouble() != 0, beta.toDouble(), alpha.toDouble());
  return self;
}

Tensor bmm(const Tensor& a, const Tensor& b) {
  if (!isWidened(a) || a.scalar_type() != b.scalar_type()) return at::cpu::bmm(a, b);
  return at::cpu::bmm(wide(a), wide(b)).to(a.scalar_type());
}

// libtorch warns when a kernel is replaced, which is intended here.
struct Silence : public c10::WarningHandler {
  void process(const c10::Warning&) override {}
};

}  // namespace

FewRowsInput::FewRowsInput(const StoredRows& x, const TypeKernels& kernels) : x_(x) {
  if (kernels.widen == nullptr) return;
  auto* wide = static_cast<float*>(wide_.emplace(x.rows * x.depth * sizeof(float)).data());
  for (int64_t i = 0; i < x.rows; i++) kernels.widen(row(i), x.depth, wide + i * x.depth);
  x_ = {wide, x.depth, x.rows, x.depth, sizeof(float)};
}

void multiplyFewRows(const FewRowsInput& x, at::ArrayRef<FewRowsWeight> weights, const TypeKernels& kernels) {
  int64_t columns = 0;
  for (const FewRowsWeight& w : weights) columns += w.width;
  const int64_t grain = std::max<int64_t>(24, kGrain / (x.rows() * x.depth()));
  at::parallel_for(0, columns, grain, [&](int64_t begin, int64_t end) {
    int64_t first = 0;
    for (const FewRowsWeight& w : weights) {
      const int64_t from = std::max(begin, first) - first, to = std::min(end, first + w.width) - first;
      if (from < to) kernels.fewRows({x.row(0), w.values, x.stride(), w.stride, x.rows(), x.depth(), w.width, w.y}, from, to);
      first += w.width;
    }
  });
}

Tensor productWithWeight(const Tensor& x, const Tensor& weight) {
  const TypeKernels* kernels = x.scalar_type() == weight.scalar_type() && x.numel() > 0 && weight.numel() > 0 ? kernelsFor(x) : nullptr;
  const Weight rows{weight, weight.size(0), weight.size(1), weight.stride(0)};
  return kernels != nullptr && isOfFewRows(x, weight.stride(1), rows) ? fewRows(x, rows, *kernels) : at::mm(x, weight.t());
}

TORCH_LIBRARY_FRAGMENT(attune, library) { library.def("products(*, str? use=None) -> str", useProducts); }

TORCH_LIBRARY_IMPL(aten, CPU, library) {
  Silence silence;
  const c10::WarningUtils::WarningHandlerGuard guard(&silence);
  library.impl("mm", mm);
  library.impl("addmm", addmm);
  library.impl("addmm_", addmmInPlace);
  library.impl("bmm", bmm);
}

}  // namespace attune
