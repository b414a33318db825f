// Parts of a group of linear layers, and the check that they fit together.
#pragma once
#include <torch/custom_class.h>

#include "fused.hpp"
#include "four_bit.hpp"
#include "int8.hpp"

namespace attune {

namespace {

using at::Tensor;
using torch::autograd::variable_list;

struct Adapter {
  int64_t layer;
  double scale;
  int64_t begin, end;  // the rows that it changes

  Tensor rowsOf(const Tensor& x) const { return begin == 0 && end == x.size(0) ? x : x.slice(0, begin, end); }
};

// Positions in the list of all inputs: x; up, if x is a gate; weights; biases; all A; all B.
struct Plan : public torch::CustomClassHolder {
  bool isGated = false;
  size_t layers = 0;
  std::vector<int64_t> biasAt;  // -1 for a layer without one
  size_t biases = 0;
  std::vector<Adapter> adapters;
  variable_list int8, int8Turned;  // weight of each layer and its transpose, undefined for layers without; or empty
  std::vector<FourBitWeight> fourBit;  // of each layer, without codes for other layers; or empty
  variable_list known;  // all outputs, or empty
  bool isOfRows = false;  // some adapters change only some rows
  bool isNormed = false;  // saved tensors have no x, but the norm's x and weight at the end
  double eps = 0;         // that norm's

