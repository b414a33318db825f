// Log-softmax of rows of logits at one place each, forward and backward, in f32 inside. Logits count times `scale`.
#pragma once
#include <cmath>

#include "kernels.hpp"
#include "lanes.hpp"

namespace attune {

namespace {

template <class Stored>
struct LogProbRows {
  // Lanes beyond the row's end hold `beyond`.
  static Vector logitsAt(const Stored* row, int64_t d, int64_t size, float scale, float beyond) {
    const Vector v = multiply(loadFirst(row + d, size - d), broadcast(scale));
    return size - d >= kLanes ? v : choose(0, size - d, v, broadcast(beyond));
  }

  static float logitAt(const Stored* row, int64_t place, float scale) {
    alignas(64) float lanes[kLanes];
    store(lanes, multiply(loadFirst(row + place, 1), broadcast(scale)));
    return lanes[0];
  }

  // Two independent chains of maxima and sums hide the latency.
  static float normaliserOf(const Stored* row, int64_t size, float scale, float* highest) {
    Vector tops[2] = {broadcast(-INFINITY), broadcast(-INFINITY)}, sums[2] = {broadcast(0.0f), broadcast(0.0f)};
    for (int64_t d = 0, chain = 0; d < size; d += kLanes, chain ^= 1) tops[chain] = larger(logitsAt(row, d, size, scale, -INFINITY), tops[chain]);
    *highest = largestOf(larger(tops[0], tops[1]));
    for (int64_t d = 0, chain = 0; d < size; d += kLanes, chain ^= 1) {
      const Vector below = subtract(logitsAt(row, d, size, scale, -INFINITY), broadcast(*highest));
      sums[chain] = add(sums[chain], exp2(multiply(below, broadcast(kLog2E))));
    }
    return *highest + std::log(sumOf(add(sums[0], sums[1])));
  }

  // Among equal logits, the first one wins.
  static bool isBest(const Stored* row, int64_t place, float scale, float highest) {
    if (logitAt(row, place, scale) != highest) return false;
    for (int64_t d = 0; d < place; d++) {
      if (logitAt(row, d, scale) == highest) return false;
    }
    return true;
  }

  static void forward(const LogProbs& p, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const Stored* row = static_cast<const Stored*>(p.logits) + i * p.size;
      float highest;
      p.normaliser[i] = normaliserOf(row, p.size, p.scale, &highest);
      p.result[i] = logitAt(row, p.targets[i], p.scale) - p.normaliser[i];
      p.hit[i] = isBest(row, p.targets[i], p.scale, highest);
    }
  }

  // Replaces logits by their gradients: gradient * scale * (one-hot - probabilities).
  static void backward(const LogProbs& p, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      Stored* row = static_cast<Stored*>(p.logits) + i * p.size;
      const float gradient = p.gradient[i] * p.scale, normaliser = p.normaliser[i];
      const float own = gradient * (1.0f - std::exp(logitAt(row, p.targets[i], p.scale) - normaliser));
      for (int64_t d = 0; d < p.size; d += kLanes) {
        const Vector below = subtract(logitsAt(row, d, p.size, p.scale, 0.0f), broadcast(normaliser));
        storeFirst(row + d, multiply(exp2(multiply(below, broadcast(kLog2E))), broadcast(-gradient)), p.size - d);
      }
      storeFirst(row + p.targets[i], broadcast(own), 1);
    }
  }
};

}  // namespace

}  // namespace attune
