#include "slots.hpp"

#include <stdexcept>
#include <unordered_set>

namespace attune {

namespace {
constexpr double kSlots = 16777216.0;
uint32_t slotOf(TensorId id) { return static_cast<uint32_t>(static_cast<uint64_t>(id) & 0xFFFFFF); }
uint32_t generationOf(TensorId id) { return static_cast<uint32_t>(static_cast<uint64_t>(id) >> 24); }
}  // namespace

Slots& slots() {
  // Never destroyed: libtorch's statics may be destroyed first.
  static Slots* instance = new Slots();
  return *instance;
}

TensorId Slots::add(at::Tensor tensor) {
  uint32_t index;
  if (free_.empty()) {
    index = static_cast<uint32_t>(slots_.size());
    if (index >= static_cast<uint32_t>(kSlots)) throw std::runtime_error("more than 16 million live tensors: a scope is missing");
    slots_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Slot& slot = slots_[index];
  slot.tensor = std::move(tensor);
  slot.live = true;
  slot.scoped = depth_ > 0;
  live_++;
  const TensorId id = static_cast<double>(slot.generation) * kSlots + index;
  if (slot.scoped) made_.push_back(id);
  return id;
}

const Slots::Slot* Slots::find(TensorId id) const {
  if (!(id >= kSlots)) return nullptr;
  const uint32_t index = slotOf(id);
  if (index >= slots_.size()) return nullptr;
  const Slot& slot = slots_[index];
  return slot.live && slot.generation == generationOf(id) ? &slot : nullptr;
}

bool Slots::isLive(TensorId id) const { return find(id) != nullptr; }

const at::Tensor& Slots::get(TensorId id) const {
  const Slot* slot = find(id);
  if (slot == nullptr) throw std::runtime_error("tensor used after it was freed: its scope has ended, or it was disposed");
  return slot->tensor;
}

void Slots::release(TensorId id) {
  const Slot* found = find(id);
  if (found == nullptr) return;
  const uint32_t index = slotOf(id);
  Slot& slot = slots_[index];
  slot.tensor = at::Tensor();
  slot.live = false;
  slot.generation = (slot.generation + 1) & 0x1FFFFFFF;
  if (slot.generation == 0) slot.generation = 1;
  free_.push_back(index);
  live_--;
}

void Slots::own(TensorId id) {
  get(id);
  slots_[slotOf(id)].scoped = false;
}

uint32_t Slots::enterScope() {
  depth_++;
  return static_cast<uint32_t>(made_.size());
}

void Slots::leaveScope(uint32_t mark, const std::vector<TensorId>& keep) {
  if (depth_ == 0) throw std::runtime_error("a scope was left that was not entered");
  depth_--;
  const std::unordered_set<uint64_t> kept(keep.begin(), keep.end());
  size_t end = mark;
  for (size_t i = mark; i < made_.size(); i++) {
    const TensorId id = made_[i];
    const Slot* slot = find(id);
    if (slot == nullptr || !slot->scoped) continue;
    if (kept.count(static_cast<uint64_t>(id)) == 0) {
      release(id);
    } else if (depth_ > 0) {
      made_[end++] = id;
    } else {
      slots_[slotOf(id)].scoped = false;
    }
  }
  made_.resize(end);
}

}  // namespace attune
