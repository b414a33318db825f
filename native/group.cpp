// Processes that share a run: libtorch's store and its Gloo collectives.
#define USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <thread>

#include "group_signs.hpp"
#include "javascript.hpp"
#include "parts.hpp"
#include "stand-ins/gloo/context.h"
#include "stand-ins/gloo/rendezvous/store.h"
#include "stand-ins/gloo/transport/device.h"

namespace attune {

namespace {

using Work = c10::intrusive_ptr<c10d::Work>;

// A pending collective, with the tensors that it reads and writes.
struct Begun {
  Work work;
  std::vector<at::Tensor> tensors;
};

struct Group {
  Address address;
  c10::intrusive_ptr<c10d::TCPStore> store;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
  // Number of the last collective started by this process.
  std::shared_ptr<std::atomic<int64_t>> collective = std::make_shared<std::atomic<int64_t>>(0);
  std::shared_ptr<Signs> signs;
  std::map<int64_t, Begun> begun;
};

std::vector<std::shared_ptr<Group>>& groups() {
  static auto* table = new std::vector<std::shared_ptr<Group>>();
  return *table;
}

const std::shared_ptr<Group>& groupOf(napi_env env, napi_value handle) {
  const auto& group = groups().at(static_cast<size_t>(toDouble(env, handle)));
  if (group == nullptr) throw std::runtime_error("the group is closed");
  return group;
}

// Work that settles a promise, on a separate thread: Node waits for libuv's pool when a process exits, and a collective
// with a lost rank never ends.
struct Task {
  std::function<double()> body;
  double result = 0;
  std::string error;
  napi_deferred deferred = nullptr;
  napi_threadsafe_function settle = nullptr;
};

void runTask(Task* task) {
  try {
    task->result = task->body();
  } catch (const c10::Error& error) {
    task->error = error.what_without_backtrace();
  } catch (const std::exception& error) {
    task->error = error.what();
  }
  // `settleTask` deletes it.
  const napi_threadsafe_function settle = task->settle;
  napi_call_threadsafe_function(settle, task, napi_tsfn_blocking);
  napi_release_threadsafe_function(settle, napi_tsfn_release);
}

void settleTask(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<Task> task(static_cast<Task*>(data));
  if (env == nullptr) return;
  if (task->error.empty()) {
    napi_resolve_deferred(env, task->deferred, fromDouble(env, task->result));
  } else {
    napi_value error = nullptr;
    napi_create_error(env, nullptr, fromString(env, task->error), &error);
    napi_reject_deferred(env, task->deferred, error);
  }
}

napi_value promised(napi_env env, std::function<double()> body) {
  auto task = std::make_unique<Task>();
  task->body = std::move(body);
  napi_value promise;
  check(env, napi_create_promise(env, &task->deferred, &promise));
  check(env, napi_create_threadsafe_function(env, nullptr, nullptr, fromString(env, "attune group"), 0, 1, nullptr, nullptr, nullptr, settleTask,
                                             &task->settle));
  std::thread(runTask, task.release()).detach();
  return promise;
}

// openStore(host, port, serves, prefix, milliseconds) → handle
napi_value openStore(napi_env env, napi_callback_info info) {
  Arguments<5> arguments(env, info);
  auto group = std::make_shared<Group>();
  group->address = {toString(env, arguments[0]), static_cast<uint16_t>(toInt(env, arguments[1])), toBool(env, arguments[2]), toString(env, arguments[3])};
  const milliseconds timeout(toInt(env, arguments[4]));
  const size_t handle = groups().size();
  groups().push_back(group);
  return promised(env, [group, timeout, handle] {
    group->store = connect(group->address, timeout);
    return static_cast<double>(handle);
  });
}

// Waits for all ranks; the error names the first that is missing.
void await(c10d::Store& store, int size, milliseconds joining) {
  const auto until = Clock::now() + joining;
  for (int rank = 0; rank < size; rank++) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now());
    try {
      store.wait({"arrived/" + std::to_string(rank)}, std::max(left, milliseconds(1)));
    } catch (const std::exception&) {
      throw std::runtime_error("rank " + std::to_string(rank) + " of " + std::to_string(size) + " has not arrived");
    }
  }
}

// joinGroup(handle, rank, size, milliseconds to join, milliseconds of a collective): waits for all ranks
napi_value joinGroup(napi_env env, napi_callback_info info) {
  Arguments<5> arguments(env, info);
  auto group = groupOf(env, arguments[0]);
  const auto rank = static_cast<int>(toInt(env, arguments[1])), size = static_cast<int>(toInt(env, arguments[2]));
  const milliseconds joining(toInt(env, arguments[3])), timeout(toInt(env, arguments[4]));
  return promised(env, [group, rank, size, joining, timeout] {
    auto options = c10d::ProcessGroupGloo::Options::create(timeout);
    // Processes of one machine meet on loopback, so that neither names nor firewalls matter.
    const auto& host = group->address.host;
    const bool isLocal = host == "127.0.0.1" || host == "localhost";
    options->devices.push_back(isLocal ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                                       : c10d::ProcessGroupGloo::createDefaultDevice());
    options->threads = 2;
    auto store = c10::make_intrusive<c10d::PrefixStore>(group->address.prefix + "/gloo", group->store);
    store->add("arrived/" + std::to_string(rank), 1);
    await(*store, size, joining);
    group->gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
    group->signs = std::make_shared<Signs>(group->address, rank, size, group->collective);
    group->signs->start();
    return 0.0;
  });
}

