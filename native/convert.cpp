#include "convert.hpp"

#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>
#include <c10/core/Device.h>

#include <unordered_map>

namespace attune {

namespace {

Kind listKind(const c10::TypePtr& element) {
  if (element->kind() == c10::TypeKind::OptionalType) return Kind::OptionalTensorList;
  switch (kindOf(element)) {
    case Kind::Tensor: return Kind::TensorList;
    case Kind::Scalar: return Kind::ScalarList;
    case Kind::Int: return Kind::IntList;
    case Kind::Float: return Kind::FloatList;
    case Kind::Bool: return Kind::BoolList;
    default: return Kind::Unknown;
  }
}

c10::Scalar toScalar(napi_env env, napi_value value) {
  napi_valuetype type;
  check(env, napi_typeof(env, value, &type));
  if (type == napi_boolean) return c10::Scalar(toBool(env, value));
  if (type == napi_bigint) return c10::Scalar(toInt(env, value));
  const double number = toDouble(env, value);
  // A whole number must not turn an integer tensor into a float one; a float tensor takes either.
  if (number == static_cast<double>(static_cast<int64_t>(number)) && std::abs(number) < 9007199254740992.0) {
    return c10::Scalar(static_cast<int64_t>(number));
  }
  return c10::Scalar(number);
}

bool isTypedArray(napi_env env, napi_value value) {
  bool result;
  check(env, napi_is_typedarray(env, value, &result));
  return result;
}

// Long lists that recur on every call are passed as Float64Array, which is read without a call per element.
c10::IValue toNumberList(napi_env env, napi_value value, Kind kind) {
  napi_typedarray_type type;
  size_t length;
  void* data;
  check(env, napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr));
  TORCH_CHECK(type == napi_float64_array, "a list that is a typed array has to be a Float64Array");
  const at::ArrayRef<double> numbers(static_cast<const double*>(data), length);
  if (kind == Kind::FloatList) return c10::List<double>(numbers);
  if (kind == Kind::IntList) return c10::List<int64_t>(at::IntArrayRef(std::vector<int64_t>(numbers.begin(), numbers.end())));
  TORCH_CHECK(kind == Kind::TensorList, "only lists of tensors, integers and numbers can be typed arrays");
  c10::List<at::Tensor> list;
  list.reserve(length);
  for (const double id : numbers) list.push_back(slots().get(id));
  return list;
}

c10::IValue toList(napi_env env, napi_value value, Kind kind) {
  const uint32_t length = lengthOf(env, value);
  switch (kind) {
    case Kind::TensorList: {
      c10::List<at::Tensor> list;
      list.reserve(length);
      for (uint32_t i = 0; i < length; i++) list.push_back(slots().get(toDouble(env, elementOf(env, value, i))));
      return list;
    }
    case Kind::OptionalTensorList: {
      c10::List<std::optional<at::Tensor>> list;
      for (uint32_t i = 0; i < length; i++) {
        const napi_value item = elementOf(env, value, i);
        if (isNullish(env, item)) list.push_back(std::nullopt);
        else list.push_back(slots().get(toDouble(env, item)));
      }
      return list;
    }
    case Kind::IntList: return c10::List<int64_t>(at::IntArrayRef(toInts(env, value)));
    case Kind::FloatList: {
      c10::List<double> list;
      for (uint32_t i = 0; i < length; i++) list.push_back(toDouble(env, elementOf(env, value, i)));
      return list;
    }
    case Kind::BoolList: {
      c10::List<bool> list;
      for (uint32_t i = 0; i < length; i++) list.push_back(toBool(env, elementOf(env, value, i)));
      return list;
    }
    default: {
      c10::impl::GenericList list(c10::NumberType::get());
      for (uint32_t i = 0; i < length; i++) list.push_back(c10::IValue(toScalar(env, elementOf(env, value, i))));
      return list;
    }
  }
}

// Accepts a single number for a list of one, as Python does (`sum(x, dim=1)`).
c10::IValue toListOrOne(napi_env env, napi_value value, Kind kind) {
  bool isArray;
  check(env, napi_is_array(env, value, &isArray));
  if (!isArray && isTypedArray(env, value)) return toNumberList(env, value, kind);
  if (!isArray && kind == Kind::IntList) return c10::List<int64_t>({toInt(env, value)});
  return toList(env, value, kind);
}

napi_value fromList(napi_env env, const c10::IValue& value) {
  const auto list = value.toListRef();
  napi_value result;
  check(env, napi_create_array_with_length(env, list.size(), &result));
  for (size_t i = 0; i < list.size(); i++) check(env, napi_set_element(env, result, static_cast<uint32_t>(i), fromIValue(env, list[i])));
  return result;
}

}  // namespace

