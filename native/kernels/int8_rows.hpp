// Tables of tokens in int8 with a scale per row. These functions have no gradients: operators that call them implement theirs.
// n inputs, D width, V rows.
#pragma once
#include <ATen/core/Tensor.h>

namespace attune {

// A matrix [V, D]: its values, or int8 values with scales f32 [V]. The latter are widened some rows at a time, so that
// the whole matrix is never in memory.
struct Table {
  at::Tensor values;
  at::Tensor scales;  // undefined for plain values

  bool isRounded() const { return scales.defined(); }
  int64_t rows() const { return values.size(0); }
};

// A table in int8. Rejects scales that do not fit the values.
Table tableOf(const at::Tensor& values, const at::Tensor& scales);

// Rows [begin, end) of a table in int8, in the given type.
at::Tensor rowsOf(const Table& table, int64_t begin, int64_t end, at::ScalarType type);

// x [n, D] × tableᵀ → [n, V]
at::Tensor timesTurned(const at::Tensor& x, const Table& table);

// x [n, V] × table → [n, D]
at::Tensor timesTable(const at::Tensor& x, const Table& table);

}  // namespace attune
