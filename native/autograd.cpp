// Gradients: the grad mode, leaves, `.grad`, and the two ways to run backward.
#include <torch/csrc/autograd/autograd.h>

#include <ATen/core/grad_mode.h>

#include "javascript.hpp"
#include "parts.hpp"

namespace attune {

namespace {

at::Tensor tensorOf(napi_env env, napi_value id) { return slots().get(toDouble(env, id)); }

napi_value setGradMode(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(toBool(env, arguments[0]));
  return fromBool(env, before);
}

napi_value setRequiresGrad(napi_env env, napi_callback_info info) {
  Arguments<2> arguments(env, info);
  tensorOf(env, arguments[0]).set_requires_grad(toBool(env, arguments[1]));
  return undefined(env);
}

napi_value requiresGrad(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  return fromBool(env, tensorOf(env, arguments[0]).requires_grad());
}

// gradOf(id) → id of `.grad`, or undefined
napi_value gradOf(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  return fromTensor(env, tensorOf(env, arguments[0]).grad());
}

// gradVersions(ids) → how often each `.grad` was changed in place; -1 for none
napi_value gradVersions(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const auto tensors = toTensors(env, arguments[0]);
  napi_value result;
  check(env, napi_create_array_with_length(env, tensors.size(), &result));
  for (size_t i = 0; i < tensors.size(); i++) {
    const at::Tensor gradient = tensors[i].grad();
    const double version = gradient.defined() ? static_cast<double>(gradient._version()) : -1;
    check(env, napi_set_element(env, result, static_cast<uint32_t>(i), fromDouble(env, version)));
  }
  return result;
}

// setGrad(id, gradient id | undefined)
napi_value setGrad(napi_env env, napi_callback_info info) {
  Arguments<2> arguments(env, info);
  at::Tensor tensor = tensorOf(env, arguments[0]);
  tensor.mutable_grad() = isNullish(env, arguments[1]) ? at::Tensor() : tensorOf(env, arguments[1]);
  return undefined(env);
}

// Missing output gradients are allowed for scalar outputs, where they are 1.
std::vector<at::Tensor> gradOutputs(napi_env env, napi_value array, size_t count) {
  std::vector<at::Tensor> result(count);
  if (isNullish(env, array)) return result;
  for (uint32_t i = 0; i < count; i++) {
    const napi_value item = elementOf(env, array, i);
    if (!isNullish(env, item)) result[i] = tensorOf(env, item);
  }
  return result;
}

// backward(outputs, gradOutputs?, retain): accumulates in the leaves' `.grad`
napi_value backward(napi_env env, napi_callback_info info) {
  Arguments<3> arguments(env, info);
  const auto outputs = toTensors(env, arguments[0]);
  torch::autograd::backward(outputs, gradOutputs(env, arguments[1], outputs.size()), toBool(env, arguments[2]));
  return undefined(env);
}

// grad(outputs, inputs, gradOutputs?, retain, createGraph, allowUnused) → [id | undefined]
napi_value grad(napi_env env, napi_callback_info info) {
  Arguments<6> arguments(env, info);
  const auto outputs = toTensors(env, arguments[0]);
  const auto gradients = torch::autograd::grad(outputs, toTensors(env, arguments[1]), gradOutputs(env, arguments[2], outputs.size()),
                                               toBool(env, arguments[3]), toBool(env, arguments[4]), toBool(env, arguments[5]));
  napi_value result;
  check(env, napi_create_array_with_length(env, gradients.size(), &result));
  for (size_t i = 0; i < gradients.size(); i++) check(env, napi_set_element(env, result, static_cast<uint32_t>(i), fromTensor(env, gradients[i])));
  return result;
}

}  // namespace

void addAutograd(napi_env env, napi_value exports) {
  addExports(env, exports,
             {{"setGradMode", entry<setGradMode>}, {"setRequiresGrad", entry<setRequiresGrad>}, {"requiresGrad", entry<requiresGrad>},
              {"gradVersions", entry<gradVersions>}, {"gradOf", entry<gradOf>},
              {"setGrad", entry<setGrad>}, {"backward", entry<backward>}, {"grad", entry<grad>}});
}

}  // namespace attune
