// Calls any registered operator by schema through the dispatcher.
#include <ATen/core/dispatch/Dispatcher.h>

#include "convert.hpp"
#include "parts.hpp"

namespace attune {

namespace {

struct Operator {
  c10::OperatorHandle handle;
  std::vector<Parameter> parameters;
  // In-place operators return their first argument, which JavaScript has already.
  bool returnsSelf;
  std::string name;
};

std::vector<Operator>& operators() {
  static auto* table = new std::vector<Operator>();
  return *table;
}

constexpr size_t kMaxArguments = 40;

bool givesBackSelf(const c10::FunctionSchema& schema) {
  if (schema.returns().size() != 1 || schema.arguments().empty()) return false;
  const auto* result = schema.returns()[0].alias_info();
  const auto* self = schema.arguments()[0].alias_info();
  return result != nullptr && result->isWrite() && self != nullptr && self->isWrite();
}

// find(name, overload) → handle, or undefined if no such operator is registered.
napi_value find(napi_env env, napi_callback_info info) {
  Arguments<2> arguments(env, info);
  const std::string name = toString(env, arguments[0]);
  const std::string overload = toString(env, arguments[1]);
  auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!handle.has_value()) return undefined(env);
  std::vector<Parameter> parameters;
  for (const auto& argument : handle->schema().arguments()) parameters.push_back(describe(argument));
  operators().push_back({*handle, std::move(parameters), givesBackSelf(handle->schema()), overload.empty() ? name : name + "." + overload});
  return fromDouble(env, static_cast<double>(operators().size() - 1));
}

// call(handle, …arguments in the schema's order) → ids, numbers or arrays of them
napi_value call(napi_env env, napi_callback_info info) {
  Arguments<kMaxArguments + 1> arguments(env, info);
  const Operator& op = operators().at(static_cast<size_t>(toDouble(env, arguments[0])));
  torch::jit::Stack stack;
  stack.reserve(op.parameters.size());
  for (size_t i = 0; i < op.parameters.size(); i++) stack.push_back(toIValue(env, arguments[i + 1], op.parameters[i]));
  op.handle.callBoxed(stack);
  if (op.returnsSelf || stack.empty()) return undefined(env);
  if (stack.size() == 1) return fromIValue(env, stack[0]);
  napi_value result;
  check(env, napi_create_array_with_length(env, stack.size(), &result));
  for (size_t i = 0; i < stack.size(); i++) check(env, napi_set_element(env, result, static_cast<uint32_t>(i), fromIValue(env, stack[i])));
  return result;
}

// schema(handle) → the schema's text
napi_value schema(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const Operator& op = operators().at(static_cast<size_t>(toDouble(env, arguments[0])));
  return fromString(env, c10::toString(op.handle.schema()));
}

void set(napi_env env, napi_value object, const char* name, napi_value value) {
  check(env, napi_set_named_property(env, object, name, value));
}

napi_value describeArgument(napi_env env, const c10::Argument& argument) {
  napi_value object;
  check(env, napi_create_object(env, &object));
  set(env, object, "name", fromString(env, argument.name()));
  set(env, object, "type", fromString(env, argument.real_type()->annotation_str()));
  set(env, object, "hasDefault", fromBool(env, argument.default_value().has_value()));
  set(env, object, "named", fromBool(env, argument.kwarg_only()));
  return object;
}

napi_value describeAll(napi_env env, const std::vector<c10::Argument>& arguments) {
  napi_value array;
  check(env, napi_create_array_with_length(env, arguments.size(), &array));
  for (size_t i = 0; i < arguments.size(); i++) {
    check(env, napi_set_element(env, array, static_cast<uint32_t>(i), describeArgument(env, arguments[i])));
  }
  return array;
}

// describe(handle) → { arguments: [{ name, type, hasDefault, named }], returns: […], returnsSelf }
napi_value describeOperator(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const Operator& op = operators().at(static_cast<size_t>(toDouble(env, arguments[0])));
  napi_value object;
  check(env, napi_create_object(env, &object));
  set(env, object, "arguments", describeAll(env, op.handle.schema().arguments()));
  set(env, object, "returns", describeAll(env, op.handle.schema().returns()));
  set(env, object, "returnsSelf", fromBool(env, op.returnsSelf));
  return object;
}

// names() → ["aten::add.Tensor", …]: all operators with a schema
napi_value names(napi_env env, napi_callback_info) {
  const auto all = c10::Dispatcher::singleton().getAllOpNames();
  napi_value array;
  check(env, napi_create_array(env, &array));
  uint32_t count = 0;
  for (const auto& name : all) {
    if (!c10::Dispatcher::singleton().findSchema(name).has_value()) continue;
    check(env, napi_set_element(env, array, count++, fromString(env, c10::toString(name))));
  }
  return array;
}

}  // namespace

void addDispatch(napi_env env, napi_value exports) {
  addExports(env, exports, {{"find", entry<find>}, {"call", entry<call>}, {"schema", entry<schema>},
                            {"describe", entry<describeOperator>}, {"names", entry<names>}});
}

}  // namespace attune
