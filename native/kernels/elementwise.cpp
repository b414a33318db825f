// RMSNorm, rotary positions and the gated unit: one pass over memory forward, one backward, f32 inside. N rows, D width, H heads.
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "elementwise.hpp"
#include "fused.hpp"

namespace attune {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows per partial sum of a weight's gradient: fixed, so that sums do not depend on the number of threads.
constexpr int64_t kSumRows = 256;
// Below this many values, work stays on one thread.
constexpr int64_t kGrain = 16384;

int64_t rowGrain(int64_t size) { return std::max<int64_t>(1, kGrain / std::max<int64_t>(1, size)); }

bool isRecorded(const at::Tensor& a, const at::Tensor& b) { return at::GradMode::is_enabled() && (a.requires_grad() || b.requires_grad()); }

at::Tensor compositeRmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  const at::Tensor wide = x.to(wideType(x));
  const at::Tensor inverse = at::rsqrt(wide.square().mean({-1}, true) + eps);
  return (wide * inverse * weight.to(wide.scalar_type())).to(x.scalar_type());
}

struct FusedRmsNorm : public torch::autograd::Function<FusedRmsNorm> {
  static RmsNorm problemOf(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& inverse) {
    RmsNorm n{};
    n.x = x.const_data_ptr();
    n.weight = weight.const_data_ptr<float>();
    n.size = x.size(-1);
    n.inverse = const_cast<float*>(inverse.const_data_ptr<float>());
    return n;
  }

  static std::pair<at::Tensor, at::Tensor> run(const at::Tensor& x, const at::Tensor& weight, double eps) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const at::Tensor wide = weight.to(at::kFloat).contiguous();
    const int64_t rows = x.numel() / x.size(-1);
    at::Tensor y = at::empty_like(x), inverse = at::empty({rows}, x.options().dtype(at::kFloat));
    RmsNorm n = problemOf(x, wide, inverse);
    n.epsilon = static_cast<float>(eps);
    n.y = y.mutable_data_ptr();
    const auto& kernels = kernelsFor(x)->rmsNorm;
    at::parallel_for(0, rows, rowGrain(n.size), [&](int64_t begin, int64_t end) { kernels.forward(n, begin, end); });
    return {y, inverse};
  }

  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, double eps) {
    auto [y, inverse] = run(x, weight, eps);
    context->save_for_backward({x, weight, inverse});
    context->saved_data["eps"] = eps;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    checkOnce();
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const at::Tensor wide = weight.to(at::kFloat).contiguous(), gradient = gradients[0].contiguous();
    const int64_t size = x.size(-1), rows = x.numel() / size, shares = (rows + kSumRows - 1) / kSumRows;
    at::Tensor dx = at::empty_like(x), sums;
    if (context->needs_input_grad(1)) sums = at::zeros({shares, size}, wide.options());
    RmsNorm n = problemOf(x, wide, saved[2]);
    n.gradient = gradient.const_data_ptr();
    n.inputGradient = dx.mutable_data_ptr();
    const TypeKernels* kernels = kernelsFor(x);
    TORCH_CHECK(kernels != nullptr, "rms_norm: the kernels were changed between forward and backward");
    float* sum = sums.defined() ? sums.mutable_data_ptr<float>() : nullptr;
    at::parallel_for(0, shares, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        kernels->rmsNorm.backward(n, i * kSumRows, std::min(rows, (i + 1) * kSumRows), sum == nullptr ? nullptr : sum + i * size);
      }
    });
    return {dx, sums.defined() ? sums.sum(0).to(weight.scalar_type()) : at::Tensor(), at::Tensor()};
  }
};

at::Tensor compositeRope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  const auto type = at::promote_types(wideType(x), cos.scalar_type());
  const at::Tensor wide = x.to(type);
  const auto halves = wide.chunk(2, -1);
  const at::Tensor turned = at::cat({halves[1].neg(), halves[0]}, -1);
  return (wide * cos.unsqueeze(1) + turned * sin.unsqueeze(1)).to(x.scalar_type());
}

struct FusedRope : public torch::autograd::Function<FusedRope> {
  static at::Tensor run(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, bool isBackward) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    at::Tensor y = at::empty_like(x);
    const Rope r{x.const_data_ptr(), cos.const_data_ptr<float>(), sin.const_data_ptr<float>(), x.size(1), x.size(2), isBackward, y.mutable_data_ptr()};
    const TypeKernels* kernels = kernelsFor(x);
    TORCH_CHECK(kernels != nullptr, "rope: the kernels were changed between forward and backward");
    at::parallel_for(0, x.size(0), rowGrain(x.size(1) * x.size(2)), [&](int64_t begin, int64_t end) { kernels->rope(r, begin, end); });
    return y;
  }

  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
    context->save_for_backward({cos, sin});
    return run(x, cos, sin, false);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    checkOnce();
    const variable_list saved = context->get_saved_variables();
    return {run(gradients[0].contiguous(), saved[0], saved[1], true), at::Tensor(), at::Tensor()};
  }
};

at::Tensor compositeSwiGlu(const at::Tensor& gate, const at::Tensor& up) {
  const at::Tensor wide = gate.to(wideType(gate));
  return (wide * at::sigmoid(wide) * up).to(gate.scalar_type());
}

