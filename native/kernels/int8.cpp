// Products with int8 weights: one scale per row of the weight, and one per row of the input, computed on each call. N
// tokens, D input width, O output width.
#include "int8.hpp"

#include <ATen/Parallel.h>
#include <torch/library.h>

#include <atomic>

#include "fused.hpp"
#include "products.hpp"

namespace attune {

namespace {

using at::Tensor;

constexpr int64_t kPanel = 16, kStep = 4;
// Larger sums of products might overflow int32.
constexpr int64_t kMostDepth = 1 << 16;
// Thresholds below which rounding an input, or a product, stays on one thread.
constexpr int64_t kRoundingGrain = 1 << 14, kProductGrain = 1 << 17;

int64_t upTo(int64_t size, int64_t unit) { return (size + unit - 1) / unit * unit; }

struct Whole {
  Tensor values;  // whole numbers between -127 and 127, in the type that they were computed in
  Tensor scales;  // [rows, 1]
};

// Rounds each row relative to its largest magnitude.
Whole rounded(const Tensor& rows) {
  const Tensor wide = rows.to(wideType(rows)), size = wide.abs().amax(1, true);
  const Tensor isZero = size < kLeastInt8Size;
  return {(wide * (127 / size).masked_fill(isZero, 0)).round(), (size / 127).masked_fill(isZero, 0)};
}

// [O, D] → [ceil(O / 16), ceil(D / 4) + 1, 16, 4]: panels of 16 rows in groups of four values, offset by 128, followed
// by 16 f32 scales.
Tensor int8Weight(const Tensor& weight) {
  TORCH_CHECK(weight.dim() == 2 && weight.is_floating_point() && weight.numel() > 0, "int8_weight wants a weight [O, D]");
  TORCH_CHECK(weight.size(1) <= kMostDepth, "int8_weight wants at most ", kMostDepth, " values in a row");
  const auto [values, scales] = rounded(weight.to(at::promote_types(weight.scalar_type(), at::kFloat)).contiguous());
  const int64_t columns = upTo(weight.size(0), kPanel), depth = upTo(weight.size(1), kStep), panels = columns / kPanel;
  const Tensor shifted = at::constant_pad_nd(values + 128, {0, depth - weight.size(1), 0, columns - weight.size(0)}, 128).to(at::kByte);
  const Tensor tiles = shifted.view({panels, kPanel, depth / kStep, kStep}).transpose(1, 2);
  const Tensor bytes = at::constant_pad_nd(scales.to(at::kFloat), {0, 0, 0, columns - weight.size(0)}).view(at::kByte).view({panels, 1, kPanel, kStep});
  return at::cat({tiles, bytes}, 1);
}

// Integer sums of products, exact in f32 by pieces: 1,024 products of 127 × 127 stay below 2²⁴.
Tensor exactProduct(const Tensor& a, const Tensor& b) {
  constexpr int64_t piece = 1024;
  Tensor sum;
  for (int64_t k = 0; k < a.size(1); k += piece) {
    const int64_t end = std::min(a.size(1), k + piece);
    const Tensor part = at::mm(a.slice(1, k, end), b.slice(0, k, end)).to(at::kInt);
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

// Processes blocks of panels and rows; threads take the next block when they are free.
void eachBlock(const Int8Product& p, int64_t panels, int64_t rows, const Int8Kernels& kernels) {
  constexpr int64_t panelsAtOnce = 3, rowsAtOnce = 192;
  const int64_t across = (panels + panelsAtOnce - 1) / panelsAtOnce, down = (rows + rowsAtOnce - 1) / rowsAtOnce;
  const int64_t products = rows * p.width * p.steps * kStep;
  const int64_t threads = std::min({across * down, int64_t{at::get_num_threads()}, std::max<int64_t>(1, products / kProductGrain)});
  std::atomic<int64_t> next{0};
  at::parallel_for(0, threads, 1, [&](int64_t, int64_t) {
    for (int64_t unit = next++; unit < across * down; unit = next++) {
      const int64_t panel = unit / down * panelsAtOnce, row = unit % down * rowsAtOnce;
      kernels.product(p, {panel, std::min(panels, panel + panelsAtOnce), row, std::min(rows, row + rowsAtOnce)});
    }
  });
}

}  // namespace

bool isInt8WeightOf(const Tensor& packed, const Tensor& weight) {
  return packed.scalar_type() == at::kByte && packed.is_contiguous() &&
         packed.sizes() == at::IntArrayRef({upTo(weight.size(0), kPanel) / kPanel, upTo(weight.size(1), kStep) / kStep + 1, kPanel, kStep});
}

Int8Rounded roundToInt8(const Tensor& x) {
  const int64_t rows = x.size(0), stride = upTo(x.size(1), 64);
  const auto options = x.options();
  Int8Rounded to{at::empty({rows, stride}, options.dtype(at::kChar)), at::empty({rows}, options.dtype(at::kFloat)), at::empty({rows}, options.dtype(at::kInt))};
  const Tensor whole = x.contiguous();
  const Int8Input p{whole.const_data_ptr(), x.size(1), to.values.mutable_data_ptr<int8_t>(), stride, to.scales.mutable_data_ptr<float>(),
      to.sums.mutable_data_ptr<int32_t>()};
  const Int8Kernels& kernels = kernelsFor(x)->int8;
  at::parallel_for(0, rows, std::max<int64_t>(1, kRoundingGrain / stride), [&](int64_t begin, int64_t end) { kernels.round(p, begin, end); });
  return to;
}

void multiplyByInt8(const Int8Rounded& x, const Tensor& packed, Tensor& y, bool isSum) {
  const Int8Product p{x.values.const_data_ptr<int8_t>(),
                      x.values.size(1),
                      x.scales.const_data_ptr<float>(),
                      x.sums.const_data_ptr<int32_t>(),
                      packed.const_data_ptr<uint8_t>(),
                      packed.size(1) - 1,
                      y.size(1),
                      y.mutable_data_ptr(),
                      isSum};
  eachBlock(p, packed.size(0), x.values.size(0), kernelsFor(y)->int8);
}

Tensor compositeInt8Product(const Tensor& x, const Tensor& packed, int64_t width) {
  const int64_t steps = packed.size(1) - 1, depth = x.size(1);
  const Tensor shifted = packed.slice(1, 0, steps).transpose(1, 2).reshape({-1, steps * kStep}); // [O padded, D padded]
  const Tensor values = shifted.slice(0, 0, width).slice(1, 0, depth).to(at::kFloat) - 128;
  const Tensor scales = packed.select(1, steps).contiguous().view(at::kFloat).reshape({1, -1}).slice(1, 0, width);
  const auto [whole, ofRow] = rounded(x);
  return (exactProduct(whole.to(at::kFloat), values.t()).to(ofRow.scalar_type()) * ofRow * scales).to(x.scalar_type());
}

TORCH_LIBRARY_FRAGMENT(attune, library) { library.def("int8_weight(Tensor weight) -> Tensor"); }

TORCH_LIBRARY_IMPL(attune, CompositeImplicitAutograd, library) { library.impl("int8_weight", int8Weight); }

}  // namespace attune
