// Softmax attention in tiles (Dao, "FlashAttention-2", 2023): forward. Scores are kept to base 2.
// Bq queries of a block, Bk keys of a block, D head size, padded to a multiple of 16.
#pragma once
#include <cmath>

#include "kernels.hpp"
#include "product.hpp"

namespace attune {

namespace {

constexpr int64_t kKeyBlock = 128;

// Visible keys of one segment's queries: query i attends to the keys [first(i), end(i)).
struct Segment {
  int64_t queryStart, queries, keyStart, keys;
  bool isCausal;
  int64_t window;

  Segment(const Attention& a, int64_t s)
      : queryStart(a.queryOffsets[s]), queries(a.queryOffsets[s + 1] - queryStart), keyStart(a.keyOffsets[s]), keys(a.keyOffsets[s + 1] - keyStart),
        isCausal(a.isCausal), window(a.window) {}

  int64_t last(int64_t i) const { return i + keys - queries; }
  int64_t first(int64_t i) const { return largest(0, last(i) - window + 1); }
  int64_t end(int64_t i) const { return smallest(keys, last(i) + (isCausal ? 1 : window)); }
  // Key j is seen by the queries [firstQuery(j), endQuery(j)).
  int64_t firstQuery(int64_t j) const { return largest(0, j - keys + queries - (isCausal ? 0 : window - 1)); }
  int64_t endQuery(int64_t j) const { return smallest(queries, j - keys + queries + window); }
};

// Allocates from scratch memory, aligned to cache lines.
class Arena {
 public:
  explicit Arena(void* memory) : next_(static_cast<char*>(memory)) {}
  template <class T>
  T* take(int64_t count) {
    T* result = reinterpret_cast<T*>(next_);
    next_ += (static_cast<size_t>(count) * sizeof(T) + 63) / 64 * 64;
    return result;
  }

 private:
  char* next_;
};

template <class Stored>
struct AttentionForward {
  using T = typename Compute<Stored>::Type;

  static Rows<Stored> rowsOf(const void* data, int64_t heads, int64_t size, int64_t head, int64_t token, int64_t count) {
    return {static_cast<const Stored*>(data) + (token * heads + head) * size, heads * size, count, size};
  }

  static size_t packedBytes(const Attention& a, int64_t tokens) { return static_cast<size_t>(2 * tokens * a.keyHeads * padded(a.size)) * sizeof(T); }

  // Packed keys (blocks of columns), followed by values (pairs of tokens).
  static T* packedOf(const Attention& a, int64_t segment, int64_t keyHead, const int64_t* packedStart, const void* packed) {
    const int64_t tokens = padded(Segment(a, segment).keys);
    return static_cast<T*>(const_cast<void*>(packed)) + 2 * padded(a.size) * (packedStart[segment] * a.keyHeads + keyHead * tokens);
  }

  static void pack(const Attention& a, const AttentionUnit& unit, const int64_t* packedStart, void* packed) {
    const Segment s(a, unit.segment);
    const int64_t size = padded(a.size), tokens = padded(s.keys);
    T* to = packedOf(a, unit.segment, unit.head, packedStart, packed);
    for (int64_t key = 0; key < tokens; key += kKeyBlock) {
      const int64_t width = smallest(kKeyBlock, tokens - key);
      packColumns(rowsOf(a.k, a.keyHeads, a.size, unit.head, s.keyStart + key, s.keys - key), width, size, to + key * size);
    }
    packTokens(rowsOf(a.v, a.keyHeads, a.size, unit.head, s.keyStart, s.keys), tokens, size, to + tokens * size);
  }

  struct Block {
    T* q;            // [Bq][D]
    float* scores;   // [Bq][Bk]
    T* weights;      // [Bq][Bk]
    float* sum;      // [Bq][D]
    float* highest;  // [Bq]
    float* total;    // [Bq]
  };

  // For head sizes up to 1024.
  static constexpr size_t kScratch = static_cast<size_t>(kQueryBlock) * (1024 * 8 + kKeyBlock * 8 + 8) + 64 * 8;

