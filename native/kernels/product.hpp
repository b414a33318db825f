// Small matrix products on packed tiles: C [M, N] (+)= A [M, K] x B. A is row-major; B is packed as [K / kStep][N][kStep].
// kStep is 2 for bf16 with AVX-512 (one instruction multiplies pairs and adds in f32), 1 for f32.
#pragma once
#include "lanes.hpp"

namespace attune {

namespace {

// Rows of a strip, and the unit to which all sizes are padded.
constexpr int kStrip = 4;
constexpr int64_t kPad = 16;

inline int64_t padded(int64_t size) { return (size + kPad - 1) / kPad * kPad; }

// Type of packed values: as stored if the processor multiplies it natively, else f32.
template <class Stored>
struct Compute;
template <>
struct Compute<float> {
  using Type = float;
};

template <class T>
struct Dot {
  static constexpr int kStep = 1;
  using Factor = Vector;
  static Factor from(const T* p) { return load(p); }
  static Factor all(const T* p) { return broadcast(*p); }
  static Vector dot(Vector sum, Factor a, Factor b) { return multiplyAdd(a, b, sum); }
};

#if defined(__AVX512F__)

constexpr int kWidestTile = 4;
template <>
struct Compute<Bf16> {
  using Type = Bf16;
};
template <>
struct Dot<Bf16> {
  static constexpr int kStep = 2;
  using Factor = __m512bh;
  static Factor from(const Bf16* p) { return (__m512bh)_mm512_loadu_si512(p); }
  static Factor all(const Bf16* p) {
    int32_t pair;
    std::memcpy(&pair, p, sizeof pair);
    return (__m512bh)_mm512_set1_epi32(pair);
  }
  static Vector dot(Vector sum, Factor a, Factor b) { return _mm512_dpbf16_ps(sum, a, b); }
};

#else

constexpr int kWidestTile = 2;
template <>
struct Compute<Bf16> {
  using Type = float;
};

#endif

inline float valueOf(float x) { return x; }
inline float valueOf(Bf16 x) {
  const uint32_t bits = static_cast<uint32_t>(x) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}
inline void assign(float& to, float from) { to = from; }
inline void assign(float& to, Bf16 from) { to = valueOf(from); }
inline void assign(Bf16& to, Bf16 from) { to = from; }

template <class T>
struct Factors {
  const T* a;
  int64_t aStride;
  const T* b;
  int64_t width;
  int64_t depth;
};

// One strip of kStrip rows by `Columns` vectors.
template <class T, int Columns>
inline void strip(const Factors<T>& f, float* c, int64_t cStride, bool isSum) {
  Vector sums[kStrip][Columns];
  for (int r = 0; r < kStrip; r++)
    for (int j = 0; j < Columns; j++) sums[r][j] = isSum ? load(c + r * cStride + j * kLanes) : broadcast(0.0f);
  constexpr int step = Dot<T>::kStep;
  for (int64_t k = 0; k < f.depth; k += step) {
    typename Dot<T>::Factor b[Columns];
    for (int j = 0; j < Columns; j++) b[j] = Dot<T>::from(f.b + k * f.width + j * kLanes * step);
    for (int r = 0; r < kStrip; r++) {
      const auto a = Dot<T>::all(f.a + r * f.aStride + k);
      for (int j = 0; j < Columns; j++) sums[r][j] = Dot<T>::dot(sums[r][j], a, b[j]);
    }
  }
  for (int r = 0; r < kStrip; r++)
    for (int j = 0; j < Columns; j++) store(c + r * cStride + j * kLanes, sums[r][j]);
}

template <class T>
inline void strips(const Factors<T>& f, int columns, float* c, int64_t cStride, bool isSum) {
  if (columns >= kWidestTile) return strip<T, kWidestTile>(f, c, cStride, isSum);
  if (columns == 3) return strip<T, kWidestTile == 4 ? 3 : 1>(f, c, cStride, isSum);
  if (columns == 2) return strip<T, 2>(f, c, cStride, isSum);
  return strip<T, 1>(f, c, cStride, isSum);
}

// rows: a multiple of kStrip; columns [from, to) of C: multiples of kLanes. isSum: adds to what C holds.
template <class T>
inline void product(const Factors<T>& f, int64_t rows, int64_t from, int64_t to, float* c, int64_t cStride, bool isSum) {
  constexpr int64_t tile = kWidestTile * kLanes;
  for (int64_t column = from; column < to; column += tile) {
    const int columns = static_cast<int>((to - column < tile ? to - column : tile) / kLanes);
    for (int64_t row = 0; row < rows; row += kStrip) {
      const Factors<T> part{f.a + row * f.aStride, f.aStride, f.b + column * Dot<T>::kStep, f.width, f.depth};
      strips<T>(part, columns, c + row * cStride + column, cStride, isSum);
    }
  }
}

// Rows of a head in memory: `count` rows of `size` values, `stride` apart.
template <class Stored>
struct Rows {
  const Stored* data;
  int64_t stride;
  int64_t count;
  int64_t size;
};

// → [rows][width], padded with zeros to the right and below
template <class T, class Stored>
inline void packRows(const Rows<Stored>& from, int64_t rows, int64_t width, T* to) {
  for (int64_t i = 0; i < rows; i++) {
    const int64_t size = i < from.count ? from.size : 0;
    for (int64_t d = 0; d < size; d++) assign(to[i * width + d], from.data[i * from.stride + d]);
    for (int64_t d = size; d < width; d++) to[i * width + d] = 0;
  }
}

// → [height / kStep][rows][kStep]: columns become the depth of a product over a head's size
template <class T, class Stored>
inline void packColumns(const Rows<Stored>& from, int64_t rows, int64_t height, T* to) {
  constexpr int step = Dot<T>::kStep;
  for (int64_t d = 0; d < height; d += step)
    for (int64_t i = 0; i < rows; i++)
      for (int s = 0; s < step; s++) {
        T& target = to[(d / step * rows + i) * step + s];
        if (i < from.count && d + s < from.size) assign(target, from.data[i * from.stride + d + s]);
        else target = 0;
      }
}

// → [rows / kStep][width][kStep]: rows become the depth of a product over tokens
template <class T, class Stored>
inline void packTokens(const Rows<Stored>& from, int64_t rows, int64_t width, T* to) {
  constexpr int step = Dot<T>::kStep;
  for (int64_t i = 0; i < rows; i += step)
    for (int s = 0; s < step; s++) {
      const int64_t size = i + s < from.count ? from.size : 0;
      T* target = to + i * width + s;
      const Stored* source = from.data + (i + s) * from.stride;
      for (int64_t d = 0; d < size; d++) assign(target[d * step], source[d]);
      for (int64_t d = size; d < width; d++) target[d * step] = 0;
    }
}

// → [height][rows]: a plain transpose
template <class T, class Stored>
inline void packTransposed(const Rows<Stored>& from, int64_t rows, int64_t height, T* to) {
  for (int64_t d = 0; d < height; d++)
    for (int64_t i = 0; i < rows; i++) {
      if (i < from.count && d < from.size) assign(to[d * rows + i], from.data[i * from.stride + d]);
      else to[d * rows + i] = 0;
    }
}

// Rows of a head in memory, for output.
template <class Stored>
struct RowsTo {
  Stored* data;
  int64_t stride;
  int64_t count;
  int64_t size;
};

#if defined(__AVX512F__)

// Packing of bf16, sixteen rows at a time. `rows`, `width` and `height` are multiples of kPad.

inline __m512i pairsOf(const Rows<Bf16>& from, int64_t row, int64_t d) {
  if (row >= from.count || d >= from.size) return _mm512_setzero_si512();
  const __mmask32 here = from.size - d >= 32 ? 0xFFFFFFFFu : (1u << (from.size - d)) - 1;
  return _mm512_maskz_loadu_epi16(here, from.data + row * from.stride + d);
}

// Calls `body(d, pairs)` for every two values of sixteen rows, at most 16 vectors.
template <class Body>
inline void forPairs(const Rows<Bf16>& from, int64_t row, int64_t height, const Body& body) {
  for (int64_t d = 0; d < height; d += 32) {
    __m512i v[16];
    for (int64_t j = 0; j < 16; j++) v[j] = pairsOf(from, row + j, d);
    turn(v);
    for (int64_t p = 0; p < smallest(16, (height - d) / 2); p++) body(d + 2 * p, v[p]);
  }
}

inline void packColumns(const Rows<Bf16>& from, int64_t rows, int64_t height, Bf16* to) {
  for (int64_t i = 0; i < rows; i += 16) forPairs(from, i, height, [&](int64_t d, __m512i pairs) { _mm512_storeu_si512(to + d * rows + 2 * i, pairs); });
}

inline void packTransposed(const Rows<Bf16>& from, int64_t rows, int64_t height, Bf16* to) {
  for (int64_t i = 0; i < rows; i += 16)
    forPairs(from, i, height, [&](int64_t d, __m512i pairs) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + d * rows + i), _mm512_cvtepi32_epi16(pairs));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + (d + 1) * rows + i), _mm512_cvtepi32_epi16(_mm512_srli_epi32(pairs, 16)));
    });
}