  size_t weight(size_t layer) const { return 1 + isGated + layer; }
  size_t bias(size_t layer) const { return weight(layers) + static_cast<size_t>(biasAt[layer]); }
  size_t a(size_t adapter) const { return weight(layers) + biases + adapter; }
  size_t b(size_t adapter) const { return a(adapters.size()) + adapter; }
  size_t size() const { return b(adapters.size()); }
  bool isInt8(size_t layer) const { return !int8.empty() && int8[layer].defined(); }
  bool isFourBit(size_t layer) const { return !fourBit.empty() && fourBit[layer].codes.defined(); }
  bool isTurnedInt8(size_t layer) const { return !int8Turned.empty() && int8Turned[layer].defined(); }
};

using Inputs = const variable_list&;

// A layer's weight in the given type: as stored, or dequantised for this use.
Tensor weightOf(Inputs all, const Plan& plan, size_t layer, at::ScalarType type) {
  const Tensor& weight = all[plan.weight(layer)];
  if (plan.isFourBit(layer)) return unpackFourBit(plan.fourBit[layer], weight.sizes(), type);
  return weight.scalar_type() == type ? weight : weight.to(type);
}

// Parses the parts of all 4-bit weights; `places` has each one's layer, first part, number of parts and block size.
void readFourBit(Inputs all, Plan& plan, at::TensorList parts, at::IntArrayRef places) {
  TORCH_CHECK(places.size() % 4 == 0, "linear_group wants layer, first part, parts and block of each weight in four bits");
  if (!places.empty()) plan.fourBit.resize(plan.layers);
  for (size_t i = 0; i < places.size(); i += 4) {
    const int64_t layer = places[i], first = places[i + 1], count = places[i + 2];
    TORCH_CHECK(layer >= 0 && layer < static_cast<int64_t>(plan.layers) && first >= 0 && count >= 0 && first + count <= static_cast<int64_t>(parts.size()),
                "linear_group: a weight in four bits of layer ", layer, " of ", plan.layers);
    const Tensor& like = all[plan.weight(layer)];
    TORCH_CHECK(!like.requires_grad(), "linear_group: a weight that moves is not in four bits");
    plan.fourBit[layer] = fourBitWeight(parts.slice(first, count), places[i + 3], like.numel());
  }
}

struct Adapters {
  at::TensorList a, b;
  at::IntArrayRef layer;
  at::ArrayRef<double> scale;
  at::IntArrayRef rows;
};

void checkInt8(Inputs all, const Plan& plan) {
  TORCH_CHECK((plan.int8.empty() || plan.int8.size() == plan.layers) && (plan.int8Turned.empty() || plan.int8Turned.size() == plan.layers),
              "linear_group wants a weight in int8, or none, of each layer");
  for (size_t i = 0; i < plan.layers; i++) {
    TORCH_CHECK(plan.isInt8(i) || !plan.isTurnedInt8(i), "linear_group wants columns in int8 only of a weight that is in int8 itself");
    if (!plan.isInt8(i)) continue;
    const Tensor& weight = all[plan.weight(i)];
    TORCH_CHECK(!plan.isTurnedInt8(i) || isInt8WeightOf(plan.int8Turned[i], weight.t()),
        "linear_group wants columns in int8 as int8_weight makes them of [D, O]");
    TORCH_CHECK(isInt8WeightOf(plan.int8[i], weight), "linear_group wants weights in int8 as int8_weight makes them of [O, D]");
    TORCH_CHECK(!weight.requires_grad(), "linear_group: a weight that moves has no use for a fixed copy in int8");
  }
}

void checkGroup(Inputs all, const Plan& plan, const Adapters& adapters) {
  const Tensor& x = all[0];
  TORCH_CHECK(x.dim() == 2, "linear_group wants x [N, D]");
  TORCH_CHECK(!plan.isGated || (all[1].sizes() == x.sizes() && all[1].scalar_type() == x.scalar_type()),
      "linear_group wants gate and up of one shape and type");
  for (size_t i = 0; i < plan.layers; i++) {
    const Tensor& weight = all[plan.weight(i)];
    TORCH_CHECK(weight.dim() == 2 && weight.size(1) == x.size(1), "linear_group wants weights [O, ", x.size(1), "]");
    TORCH_CHECK(plan.biasAt[i] < 0 || (all[plan.bias(i)].dim() == 1 && all[plan.bias(i)].size(0) == weight.size(0)), "linear_group wants biases [O]");
  }
  TORCH_CHECK(adapters.b.size() == plan.adapters.size() && adapters.layer.size() == plan.adapters.size() && adapters.scale.size() == plan.adapters.size(),
              "linear_group wants A, B, layer and scale of each adapter");
  TORCH_CHECK(adapters.rows.empty() || adapters.rows.size() == 2 * plan.adapters.size(),
      "linear_group wants the rows of each adapter, from and to, or of none");
  for (size_t j = 0; j < plan.adapters.size(); j++) {
    const int64_t layer = plan.adapters[j].layer;
    const auto [begin, end] = std::pair(plan.adapters[j].begin, plan.adapters[j].end);
    TORCH_CHECK(0 <= begin && begin <= end && end <= x.size(0), "linear_group: an adapter of rows ", begin, " to ", end, " of ", x.size(0));
    TORCH_CHECK(layer >= 0 && layer < static_cast<int64_t>(plan.layers), "linear_group: an adapter of layer ", layer, " of ", plan.layers);
    const Tensor &a = all[plan.a(j)], &b = all[plan.b(j)];
    TORCH_CHECK(a.dim() == 2 && a.size(1) == x.size(1) && b.dim() == 2 && b.size(1) == a.size(0) && b.size(0) == all[plan.weight(layer)].size(0),
                "linear_group wants A [r, D] and B [O, r]");
  }
}

void checkKnown(Inputs all, const Plan& plan) {
  TORCH_CHECK(plan.known.empty() || plan.known.size() == plan.layers, "linear_group wants all outputs that are known, or none");
  for (size_t i = 0; i < plan.known.size(); i++) {
    const Tensor& y = plan.known[i];
    TORCH_CHECK(y.dim() == 2 && y.size(0) == all[0].size(0) && y.size(1) == all[plan.weight(i)].size(0) && y.scalar_type() == all[0].scalar_type(),
                "linear_group wants known outputs [N, O] of the input's type");
  }
}

}  // namespace

}  // namespace attune
