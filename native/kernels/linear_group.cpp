// Linear layers with one input, and their low-rank adapters, as one node: y_i = x W_iᵀ + b_i + Σ s (x Aᵀ) Bᵀ.
// The products of all A are one product, and the input's gradient is accumulated in place. Weights are cast on use
// and not kept.
// If a weight is also given in int8, the forward uses that. Gradients use the weight itself, or, if its columns are
// given in int8 too, those and the outputs' gradients rounded like an input (SwitchBack; Wortsman et al., 2023).
// The output of a norm is not kept as an input but recomputed from the norm's input, which is kept anyway.
// Outputs known from an earlier pass over the same values are reused, and only backward is prepared.
// N tokens, D width of the input, O_i widths of the outputs, r ranks.
#include <ATen/core/ivalue.h>
#include <torch/library.h>

#include "elementwise.hpp"
#include "linear_group_composite.hpp"
#include "linear_group_plan.hpp"
#include "linear_group_rows.hpp"
#include "products.hpp"

namespace attune {

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;

// Type of the products: bf16 is widened once for all of them if the processor does not multiply it natively.
at::ScalarType productType(const Tensor& x) { return isWidened(x) && x.size(0) > kFewRows ? at::kFloat : x.scalar_type(); }

Tensor inputOf(Inputs all, const Plan& plan) { return plan.isGated ? gatedUnit(all[0], all[1]) : all[0]; }

// All A stacked: [Σ r, D]
Tensor stackedA(Inputs all, const Plan& plan, at::ScalarType type) {
  variable_list parts;
  for (size_t j = 0; j < plan.adapters.size(); j++) parts.push_back(inType(all[plan.a(j)], type));
  return parts.size() == 1 ? parts[0] : at::cat(parts);
}

// Offset of each adapter's rank among all, and the total.
std::vector<int64_t> rankOffsets(Inputs all, const Plan& plan) {
  std::vector<int64_t> offsets{0};
  for (size_t j = 0; j < plan.adapters.size(); j++) offsets.push_back(offsets.back() + all[plan.a(j)].size(0));
  return offsets;
}

struct Outputs {
  variable_list y;
  Tensor inner;  // [N, Σ r], before the scales; undefined where there are no adapters or backward has to make it
};

// x Aᵀ of all adapters, rounded to the stored type.
Tensor innerOf(const Tensor& x, Inputs all, const Plan& plan) { return rounded(at::mm(x, stackedA(all, plan, x.scalar_type()).t()), all[0].scalar_type()); }

// W x + b of each layer.
variable_list layersOf(const Tensor& x, Inputs all, const Plan& plan) {
  const at::ScalarType type = x.scalar_type();
  const auto bias = [&](size_t i) { return inType(all[plan.bias(i)], type); };
  variable_list y;
  Int8Rounded whole;
  for (size_t i = 0; i < plan.layers; i++) {
    if (plan.isInt8(i)) {
      if (!whole.values.defined()) whole = roundToInt8(x);
      y.push_back(at::empty({x.size(0), all[plan.weight(i)].size(0)}, x.options()));
      multiplyByInt8(whole, plan.int8[i], y.back(), false);
      if (plan.biasAt[i] >= 0) y.back().add_(bias(i));
      continue;
    }
    const Tensor weight = weightOf(all, plan, i, type);
    y.push_back(plan.biasAt[i] < 0 ? productWithWeight(x, weight) : at::addmm(bias(i), x, weight.t()));
  }
  return y;
}

Outputs forwardOf(Inputs all, const Plan& plan) {
  if (!plan.known.empty()) {
    Outputs out;
    for (const Tensor& y : plan.known) out.y.push_back(y.alias());
    return out;
  }
  const at::ScalarType type = productType(all[0]), stored = all[0].scalar_type();
  const Tensor x = inType(inputOf(all, plan), type);
  Outputs out;
  if (plan.isOfRows) {
    out.y = layersOf(x, all, plan);
    changeRows(out.y, x, all, plan);
    for (Tensor& y : out.y) y = inType(y, stored);
    return out;
  }
  if (!plan.adapters.empty()) out.inner = innerOf(x, all, plan);
  out.y = layersOf(x, all, plan);
  const auto ranks = rankOffsets(all, plan);
  for (size_t j = 0; j < plan.adapters.size(); j++) {
    const auto& [layer, scale, begin, end] = plan.adapters[j];
    out.y[layer].addmm_(out.inner.slice(1, ranks[j], ranks[j + 1]), inType(all[plan.b(j)], type).t(), 1, scale);
  }
  for (Tensor& y : out.y) y = inType(y, stored);
  if (out.inner.defined()) out.inner = inType(out.inner, stored);
  return out;
}

// The steps of backward, in order.
struct Backward {
  Inputs all;
  const Plan& plan;
  const AutogradContext& context;
  at::ScalarType type;
  Tensor x, inner;            // [N, D], [N, Σ r]
  variable_list gradients;    // of the outputs, undefined where one was not used
  variable_list result;       // of all inputs