  static Block blockIn(void* scratch, int64_t size) {
    Arena arena(scratch);
    return {arena.take<T>(kQueryBlock * size),      arena.take<float>(kQueryBlock * kKeyBlock), arena.take<T>(kQueryBlock * kKeyBlock),
            arena.take<float>(kQueryBlock * size), arena.take<float>(kQueryBlock),              arena.take<float>(kQueryBlock)};
  }

  // Softmax of one row of scores, with keys [from, to) of the block visible → weights 2^(score - highest); rescales the
  // previous sums.
  static void softmaxRow(const Block& b, int64_t row, int64_t from, int64_t to, int64_t width, int64_t size, float scale) {
    float* scores = b.scores + row * kKeyBlock;
    const Vector nothing = broadcast(-INFINITY), factor = broadcast(scale);
    Vector top = nothing;
    for (int64_t c = 0; c < width; c += kLanes) {
      Vector v = multiply(load(scores + c), factor);
      if (from > c || to < c + kLanes) v = choose(from - c, to - c, v, nothing);
      store(scores + c, v);
      top = larger(v, top);
    }
    const float before = b.highest[row], found = largestOf(top), highest = found > before ? found : before;
    const Vector base = broadcast(highest == -INFINITY ? 0.0f : highest);
    Vector total = broadcast(0.0f);
    for (int64_t c = 0; c < width; c += kLanes) {
      // Sums the weights as rounded for the product, so that the result is a true mean of the values.
      T* weights = b.weights + row * kKeyBlock + c;
      store(weights, exp2(subtract(load(scores + c), base)));
      total = add(total, load(weights));
    }
    const float kept = before == -INFINITY ? 0.0f : std::exp2(before - highest);
    b.total[row] = b.total[row] * kept + sumOf(total);
    b.highest[row] = highest;
    if (kept == 1.0f) return;
    for (int64_t d = 0; d < size; d += kLanes) store(b.sum + row * size + d, multiply(load(b.sum + row * size + d), broadcast(kept)));
  }

  static void forward(const Attention& a, const AttentionUnit& unit, const int64_t* packedStart, const void* packed, void* scratch) {
    const Segment s(a, unit.segment);
    const int64_t size = padded(a.size), tokens = padded(s.keys), start = unit.block * kQueryBlock;
    const int64_t count = smallest(kQueryBlock, s.queries - start), rows = (count + kStrip - 1) / kStrip * kStrip;
    const T* keys = packedOf(a, unit.segment, unit.head / (a.heads / a.keyHeads), packedStart, packed);
    const T* values = keys + tokens * size;
    const Block b = blockIn(scratch, size);
    packRows(rowsOf(a.q, a.heads, a.size, unit.head, s.queryStart + start, count), rows, size, b.q);
    for (int64_t i = 0; i < rows * size; i++) b.sum[i] = 0;
    for (int64_t i = 0; i < rows; i++) b.highest[i] = -INFINITY, b.total[i] = 0;
    const int64_t end = s.end(start + count - 1);
    for (int64_t key = s.first(start) / kKeyBlock * kKeyBlock; key < end; key += kKeyBlock) {
      const int64_t held = smallest(kKeyBlock, tokens - key), width = padded(smallest(kKeyBlock, end - key));
      product<T>({b.q, size, keys + key * size, held, size}, rows, 0, width, b.scores, kKeyBlock, false);
      for (int64_t i = 0; i < rows; i++) {
        const bool isReal = i < count;
        softmaxRow(b, i, isReal ? s.first(start + i) - key : 0, isReal ? s.end(start + i) - key : 0, width, size, a.scale * kLog2E);
      }
      product<T>({b.weights, kKeyBlock, values + key * size, size, width}, rows, 0, size, b.sum, size, true);
    }
    for (int64_t i = 0; i < count; i++) writeRow(a, s.queryStart + start + i, unit.head, b.sum + i * size, b.highest[i], b.total[i]);
  }

