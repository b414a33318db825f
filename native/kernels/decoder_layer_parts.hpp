// Parts of a decoder layer, and the check that they fit together.
#pragma once
#include <vector>

#include "operators.hpp"
#include "paged_attention.hpp"

namespace attune {

namespace {

using at::Tensor;

enum Linear { kQuery, kKey, kValue, kOutput, kGate, kUp, kDown, kLinears };
// A low-rank change of a linear layer's output for the rows from `begin` to `end`.
struct LowRankChange {
  Linear linear;
  double scale;
  int64_t begin, end;
  const Tensor &a, &b;  // [r, depth], [width, r]; the operator's own arguments

  int64_t rows() const { return end - begin; }
  int64_t rank() const { return a.size(0); }
};

enum Norm { kBeforeAttention, kBeforeFeedForward, kOfQueries, kOfKeys };

struct Layer {
  Tensor x;                         // [N, D]
  std::vector<Tensor> norms;        // two [D], optionally followed by two [d] for the heads of q and k
  std::vector<Tensor> weights;      // in the order above
  std::vector<Tensor> biases;       // undefined for layers without one
  Tensor cos, sin;                  // [N, d]
  Paged paged;
  double epsilon, scale;
  std::vector<LowRankChange> changes;

  int64_t tokens() const { return x.size(0); }
  int64_t size() const { return paged.keys.size(2); }
  int64_t width(Linear linear) const { return weights[linear].size(0); }
  int64_t heads(Linear linear) const { return width(linear) / size(); }
  bool hasHeadNorms() const { return norms.size() > kOfKeys; }
};

void checkWeights(const Layer& l) {
  TORCH_CHECK(l.x.dim() == 2 && l.weights.size() == kLinears && l.biases.size() == kLinears,
      "decoder_layer wants x [N, D], and weights and biases of q, k, v, output, gate, up and down");
  for (int i = 0; i < kLinears; i++) {
    const int64_t depth = i == kOutput ? l.width(kQuery) : i == kDown ? l.width(kUp) : l.x.size(1);
    TORCH_CHECK(l.weights[i].dim() == 2 && l.weights[i].size(1) == depth, "decoder_layer wants weight ", i, " of ", depth, " columns");
    TORCH_CHECK(!l.biases[i].defined() || (l.biases[i].dim() == 1 && l.biases[i].size(0) == l.weights[i].size(0)), "decoder_layer wants biases [O]");
  }
  TORCH_CHECK(l.width(kValue) == l.width(kKey) && l.width(kGate) == l.width(kUp), "decoder_layer wants k and v of one width, and gate and up");
  TORCH_CHECK(l.width(kOutput) == l.x.size(1) && l.width(kDown) == l.x.size(1), "decoder_layer gives what it reads: [N, D]");
}

void checkChanges(const Layer& l) {
  for (const LowRankChange& change : l.changes) {
    TORCH_CHECK(change.linear >= 0 && change.linear < kLinears, "decoder_layer: a change of layer ", static_cast<int>(change.linear));
    TORCH_CHECK(0 <= change.begin && change.begin <= change.end && change.end <= l.tokens(),
        "decoder_layer: a change of rows ", change.begin, " to ", change.end);
    const Tensor& weight = l.weights[change.linear];
    TORCH_CHECK(change.a.dim() == 2 && change.a.size(1) == weight.size(1) && change.b.dim() == 2 && change.b.size(0) == weight.size(0) &&
        change.b.size(1) == change.a.size(0),
                "decoder_layer wants A [r, D] and B [O, r]");
  }
}

void checkLayer(const Layer& l) {
  checkWeights(l);
  checkChanges(l);
  TORCH_CHECK(l.norms.size() == 2 || l.norms.size() == 4, "decoder_layer wants two norms, or four");
  TORCH_CHECK(l.paged.keys.dim() == 3, "decoder_layer wants a cache [C, K, d]");
  for (size_t i = 0; i < l.norms.size(); i++)
    TORCH_CHECK(l.norms[i].dim() == 1 && l.norms[i].size(0) == (i < kOfQueries ? l.x.size(1) : l.size()), "decoder_layer wants norms [D], [D], [d] and [d]");
  TORCH_CHECK(l.size() > 0 && l.size() % 2 == 0 && l.width(kQuery) % l.size() == 0 && l.width(kKey) % l.size() == 0,
      "decoder_layer wants heads of the cache's size, an even one");
  TORCH_CHECK(l.cos.dim() == 2 && l.cos.size(0) == l.tokens() && l.cos.size(1) == l.size() && l.sin.sizes() == l.cos.sizes(),
      "decoder_layer wants cos and sin [N, d]");
  checkPaged(l.paged, {l.tokens(), l.heads(kQuery), l.heads(kKey), l.size(), l.x.scalar_type()});
}

struct ChangeLists {
  at::TensorList a, b;
  at::IntArrayRef linear;
  at::ArrayRef<double> scale;
  at::IntArrayRef rows;
};

std::vector<LowRankChange> changesOf(const ChangeLists& lists, int64_t tokens) {
  const size_t count = lists.a.size();
  TORCH_CHECK(lists.b.size() == count && lists.linear.size() == count && lists.scale.size() == count && (lists.rows.empty() || lists.rows.size() == 2 * count),
              "decoder_layer wants A, B, layer and scale of each change, and the rows of all or none");
  std::vector<LowRankChange> changes;
  changes.reserve(count);
  for (size_t i = 0; i < count; i++)
    changes.push_back({static_cast<Linear>(lists.linear[i]), lists.scale[i], lists.rows.empty() ? 0 : lists.rows[2 * i],
        lists.rows.empty() ? tokens : lists.rows[2 * i + 1], lists.a[i], lists.b[i]});
  return changes;
}

}  // namespace

}  // namespace attune
