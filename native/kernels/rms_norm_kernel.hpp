// RMSNorm of rows, forward and backward, computed in f32.
#pragma once
#include <cmath>

#include "kernels.hpp"
#include "lanes.hpp"

namespace attune {

namespace {

template <class Stored>
struct RmsNormRows {
  static void forward(const RmsNorm& n, int64_t begin, int64_t end) {
    const int64_t size = n.size;
    for (int64_t row = begin; row < end; row++) {
      const Stored* x = static_cast<const Stored*>(n.x) + row * size;
      Stored* y = static_cast<Stored*>(n.y) + row * size;
      Vector sum = broadcast(0.0f);
      for (int64_t d = 0; d < size; d += kLanes) {
        const Vector v = loadFirst(x + d, size - d);
        sum = multiplyAdd(v, v, sum);
      }
      const float inverse = 1.0f / std::sqrt(sumOf(sum) / static_cast<float>(size) + n.epsilon);
      n.inverse[row] = inverse;
      for (int64_t d = 0; d < size; d += kLanes) {
        const Vector scaled = multiply(loadFirst(x + d, size - d), broadcast(inverse));
        storeFirst(y + d, multiply(scaled, loadFirst(n.weight + d, size - d)), size - d);
      }
    }
  }

  // With h = x / rms: dx = (g w - h mean(g w h)) / rms; dw = sum over rows of g h.
  static void backward(const RmsNorm& n, int64_t begin, int64_t end, float* weightSum) {
    const int64_t size = n.size;
    for (int64_t row = begin; row < end; row++) {
      const Stored* x = static_cast<const Stored*>(n.x) + row * size;
      const Stored* g = static_cast<const Stored*>(n.gradient) + row * size;
      Stored* dx = static_cast<Stored*>(n.inputGradient) + row * size;
      const Vector inverse = broadcast(n.inverse[row]);
      Vector sum = broadcast(0.0f);
      for (int64_t d = 0; d < size; d += kLanes) {
        const Vector gw = multiply(loadFirst(g + d, size - d), loadFirst(n.weight + d, size - d));
        sum = multiplyAdd(gw, multiply(loadFirst(x + d, size - d), inverse), sum);
      }
      const Vector mean = broadcast(sumOf(sum) / static_cast<float>(size));
      for (int64_t d = 0; d < size; d += kLanes) {
        const Vector h = multiply(loadFirst(x + d, size - d), inverse), gradient = loadFirst(g + d, size - d);
        if (weightSum != nullptr) storeFirst(weightSum + d, multiplyAdd(gradient, h, loadFirst(weightSum + d, size - d)), size - d);
        const Vector along = multiply(gradient, loadFirst(n.weight + d, size - d));
        storeFirst(dx + d, multiply(subtract(along, multiply(h, mean)), inverse), size - d);
      }
    }
  }
};

}  // namespace

}  // namespace attune