  static void writeRow(const Attention& a, int64_t token, int64_t head, const float* sum, float highest, float total) {
    const int64_t row = token * a.heads + head;
    const Vector inverse = broadcast(total == 0 ? 0.0f : 1.0f / total);
    Stored* y = static_cast<Stored*>(a.y) + row * a.size;
    for (int64_t d = 0; d < a.size; d += kLanes) storeFirst(y + d, multiply(load(sum + d), inverse), a.size - d);
    a.normaliser[row] = total == 0 ? INFINITY : highest + std::log2(total);
  }

  // Four keys at once for one query: four independent sums hide the latency.
  static void scoreFour(const float* q, const Stored* k, int64_t stride, int64_t size, float* scores) {
    Vector sums[4] = {broadcast(0.0f), broadcast(0.0f), broadcast(0.0f), broadcast(0.0f)};
    for (int64_t d = 0; d < size; d += kLanes)
      for (int j = 0; j < 4; j++) sums[j] = multiplyAdd(load(q + d), loadFirst(k + j * stride + d, size - d), sums[j]);
    for (int j = 0; j < 4; j++) scores[j] = sumOf(sums[j]);
  }

  static float scoreOne(const float* q, const Stored* k, int64_t size) {
    Vector sum = broadcast(0.0f);
    for (int64_t d = 0; d < size; d += kLanes) sum = multiplyAdd(load(q + d), loadFirst(k + d, size - d), sum);
    return sumOf(sum);
  }

  static void fewBlock(const Rows<Stored>& k, const Rows<Stored>& v, const float* q, float* scores, float* state, float* sum) {
    int64_t j = 0;
    for (; j + 4 <= k.count; j += 4) scoreFour(q, k.data + j * k.stride, k.stride, k.size, scores + j);
    for (; j < k.count; j++) scores[j] = scoreOne(q, k.data + j * k.stride, k.size);
    Vector top = broadcast(-INFINITY);
    for (int64_t c = 0; c < k.count; c += kLanes) top = larger(choose(0, k.count - c, load(scores + c), top), top);
    const float found = largestOf(top), highest = found > state[0] ? found : state[0];
    const float kept = state[0] == -INFINITY ? 0.0f : std::exp2(state[0] - highest);
    Vector total = broadcast(0.0f);
    for (int64_t c = 0; c < k.count; c += kLanes) {
      const Vector p = choose(0, k.count - c, exp2(subtract(load(scores + c), broadcast(highest))), broadcast(0.0f));
      store(scores + c, p);
      total = add(total, p);
    }
    state[0] = highest;
    state[1] = state[1] * kept + sumOf(total);
    for (int64_t d = 0; d < v.size; d += kLanes) {
      Vector part = multiply(load(sum + d), broadcast(kept));
      for (int64_t i = 0; i < v.count; i++) part = multiplyAdd(broadcast(scores[i]), loadFirst(v.data + i * v.stride + d, v.size - d), part);
      store(sum + d, part);
    }
  }

  static void forwardFew(const Attention& a, const AttentionUnit& unit, void* scratch) {
    const Segment s(a, unit.segment);
    const int64_t size = padded(a.size), groups = a.heads / a.keyHeads;
    Arena arena(scratch);
    float *q = arena.take<float>(size), *sum = arena.take<float>(size), *scores = arena.take<float>(kKeyBlock);
    for (int64_t row = 0; row < s.queries * groups; row++) {
      const int64_t i = row / groups, head = unit.head * groups + row % groups;
      packRows(rowsOf(a.q, a.heads, a.size, head, s.queryStart + i, 1), 1, size, q);
      for (int64_t d = 0; d < size; d += kLanes) {
        store(q + d, multiply(load(q + d), broadcast(a.scale * kLog2E)));
        store(sum + d, broadcast(0.0f));
      }
      float state[2] = {-INFINITY, 0};
      for (int64_t key = s.first(i); key < s.end(i); key += kKeyBlock) {
        const int64_t count = smallest(kKeyBlock, s.end(i) - key), token = s.keyStart + key;
        fewBlock(rowsOf(a.k, a.keyHeads, a.size, unit.head, token, count), rowsOf(a.v, a.keyHeads, a.size, unit.head, token, count), q, scores, state, sum);
      }
      writeRow(a, s.queryStart + i, head, sum, state[0], state[1]);
    }
  }
};

}  // namespace

}  // namespace attune