Kind kindOf(const c10::TypePtr& type) {
  static const std::unordered_map<std::string, Kind> byName = {
      {"Tensor", Kind::Tensor}, {"Scalar", Kind::Scalar}, {"number", Kind::Scalar}, {"int", Kind::Int}, {"SymInt", Kind::Int},
      {"float", Kind::Float}, {"SymFloat", Kind::Float}, {"bool", Kind::Bool}, {"SymBool", Kind::Bool}, {"str", Kind::String},
      {"ScalarType", Kind::DType}, {"Layout", Kind::Layout}, {"MemoryFormat", Kind::MemoryFormat}, {"Device", Kind::Device},
      {"Generator", Kind::Generator}};
  if (type->kind() == c10::TypeKind::OptionalType) return kindOf(type->castRaw<c10::OptionalType>()->getElementType());
  if (type->kind() == c10::TypeKind::ListType) return listKind(type->castRaw<c10::ListType>()->getElementType());
  const auto found = byName.find(type->str());
  return found == byName.end() ? Kind::Unknown : found->second;
}

Parameter describe(const c10::Argument& argument) {
  const bool optional = argument.real_type()->kind() == c10::TypeKind::OptionalType;
  return {kindOf(argument.real_type()), optional, argument.default_value(), argument.name()};
}

c10::IValue toIValue(napi_env env, napi_value value, const Parameter& parameter) {
  napi_valuetype type;
  check(env, napi_typeof(env, value, &type));
  if (type == napi_undefined || type == napi_null) {
    if (type == napi_undefined && parameter.defaultValue.has_value()) return *parameter.defaultValue;
    if (parameter.optional) return c10::IValue();
    throw std::runtime_error("argument \"" + parameter.name + "\" is missing");
  }
  switch (parameter.kind) {
    case Kind::Tensor: return slots().get(toDouble(env, value));
    case Kind::Scalar: return toScalar(env, value);
    case Kind::Int: case Kind::DType: case Kind::Layout: case Kind::MemoryFormat: return toInt(env, value);
    case Kind::Float: return toDouble(env, value);
    case Kind::Bool: return toBool(env, value);
    case Kind::String: return toString(env, value);
    case Kind::Device: return c10::Device(toString(env, value));
    case Kind::Generator: case Kind::Unknown:
      throw std::runtime_error("argument \"" + parameter.name + "\" has a type that cannot be passed from JavaScript");
    default: return toListOrOne(env, value, parameter.kind);
  }
}

napi_value fromIValue(napi_env env, const c10::IValue& value) {
  if (value.isTensor()) return fromTensor(env, value.toTensor());
  if (value.isNone()) return undefined(env);
  if (value.isDouble()) return fromDouble(env, value.toDouble());
  if (value.isInt()) return fromDouble(env, static_cast<double>(value.toInt()));
  if (value.isBool()) return fromBool(env, value.toBool());
  if (value.isString()) return fromString(env, value.toStringRef());
  if (value.isScalar()) return fromDouble(env, value.toScalar().toDouble());
  if (value.isList()) return fromList(env, value);
  throw std::runtime_error("the operator returned a value that JavaScript has no form for: " + value.tagKind());
}

}  // namespace attune