struct FusedSwiGlu : public torch::autograd::Function<FusedSwiGlu> {
  static at::Tensor run(const at::Tensor& gate, const at::Tensor& up) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    at::Tensor y = at::empty_like(gate);
    const SwiGlu s{gate.const_data_ptr(), up.const_data_ptr(), y.mutable_data_ptr(), nullptr, nullptr, nullptr};
    const TypeKernels* kernels = kernelsFor(gate);
    at::parallel_for(0, gate.numel(), kGrain, [&](int64_t begin, int64_t end) { kernels->swiGlu(s, begin, end); });
    return y;
  }

  static at::Tensor forward(AutogradContext* context, const at::Tensor& gate, const at::Tensor& up) {
    context->save_for_backward({gate, up});
    return run(gate, up);
  }

  static std::tuple<at::Tensor, at::Tensor> gradientsOf(const at::Tensor& gate, const at::Tensor& up, const at::Tensor& gradient) {
    at::Tensor gateGradient = at::empty_like(gate), upGradient = at::empty_like(up);
    const SwiGlu s{gate.const_data_ptr(), up.const_data_ptr(), nullptr, gradient.const_data_ptr(), gateGradient.mutable_data_ptr(),
        upGradient.mutable_data_ptr()};
    const TypeKernels* kernels = kernelsFor(gate);
    TORCH_CHECK(kernels != nullptr, "swiglu: the kernels were changed between forward and backward");
    at::parallel_for(0, gate.numel(), kGrain, [&](int64_t begin, int64_t end) { kernels->swiGluBackward(s, begin, end); });
    return {gateGradient, upGradient};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    checkOnce();
    const variable_list saved = context->get_saved_variables();
    auto [gateGradient, upGradient] = gradientsOf(saved[0], saved[1], gradients[0].contiguous());
    return {gateGradient, upGradient};
  }
};

}  // namespace

at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  TORCH_CHECK(x.dim() >= 1 && weight.dim() == 1 && weight.size(0) == x.size(-1), "rms_norm wants x [..., D] and weight [D]");
  if (kernelsFor(x) == nullptr || !isBeside(weight, x) || x.numel() == 0) return compositeRmsNorm(x, weight, eps);
  if (!isRecorded(x, weight)) return FusedRmsNorm::run(x.contiguous(), weight, eps).first;
  return FusedRmsNorm::apply(x.contiguous(), weight, eps);
}

at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  TORCH_CHECK(x.dim() == 3 && x.size(2) % 2 == 0, "rope wants x [N, H, D] with an even D");
  TORCH_CHECK(cos.dim() == 2 && cos.size(0) == x.size(0) && cos.size(1) == x.size(2) && sin.sizes() == cos.sizes(), "rope wants cos and sin [N, D]");
  TORCH_CHECK(!cos.requires_grad() && !sin.requires_grad(), "rope has no gradient for its angles");
  const bool isFused = kernelsFor(x) != nullptr && isBeside(cos, x) && isBeside(sin, x) && cos.scalar_type() != at::kDouble;
  if (!isFused || x.numel() == 0) return compositeRope(x, cos, sin);
  const at::Tensor c = cos.to(at::kFloat).contiguous(), s = sin.to(at::kFloat).contiguous();
  return isRecorded(x, x) ? FusedRope::apply(x.contiguous(), c, s) : FusedRope::run(x.contiguous(), c, s, false);
}

at::Tensor swiGlu(const at::Tensor& gate, const at::Tensor& up) {
  TORCH_CHECK(gate.sizes() == up.sizes() && gate.scalar_type() == up.scalar_type(), "swiglu wants gate and up of one shape and type");
  if (kernelsFor(gate) == nullptr || !isBeside(up, gate) || gate.numel() == 0) return compositeSwiGlu(gate, up);
  return isRecorded(gate, up) ? FusedSwiGlu::apply(gate.contiguous(), up.contiguous()) : FusedSwiGlu::run(gate.contiguous(), up.contiguous());
}

std::optional<NormInput> normInputOf(const at::Tensor& y) {
  const auto* node = dynamic_cast<torch::autograd::CppNode<FusedRmsNorm>*>(y.grad_fn().get());
  if (node == nullptr) return std::nullopt;
  const variable_list saved = node->ctx_.get_saved_variables();
  return NormInput{saved[0], saved[1], node->ctx_.saved_data.at("eps").toDouble()};
}

at::Tensor normedAgain(const NormInput& input) { return FusedRmsNorm::run(input.x, input.weight, input.eps).first; }

at::Tensor gatedUnit(const at::Tensor& gate, const at::Tensor& up) { return FusedSwiGlu::run(gate, up); }

std::tuple<at::Tensor, at::Tensor> gatedUnitGradients(const at::Tensor& gate, const at::Tensor& up, const at::Tensor& gradient) {
  return FusedSwiGlu::gradientsOf(gate, up, gradient);
}

TORCH_LIBRARY_FRAGMENT(attune, library) {
  library.def("rms_norm(Tensor x, Tensor weight, float eps) -> Tensor");
  library.def("rope(Tensor x, Tensor cos, Tensor sin) -> Tensor");
  library.def("swiglu(Tensor gate, Tensor up) -> Tensor");
}

TORCH_LIBRARY_IMPL(attune, CompositeImplicitAutograd, library) {
  library.impl("rms_norm", rmsNorm);
  library.impl("rope", rope);
  library.impl("swiglu", swiGlu);
}

}  // namespace attune
