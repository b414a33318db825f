// Softmax attention in tiles: backward. Everything is computed transposed, keys down and queries across, so that per-query values
// (normaliser, weighted gradient) run along the lanes and weights come out in the layout of the next product.
// One unit is a key head of a segment with all its query heads, one after the other: sums have one order, whatever the threads.
#pragma once
#include "attention_kernel.hpp"

namespace attune {

namespace {

constexpr int64_t kTile = 64;  // queries and keys of a block

#if defined(__AVX512F__)
// Stores two rows of weights, both as rows and interleaved in pairs.
inline void storePair(Bf16* first, Bf16* second, Bf16* pairs, Vector a, Vector b) {
  const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(b, a);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(first), _mm512_castsi512_si256(both));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(second), _mm512_extracti64x4_epi64(both, 1));
  if (pairs == nullptr) return;
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  _mm512_storeu_si512(pairs, _mm512_permutexvar_epi16(order, both));
}
#endif
inline void storePair(float* first, float* second, float*, Vector a, Vector b) {
  store(first, a);
  store(second, b);
}

template <class Stored>
struct AttentionBackward {
  using Forward = AttentionForward<Stored>;
  using T = typename Compute<Stored>::Type;

  // One key head of a segment; keys padded.
  struct Keys {
    T* k;            // [M][D]
    T* v;            // [M][D]
    T* kTransposed;  // [D][M]
    float* dk;       // [M][D]
    float* dv;       // [M][D]
    int64_t count;
  };

  // One block of queries of one head, padded.
  struct Queries {
    T* q;                  // [D / step][Bq][step]
    T* gradient;           // the same
    T* qTokens;            // [Bq / step][D][step]
    T* gradientTokens;     // the same
    float* normaliser;     // [Bq]
    float* delta;          // [Bq], sum of gradient * y
    float* dqTransposed;   // [D][Bq]
    float* scores;         // [strip][Bq]
    float* slopes;         // [strip][Bq]
    T* weights;            // [Bk][Bq]
    T* changes;            // [Bk][Bq], gradient of the scores
    T* changePairs;        // [Bk / step][Bq][step]; the same memory as `changes` where a step is one
    int64_t start, count, width;
  };

  static size_t scratchBytes(const Attention& a, int64_t keys) {
    const size_t size = static_cast<size_t>(padded(a.size)), tokens = static_cast<size_t>(padded(keys));
    return tokens * size * (3 * sizeof(T) + 8) + kTile * size * (4 * sizeof(T) + 4) + kTile * kTile * 3 * sizeof(T) + kTile * 8 * (kStrip + 1) + 64 * 20;
  }

  static Keys keysIn(Arena& arena, int64_t count, int64_t size) {
    const int64_t all = count * size;
    return {arena.take<T>(all), arena.take<T>(all), arena.take<T>(all), arena.take<float>(all), arena.take<float>(all), count};
  }

  static Queries queriesIn(Arena& arena, int64_t size) {
    Queries b{};
    for (T** p : {&b.q, &b.gradient, &b.qTokens, &b.gradientTokens}) *p = arena.take<T>(kTile * size);
    for (float** p : {&b.normaliser, &b.delta}) *p = arena.take<float>(kTile);
    b.dqTransposed = arena.take<float>(kTile * size);
    for (float** p : {&b.scores, &b.slopes}) *p = arena.take<float>(kTile * kStrip);
    for (T** p : {&b.weights, &b.changes}) *p = arena.take<T>(kTile * kTile);
    b.changePairs = Dot<T>::kStep == 1 ? b.changes : arena.take<T>(kTile * kTile);
    return b;
  }

  static void packKeys(const Attention& a, const Segment& s, int64_t keyHead, const Keys& keys) {
    const int64_t size = padded(a.size);
    const auto k = Forward::rowsOf(a.k, a.keyHeads, a.size, keyHead, s.keyStart, s.keys);
    packRows(k, keys.count, size, keys.k);
    packRows(Forward::rowsOf(a.v, a.keyHeads, a.size, keyHead, s.keyStart, s.keys), keys.count, size, keys.v);
    packTransposed(k, keys.count, size, keys.kTransposed);
    for (int64_t i = 0; i < keys.count * size; i++) keys.dk[i] = keys.dv[i] = 0;
  }

  static void packQueries(const Attention& a, const Segment& s, int64_t head, Queries& b) {
    const int64_t size = padded(a.size), token = s.queryStart + b.start;
    const auto q = Forward::rowsOf(a.q, a.heads, a.size, head, token, b.count);
    const auto gradient = Forward::rowsOf(a.gradient, a.heads, a.size, head, token, b.count);
    packColumns(q, b.width, size, b.q);
    packColumns(gradient, b.width, size, b.gradient);
    packTokens(q, b.width, size, b.qTokens);
    packTokens(gradient, b.width, size, b.gradientTokens);
    const Stored* y = static_cast<const Stored*>(a.y);
    for (int64_t i = 0; i < b.width; i++) {
      const int64_t row = (token + i) * a.heads + head;
      b.normaliser[i] = i < b.count ? a.normaliser[row] : INFINITY;
      Vector sum = broadcast(0.0f);
      for (int64_t d = 0; i < b.count && d < a.size; d += kLanes)
        sum = multiplyAdd(loadFirst(y + row * a.size + d, a.size - d), loadFirst(gradient.data + i * gradient.stride + d, a.size - d), sum);
      b.delta[i] = sumOf(sum);
    }
    for (int64_t i = 0; i < size * b.width; i++) b.dqTransposed[i] = 0;
  }