  bool needs(size_t input) const { return context.needs_input_grad(input); }
  bool needsX() const { return needs(0) || (plan.isGated && needs(1)); }
  void give(size_t input, const Tensor& gradient) { result[input] = gradient.to(all[input].scalar_type()); }

  void layers(Tensor& dx) {
    for (size_t i = 0; i < plan.layers; i++) {
      const Tensor& g = gradients[i];
      if (!g.defined()) continue;
      if (needs(plan.weight(i))) give(plan.weight(i), at::mm(g.t(), x));
      if (plan.biasAt[i] >= 0 && needs(plan.bias(i))) give(plan.bias(i), g.sum(0));
      if (needsX()) addProduct(dx, g, i);
    }
  }

  // Adds the product of a layer's output gradient and its weight to the input's gradient.
  void addProduct(Tensor& dx, const Tensor& g, size_t i) {
    if (plan.isTurnedInt8(i)) {
      const bool isSum = dx.defined();
      if (!isSum) dx = at::empty(x.sizes(), x.options());
      return multiplyByInt8(roundToInt8(g), plan.int8Turned[i], dx, isSum);
    }
    const Tensor weight = weightOf(all, plan, i, type);
    if (dx.defined()) dx.addmm_(g, weight);
    else dx = at::mm(g, weight);
  }

  void adapters(Tensor& dx) {
    const auto ranks = rankOffsets(all, plan);
    Tensor made = at::empty({x.size(0), ranks.back()}, x.options());
    for (size_t j = 0; j < plan.adapters.size(); j++) {
      const auto& [layer, scale, begin, end] = plan.adapters[j];
      const Tensor& g = gradients[layer];
      Tensor part = made.slice(1, ranks[j], ranks[j + 1]);
      if (!g.defined()) {
        part.zero_();
        continue;
      }
      if (needs(plan.b(j))) give(plan.b(j), at::mm(g.t(), inner.slice(1, ranks[j], ranks[j + 1])).mul_(scale));
      part.addmm_(g, all[plan.b(j)].to(type), 0, scale);
    }
    const Tensor innerGradient = rounded(made, all[0].scalar_type());  // [N, Σ r]
    const Tensor a = at::mm(innerGradient.t(), x);
    for (size_t j = 0; j < plan.adapters.size(); j++) {
      if (needs(plan.a(j))) give(plan.a(j), a.slice(0, ranks[j], ranks[j + 1]));
    }
    if (needsX()) dx.addmm_(innerGradient, stackedA(all, plan, type));
  }
};

// Saves the norm's inputs instead of its output, since they are kept anyway. Not in a second pass, whose tensors are
// freed soon.
void leaveNormed(variable_list& all, Plan& plan) {
  const auto input = plan.isGated || !plan.known.empty() ? std::nullopt : normInputOf(all[0]);
  if (!input.has_value()) return;
  plan.isNormed = true;
  plan.eps = input->eps;
  all[0] = Tensor();
  all.insert(all.end(), {input->x, input->weight});
}

struct LinearGroup : public torch::autograd::Function<LinearGroup> {
  static variable_list forward(AutogradContext* context, at::TensorList inputs, c10::intrusive_ptr<Plan> plan) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    variable_list all(inputs.begin(), inputs.end());
    Outputs out = forwardOf(all, *plan);
    all.push_back(out.inner);
    leaveNormed(all, *plan);
    context->save_for_backward(std::move(all));
    context->saved_data["plan"] = c10::IValue::make_capsule(plan);
    return out.y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    checkOnce();
    const at::AutoDispatchBelowADInplaceOrView guard;
    variable_list saved = context->get_saved_variables();
    const auto plan = c10::static_intrusive_pointer_cast<Plan>(context->saved_data["plan"].toCapsule());
    if (plan->isNormed) saved[0] = normedAgain({saved[plan->size() + 1], saved[plan->size() + 2], plan->eps});
    const at::ScalarType type = productType(saved[0]);
    for (Tensor& gradient : gradients)
      if (gradient.defined()) gradient = gradient.to(type);
    Backward back{saved, *plan, *context, type, inputOf(saved, *plan).to(type), Tensor(), std::move(gradients), variable_list(plan->size() + 1)};
    const Tensor& inner = saved[plan->size()];
    if (!plan->adapters.empty()) back.inner = inner.defined() ? inner.to(type) : innerOf(back.x, saved, *plan);
    Tensor dx;
    back.layers(dx);
    if (!plan->adapters.empty() && (dx.defined() || !back.needsX())) back.adapters(dx);
    if (dx.defined()) dx = dx.to(saved[0].scalar_type());
    if (dx.defined() && plan->isGated) std::tie(back.result[0], back.result[1]) = gatedUnitGradients(saved[0], saved[1], dx);
    else back.result[0] = dx;
    return std::move(back.result);
  }
};

