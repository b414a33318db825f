// Access to single tensors from JavaScript, and the scopes that free them.
#include <ATen/ops/item.h>

#include "javascript.hpp"
#include "parts.hpp"

namespace attune {

namespace {

const at::Tensor& tensorOf(napi_env env, napi_value id) { return slots().get(toDouble(env, id)); }

napi_value shape(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  return fromInts(env, tensorOf(env, arguments[0]).sizes());
}

napi_value strides(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  return fromInts(env, tensorOf(env, arguments[0]).strides());
}

napi_value dtype(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  return fromDouble(env, static_cast<double>(tensorOf(env, arguments[0]).scalar_type()));
}

napi_value device(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  return fromString(env, tensorOf(env, arguments[0]).device().str());
}

napi_value item(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  return fromDouble(env, tensorOf(env, arguments[0]).item().toDouble());
}

napi_value isLive(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  return fromBool(env, slots().isLive(toDouble(env, arguments[0])));
}

napi_value release(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  slots().release(toDouble(env, arguments[0]));
  return undefined(env);
}

napi_value own(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  slots().own(toDouble(env, arguments[0]));
  return undefined(env);
}

// Another handle to the same tensor, owned by no scope.
napi_value alias(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const TensorId id = slots().add(tensorOf(env, arguments[0]));
  slots().own(id);
  return fromDouble(env, id);
}

napi_value enterScope(napi_env env, napi_callback_info) { return fromDouble(env, slots().enterScope()); }

napi_value leaveScope(napi_env env, napi_callback_info info) {
  Arguments<2> arguments(env, info);
  slots().leaveScope(static_cast<uint32_t>(toDouble(env, arguments[0])), toIds(env, arguments[1]));
  return undefined(env);
}

napi_value depth(napi_env env, napi_callback_info) { return fromDouble(env, slots().depth()); }

napi_value live(napi_env env, napi_callback_info) { return fromDouble(env, slots().live()); }

}  // namespace

void addTensors(napi_env env, napi_value exports) {
  addExports(env, exports,
             {{"shape", entry<shape>}, {"strides", entry<strides>}, {"dtype", entry<dtype>}, {"device", entry<device>},
              {"item", entry<item>}, {"isLive", entry<isLive>}, {"release", entry<release>}, {"own", entry<own>},
              {"alias", entry<alias>}, {"enterScope", entry<enterScope>}, {"leaveScope", entry<leaveScope>},
              {"depth", entry<depth>}, {"live", entry<live>}});
}

}  // namespace attune
