// Exports of each source file.
#pragma once
#include <node_api.h>

namespace attune {

void addDispatch(napi_env env, napi_value exports);
void addTensors(napi_env env, napi_value exports);
void addBuffers(napi_env env, napi_value exports);
void addAutograd(napi_env env, napi_value exports);
void addProfile(napi_env env, napi_value exports);
void useMemory();
void addMemory(napi_env env, napi_value exports);
void addRuntime(napi_env env, napi_value exports);
void addGroup(napi_env env, napi_value exports);
void addDevices(napi_env env, napi_value exports);

}  // namespace attune