bool isRecorded(Inputs all) {
  return at::GradMode::is_enabled() && std::any_of(all.begin(), all.end(), [](const Tensor& x) { return x.requires_grad(); });
}

variable_list linearGroup(const Tensor& x, const std::optional<Tensor>& up, at::TensorList weight, const c10::List<std::optional<Tensor>>& bias,
                          at::TensorList a, at::TensorList b, at::IntArrayRef layer, at::ArrayRef<double> scale, const c10::List<std::optional<Tensor>>& int8,
                          const c10::List<std::optional<Tensor>>& int8Turned, at::TensorList fourBit, at::IntArrayRef fourBitAt,
                          at::TensorList known, at::IntArrayRef rows) {
  auto plan = c10::make_intrusive<Plan>();
  variable_list all{x.contiguous()};
  plan->isGated = up.has_value();
  if (plan->isGated) all.push_back(up->contiguous());
  plan->layers = weight.size();
  all.insert(all.end(), weight.begin(), weight.end());
  TORCH_CHECK(bias.size() == weight.size(), "linear_group wants a bias, or none, of each weight");
  for (const std::optional<Tensor> one : bias) {
    plan->biasAt.push_back(one.has_value() ? static_cast<int64_t>(plan->biases++) : -1);
    if (one.has_value()) all.push_back(*one);
  }
  plan->isOfRows = !rows.empty();
  for (size_t j = 0; j < a.size(); j++) {
    const bool hasRows = 2 * j + 1 < rows.size();
    plan->adapters.push_back({j < layer.size() ? layer[j] : -1, j < scale.size() ? scale[j] : 0, hasRows ? rows[2 * j] : 0,
        hasRows ? rows[2 * j + 1] : x.size(0)});
  }
  all.insert(all.end(), a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  for (const std::optional<Tensor> one : int8) plan->int8.push_back(one.value_or(Tensor()));
  for (const std::optional<Tensor> one : int8Turned) plan->int8Turned.push_back(one.value_or(Tensor()));
  plan->known.assign(known.begin(), known.end());
  checkInt8(all, *plan);
  readFourBit(all, *plan, fourBit, fourBitAt);
  checkGroup(all, *plan, {a, b, layer, scale, rows});
  checkKnown(all, *plan);
  if (kernelsFor(x) == nullptr || x.numel() == 0) return compositeGroup(all, plan);
  const bool isKept = isRecorded(all);
  TORCH_CHECK(!plan->isOfRows || !isKept, "linear_group has no gradients where adapters change some rows only");
  // Few rows on their own use the same kernel as among others, so that results are bit-identical.
  if (!isKept && x.size(0) <= kFewRows) plan->isOfRows = !plan->adapters.empty();
  return isKept ? LinearGroup::apply(at::TensorList(all), plan) : forwardOf(all, *plan).y;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(attune, library) {
  library.def(
      "linear_group(Tensor x, Tensor? up, Tensor[] weight, Tensor?[] bias, Tensor[] a, Tensor[] b, int[] layer, float[] scale, "
      "Tensor?[] int8, Tensor?[] int8_turned, Tensor[] four_bit, int[] four_bit_at, Tensor[] known, *, int[] rows=[]) -> Tensor[]");
}

TORCH_LIBRARY_IMPL(attune, CompositeImplicitAutograd, library) { library.impl("linear_group", linearGroup); }

}  // namespace attune
