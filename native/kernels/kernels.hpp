// Kernels of one instruction set, as plain functions over memory. Files compiled for an instruction set include no
// libtorch headers: their inline functions would be compiled for that set and then be used everywhere.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "few_rows.hpp"

namespace attune {

// N query tokens, M key tokens, H query heads, K key-value heads, D head size. All tensors contiguous, of one type (bf16 or f32).
struct Attention {
  const void* q;  // [N, H, D]
  const void* k;  // [M, K, D]
  const void* v;  // [M, K, D]
  int64_t heads, keyHeads, size;
  const int64_t* queryOffsets;  // where each segment starts, and the end
  const int64_t* keyOffsets;
  int64_t segments;
  bool isCausal;
  int64_t window;
  float scale;
  void* y;            // [N, H, D]
  float* normaliser;  // [N, H], logarithm to base 2 of the sum of exponentials
  // Backward only
  const void* gradient;  // [N, H, D]
  void* queryGradient;
  void* keyGradient;
  void* valueGradient;
};

// An independent piece of work. Packing and backward: (segment, key head). Forward: (segment, head, block).
struct AttentionUnit {
  int64_t segment, head, block;
};

// Queries per forward unit, and minimum queries for which packing a segment's keys pays.
constexpr int64_t kQueryBlock = 32;
constexpr int64_t kPackFrom = 5;

struct AttentionKernels {
  // Bytes of the packed keys and values of `tokens` padded tokens.
  size_t (*packedBytes)(const Attention&, int64_t tokens);
  // packedStart [S]: number of padded tokens in preceding segments.
  void (*pack)(const Attention&, const AttentionUnit&, const int64_t* packedStart, void* packed);
  size_t forwardScratch;
  void (*forward)(const Attention&, const AttentionUnit&, const int64_t* packedStart, const void* packed, void* scratch);
  // Few queries against many keys, for all heads of one key head, without packing.
  void (*forwardFew)(const Attention&, const AttentionUnit&, void* scratch);
  size_t (*backwardScratch)(const Attention&, int64_t keys);
  void (*backward)(const Attention&, const AttentionUnit&, void* scratch);
};

// The query heads of one new token that share a key head, and the cached tokens that they attend to. `keys` and `values`
// point to this key head in slot 0; `stride` is the distance between slots.
struct PagedRow {
  const void* q;  // [heads, size]
  const void* keys;
  const void* values;
  int64_t stride;
  const int32_t* slots;
  int64_t count, heads, size;
  float scale;
  void* y;  // [heads, size]
};

// Tokens per block of scores, and the scratch floats that a block needs for four heads.
constexpr int64_t kPagedBlock = 128;
constexpr int64_t pagedScratch(int64_t size) { return 4 * (2 * (size + 16) + kPagedBlock); }

// N rows of D values. Rows [begin, end) of one call; weight in f32.
struct RmsNorm {
  const void* x;
  const float* weight;
  int64_t size;
  float epsilon;
  void* y;
  float* inverse;  // [N], 1 / root mean square
  // Backward only
  const void* gradient;
  void* inputGradient;
};

struct RmsNormKernels {
  void (*forward)(const RmsNorm&, int64_t begin, int64_t end);
  // weightSum [D] f32: these rows' share of the weight's gradient, or null.
  void (*backward)(const RmsNorm&, int64_t begin, int64_t end, float* weightSum);
};

// x [N, H, D]; cos and sin [N, D] f32. Backward rotates in the opposite direction.
struct Rope {
  const void* x;
  const float* cos;
  const float* sin;
  int64_t heads, size;
  bool isBackward;
  void* y;
};

struct SwiGlu {
  const void* gate;
  const void* up;
  void* y;
  // Backward only
  const void* gradient;
  void* gateGradient;
  void* upGradient;
};

// Logits [N, size]; targets inside each row.
struct LogProbs {
  void* logits;
  int64_t size;
  float scale;
  const int64_t* targets;
  float* normaliser;  // [N], logarithm of the sum of exponentials
  // Forward only
  float* result;
  bool* hit;
  // Backward only
  const float* gradient;
};

struct LogProbKernels {
  void (*forward)(const LogProbs&, int64_t begin, int64_t end);
  // Overwrites the logits with their gradients.
  void (*backward)(const LogProbs&, int64_t begin, int64_t end);
};

// y [rows, width] = alpha × a [rows, depth] × b [depth, width] + beta × y, in bf16. depth is even and rows of `a` are
// contiguous. With a beta of 0, y is not read.
struct PanelFactors {
  const void* a;
  int64_t aStride;
  const void* b;
  int64_t bStride;
  bool isTurned;  // columns of b are contiguous, not its rows
  int64_t rows, depth, width;
  float alpha, beta;
  void* y;
  int64_t yStride;
};

struct PanelBlock {
  int64_t row, rowEnd, column, columnEnd;
};

// Columns of a panel; blocks start at multiples of it.
constexpr int64_t kPanelWidth = 48;

struct PanelKernels {
  size_t (*scratchBytes)(const PanelFactors&, const PanelBlock&);
  void (*run)(const PanelFactors&, const PanelBlock&, void* scratch);
};

// aᵀ × b in bf16, from a [rows, narrow] and b [rows, width] with contiguous rows: y [narrow, width], or turned
// [width, narrow].
struct RowSums {
  const void* a;
  int64_t aStride;
  const void* b;
  int64_t bStride;
  int64_t rows, narrow, width;
  bool isTurned;
  void* y;
  int64_t yStride;
};

// Columns of b to sum together (blocks start at multiples of it), and the maximum columns of a.
constexpr int64_t kSumColumns = 32, kMostNarrow = 64;

struct RowSumKernels {
  size_t (*scratchBytes)(const RowSums&, int64_t columns);
  // Columns [begin, end) of b.
  void (*run)(const RowSums&, int64_t begin, int64_t end, void* scratch);
};

// Rows with smaller magnitudes count as zeros: the inverse of their scale would overflow.
constexpr float kLeastInt8Size = 1e-30f;

// x [N, depth] as integers between -127 and 127, zero-padded to `stride`; row i is approximately scales[i] × values.
struct Int8Input {
  const void* x;
  int64_t depth;
  int8_t* values;
  int64_t stride;
  float* scales;
  int32_t* sums;  // [N], of each row's values
};

// y [N, width] = x × weightᵀ, or added to y. The weight is stored in panels of 16 columns: `steps` groups of four
// values of each, offset by 128, then the columns' f32 scales.
struct Int8Product {
  const int8_t* values;
  int64_t stride;
  const float* scales;
  const int32_t* sums;
  const uint8_t* weight;
  int64_t steps, width;
  void* y;
  bool isSum;
};

struct Int8Block {
  int64_t panel, panelEnd, row, rowEnd;
};

struct Int8Kernels {
  void (*round)(const Int8Input&, int64_t begin, int64_t end);
  void (*product)(const Int8Product&, const Int8Block&);
};

// y [count] from pairs of codes, in blocks of `block` values with one scale each; `table`: values of the 16 codes.
struct FourBit {
  const uint8_t* codes;
  const float* table;
  const float* scales;
  int64_t block, count;
  void* y;
};

// Rows of int8 values with a scale each, in another type: y [N, size].
struct RoundedRows {
  const int8_t* values;  // [N, size]
  const float* scales;   // [N]
  int64_t size;
  void* y;
};

struct TypeKernels {
  AttentionKernels attention;
  void (*pagedRow)(const PagedRow&, float* scratch);
  RmsNormKernels rmsNorm;
  void (*rope)(const Rope&, int64_t begin, int64_t end);
  void (*swiGlu)(const SwiGlu&, int64_t begin, int64_t end);
  void (*swiGluBackward)(const SwiGlu&, int64_t begin, int64_t end);
  // y = a + b
  void (*add)(const void* a, const void* b, void* y, int64_t count);
  LogProbKernels logProbs;
  // Columns [begin, end) of y.
  void (*fewRows)(const FewRows&, int64_t begin, int64_t end);
  // Values of x for `fewRows` and `lowRank`; null if they read them as stored.
  void (*widen)(const void* x, int64_t count, float* y);
  LowRankKernels lowRank;
  // Null where libtorch's products are as fast.
  PanelKernels panels;
  RowSumKernels rowSums;
  Int8Kernels int8;
  // Blocks [begin, end).
  void (*unpackFourBit)(const FourBit&, int64_t begin, int64_t end);
  void (*widenInt8)(const RoundedRows&, int64_t begin, int64_t end);
};

struct Kernels {
  TypeKernels bf16, f32;
  // Whether the processor multiplies bf16 natively.
  bool hasBf16Products;
};

extern const Kernels avx2Kernels;
extern const Kernels avx512Kernels;

// The kernels in use, or null for the composite definitions.
const Kernels* activeKernels();

// Kernels that do nothing, for tensors on `meta`; products take the same path as with the active kernels.
const Kernels* dryKernels();

}  // namespace attune
