// Softmax attention of one token's heads to keys and values anywhere in a cache. Heads that share a key head read them
// once. Scores are logarithms to base 2. Sums have a fixed order, so that a row's result depends neither on others nor on its slots.
#pragma once
#include <cmath>

#include "kernels.hpp"
#include "lanes.hpp"

namespace attune {

namespace {

template <class Stored>
struct PagedRows {
  static constexpr int64_t kBlock = kPagedBlock;
  static constexpr int kChunks = 4;

  // State of one head: scaled q, and the weighted sum of the values so far.
  struct Head {
    float *q, *sum, *scores;
    float highest, total;
  };

  static const Stored* rowOf(const void* kept, const PagedRow& p, int64_t j) { return static_cast<const Stored*>(kept) + p.slots[j] * p.stride; }

  // Scores of `count` tokens from `first` on, eight at a time; places past the end repeat the last token.
  template <int Heads>
  static void score(const PagedRow& p, int64_t first, int64_t count, Head* heads) {
    for (int64_t j = 0; j < count; j += 8) {
      Vector sums[Heads][8];
      for (int i = 0; i < 8; i++) {
        const Stored* key = rowOf(p.keys, p, first + smallest(j + i, count - 1));
        Vector own[Heads];
        for (int h = 0; h < Heads; h++) own[h] = broadcast(0.0f);
        for (int64_t d = 0; d < p.size; d += kLanes) {
          const Vector k = loadFirst(key + d, p.size - d);
          for (int h = 0; h < Heads; h++) own[h] = multiplyAdd(load(heads[h].q + d), k, own[h]);
        }
        for (int h = 0; h < Heads; h++) sums[h][i] = own[h];
      }
      for (int h = 0; h < Heads; h++) storeFirst(heads[h].scores + j, sumsOf(sums[h]), 8);
    }
  }

  // Turns scores into weights and rescales previous sums to the new maximum.
  static void weigh(Head& head, int64_t count, int64_t size) {
    Vector top = broadcast(-INFINITY);
    for (int64_t c = 0; c < count; c += kLanes) top = larger(choose(0, count - c, load(head.scores + c), top), top);
    const float found = largestOf(top), highest = found > head.highest ? found : head.highest;
    const float kept = head.highest == -INFINITY ? 0.0f : std::exp2(head.highest - highest);
    Vector total = broadcast(0.0f);
    for (int64_t c = 0; c < count; c += kLanes) {
      const Vector weights = choose(0, count - c, exp2(subtract(load(head.scores + c), broadcast(highest))), broadcast(0.0f));
      store(head.scores + c, weights);
      total = add(total, weights);
    }
    head.highest = highest;
    head.total = head.total * kept + sumOf(total);
    for (int64_t d = 0; d < size; d += kLanes) store(head.sum + d, multiply(load(head.sum + d), broadcast(kept)));
  }

  // Features [d, d + Chunks lanes) of the values: as many concurrent sums as the processor can add at once.
  template <int Heads, int Chunks>
  static void sumValues(const PagedRow& p, int64_t first, int64_t count, Head* heads, int64_t d) {
    Vector sums[Heads][Chunks];
    for (int h = 0; h < Heads; h++)
      for (int c = 0; c < Chunks; c++) sums[h][c] = load(heads[h].sum + d + c * kLanes);
    for (int64_t j = 0; j < count; j++) {
      const Stored* value = rowOf(p.values, p, first + j) + d;
      for (int c = 0; c < Chunks; c++) {
        const Vector v = loadFirst(value + c * kLanes, p.size - d - c * kLanes);
        for (int h = 0; h < Heads; h++) sums[h][c] = multiplyAdd(broadcast(heads[h].scores[j]), v, sums[h][c]);
      }
    }
    for (int h = 0; h < Heads; h++)
      for (int c = 0; c < Chunks; c++) store(heads[h].sum + d + c * kLanes, sums[h][c]);
  }

  template <int Heads>
  static void attend(const PagedRow& p, int64_t head, float* scratch) {
    const int64_t size = (p.size + kLanes - 1) / kLanes * kLanes;
    Head heads[Heads];
    for (int h = 0; h < Heads; h++) {
      heads[h] = {scratch, scratch + size, scratch + 2 * size, -INFINITY, 0};
      scratch += 2 * size + kBlock;
      const Stored* q = static_cast<const Stored*>(p.q) + (head + h) * p.size;
      for (int64_t d = 0; d < size; d += kLanes) {
        store(heads[h].q + d, multiply(loadFirst(q + d, p.size - d), broadcast(p.scale * kLog2E)));
        store(heads[h].sum + d, broadcast(0.0f));
      }
    }
    for (int64_t first = 0; first < p.count; first += kBlock) {
      const int64_t count = smallest(kBlock, p.count - first);
      score<Heads>(p, first, count, heads);
      for (int h = 0; h < Heads; h++) weigh(heads[h], count, size);
      int64_t d = 0;
      for (; d + kChunks * kLanes <= p.size; d += kChunks * kLanes) sumValues<Heads, kChunks>(p, first, count, heads, d);
      for (; d < p.size; d += kLanes) sumValues<Heads, 1>(p, first, count, heads, d);
    }
    for (int h = 0; h < Heads; h++) {
      const Vector inverse = broadcast(heads[h].total == 0 ? 0.0f : 1.0f / heads[h].total);
      Stored* y = static_cast<Stored*>(p.y) + (head + h) * p.size;
      for (int64_t d = 0; d < p.size; d += kLanes) storeFirst(y + d, multiply(load(heads[h].sum + d), inverse), p.size - d);
    }
  }

  static void run(const PagedRow& p, float* scratch) {
    int64_t head = 0;
    for (; head + 4 <= p.heads; head += 4) attend<4>(p, head, scratch);
    const int64_t left = p.heads - head;
    if (left == 3) attend<3>(p, head, scratch);
    else if (left == 2) attend<2>(p, head, scratch);
    else if (left == 1) attend<1>(p, head, scratch);
  }
};

}  // namespace

}  // namespace attune
