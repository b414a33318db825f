// Keyed random numbers: the same key, row and column give the same number, in any batch or thread.
// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <array>

#include "operators.hpp"

namespace attune {

namespace {

using Block = std::array<uint32_t, 4>;

Block philox(Block counter, uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; round++) {
    const uint64_t a = static_cast<uint64_t>(0xD2511F53u) * counter[0];
    const uint64_t b = static_cast<uint64_t>(0xCD9E8D57u) * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key0, static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key1, static_cast<uint32_t>(a)};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return counter;
}

void fillRow(float* out, int64_t width, uint64_t row, uint64_t key) {
  for (int64_t column = 0; column < width; column += 4) {
    const Block block = philox({static_cast<uint32_t>(column / 4), static_cast<uint32_t>((column / 4) >> 32), static_cast<uint32_t>(row),
        static_cast<uint32_t>(row >> 32)},
                               static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32));
    for (int64_t i = 0; i < std::min<int64_t>(4, width - column); i++) out[column + i] = static_cast<float>(block[i] >> 8) * 0x1.0p-24f;
  }
}

// rows [N] int64, the identity of each row → [N, width] f32 in [0, 1)
at::Tensor keyedUniform(const at::Tensor& rows, int64_t width, int64_t key) {
  TORCH_CHECK(rows.dim() == 1 && rows.scalar_type() == at::kLong && width >= 0, "keyed_uniform wants int64 row keys [N] and a width");
  const auto options = at::TensorOptions().dtype(at::kFloat);
  if (rows.is_meta()) return at::empty({rows.size(0), width}, options.device(at::kMeta));
  const at::Tensor keys = rows.cpu().contiguous();
  at::Tensor result = at::empty({rows.size(0), width}, options);
  const int64_t* from = keys.const_data_ptr<int64_t>();
  float* to = result.mutable_data_ptr<float>();
  at::parallel_for(0, rows.size(0), std::max<int64_t>(1, 16384 / std::max<int64_t>(1, width)), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) fillRow(to + row * width, width, static_cast<uint64_t>(from[row]), static_cast<uint64_t>(key));
  });
  return result.to(rows.device());
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(attune, library) { library.def("keyed_uniform(Tensor rows, int width, int key) -> Tensor"); }

TORCH_LIBRARY_IMPL(attune, CompositeExplicitAutograd, library) { library.impl("keyed_uniform", keyedUniform); }

}  // namespace attune
