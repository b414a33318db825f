// Entry point of the addon, memory allocator settings, and system information for `attune doctor`.
#include <malloc.h>
#include <unistd.h>

#include <ATen/Config.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/cpu/Utils.h>
#include <ATen/native/DispatchStub.h>
#include <torch/version.h>

#include <cstdio>
#include <fstream>
#include <limits>

#include "javascript.hpp"
#include "parts.hpp"

namespace attune {

namespace {

napi_value setThreads(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  at::set_num_threads(static_cast<int>(toInt(env, arguments[0])));
  return undefined(env);
}

napi_value threads(napi_env env, napi_callback_info) { return fromDouble(env, at::get_num_threads()); }

napi_value version(napi_env env, napi_callback_info) { return fromString(env, TORCH_VERSION); }

napi_value cpuCapability(napi_env env, napi_callback_info) { return fromString(env, at::get_cpu_capability()); }

napi_value configuration(napi_env env, napi_callback_info) { return fromString(env, at::show_config() + at::get_parallel_info()); }

napi_value hasMkl(napi_env env, napi_callback_info) { return fromBool(env, at::hasMKL()); }

// residentBytes() → resident memory of this process
napi_value residentBytes(napi_env env, napi_callback_info) {
  size_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return fromDouble(env, static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)));
}

// trimMemory(): returns freed pages to the system
napi_value trimMemory(napi_env env, napi_callback_info) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  return undefined(env);
}

#ifdef __GLIBC__
void leave(int status, void*) {
  std::fflush(nullptr);
  _exit(status);
}
#endif

// leaveAtOnce(): skips libtorch's destructors at exit, which unregister operators one by one and take 0.1 s of CPU time
napi_value leaveAtOnce(napi_env env, napi_callback_info) {
#ifdef __GLIBC__
  static const int added = on_exit(leave, nullptr);
  (void)added;
#endif
  return undefined(env);
}

napi_value start(napi_env env, napi_value exports) {
#ifdef __GLIBC__
  // Otherwise, freed activations are returned to the kernel and paged in again: a step takes a third longer.
  mallopt(M_MMAP_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  useMemory();
#endif
  addDispatch(env, exports);
  addTensors(env, exports);
  addBuffers(env, exports);
  addAutograd(env, exports);
  addProfile(env, exports);
  addMemory(env, exports);
  addGroup(env, exports);
  addDevices(env, exports);
  addRuntime(env, exports);
  return exports;
}

}  // namespace

void addRuntime(napi_env env, napi_value exports) {
  addExports(env, exports,
             {{"setThreads", entry<setThreads>}, {"threads", entry<threads>}, {"version", entry<version>},
              {"cpuCapability", entry<cpuCapability>}, {"configuration", entry<configuration>}, {"hasMkl", entry<hasMkl>},
              {"residentBytes", entry<residentBytes>}, {"trimMemory", entry<trimMemory>}, {"leaveAtOnce", entry<leaveAtOnce>}});
}

}  // namespace attune

NAPI_MODULE(attune, attune::start)
