#include "int8_rows.hpp"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "fused.hpp"

namespace attune {

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Bytes of widened rows at a time.
constexpr int64_t kWidenedBytes = 1 << 23;
// Minimum number of values to widen per thread.
constexpr int64_t kWidenGrain = 1 << 15;

int64_t rowsAtOnce(const Table& table, const Tensor& x) {
  return std::max<int64_t>(64, kWidenedBytes / std::max<int64_t>(1, table.values.size(1) * x.element_size()));
}

Tensor int8RowsDense(const Tensor& values, const Tensor& scales, at::ScalarType type) {
  const at::NoGradGuard noGrad;
  return rowsOf(tableOf(values, scales), 0, values.size(0), type);
}

// x × tableᵀ, with a gradient of x alone.
struct Int8RowsProduct : public torch::autograd::Function<Int8RowsProduct> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& values, const Tensor& scales) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    context->save_for_backward({values, scales});
    return timesTurned(x, tableOf(values, scales));
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    return {timesTable(gradients[0], tableOf(saved[0], saved[1])), Tensor(), Tensor()};
  }
};

Tensor int8RowsProduct(const Tensor& x, const Tensor& values, const Tensor& scales) { return Int8RowsProduct::apply(x, values, scales); }

}  // namespace

Table tableOf(const Tensor& values, const Tensor& scales) {
  TORCH_CHECK(values.dim() == 2 && values.scalar_type() == at::kChar && values.is_contiguous(), "a table in int8 has int8 values [V, D]");
  TORCH_CHECK(scales.scalar_type() == at::kFloat && scales.numel() == values.size(0) && scales.is_contiguous(), "a table in int8 has a scale for each row");
  return {values, scales};
}

Tensor rowsOf(const Table& table, int64_t begin, int64_t end, at::ScalarType type) {
  const Tensor values = table.values.slice(0, begin, end), scales = table.scales.slice(0, begin, end);
  Tensor y = at::empty(values.sizes(), scales.options().dtype(type));
  const TypeKernels* kernels = kernelsFor(y);
  if (kernels == nullptr) return (values.to(at::kFloat) * scales.unsqueeze(1)).to(type);
  const int64_t size = values.size(1);
  const RoundedRows p{values.const_data_ptr<int8_t>(), scales.const_data_ptr<float>(), size, y.mutable_data_ptr()};
  at::parallel_for(0, values.size(0), std::max<int64_t>(1, kWidenGrain / std::max<int64_t>(1, size)),
      [&](int64_t from, int64_t to) { kernels->widenInt8(p, from, to); });
  return y;
}

Tensor timesTurned(const Tensor& x, const Table& table) {
  if (!table.isRounded()) return at::matmul(x, table.values.t());
  Tensor y = at::empty({x.size(0), table.rows()}, x.options());
  const int64_t step = rowsAtOnce(table, x);
  for (int64_t begin = 0; begin < table.rows(); begin += step) {
    const int64_t end = std::min(table.rows(), begin + step);
    y.slice(1, begin, end).copy_(at::matmul(x, rowsOf(table, begin, end, x.scalar_type()).t()));
  }
  return y;
}

Tensor timesTable(const Tensor& x, const Table& table) {
  if (!table.isRounded()) return at::matmul(x, table.values);
  // Partial sums are added in f32, so that the number of slices costs no accuracy.
  Tensor sum = at::zeros({x.size(0), table.values.size(1)}, x.options().dtype(wideType(x)));
  const int64_t step = rowsAtOnce(table, x);
  for (int64_t begin = 0; begin < table.rows(); begin += step) {
    const int64_t end = std::min(table.rows(), begin + step);
    sum.add_(at::matmul(x.slice(1, begin, end), rowsOf(table, begin, end, x.scalar_type())));
  }
  return sum.to(x.scalar_type());
}

TORCH_LIBRARY_FRAGMENT(attune, library) {
  library.def("int8_rows_dense(Tensor values, Tensor scales, ScalarType dtype) -> Tensor");
  library.def("int8_rows_product(Tensor x, Tensor values, Tensor scales) -> Tensor");
}

TORCH_LIBRARY_IMPL(attune, CompositeImplicitAutograd, library) {
  library.impl("int8_rows_dense", int8RowsDense);
  library.impl("int8_rows_product", int8RowsProduct);
}

}  // namespace attune
