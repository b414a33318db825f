// Products of many rows in bf16, for processors that multiply pairs of bf16 but have no matrix tiles: the right factor is packed into
// panels that stay in the L2 cache, the left one is read in place. Sums are in f32, in an order that depends on the depth alone.
// Rows × width of the result, depth of each sum; a panel has up to 48 columns, a strip up to 8 rows.
#pragma once
#include "kernels.hpp"
#include "lanes.hpp"

namespace attune {

namespace {

#if defined(__AVX512BF16__)

struct PanelProduct {
  static constexpr int64_t kRows = 8, kVectors = 3, kPanel = kPanelWidth;
  static_assert(kPanel == kVectors * kLanes);
  // Depth up to which a sum is packed as a whole, and the block size beyond, to stay in the L2 cache.
  static constexpr int64_t kWholeDepth = 1536, kDepthBlock = 768;

  static int64_t blockDepth(const PanelFactors& f) { return f.depth <= kWholeDepth ? f.depth : kDepthBlock; }
  static int64_t upTo(int64_t size, int64_t unit) { return (size + unit - 1) / unit * unit; }

  // Rows of the left factor that stay in the L2 cache while all panels of a block are multiplied.
  static int64_t chunkRows(int64_t depth) { return largest(32, (320 << 10) / (depth * 2) / kRows * kRows); }

  // Bytes of sums carried over to the next block of the depth; none if there is a single block.
  static size_t sumBytes(const PanelFactors& f, const PanelBlock& block) {
    if (blockDepth(f) == f.depth) return 0;
    return static_cast<size_t>(upTo(block.rowEnd - block.row, kRows) * upTo(block.columnEnd - block.column, kPanel)) * sizeof(float);
  }

  static size_t scratchBytes(const PanelFactors& f, const PanelBlock& block) {
    return static_cast<size_t>(upTo(block.columnEnd - block.column, kPanel) * blockDepth(f)) * sizeof(Bf16) + sumBytes(f, block);
  }

  // Packs 16 columns from `column` on, each with contiguous values; a panel has `vectors` of these.
  static void packTurned(const PanelFactors& f, int64_t column, int64_t k, int64_t depth, int64_t vectors, Bf16* to) {
    const Bf16* from = static_cast<const Bf16*>(f.b) + column * f.bStride + k;
    for (int64_t d = 0; d < depth; d += 32) {
      const int64_t pairs = smallest(16, (depth - d) / 2);
      __m512i v[16];
      for (int64_t j = 0; j < 16; j++)
        v[j] = column + j < f.width ? _mm512_maskz_loadu_epi32(firstLanes(pairs), from + j * f.bStride + d) : _mm512_setzero_si512();
      turn(v);
      for (int64_t i = 0; i < pairs; i++) _mm512_storeu_si512(to + (d / 2 + i) * vectors * 32, v[i]);
    }
  }

  // Packs columns whose values are `bStride` apart.
  static void packStraight(const PanelFactors& f, int64_t column, int64_t k, int64_t depth, int64_t vectors, Bf16* to) {
    const Bf16* from = static_cast<const Bf16*>(f.b) + k * f.bStride + column;
    const __mmask16 here = firstLanes(f.width - column);
    for (int64_t d = 0; d < depth; d += 2) {
      const __m512i first = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(here, from + d * f.bStride));
      const __m512i second = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(here, from + (d + 1) * f.bStride));
      _mm512_storeu_si512(to + d / 2 * vectors * 32, _mm512_or_si512(first, _mm512_slli_epi32(second, 16)));
    }
  }

  struct Tile {
    const Bf16* a;
    int64_t aStride;
    const Bf16* b;
    int64_t depth;
    float* sums;
    bool isFirst, isLast;
    Bf16* y;
    int64_t yStride, columns;
    float alpha, beta;
  };

