// Records operators, forward and backward, with times and bytes. No callbacks are registered while it is off.
#include <ATen/record_function.h>
#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <cstring>
#include <ctime>
#include <unordered_map>

#include "javascript.hpp"
#include "parts.hpp"

namespace attune {

namespace {

// Six numbers per span, as read by JavaScript. Times in microseconds since the start.
struct Span {
  double name, parent, start, end;
  double processor;  // of all threads of the process
  double bytes;      // allocated inside, what inner spans allocate left out
};

struct Profile {
  std::vector<Span> spans;
  std::vector<std::string> names;
  std::unordered_map<std::string, double> indexOf;
  std::vector<size_t> open;
  double wallStart = 0;
  at::CallbackHandle callback = 0;
};

double seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double now() { return 1e6 * seconds(CLOCK_MONOTONIC); }
double processor() { return 1e6 * seconds(CLOCK_PROCESS_CPUTIME_ID); }

// Only records the thread that called `profileStart`, which calls operators and runs backward.
thread_local std::unique_ptr<Profile> active;

void enter(const std::string& name) {
  Profile& p = *active;
  const auto [place, isNew] = p.indexOf.emplace(name, static_cast<double>(p.names.size()));
  if (isNew) p.names.push_back(name);
  const double parent = p.open.empty() ? -1 : static_cast<double>(p.open.back());
  p.open.push_back(p.spans.size());
  p.spans.push_back({place->second, parent, now() - p.wallStart, 0, processor(), 0});
}

void leave() {
  if (active == nullptr || active->open.empty()) return;
  Span& span = active->spans[active->open.back()];
  active->open.pop_back();
  span.end = now() - active->wallStart;
  span.processor = processor() - span.processor;
}

// Receives every allocation by libtorch's allocator.
struct MemoryListener : c10::MemoryReportingInfoBase {
  void reportMemoryUsage(void*, int64_t size, size_t, size_t, c10::Device) override {
    if (active != nullptr && !active->open.empty() && size > 0) active->spans[active->open.back()].bytes += static_cast<double>(size);
  }
  bool memoryProfilingEnabled() const override { return true; }
};

struct Entered : at::ObserverContext {};

std::unique_ptr<at::ObserverContext> onEnter(const at::RecordFunction& function) {
  if (active == nullptr) return nullptr;
  enter(function.name());
  return std::make_unique<Entered>();
}

void onLeave(const at::RecordFunction&, at::ObserverContext* context) {
  if (context != nullptr) leave();
}

napi_value profileStart(napi_env env, napi_callback_info) {
  TORCH_CHECK(active == nullptr, "a profile is being recorded already");
  active = std::make_unique<Profile>();
  active->wallStart = now();
  auto callback = at::RecordFunctionCallback(onEnter, onLeave).scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION});
  active->callback = at::addThreadLocalCallback(callback);
  c10::ThreadLocalDebugInfo::_push(c10::DebugInfoKind::PROFILER_STATE, std::make_shared<MemoryListener>());
  return undefined(env);
}

// profileEnter(name), profileLeave(): a span set by the caller, around operators' spans
napi_value profileEnter(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  TORCH_CHECK(active != nullptr, "no profile is being recorded");
  enter(toString(env, arguments[0]));
  return undefined(env);
}

napi_value profileLeave(napi_env env, napi_callback_info) {
  leave();
  return undefined(env);
}

// profileStop() → [names, spans as an ArrayBuffer of f64]
napi_value profileStop(napi_env env, napi_callback_info) {
  TORCH_CHECK(active != nullptr, "no profile is being recorded");
  at::removeCallback(active->callback);
  c10::ThreadLocalDebugInfo::_pop(c10::DebugInfoKind::PROFILER_STATE);
  while (!active->open.empty()) leave();
  const std::unique_ptr<Profile> profile = std::move(active);
  napi_value result, names, spans;
  check(env, napi_create_array_with_length(env, 2, &result));
  check(env, napi_create_array_with_length(env, profile->names.size(), &names));
  for (size_t i = 0; i < profile->names.size(); i++) check(env, napi_set_element(env, names, static_cast<uint32_t>(i), fromString(env, profile->names[i])));
  const size_t bytes = profile->spans.size() * sizeof(Span);
  void* memory = nullptr;
  check(env, napi_create_arraybuffer(env, bytes, &memory, &spans));
  if (bytes > 0) std::memcpy(memory, profile->spans.data(), bytes);
  check(env, napi_set_element(env, result, 0, names));
  check(env, napi_set_element(env, result, 1, spans));
  return result;
}

}  // namespace

void addProfile(napi_env env, napi_value exports) {
  addExports(env, exports,
             {{"profileStart", entry<profileStart>}, {"profileEnter", entry<profileEnter>}, {"profileLeave", entry<profileLeave>},
                 {"profileStop", entry<profileStop>}});
}

}  // namespace attune
