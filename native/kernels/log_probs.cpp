// Log-probabilities of given tokens without ever holding all logits: rows are taken in chunks, backward computes them anew.
// N rows, D features, V vocabulary. logits = scale * (sum_i hidden_i [N, D_i] x weight_i [V, D_i]^T + bias), then the soft-cap.
// Several (hidden, weight) pairs let a low-rank adapter on the head take part without a merged weight.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

namespace attune {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// 2^24 f32 logits at a time: 64 MiB.
constexpr int64_t kChunkElements = 1 << 24;

struct Head {
  double softcap;
  double scale;
};

int64_t chunkRows(const at::Tensor& weight) { return std::max<int64_t>(16, kChunkElements / std::max<int64_t>(1, weight.size(0))); }

// The rows [begin, end) of all logits, f32, before the log-softmax.
at::Tensor logitsOf(at::TensorList hidden, at::TensorList weight, const at::Tensor& bias, const Head& head, int64_t begin, int64_t end) {
  at::Tensor logits;
  for (size_t i = 0; i < hidden.size(); i++) {
    const at::Tensor part = at::matmul(hidden[i].slice(0, begin, end), weight[i].t());
    logits = logits.defined() ? logits.add_(part) : part;
  }
  logits = logits.to(at::promote_types(logits.scalar_type(), at::kFloat));
  if (bias.defined()) logits.add_(bias);
  if (head.scale != 1.0) logits.mul_(head.scale);
  if (head.softcap > 0) logits.div_(head.softcap).tanh_().mul_(head.softcap);
  return logits;
}

std::vector<at::Tensor> inComputeType(at::TensorList weight, const at::Tensor& like) {
  std::vector<at::Tensor> result;
  for (const auto& w : weight) result.push_back(w.detach().to(like.scalar_type()));
  return result;
}

struct TokenLogProbs : public torch::autograd::Function<TokenLogProbs> {
  static variable_list forward(AutogradContext* context, at::TensorList hidden, at::TensorList weight, const std::optional<at::Tensor>& bias,
                               const at::Tensor& targets, double softcap, double scale) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const Head head{softcap, scale};
    const auto weights = inComputeType(weight, hidden[0]);
    const at::Tensor offset = bias.has_value() ? *bias : at::Tensor();
    const int64_t rows = hidden[0].size(0), step = chunkRows(weight[0]);
    std::vector<at::Tensor> normalisers, results, hits;
    for (int64_t begin = 0; begin < rows; begin += step) {
      const int64_t end = std::min(rows, begin + step);
      const at::Tensor logits = logitsOf(hidden, weights, offset, head, begin, end);
      const at::Tensor wanted = targets.slice(0, begin, end);
      normalisers.push_back(at::logsumexp(logits, {-1}));
      results.push_back(logits.gather(1, wanted.unsqueeze(1)).squeeze(1) - normalisers.back());
      hits.push_back(logits.argmax(-1).eq(wanted));
    }
    const auto wide = hidden[0].options().dtype(at::promote_types(hidden[0].scalar_type(), at::kFloat));
    const at::Tensor normaliser = rows > 0 ? at::cat(normalisers) : at::empty({0}, wide);
    variable_list saved(hidden.begin(), hidden.end());
    saved.insert(saved.end(), weight.begin(), weight.end());
    saved.insert(saved.end(), {offset, targets, normaliser});
    context->save_for_backward(saved);
    context->saved_data["pairs"] = static_cast<int64_t>(hidden.size());
    context->saved_data["softcap"] = softcap;
    context->saved_data["scale"] = scale;
    const at::Tensor hit = rows > 0 ? at::cat(hits) : at::empty({0}, hidden[0].options().dtype(at::kBool));
    context->mark_non_differentiable({hit});
    return {rows > 0 ? at::cat(results) : at::empty({0}, wide), hit};
  }