inline void packTokens(const Rows<Bf16>& from, int64_t rows, int64_t width, Bf16* to) {
  const auto halfOf = [&](int64_t row, int64_t d) {
    const __mmask16 here = row < from.count ? firstLanes(from.size - d) : 0;
    return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(here, from.data + row * from.stride + d));
  };
  for (int64_t i = 0; i < rows; i += 2)
    for (int64_t d = 0; d < width; d += 16)
      _mm512_storeu_si512(to + i * width + 2 * d, _mm512_or_si512(halfOf(i, d), _mm512_slli_epi32(halfOf(i + 1, d), 16)));
}

// Transposes [size][rows] back to rows. `rows` is a multiple of kPad, and `size` is padded to one.
template <class Stored>
inline void unpackTransposed(const float* from, int64_t rows, const RowsTo<Stored>& to) {
  for (int64_t i = 0; i < to.count; i += 16)
    for (int64_t d = 0; d < to.size; d += 16) {
      __m512i v[16];
      for (int64_t j = 0; j < 16; j++) v[j] = _mm512_loadu_si512(from + (d + j) * rows + i);
      turn(v);
      for (int64_t j = 0; j < smallest(16, to.count - i); j++) storeFirst(to.data + (i + j) * to.stride + d, _mm512_castsi512_ps(v[j]), to.size - d);
    }
}

#else

template <class Stored>
inline void unpackTransposed(const float* from, int64_t rows, const RowsTo<Stored>& to) {
  for (int64_t i = 0; i < to.count; i++)
    for (int64_t d = 0; d < to.size; d += kLanes) {
      alignas(64) float values[kLanes];
      for (int64_t j = 0; j < kLanes; j++) values[j] = from[(d + j) * rows + i];
      storeFirst(to.data + i * to.stride + d, load(values), to.size - d);
    }
}

#endif

}  // namespace

}  // namespace attune
