// Low-rank adapters that change only some rows of a group of linear layers.
#pragma once
#include "linear_group_plan.hpp"
#include "low_rank.hpp"
#include "products.hpp"

namespace attune {

namespace {

// Rounds a narrow intermediate to the stored type, so that processors differ only in the order of sums.
Tensor rounded(const Tensor& x, at::ScalarType stored) { return x.to(stored).to(x.scalar_type()); }

// Avoids about a hundred no-op calls per generated token.
Tensor inType(const Tensor& x, at::ScalarType type) { return x.scalar_type() == type ? x : x.to(type); }

// Whether the few-rows kernel computes a change.
bool isOfFewRows(const Adapter& one, Inputs all, const Plan& plan, size_t j, at::ScalarType type) {
  return one.end - one.begin <= kFewRows && isLowRankInRows(all[plan.a(j)], all[plan.b(j)], type);
}

// Changes of few rows, all in one call.
void changeFewRows(variable_list& y, const Tensor& x, Inputs all, const Plan& plan) {
  const at::ScalarType type = x.scalar_type();
  const int64_t bytes = static_cast<int64_t>(x.element_size()), depth = x.size(1);
  int64_t values = 0;
  for (size_t j = 0; j < plan.adapters.size(); j++) values += (plan.adapters[j].end - plan.adapters[j].begin) * all[plan.a(j)].size(0);
  const Scratch scratch(static_cast<size_t>(values * bytes));
  char* inner = static_cast<char*>(scratch.data());
  const FewRowsInput input({x.const_data_ptr(), depth, x.size(0), depth, bytes}, *kernelsFor(x));
  LowRankChanges few;
  for (size_t layer = 0; layer < plan.layers; layer++) {
    const int64_t width = y[layer].size(1), stride = y[layer].stride(0);
    for (size_t j = 0; j < plan.adapters.size(); j++) {
      const Adapter& one = plan.adapters[j];
      if (one.layer != static_cast<int64_t>(layer) || one.begin == one.end || !isOfFewRows(one, all, plan, j, type)) continue;
      const int64_t rank = all[plan.a(j)].size(0), rows = one.end - one.begin;
      few.add({input.row(one.begin), input.stride(), all[plan.a(j)].const_data_ptr(), inner,
               all[plan.b(j)].const_data_ptr(), rows, depth, rank, width, static_cast<float>(one.scale),
               static_cast<char*>(y[layer].mutable_data_ptr()) + one.begin * stride * bytes, stride});
      inner += rows * rank * bytes;
    }
    few.endLayer(width);
  }
  if (!few.isEmpty()) few.run(*kernelsFor(x));
}

// Applies adapters that change some rows. Changes of many rows use separate products; consecutive ones on the same rows
// share one product with all their A.
void changeRows(variable_list& y, const Tensor& x, Inputs all, const Plan& plan) {
  const at::ScalarType type = x.scalar_type(), stored = all[0].scalar_type();
  for (size_t first = 0, last = 0; first < plan.adapters.size(); first = last) {
    const Adapter& one = plan.adapters[first];
    if (one.begin == one.end || isOfFewRows(one, all, plan, first, type)) {
      last++;
      continue;
    }
    variable_list parts;
    while (last < plan.adapters.size() && plan.adapters[last].begin == one.begin && plan.adapters[last].end == one.end &&
           !isOfFewRows(plan.adapters[last], all, plan, last, type))
      parts.push_back(inType(all[plan.a(last++)], type));
    const Tensor inner = rounded(at::mm(one.rowsOf(x), (parts.size() == 1 ? parts[0] : at::cat(parts)).t()), stored);
    int64_t rank = 0;
    for (size_t j = first; j < last; j++) {
      const int64_t own = all[plan.a(j)].size(0);
      one.rowsOf(y[plan.adapters[j].layer]).addmm_(inner.slice(1, rank, rank + own), inType(all[plan.b(j)], type).t(), 1, plan.adapters[j].scale);
      rank += own;
    }
  }
  changeFewRows(y, x, all, plan);
}

}  // namespace

}  // namespace attune
