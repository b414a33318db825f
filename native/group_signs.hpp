// Connection to the store that the processes of a run share, and their heartbeats in it.
#pragma once

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace attune {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kBeat{500};

struct Address {
  std::string host;
  uint16_t port;
  bool serves;
  std::string prefix;
};

inline c10::intrusive_ptr<c10d::TCPStore> connect(const Address& address, milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = address.port;
  options.isServer = address.serves;
  options.waitWorkers = false;
  options.timeout = timeout;
  // Debian builds libtorch without libuv.
  options.useLibUV = false;
  return c10::make_intrusive<c10d::TCPStore>(address.host, options);
}

// Heartbeats: a thread of each rank increments counters in the store and notes when those of the other ranks last
// changed. The thread shares ownership, since it may be blocked forever by a store that no longer answers.
class Signs : public std::enable_shared_from_this<Signs> {
 public:
  Signs(Address address, int rank, int size, std::shared_ptr<std::atomic<int64_t>> collective)
      : address_(std::move(address)), rank_(rank), collective_(std::move(collective)), seen_(size) {
    address_.serves = false;
    answered_ = Clock::now();
    for (auto& seen : seen_) seen.moved = answered_;
  }
  void start() {
    std::thread([self = shared_from_this()] { self->run(); }).detach();
  }
  void stop() { stop_ = true; }
  // Seconds since each rank's last heartbeat and its last collective; at the end, those of the store and -1.
  std::vector<std::pair<double, int64_t>> ages() {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto now = Clock::now();
    const auto age = [&](Clock::time_point moment) { return std::chrono::duration<double>(now - moment).count(); };
    std::vector<std::pair<double, int64_t>> result;
    for (const auto& seen : seen_) result.emplace_back(age(seen.moved), seen.collective);
    result.emplace_back(age(answered_), -1);
    return result;
  }

 private:
  struct Seen {
    Clock::time_point moved;
    int64_t beat = 0, collective = 0;
  };

  void run() {
    try {
      auto store = c10d::PrefixStore(address_.prefix + "/signs", connect(address_, milliseconds(30000)));
      const auto own = std::to_string(rank_);
      for (int64_t told = 0; !stop_;) {
        const int64_t collective = *collective_;
        store.add("beat/" + own, 1);
        store.add("collective/" + own, collective - told);
        told = collective;
        for (size_t rank = 0; rank < seen_.size(); rank++) {
          const auto other = std::to_string(rank);
          note(seen_[rank], store.add("beat/" + other, 0), store.add("collective/" + other, 0));
        }
        std::this_thread::sleep_for(kBeat);
      }
    } catch (const std::exception&) {
      // `ages` reports that the store no longer answers.
    }
  }
  void note(Seen& seen, int64_t beat, int64_t collective) {
    const std::lock_guard<std::mutex> lock(mutex_);
    answered_ = Clock::now();
    if (beat == seen.beat) return;
    seen = {answered_, beat, collective};
  }

  Address address_;
  const int rank_;
  const std::shared_ptr<std::atomic<int64_t>> collective_;
  std::mutex mutex_;
  std::vector<Seen> seen_;
  Clock::time_point answered_;
  std::atomic<bool> stop_{false};
};

}  // namespace attune
