// Low-rank adapters of a group of linear layers that change some of the rows only.
#pragma once
#include "linear_group_plan.hpp"

namespace attune {

namespace {

// Of a narrow intermediate, what it would be in the stored type: results then differ between processors by the order of sums only.
Tensor rounded(const Tensor& x, at::ScalarType stored) { return x.to(stored).to(x.scalar_type()); }

// Without a call where there is nothing to do, of which a token of generation would have a hundred.
Tensor inType(const Tensor& x, at::ScalarType type) { return x.scalar_type() == type ? x : x.to(type); }

// Changes the layers' outputs by adapters of some rows: those of the same rows that follow each other are multiplied together.
void changeRows(variable_list& y, const Tensor& x, Inputs all, const Plan& plan) {
  const at::ScalarType type = x.scalar_type(), stored = all[0].scalar_type();
  for (size_t first = 0, last = 0; first < plan.adapters.size(); first = last) {
    const Adapter& one = plan.adapters[first];
    variable_list parts;
    while (last < plan.adapters.size() && plan.adapters[last].begin == one.begin && plan.adapters[last].end == one.end)
      parts.push_back(inType(all[plan.a(last++)], type));
    if (one.begin == one.end) continue;
    const Tensor inner = rounded(at::mm(one.rowsOf(x), (parts.size() == 1 ? parts[0] : at::cat(parts)).t()), stored);
    int64_t rank = 0;
    for (size_t j = first; j < last; j++) {
      const int64_t own = all[plan.a(j)].size(0);
      one.rowsOf(y[plan.adapters[j].layer]).addmm_(inner.slice(1, rank, rank + own), inType(all[plan.b(j)], type).t(), 1, plan.adapters[j].scale);
      rank += own;
    }
  }
}

}  // namespace

}  // namespace attune