  // Prefetches the result and the next strip's rows during a product.
  template <int Rows, int Vectors>
  __attribute__((always_inline)) static void fetchAhead(const Tile& t) {
    for (int r = 0; r < Rows; r++) {
      __builtin_prefetch(t.y + r * t.yStride, 1);
      __builtin_prefetch(t.y + r * t.yStride + Vectors * kLanes - 1, 1);
      __builtin_prefetch(t.a + (Rows + r) * t.aStride);
    }
  }

  template <int Rows, int Vectors>
  static void multiply(const Tile& t) {
    Vector sums[Rows][Vectors];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++)
#pragma GCC unroll 3
      for (int j = 0; j < Vectors; j++) sums[r][j] = t.isFirst ? broadcast(0.0f) : load(t.sums + (r * Vectors + j) * kLanes);
    if (t.isLast) fetchAhead<Rows, Vectors>(t);
    const Bf16* b = t.b;
    for (int64_t k = 0; k < t.depth; k += 2, b += Vectors * 32) {
      __m512bh factor[Vectors];
#pragma GCC unroll 3
      for (int j = 0; j < Vectors; j++) factor[j] = (__m512bh)_mm512_loadu_si512(b + j * 32);
#pragma GCC unroll 8
      for (int r = 0; r < Rows; r++) {
        int32_t pair;
        std::memcpy(&pair, t.a + r * t.aStride + k, sizeof pair);
        const __m512bh a = (__m512bh)_mm512_set1_epi32(pair);
#pragma GCC unroll 3
        for (int j = 0; j < Vectors; j++) sums[r][j] = _mm512_dpbf16_ps(sums[r][j], factor[j], a);
      }
    }
    // A panel exceeds the L1 cache: its start has been evicted and is read next.
    for (int i = 0; i < 8; i++) __builtin_prefetch(t.b + i * 32);
    if (t.isLast && t.columns >= Vectors * kLanes) {
      if (t.alpha != 1 || t.beta != 0) finish<Rows, Vectors>(t, sums);
#pragma GCC unroll 8
      for (int r = 0; r < Rows; r++) writeWhole<Vectors>(t.y + r * t.yStride, sums[r]);
      return;
    }
    // The compiler keeps sums in registers up to here only if no branch reads them.
    alignas(64) float last[Rows * Vectors * kLanes];
    float* to = t.isLast ? last : t.sums;
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++)
#pragma GCC unroll 3
      for (int j = 0; j < Vectors; j++) store(to + (r * Vectors + j) * kLanes, sums[r][j]);
    for (int64_t i = 0; t.isLast && i < Rows * Vectors; i++) write(t, i / Vectors, i % Vectors * kLanes, load(last + i * kLanes));
  }

  // alpha times the sums, plus beta times the previous values.
  template <int Rows, int Vectors>
  __attribute__((always_inline)) static void finish(const Tile& t, Vector (&sums)[Rows][Vectors]) {
    const Vector alpha = broadcast(t.alpha), beta = broadcast(t.beta);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++)
