// Small wrappers around the C interface of Node-API: values in and out, errors as JavaScript exceptions.
#pragma once
#include <node_api.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "slots.hpp"

namespace attune {

// Thrown after a Node-API call that has already set a JavaScript exception.
struct PendingException {};

inline void check(napi_env env, napi_status status) {
  if (status == napi_ok) return;
  if (status == napi_pending_exception) throw PendingException();
  const napi_extended_error_info* info = nullptr;
  napi_get_last_error_info(env, &info);
  throw std::runtime_error(info != nullptr && info->error_message != nullptr ? info->error_message : "Node-API call failed");
}

bool isNullish(napi_env env, napi_value value);
double toDouble(napi_env env, napi_value value);
int64_t toInt(napi_env env, napi_value value);
bool toBool(napi_env env, napi_value value);
std::string toString(napi_env env, napi_value value);
uint32_t lengthOf(napi_env env, napi_value array);
napi_value elementOf(napi_env env, napi_value array, uint32_t index);
std::vector<int64_t> toInts(napi_env env, napi_value array);
std::vector<TensorId> toIds(napi_env env, napi_value array);
std::vector<at::Tensor> toTensors(napi_env env, napi_value array);

napi_value fromDouble(napi_env env, double value);
napi_value fromBool(napi_env env, bool value);
napi_value fromString(napi_env env, const std::string& value);
napi_value fromTensor(napi_env env, at::Tensor tensor);
napi_value fromInts(napi_env env, at::IntArrayRef values);
napi_value undefined(napi_env env);

// The arguments of a call, at most `Count`; missing ones are undefined.
template <size_t Count>
struct Arguments {
  napi_value values[Count];
  size_t count = Count;
  Arguments(napi_env env, napi_callback_info info) { check(env, napi_get_cb_info(env, info, &count, values, nullptr, nullptr)); }
  napi_value operator[](size_t index) const { return values[index]; }
};

// Runs `body`; C++ exceptions become JavaScript ones, without libtorch's C++ backtrace.
napi_value guarded(napi_env env, napi_callback_info info, napi_value (*body)(napi_env, napi_callback_info));

template <napi_value (*body)(napi_env, napi_callback_info)>
napi_value entry(napi_env env, napi_callback_info info) {
  return guarded(env, info, body);
}

struct Export {
  const char* name;
  napi_callback callback;
};

void addExports(napi_env env, napi_value exports, const std::vector<Export>& table);

}  // namespace attune