  struct Weighed {
    Vector weight, change;
  };

  // A key's weights and gradients for one vector of queries from c on; r is the key's row in its strip.
  static Weighed weigh(const Attention& a, const Segment& s, const Queries& b, int64_t key, int64_t r, int64_t c) {
    const float *scores = b.scores + r * kTile + c, *slopes = b.slopes + r * kTile + c;
    const int64_t at = b.start + c, from = key < s.keys ? s.firstQuery(key) - at : 0, to = key < s.keys ? s.endQuery(key) - at : 0;
    const Vector score = subtract(multiply(load(scores), broadcast(a.scale * kLog2E)), load(b.normaliser + c));
    Vector p = exp2(score);
    if (from > 0 || to < kLanes) p = choose(from, to, p, broadcast(0.0f));
    return {p, multiply(multiply(p, subtract(load(slopes), load(b.delta + c))), broadcast(a.scale))};
  }

  // kStrip keys against the queries [from, width); earlier queries see none of these keys.
  static void strip(const Attention& a, const Segment& s, const Keys& keys, const Queries& b, int64_t key, int64_t row) {
    const int64_t size = padded(a.size);
    const int64_t from = largest(0, s.firstQuery(smallest(key, s.keys)) - b.start) / kPad * kPad;
    for (int64_t r = row; r < row + kStrip; r++) {
      std::memset(b.weights + r * b.width, 0, static_cast<size_t>(smallest(from, b.width)) * sizeof(T));
      std::memset(b.changes + r * b.width, 0, static_cast<size_t>(smallest(from, b.width)) * sizeof(T));
    }
    if (Dot<T>::kStep == 2) {
      for (int64_t r = row; r < row + kStrip; r += 2) std::memset(b.changePairs + r * b.width, 0, static_cast<size_t>(smallest(from, b.width)) * 2 * sizeof(T));
    }
    if (from >= b.width) return;
    product<T>({keys.k + key * size, size, b.q, b.width, size}, kStrip, from, b.width, b.scores, kTile, false);
    product<T>({keys.v + key * size, size, b.gradient, b.width, size}, kStrip, from, b.width, b.slopes, kTile, false);
    for (int64_t r = 0; r < kStrip; r += 2) {
      for (int64_t c = from; c < b.width; c += kLanes) {
        const Weighed first = weigh(a, s, b, key + r, r, c), second = weigh(a, s, b, key + r + 1, r + 1, c);
        const int64_t to = (row + r) * b.width + c;
        storePair(b.weights + to, b.weights + to + b.width, nullptr, first.weight, second.weight);
        storePair(b.changes + to, b.changes + to + b.width, b.changePairs + (row + r) * b.width + 2 * c, first.change, second.change);
      }
    }
  }

  static void block(const Attention& a, const Segment& s, const Keys& keys, const Queries& b, int64_t key) {
    const int64_t size = padded(a.size), rows = smallest(kTile, keys.count - key);
    for (int64_t row = 0; row < rows; row += kStrip) strip(a, s, keys, b, key + row, row);
    product<T>({b.weights, b.width, b.gradientTokens, size, b.width}, rows, 0, size, keys.dv + key * size, size, true);
    product<T>({b.changes, b.width, b.qTokens, size, b.width}, rows, 0, size, keys.dk + key * size, size, true);
    product<T>({keys.kTransposed + key, keys.count, b.changePairs, b.width, rows}, size, 0, b.width, b.dqTransposed, b.width, true);
  }

  static void writeQueries(const Attention& a, const Segment& s, int64_t head, const Queries& b) {
    Stored* to = static_cast<Stored*>(a.queryGradient) + ((s.queryStart + b.start) * a.heads + head) * a.size;
    unpackTransposed<Stored>(b.dqTransposed, b.width, {to, a.heads * a.size, b.count, a.size});
  }

  static void writeKeys(const Attention& a, const Segment& s, int64_t keyHead, const Keys& keys) {
    const int64_t size = padded(a.size);
    for (int64_t i = 0; i < s.keys; i++) {
      const int64_t to = ((s.keyStart + i) * a.keyHeads + keyHead) * a.size;
      for (int64_t d = 0; d < a.size; d += kLanes) {
        storeFirst(static_cast<Stored*>(a.keyGradient) + to + d, load(keys.dk + i * size + d), a.size - d);
        storeFirst(static_cast<Stored*>(a.valueGradient) + to + d, load(keys.dv + i * size + d), a.size - d);
      }
    }
  }

  static void backward(const Attention& a, const AttentionUnit& unit, void* scratch) {
    const Segment s(a, unit.segment);
    const int64_t groups = a.heads / a.keyHeads;
    Arena arena(scratch);
    const Keys keys = keysIn(arena, padded(s.keys), padded(a.size));
    Queries b = queriesIn(arena, padded(a.size));
    packKeys(a, s, unit.head, keys);
    for (int64_t head = unit.head * groups; head < (unit.head + 1) * groups; head++) {
      for (b.start = 0; b.start < s.queries; b.start += kTile) {
        b.count = smallest(kTile, s.queries - b.start);
        b.width = padded(b.count);
        packQueries(a, s, head, b);
        for (int64_t key = s.first(b.start) / kTile * kTile; key < s.end(b.start + b.count - 1); key += kTile) block(a, s, keys, b, key);
        writeQueries(a, s, head, b);
      }
    }
    writeKeys(a, s, unit.head, keys);
  }
};

}  // namespace

}  // namespace attune
