#include "javascript.hpp"

#include <c10/util/Exception.h>

namespace attune {

bool isNullish(napi_env env, napi_value value) {
  napi_valuetype type;
  check(env, napi_typeof(env, value, &type));
  return type == napi_undefined || type == napi_null;
}

double toDouble(napi_env env, napi_value value) {
  double result;
  if (napi_get_value_double(env, value, &result) == napi_ok) return result;
  bool lossless;
  int64_t big;
  if (napi_get_value_bigint_int64(env, value, &big, &lossless) == napi_ok) return static_cast<double>(big);
  bool flag;
  if (napi_get_value_bool(env, value, &flag) == napi_ok) return flag ? 1 : 0;
  throw std::runtime_error("expected a number");
}

int64_t toInt(napi_env env, napi_value value) {
  bool lossless;
  int64_t big;
  if (napi_get_value_bigint_int64(env, value, &big, &lossless) == napi_ok) return big;
  const double number = toDouble(env, value);
  if (number != static_cast<double>(static_cast<int64_t>(number))) {
    throw std::runtime_error("expected a whole number, got " + std::to_string(number));
  }
  return static_cast<int64_t>(number);
}

bool toBool(napi_env env, napi_value value) {
  bool result;
  if (napi_get_value_bool(env, value, &result) != napi_ok) throw std::runtime_error("expected true or false");
  return result;
}

std::string toString(napi_env env, napi_value value) {
  size_t length;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) throw std::runtime_error("expected a string");
  std::string result(length, '\0');
  check(env, napi_get_value_string_utf8(env, value, result.data(), length + 1, &length));
  return result;
}

uint32_t lengthOf(napi_env env, napi_value array) {
  uint32_t length;
  if (napi_get_array_length(env, array, &length) != napi_ok) throw std::runtime_error("expected an array");
  return length;
}

napi_value elementOf(napi_env env, napi_value array, uint32_t index) {
  napi_value element;
  check(env, napi_get_element(env, array, index, &element));
  return element;
}

std::vector<int64_t> toInts(napi_env env, napi_value array) {
  std::vector<int64_t> result(lengthOf(env, array));
  for (uint32_t i = 0; i < result.size(); i++) result[i] = toInt(env, elementOf(env, array, i));
  return result;
}

std::vector<TensorId> toIds(napi_env env, napi_value array) {
  std::vector<TensorId> result(lengthOf(env, array));
  for (uint32_t i = 0; i < result.size(); i++) result[i] = toDouble(env, elementOf(env, array, i));
  return result;
}

std::vector<at::Tensor> toTensors(napi_env env, napi_value array) {
  std::vector<at::Tensor> result;
  for (const TensorId id : toIds(env, array)) result.push_back(slots().get(id));
  return result;
}

napi_value fromDouble(napi_env env, double value) {
  napi_value result;
  check(env, napi_create_double(env, value, &result));
  return result;
}

napi_value fromBool(napi_env env, bool value) {
  napi_value result;
  check(env, napi_get_boolean(env, value, &result));
  return result;
}

napi_value fromString(napi_env env, const std::string& value) {
  napi_value result;
  check(env, napi_create_string_utf8(env, value.data(), value.size(), &result));
  return result;
}

napi_value fromTensor(napi_env env, at::Tensor tensor) {
  if (!tensor.defined()) return undefined(env);
  return fromDouble(env, slots().add(std::move(tensor)));
}

napi_value fromInts(napi_env env, at::IntArrayRef values) {
  napi_value result;
  check(env, napi_create_array_with_length(env, values.size(), &result));
  for (size_t i = 0; i < values.size(); i++) {
    check(env, napi_set_element(env, result, static_cast<uint32_t>(i), fromDouble(env, static_cast<double>(values[i]))));
  }
  return result;
}

napi_value undefined(napi_env env) {
  napi_value result;
  check(env, napi_get_undefined(env, &result));
  return result;
}

napi_value guarded(napi_env env, napi_callback_info info, napi_value (*body)(napi_env, napi_callback_info)) {
  try {
    return body(env, info);
  } catch (const PendingException&) {
  } catch (const c10::OutOfMemoryError& error) {
    napi_throw_error(env, "ERR_OUT_OF_MEMORY", error.what_without_backtrace());
  } catch (const c10::Error& error) {
    napi_throw_error(env, "ERR_ENGINE", error.what_without_backtrace());
  } catch (const std::exception& error) {
    napi_throw_error(env, "ERR_ENGINE", error.what());
  }
  return nullptr;
}

void addExports(napi_env env, napi_value exports, const std::vector<Export>& table) {
  for (const Export& item : table) {
    napi_value function;
    check(env, napi_create_function(env, item.name, NAPI_AUTO_LENGTH, item.callback, nullptr, &function));
    check(env, napi_set_named_property(env, exports, item.name, function));
  }
}

}  // namespace attune