  // d logits = gradient * (one-hot - probabilities), through the soft-cap and the scale.
  static at::Tensor logitGradient(const at::Tensor& logits, const at::Tensor& normaliser, const at::Tensor& wanted, const at::Tensor& gradient, const Head& head) {
    at::Tensor result = at::exp(logits - normaliser.unsqueeze(1)).mul_(gradient.neg().unsqueeze(1));
    result.scatter_add_(1, wanted.unsqueeze(1), gradient.unsqueeze(1));
    if (head.softcap > 0) result.mul_(1 - (logits / head.softcap).square_());
    if (head.scale != 1.0) result.mul_(head.scale);
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const variable_list saved = context->get_saved_variables();
    const auto pairs = static_cast<size_t>(context->saved_data["pairs"].toInt());
    const Head head{context->saved_data["softcap"].toDouble(), context->saved_data["scale"].toDouble()};
    const std::vector<at::Tensor> hidden(saved.begin(), saved.begin() + pairs), weight(saved.begin() + pairs, saved.begin() + 2 * pairs);
    const at::Tensor &bias = saved[2 * pairs], &targets = saved[2 * pairs + 1], &normaliser = saved[2 * pairs + 2];
    const auto weights = inComputeType(weight, hidden[0]);
    variable_list hiddenGradients(pairs), weightGradients(pairs);
    for (size_t i = 0; i < pairs; i++) {
      if (context->needs_input_grad(i)) hiddenGradients[i] = at::empty_like(hidden[i]);
      if (context->needs_input_grad(pairs + i)) {
        weightGradients[i] = at::zeros_like(weight[i], at::TensorOptions().dtype(at::promote_types(weight[i].scalar_type(), at::kFloat)));
      }
    }
    at::Tensor biasGradient = bias.defined() && context->needs_input_grad(2 * pairs) ? at::zeros_like(bias) : at::Tensor();
    const int64_t rows = hidden[0].size(0), step = chunkRows(weight[0]);
    for (int64_t begin = 0; begin < rows; begin += step) {
      const int64_t end = std::min(rows, begin + step);
      const at::Tensor logits = logitsOf(hidden, weights, bias, head, begin, end);
      const at::Tensor wide = logitGradient(logits, normaliser.slice(0, begin, end), targets.slice(0, begin, end), gradients[0].slice(0, begin, end), head);
      if (biasGradient.defined()) biasGradient.add_(wide.sum(0));
      const at::Tensor narrow = wide.to(hidden[0].scalar_type());
      for (size_t i = 0; i < pairs; i++) {
        if (hiddenGradients[i].defined()) hiddenGradients[i].slice(0, begin, end).copy_(at::matmul(narrow, weights[i]));
        if (weightGradients[i].defined()) weightGradients[i].add_(at::matmul(narrow.t(), hidden[i].slice(0, begin, end)));
      }
    }
    for (size_t i = 0; i < pairs; i++) {
      if (weightGradients[i].defined()) weightGradients[i] = weightGradients[i].to(weight[i].scalar_type());
    }
    variable_list result = std::move(hiddenGradients);
    result.insert(result.end(), weightGradients.begin(), weightGradients.end());
    result.insert(result.end(), {biasGradient, at::Tensor(), at::Tensor(), at::Tensor()});
    return result;
  }
};

std::tuple<at::Tensor, at::Tensor> tokenLogProbs(at::TensorList hidden, at::TensorList weight, const std::optional<at::Tensor>& bias,
                                                 const at::Tensor& targets, double softcap, double scale) {
  TORCH_CHECK(hidden.size() == weight.size() && !hidden.empty(), "token_log_probs wants as many hidden tensors as weights");
  TORCH_CHECK(targets.dim() == 1 && hidden[0].dim() == 2 && targets.size(0) == hidden[0].size(0), "token_log_probs wants hidden [N, D] and targets [N]");
  const auto outputs = TokenLogProbs::apply(hidden, weight, bias, targets, softcap, scale);
  return {outputs[0], outputs[1]};
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(attune, library) {
  library.def(
      "token_log_probs(Tensor[] hidden, Tensor[] weight, Tensor? bias, Tensor targets, *, float softcap=0, float scale=1) "
      "-> (Tensor log_probs, Tensor hit)");
}

TORCH_LIBRARY_IMPL(attune, CompositeImplicitAutograd, library) { library.impl("token_log_probs", tokenLogProbs); }

}  // namespace attune
