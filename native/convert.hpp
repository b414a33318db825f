// JavaScript values to IValues and back, by the types of an operator's schema.
#pragma once
#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>

#include <optional>
#include <string>
#include <vector>

#include "javascript.hpp"

namespace attune {

enum class Kind : uint8_t {
  Tensor, TensorList, OptionalTensorList, Scalar, ScalarList, Int, IntList, Float, FloatList, Bool, BoolList,
  String, DType, Layout, MemoryFormat, Device, Generator, Unknown,
};

// One argument of a schema, as needed for conversion.
struct Parameter {
  Kind kind;
  bool optional;
  std::optional<c10::IValue> defaultValue;
  std::string name;
};

Parameter describe(const c10::Argument& argument);
Kind kindOf(const c10::TypePtr& type);
c10::IValue toIValue(napi_env env, napi_value value, const Parameter& parameter);
napi_value fromIValue(napi_env env, const c10::IValue& value);

}  // namespace attune