#pragma GCC unroll 3
      for (int j = 0; j < Vectors; j++) {
        sums[r][j] = attune::multiply(sums[r][j], alpha);
        if (t.beta != 0) sums[r][j] = multiplyAdd(load(t.y + r * t.yStride + j * kLanes), beta, sums[r][j]);
      }
  }

  // A row of a tile that is inside the result.
  template <int Vectors>
  static void writeWhole(Bf16* to, const Vector (&sums)[Vectors]) {
    if (Vectors >= 2) _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(sums[Vectors >= 2], sums[0]));
    if (Vectors != 2) store(to + (Vectors - 1) * kLanes, sums[Vectors - 1]);
  }

  static void write(const Tile& t, int64_t row, int64_t column, Vector sum) {
    Bf16* to = t.y + row * t.yStride + column;
    const int64_t count = t.columns - column;
    if (t.alpha != 1) sum = attune::multiply(sum, broadcast(t.alpha));
    if (t.beta != 0) sum = multiplyAdd(loadFirst(to, count), broadcast(t.beta), sum);
    storeFirst(to, sum, count);
  }

  template <int Vectors>
  static void ofRows(const Tile& t, int64_t rows) {
    switch (rows) {
      case 1: return multiply<1, Vectors>(t);
      case 2: return multiply<2, Vectors>(t);
      case 3: return multiply<3, Vectors>(t);
      case 4: return multiply<4, Vectors>(t);
      case 5: return multiply<5, Vectors>(t);
      case 6: return multiply<6, Vectors>(t);
      case 7: return multiply<7, Vectors>(t);
      default: return multiply<8, Vectors>(t);
    }
  }

  static int64_t vectorsAt(const PanelBlock& block, int64_t column) { return smallest(kVectors, (block.columnEnd - column + kLanes - 1) / kLanes); }

  static void pack(const PanelFactors& f, const PanelBlock& block, int64_t k, int64_t depth, Bf16* panels) {
    for (int64_t column = block.column; column < block.columnEnd; column += kPanel, panels += kPanel * depth) {
      const int64_t vectors = vectorsAt(block, column);
      for (int64_t j = 0; j < vectors; j++) {
        if (f.isTurned) packTurned(f, column + j * kLanes, k, depth, vectors, panels + j * 32);
        else packStraight(f, column + j * kLanes, k, depth, vectors, panels + j * 32);
      }
    }
  }

  static void run(const PanelFactors& f, const PanelBlock& block, void* scratch) {
    float* waiting = static_cast<float*>(scratch);
    Bf16* panels = reinterpret_cast<Bf16*>(static_cast<char*>(scratch) + sumBytes(f, block));
    // All blocks of the depth use the same chunks, including the shorter last one, since sums are stored in that order.
    const int64_t step = chunkRows(blockDepth(f));
    for (int64_t k = 0; k < f.depth; k += blockDepth(f)) {
      const int64_t depth = smallest(blockDepth(f), f.depth - k);
      pack(f, block, k, depth, panels);
      for (int64_t row = block.row; row < block.rowEnd; row += step) {
        const PanelBlock chunk{row, smallest(block.rowEnd, row + step), block.column, block.columnEnd};
        multiplyChunk(f, chunk, {k, depth, panels, waiting + (row - block.row) * upTo(block.columnEnd - block.column, kPanel)});
      }
    }
  }

  struct Stretch {
    int64_t k, depth;
    const Bf16* panels;
    float* sums;
  };

  // Each panel is multiplied with all rows of the chunk before the next one, so both stay in cache.
  static void multiplyChunk(const PanelFactors& f, const PanelBlock& chunk, Stretch s) {
    for (int64_t column = chunk.column; column < chunk.columnEnd; column += kPanel, s.panels += kPanel * s.depth) {
      const int64_t vectors = vectorsAt(chunk, column);
      for (int64_t row = chunk.row; row < chunk.rowEnd; row += kRows, s.sums += kRows * kPanel) {
        const Tile tile{static_cast<const Bf16*>(f.a) + row * f.aStride + s.k, f.aStride, s.panels, s.depth, s.sums, s.k == 0, s.k + s.depth == f.depth,
                        static_cast<Bf16*>(f.y) + row * f.yStride + column, f.yStride, f.width - column, f.alpha, f.beta};
        const int64_t rows = smallest(kRows, chunk.rowEnd - row);
        if (vectors == 3) ofRows<3>(tile, rows);
        else if (vectors == 2) ofRows<2>(tile, rows);
        else ofRows<1>(tile, rows);
      }
    }
  }
};

template <class Stored>
constexpr PanelKernels panelKernels() {
  if (sizeof(Stored) != sizeof(Bf16)) return {nullptr, nullptr};
  return {PanelProduct::scratchBytes, PanelProduct::run};
}

#else

template <class Stored>
constexpr PanelKernels panelKernels() {
  return {nullptr, nullptr};
}

#endif

}  // namespace

}  // namespace attune
