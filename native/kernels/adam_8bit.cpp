// AdamW with moments in 8 bits (Dettmers et al., "8-bit Optimizers via Block-wise Quantization", 2022): each block is
// decoded, moved and encoded again while it is in the cache, without copies of whole moments in f32.
#include <ATen/Parallel.h>
#include <ATen/ops/bucketize.h>
#include <ATen/ops/where.h>
#include <torch/library.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "operators.hpp"

namespace attune {

namespace {

using at::Tensor;

// Values that share a scale.
constexpr int64_t kBlock = 256;
constexpr int64_t kCodes = 256;
// Minimum number of blocks per thread.
constexpr int64_t kGrain = 64;
// Number of interleaved searches for codes, since the steps of one search depend on each other.
constexpr int64_t kSearches = 8;

// The 256 values of a code in ascending order, and the midpoints between them. The lower value wins a tie.
struct Code {
  explicit Code(const Tensor& numbers) {
    std::copy_n(numbers.const_data_ptr<float>(), kCodes, numbers_.begin());
    for (int64_t i = 0; i + 1 < kCodes; i++) middles_[i] = (numbers_[i] + numbers_[i + 1]) / 2;
    middles_[kCodes - 1] = std::numeric_limits<float>::infinity();
  }

  void decode(const uint8_t* codes, float scale, int64_t count, float* values) const {
    for (int64_t i = 0; i < count; i++) values[i] = numbers_[codes[i]] * scale;
  }

  // Encodes `count` values and returns their scale, the largest magnitude.
  float encode(const float* values, int64_t count, uint8_t* codes) const {
    float scale = 0;
    for (int64_t i = 0; i < count; i++) scale = std::max(scale, std::abs(values[i]));
    const float factor = scale > 0 ? 1 / scale : scale;
    for (int64_t begin = 0; begin < count; begin += kSearches) {
      const int64_t some = std::min(kSearches, count - begin);
      std::array<float, kSearches> wanted{};
      std::array<int64_t, kSearches> below{};
      for (int64_t i = 0; i < some; i++) wanted[i] = values[begin + i] * factor;
      for (int64_t step = kCodes / 2; step > 0; step /= 2) {
        for (int64_t i = 0; i < kSearches; i++) below[i] += middles_[below[i] + step - 1] < wanted[i] ? step : 0;
      }
      for (int64_t i = 0; i < some; i++) codes[begin + i] = static_cast<uint8_t>(below[i]);
    }
    return scale;
  }

