// Rotary positions, the gated unit and sums: one pass over memory each.
#pragma once
#include "kernels.hpp"
#include "lanes.hpp"

namespace attune {

namespace {

template <class Stored>
struct Pointwise {
  // y1 = x1 cos1 - x2 sin1, y2 = x2 cos2 + x1 sin2; backward is the transpose of that. begin and end count tokens.
  static void rope(const Rope& r, int64_t begin, int64_t end) {
    const int64_t half = r.size / 2, first = r.isBackward ? half : 0, second = r.isBackward ? 0 : half;
    const Vector sign = broadcast(r.isBackward ? -1.0f : 1.0f);
    for (int64_t token = begin; token < end; token++) {
      const float *cos = r.cos + token * r.size, *sin = r.sin + token * r.size;
      for (int64_t head = token * r.heads; head < (token + 1) * r.heads; head++) {
        const Stored* x = static_cast<const Stored*>(r.x) + head * r.size;
        Stored* y = static_cast<Stored*>(r.y) + head * r.size;
        for (int64_t d = 0; d < half; d += kLanes) {
          const int64_t count = half - d;
          const Vector a = loadFirst(x + d, count), b = loadFirst(x + half + d, count);
          const Vector sinA = multiply(sign, loadFirst(sin + first + d, count)), sinB = multiply(sign, loadFirst(sin + second + d, count));
          storeFirst(y + d, subtract(multiply(a, loadFirst(cos + d, count)), multiply(b, sinA)), count);
          storeFirst(y + half + d, multiplyAdd(a, sinB, multiply(b, loadFirst(cos + half + d, count))), count);
        }
      }
    }
  }

  static void add(const void* a, const void* b, void* y, int64_t count) {
    const Stored *left = static_cast<const Stored*>(a), *right = static_cast<const Stored*>(b);
    for (int64_t i = 0; i < count; i += kLanes)
      storeFirst(static_cast<Stored*>(y) + i, attune::add(loadFirst(left + i, count - i), loadFirst(right + i, count - i)), count - i);
  }

  static void swiGlu(const SwiGlu& s, int64_t begin, int64_t end) {
    const Stored *gate = static_cast<const Stored*>(s.gate), *up = static_cast<const Stored*>(s.up);
    Stored* y = static_cast<Stored*>(s.y);
    for (int64_t i = begin; i < end; i += kLanes) {
      const Vector g = loadFirst(gate + i, end - i);
      storeFirst(y + i, multiply(multiply(g, sigmoid(g)), loadFirst(up + i, end - i)), end - i);
    }
  }

  // With s = sigmoid(gate): silu = gate s, silu' = s (1 + gate (1 - s)).
  static void swiGluBackward(const SwiGlu& s, int64_t begin, int64_t end) {
    const Stored *gate = static_cast<const Stored*>(s.gate), *up = static_cast<const Stored*>(s.up), *dy = static_cast<const Stored*>(s.gradient);
    Stored *gateGradient = static_cast<Stored*>(s.gateGradient), *upGradient = static_cast<Stored*>(s.upGradient);
    const Vector one = broadcast(1.0f);
    for (int64_t i = begin; i < end; i += kLanes) {
      const Vector g = loadFirst(gate + i, end - i), gradient = loadFirst(dy + i, end - i), open = sigmoid(g);
      const Vector slope = multiply(open, multiplyAdd(g, subtract(one, open), one));
      storeFirst(gateGradient + i, multiply(multiply(gradient, loadFirst(up + i, end - i)), slope), end - i);
      storeFirst(upGradient + i, multiply(gradient, multiply(g, open)), end - i);
    }
  }
};

}  // namespace

}  // namespace attune