// groupSigns(handle) → pairs: seconds since each rank's last heartbeat, its last collective; then those of the store
napi_value groupSigns(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  const auto& group = groupOf(env, arguments[0]);
  if (group->signs == nullptr) throw std::runtime_error("the group has not been joined");
  const auto ages = group->signs->ages();
  napi_value result;
  check(env, napi_create_array_with_length(env, ages.size(), &result));
  for (size_t i = 0; i < ages.size(); i++) {
    napi_value pair;
    check(env, napi_create_array_with_length(env, 2, &pair));
    check(env, napi_set_element(env, pair, 0, fromDouble(env, ages[i].first)));
    check(env, napi_set_element(env, pair, 1, fromDouble(env, static_cast<double>(ages[i].second))));
    check(env, napi_set_element(env, result, static_cast<uint32_t>(i), pair));
  }
  return result;
}

// Sizes of an uneven exchange: those sent to each rank, then those received; none for equal parts.
Work exchange(c10d::ProcessGroupGloo& gloo, std::vector<at::Tensor>& tensors, std::vector<int64_t> sizes) {
  const auto half = static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::vector<int64_t> sent(sizes.begin(), sizes.begin() + half), received(sizes.begin() + half, sizes.end());
  return gloo.alltoall_base(tensors[1], tensors[0], received, sent);
}

Work begin(Group& group, const std::string& kind, std::vector<at::Tensor>& tensors, const std::vector<int64_t>& numbers) {
  auto& gloo = *group.gloo;
  if (kind == "gather") return gloo._allgather_base(tensors[1], tensors[0]);
  if (kind == "exchange") return exchange(gloo, tensors, numbers);
  if (kind == "broadcast") return gloo.broadcast(tensors);
  // The peer's rank. Both sides number collectives alike, so the number serves as the tag.
  const int peer = static_cast<int>(numbers.at(0)), tag = static_cast<int>(*group.collective);
  if (kind == "send") return gloo.send(tensors, peer, tag);
  if (kind == "receive") return gloo.recv(tensors, peer, tag);
  throw std::runtime_error("no collective named " + kind);
}

std::vector<int64_t> toNumbers(napi_env env, napi_value array) {
  uint32_t length = 0;
  check(env, napi_get_array_length(env, array, &length));
  std::vector<int64_t> numbers;
  for (uint32_t i = 0; i < length; i++) numbers.push_back(toInt(env, elementOf(env, array, i)));
  return numbers;
}

// beginCollective(handle, kind, tensors, number, numbers): gather [n] → [size · n], exchange, broadcast from rank 0,
// send or receive; the tensors stay alive until endCollective
napi_value beginCollective(napi_env env, napi_callback_info info) {
  Arguments<5> arguments(env, info);
  auto group = groupOf(env, arguments[0]);
  if (group->gloo == nullptr) throw std::runtime_error("the group has not been joined");
  Begun begun;
  for (const auto& tensor : toTensors(env, arguments[2])) begun.tensors.push_back(tensor.detach());
  const auto number = toInt(env, arguments[3]);
  *group->collective = number;
  begun.work = begin(*group, toString(env, arguments[1]), begun.tensors, toNumbers(env, arguments[4]));
  group->begun[number] = std::move(begun);
  return undefined(env);
}

// endCollective(handle, number): waits for it
napi_value endCollective(napi_env env, napi_callback_info info) {
  Arguments<2> arguments(env, info);
  auto group = groupOf(env, arguments[0]);
  const auto found = group->begun.extract(toInt(env, arguments[1]));
  if (found.empty()) throw std::runtime_error("no such collective has begun");
  return promised(env, [group, begun = found.mapped()] {
    begun.work->wait();
    return 0.0;
  });
}

// takeCollective(handle, number) → whether it has ended, without waiting; a failed one remains for endCollective
napi_value takeCollective(napi_env env, napi_callback_info info) {
  Arguments<2> arguments(env, info);
  auto& begun = groupOf(env, arguments[0])->begun;
  const auto found = begun.find(toInt(env, arguments[1]));
  const bool isDone = found != begun.end() && found->second.work->isCompleted() && found->second.work->exception() == nullptr;
  if (isDone) begun.erase(found);
  return fromBool(env, isDone);
}

napi_value closeGroup(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  auto& group = groups().at(static_cast<size_t>(toDouble(env, arguments[0])));
  if (group != nullptr && group->signs != nullptr) group->signs->stop();
  group = nullptr;
  return undefined(env);
}

}  // namespace

void addGroup(napi_env env, napi_value exports) {
  addExports(env, exports,
             {{"openStore", entry<openStore>}, {"joinGroup", entry<joinGroup>},
              {"groupSigns", entry<groupSigns>}, {"beginCollective", entry<beginCollective>},
              {"endCollective", entry<endCollective>}, {"takeCollective", entry<takeCollective>}, {"closeGroup", entry<closeGroup>}});
}

}  // namespace attune