 private:
  std::array<float, kCodes> numbers_;
  std::array<float, kCodes> middles_{};
};

// One of the two moments: bytes in the weight's shape, and a scale for each block.
struct Moment {
  uint8_t* codes;
  float* scales;
  float beta;
  Code code;
};

Moment momentOf(const Tensor& codes, const Tensor& scales, const Tensor& numbers, double beta) {
  return {codes.mutable_data_ptr<uint8_t>(), scales.mutable_data_ptr<float>(), static_cast<float>(beta), Code(numbers)};
}

// With the bias corrections.
struct Step {
  double rate;
  double epsilon;
};

void moveBlocks(float* weight, const float* gradient, int64_t size, const Moment& mean, const Moment& square, const Step& step) {
  const int64_t blocks = (size + kBlock - 1) / kBlock;
  const float first = 1 - mean.beta, second = 1 - square.beta;
  const float rate = static_cast<float>(step.rate), epsilon = static_cast<float>(step.epsilon);
  at::parallel_for(0, blocks, kGrain, [&](int64_t begin, int64_t end) {
    std::array<float, kBlock> m, v;
    for (int64_t block = begin; block < end; block++) {
      const int64_t at = block * kBlock, count = std::min(kBlock, size - at);
      mean.code.decode(mean.codes + at, mean.scales[block], count, m.data());
      square.code.decode(square.codes + at, square.scales[block], count, v.data());
      float* w = weight + at;
      const float* g = gradient + at;
      for (int64_t i = 0; i < count; i++) {
        m[i] = m[i] * mean.beta + g[i] * first;
        v[i] = v[i] * square.beta + g[i] * g[i] * second;
        w[i] -= m[i] / (std::sqrt(v[i]) + epsilon) * rate;
      }
      mean.scales[block] = mean.code.encode(m.data(), count, mean.codes + at);
      square.scales[block] = square.code.encode(v.data(), count, square.codes + at);
    }
  });
}

void check(const Tensor& codes, const Tensor& scales, const Tensor& numbers, const Tensor& weight) {
  TORCH_CHECK(codes.scalar_type() == at::kByte && codes.is_contiguous() && codes.numel() == weight.numel(),
      "adamw_8bit_ wants a byte of each moment for each value of the weight");
  TORCH_CHECK(scales.scalar_type() == at::kFloat && scales.is_contiguous() && scales.numel() == (weight.numel() + kBlock - 1) / kBlock,
      "adamw_8bit_ wants an f32 scale of each moment for each ", kBlock, " values");
  TORCH_CHECK(numbers.scalar_type() == at::kFloat && numbers.is_contiguous() && numbers.numel() == kCodes, "adamw_8bit_ wants the ", kCodes,
      " numbers of each code in f32");
}

// Fallback for devices other than the CPU, and for weights other than f32.
Tensor decodeAll(const Tensor& codes, const Tensor& scales, const Tensor& numbers) {
  const int64_t size = codes.numel();
  const Tensor perValue = scales.unsqueeze(1).expand({-1, kBlock}).reshape({-1}).slice(0, 0, size);
  return (numbers.index_select(0, codes.reshape({-1}).to(at::kInt)) * perValue).reshape(codes.sizes());
}

void encodeAll(const Tensor& values, const Tensor& codes, const Tensor& scales, const Tensor& numbers) {
  const int64_t size = values.numel();
  const Tensor blocks = at::constant_pad_nd(values.reshape({-1}), {0, scales.numel() * kBlock - size}).reshape({-1, kBlock});
  scales.copy_(blocks.abs().amax({1}));
  const Tensor factors = at::where(scales > 0, scales.reciprocal(), scales);
  const Tensor middles = (numbers.slice(0, 1) + numbers.slice(0, 0, -1)) / 2;
  codes.copy_(at::bucketize(blocks * factors.unsqueeze(1), middles, true).reshape({-1}).slice(0, 0, size).reshape(codes.sizes()));
}

// weight [N], its gradient, and both moments as codes [N] and scales [blocks]; the numbers of their codes [256].
void adamw8bit(const Tensor& weight, const Tensor& gradient, const Tensor& mean, const Tensor& meanScales, const Tensor& square,
    const Tensor& squareScales, const Tensor& meanNumbers, const Tensor& squareNumbers, double rate, double beta1, double beta2, double epsilon) {
  const at::NoGradGuard noGrad;
  check(mean, meanScales, meanNumbers, weight);
  check(square, squareScales, squareNumbers, weight);
  if (weight.is_cpu() && weight.scalar_type() == at::kFloat && weight.is_contiguous()) {
    const Tensor by = gradient.to(at::kFloat).contiguous();
    return moveBlocks(weight.mutable_data_ptr<float>(), by.const_data_ptr<float>(), weight.numel(), momentOf(mean, meanScales, meanNumbers, beta1),
        momentOf(square, squareScales, squareNumbers, beta2), {rate, epsilon});
  }
  const Tensor m = decodeAll(mean, meanScales, meanNumbers) * beta1 + gradient * (1 - beta1);
  const Tensor v = decodeAll(square, squareScales, squareNumbers) * beta2 + gradient * gradient * (1 - beta2);
  weight.copy_(weight - m / (v.sqrt() + epsilon) * rate);
  encodeAll(m, mean, meanScales, meanNumbers);
  encodeAll(v, square, squareScales, squareNumbers);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(attune, library) {
  library.def(
      "adamw_8bit_(Tensor(a!) weight, Tensor gradient, Tensor(b!) mean, Tensor(c!) mean_scales, Tensor(d!) square, Tensor(e!) square_scales, "
      "Tensor mean_numbers, Tensor square_numbers, float rate, float beta1, float beta2, float epsilon) -> ()");
}

TORCH_LIBRARY_IMPL(attune, CompositeExplicitAutograd, library) { library.impl("adamw_8bit_", adamw8bit); }

}  // namespace attune
