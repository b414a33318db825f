// A group of linear layers composed of libtorch's operators, where no kernel applies.
#pragma once
#include "elementwise.hpp"
#include "linear_group_plan.hpp"

namespace attune {

namespace {

using torch::autograd::AutogradContext;

// Forward with the int8 weight; backward with its int8 transpose or, without one, the weight itself.
struct Int8Linear : public torch::autograd::Function<Int8Linear> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& packed, const std::optional<Tensor>& turned) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    context->save_for_backward({weight, turned.value_or(Tensor())});
    return compositeInt8Product(x, packed, weight.size(0));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor& g = gradients[0];
    TORCH_CHECK(!saved[1].defined() || !at::GradMode::is_enabled(), "a gradient in int8 has no second derivative");
    const Tensor dx = saved[1].defined() ? compositeInt8Product(g, saved[1], saved[0].size(1)) : at::mm(g, saved[0].to(g.scalar_type()));
    return {dx, Tensor(), Tensor(), Tensor()};
  }
};

// Dequantised once for forward and once for backward.
struct FourBitLinear : public torch::autograd::Function<FourBitLinear> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& like, c10::intrusive_ptr<Plan> plan, int64_t layer) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    context->saved_data["plan"] = c10::IValue::make_capsule(plan);
    context->saved_data["layer"] = layer, context->saved_data["size"] = like.sizes();
    return at::linear(x, unpackFourBit(plan->fourBit[layer], like.sizes(), x.scalar_type()));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto plan = c10::static_intrusive_pointer_cast<Plan>(context->saved_data["plan"].toCapsule());
    const Tensor& g = gradients[0];
    const FourBitWeight& weight = plan->fourBit[context->saved_data["layer"].toInt()];
    return {at::mm(g, unpackFourBit(weight, context->saved_data["size"].toIntVector(), g.scalar_type())), Tensor(), Tensor(), Tensor()};
  }
};

// Returns a known output instead of the computed one, and passes its gradient on.
struct KnownOutput : public torch::autograd::Function<KnownOutput> {
  static Tensor forward(AutogradContext*, const Tensor&, const Tensor& known) { return known.clone(); }
  static variable_list backward(AutogradContext*, variable_list gradients) { return {gradients[0], Tensor()}; }
};

variable_list compositeGroup(Inputs all, const c10::intrusive_ptr<Plan>& shared) {
  const Plan& plan = *shared;
  const Tensor x = plan.isGated ? swiGlu(all[0], all[1]) : all[0];
  variable_list y;
  for (size_t i = 0; i < plan.layers; i++) {
    const Tensor bias = plan.biasAt[i] < 0 ? Tensor() : all[plan.bias(i)].to(x.scalar_type());
    if (plan.isInt8(i)) {
      const auto turned = plan.isTurnedInt8(i) ? std::optional(plan.int8Turned[i]) : std::nullopt;
      const Tensor product = Int8Linear::apply(x, all[plan.weight(i)], plan.int8[i], turned);
      y.push_back(bias.defined() ? product + bias : product);
    } else if (plan.isFourBit(i)) {
      const Tensor product = FourBitLinear::apply(x, all[plan.weight(i)], shared, static_cast<int64_t>(i));
      y.push_back(bias.defined() ? product + bias : product);
    } else {
      y.push_back(at::linear(x, all[plan.weight(i)].to(x.scalar_type()), bias));
    }
  }
  for (size_t j = 0; j < plan.adapters.size(); j++) {
    const Adapter& adapter = plan.adapters[j];
    const Tensor inner = at::linear(adapter.rowsOf(x), all[plan.a(j)].to(x.scalar_type())) * adapter.scale;
    const Tensor added = at::linear(inner, all[plan.b(j)].to(x.scalar_type()));
    Tensor& sum = y[adapter.layer];
    sum = plan.isOfRows ? at::slice_scatter(sum, adapter.rowsOf(sum) + added, 0, adapter.begin, adapter.end) : sum + added;
  }
  for (size_t i = 0; i < plan.known.size(); i++) y[i] = KnownOutput::apply(y[i], plan.known[i]);
  return y;
}

}  // namespace

}  // namespace attune
