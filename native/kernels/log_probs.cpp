// Log-probabilities of given tokens without ever holding all logits of a large vocabulary: rows are processed in chunks, which backward
// recomputes.
// N rows, D features, V vocabulary. logits = scale * (sum_i hidden_i [N, D_i] x weight_i [V, D_i]^T + bias), then the soft-cap.
// Several (hidden, weight) pairs let a low-rank adapter on the head take part without a merged weight.
#include <ATen/Parallel.h>
#include <torch/custom_class.h>
#include <torch/library.h>

#include <utility>

#include "fused.hpp"
#include "int8_rows.hpp"

namespace attune {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Bytes of logits at a time: 64 MiB.
constexpr int64_t kChunkBytes = 1 << 26;

// Up to this size, all logits of a call are kept for backward, so that small vocabularies are not multiplied twice.
constexpr int64_t kKeptBytes = 1 << 27;

// Rows of a weight's gradient to compute at a time: a product for all would be as large as the weight.
constexpr int64_t kWeightRows = 8192;

// Logits kept for backward, by chunk. Backward overwrites them with gradients; a second backward recomputes them.
struct Kept : public torch::CustomClassHolder {
  variable_list logits;

  at::Tensor take(size_t chunk) { return chunk < logits.size() ? std::exchange(logits[chunk], at::Tensor()) : at::Tensor(); }
};

struct Head {
  double softcap;
  double scale;
};

// Product for the rows [begin, end), in the hidden states' type.
at::Tensor productOf(at::TensorList hidden, const std::vector<Table>& weight, int64_t begin, int64_t end) {
  at::Tensor logits;
  for (size_t i = 0; i < hidden.size(); i++) {
    const at::Tensor part = timesTurned(hidden[i].slice(0, begin, end), weight[i]);
    logits = logits.defined() ? logits.add_(part) : part;
  }
  return logits;
}

// Kernels that read these products directly in bf16; null if logits are computed in f32 first: those sums stay
// libtorch's, since parity is pinned to its rounding.
const LogProbKernels* rowKernels(const at::Tensor& hidden, const at::Tensor& bias, const Head& head) {
  if (hidden.scalar_type() != at::kBFloat16 || bias.defined() || head.softcap > 0) return nullptr;
  const TypeKernels* kernels = kernelsFor(hidden);
  return kernels == nullptr ? nullptr : &kernels->logProbs;
}

// Rows per chunk, evenly distributed.
int64_t chunkRows(const at::Tensor& weight, int64_t rows, bool isNarrow) {
  const int64_t most = std::max<int64_t>(16, kChunkBytes / (isNarrow ? 2 : 4) / std::max<int64_t>(1, weight.size(0)));
  const int64_t chunks = std::max<int64_t>(1, (rows + most - 1) / most);
  return isNarrow ? std::max<int64_t>(1, (rows + chunks - 1) / chunks) : most;
}

LogProbs problemOf(const at::Tensor& logits, const at::Tensor& targets, const at::Tensor& normaliser, const Head& head) {
  LogProbs p{};
  p.logits = logits.mutable_data_ptr();
  p.size = logits.size(1);
  p.scale = static_cast<float>(head.scale);
  p.targets = targets.const_data_ptr<int64_t>();
  p.normaliser = const_cast<float*>(normaliser.const_data_ptr<float>());
  return p;
}

// The rows [begin, end) of all logits, f32, before the log-softmax.
at::Tensor logitsOf(at::TensorList hidden, const std::vector<Table>& weight, const at::Tensor& bias, const Head& head, int64_t begin, int64_t end) {
  at::Tensor logits = productOf(hidden, weight, begin, end);
  logits = logits.to(at::promote_types(logits.scalar_type(), at::kFloat));
  if (bias.defined()) logits.add_(bias);
  if (head.scale != 1.0) logits.mul_(head.scale);
  if (head.softcap > 0) logits.div_(head.softcap).tanh_().mul_(head.softcap);
  return logits;
}

// The weights in the hidden states' type; an int8 one, which only the first can be, stays as it is.
std::vector<Table> inComputeType(at::TensorList weight, const at::Tensor& scales, const at::Tensor& like) {
  std::vector<Table> result;
  for (const auto& w : weight) {
    const bool isRounded = scales.defined() && result.empty();
    result.push_back(isRounded ? tableOf(w, scales) : Table{w.detach().to(like.scalar_type()), {}});
  }
  return result;
}

// Outputs for some rows.
struct Scores {
  at::Tensor normaliser, result, hit;
};

void scoreWide(const at::Tensor& logits, const at::Tensor& wanted, const Scores& scores) {
  scores.normaliser.copy_(at::logsumexp(logits, {-1}));
  scores.result.copy_(logits.gather(1, wanted.unsqueeze(1)).squeeze(1) - scores.normaliser);
  scores.hit.copy_(logits.argmax(-1).eq(wanted));
}

void scoreRows(const at::Tensor& logits, const at::Tensor& wanted, const Scores& scores, const Head& head, const LogProbKernels& kernels) {
  LogProbs p = problemOf(logits, wanted, scores.normaliser, head);
  p.result = scores.result.mutable_data_ptr<float>();
  p.hit = scores.hit.mutable_data_ptr<bool>();
  at::parallel_for(0, logits.size(0), 1, [&](int64_t begin, int64_t end) { kernels.forward(p, begin, end); });
}

// Values of some rows saved for backward.
struct Rows {
  at::Tensor normaliser, wanted, gradient;
};

// d logits = gradient * (one-hot - probabilities), through soft cap and scale; also accumulates the bias's gradient.
at::Tensor wideGradient(const at::Tensor& logits, const Rows& rows, const Head& head, const at::Tensor& biasGradient) {
  at::Tensor result = at::exp(logits - rows.normaliser.unsqueeze(1)).mul_(rows.gradient.neg().unsqueeze(1));
  result.scatter_add_(1, rows.wanted.unsqueeze(1), rows.gradient.unsqueeze(1));
  if (head.softcap > 0) result.mul_(1 - (logits / head.softcap).square_());
  if (head.scale != 1.0) result.mul_(head.scale);
  if (biasGradient.defined()) biasGradient.add_(result.sum(0));
  return result;
}

// Computes the gradients in place of the logits.
at::Tensor rowGradient(const at::Tensor& logits, const Rows& rows, const Head& head, const LogProbKernels& kernels) {
  LogProbs p = problemOf(logits, rows.wanted, rows.normaliser, head);
  p.gradient = rows.gradient.const_data_ptr<float>();
  at::parallel_for(0, logits.size(0), 1, [&](int64_t begin, int64_t end) { kernels.backward(p, begin, end); });
  return logits;
}

struct TokenLogProbs : public torch::autograd::Function<TokenLogProbs> {
  // isEarly: only hidden states need gradients, and row kernels compute them in forward while the logits exist, as if
  // each log-probability had gradient 1; backward multiplies by the actual ones. A weight's gradient is a sum over
  // rows, so it must wait.
  static variable_list forward(AutogradContext* context, at::TensorList hidden, at::TensorList weight, const std::optional<at::Tensor>& bias,
                               const std::optional<at::Tensor>& scales, const at::Tensor& targets, const Head& head, bool isEarly, bool isRecorded) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const at::Tensor offset = bias.has_value() ? *bias : at::Tensor(), sizes = scales.has_value() ? *scales : at::Tensor();
    const auto weights = inComputeType(weight, sizes, hidden[0]);
    const LogProbKernels* kernels = rowKernels(hidden[0], offset, head);
    const int64_t rows = hidden[0].size(0), step = chunkRows(weight[0], rows, kernels != nullptr);
    const auto wide = hidden[0].options().dtype(at::promote_types(hidden[0].scalar_type(), at::kFloat));
    const at::Tensor normaliser = at::empty({rows}, wide), result = at::empty({rows}, wide), hit = at::empty({rows}, wide.dtype(at::kBool));
    const auto width = static_cast<int64_t>(kernels != nullptr ? sizeof(at::BFloat16) : wide.dtype().itemsize());
    variable_list early(hidden.size());
    const auto kept = c10::make_intrusive<Kept>();
    for (size_t i = 0; isEarly && i < hidden.size(); i++) early[i] = at::empty_like(hidden[i]);
    for (int64_t begin = 0; begin < rows; begin += step) {
      const int64_t end = std::min(rows, begin + step);
      const Scores scores{normaliser.slice(0, begin, end), result.slice(0, begin, end), hit.slice(0, begin, end)};
      const at::Tensor wanted = targets.slice(0, begin, end);
      const at::Tensor logits = kernels != nullptr ? productOf(hidden, weights, begin, end) : logitsOf(hidden, weights, offset, head, begin, end);
      if (kernels != nullptr) scoreRows(logits, wanted, scores, head, *kernels);
      else scoreWide(logits, wanted, scores);
      if (isRecorded && !isEarly && rows * weight[0].size(0) * width <= kKeptBytes) kept->logits.push_back(logits);
      if (!isEarly) continue;
      const at::Tensor gradient = rowGradient(logits, {scores.normaliser, wanted, at::ones({end - begin}, wide)}, head, *kernels);
      for (size_t i = 0; i < hidden.size(); i++) early[i].slice(0, begin, end).copy_(timesTable(gradient, weights[i]));
    }
    variable_list saved = std::move(early);
    if (!isEarly) {
      saved.assign(hidden.begin(), hidden.end());
      saved.insert(saved.end(), weight.begin(), weight.end());
      saved.insert(saved.end(), {offset, targets, normaliser, sizes});
    }
    context->save_for_backward(saved);
    context->saved_data["kept"] = c10::IValue::make_capsule(kept);
    context->saved_data["early"] = isEarly;
    context->saved_data["pairs"] = static_cast<int64_t>(hidden.size());
    context->saved_data["softcap"] = head.softcap;
    context->saved_data["scale"] = head.scale;
    context->mark_non_differentiable({hit});
    return {result, hit};
  }

  static variable_list earlyBackward(const variable_list& saved, const at::Tensor& given) {
    variable_list result;
    for (const at::Tensor& early : saved) result.push_back((early * given.unsqueeze(1)).to(early.scalar_type()));
    // The weights, bias, scales, targets, the head's numbers, isEarly and isRecorded.
    result.resize(2 * saved.size() + 6);
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const variable_list saved = context->get_saved_variables();
    if (context->saved_data["early"].toBool()) return earlyBackward(saved, gradients[0]);
    const auto pairs = static_cast<size_t>(context->saved_data["pairs"].toInt());
    const Head head{context->saved_data["softcap"].toDouble(), context->saved_data["scale"].toDouble()};
    const std::vector<at::Tensor> hidden(saved.begin(), saved.begin() + pairs), weight(saved.begin() + pairs, saved.begin() + 2 * pairs);
    const at::Tensor &bias = saved[2 * pairs], &targets = saved[2 * pairs + 1], &normaliser = saved[2 * pairs + 2];
    const auto weights = inComputeType(weight, saved[2 * pairs + 3], hidden[0]);
    variable_list hiddenGradients(pairs), weightGradients(pairs);
    for (size_t i = 0; i < pairs; i++) {
      if (context->needs_input_grad(i)) hiddenGradients[i] = at::empty_like(hidden[i]);
      if (context->needs_input_grad(pairs + i)) {
        weightGradients[i] = at::zeros_like(weight[i], at::TensorOptions().dtype(at::promote_types(weight[i].scalar_type(), at::kFloat)));
      }
    }
    at::Tensor biasGradient = bias.defined() && context->needs_input_grad(2 * pairs) ? at::zeros_like(bias) : at::Tensor();
    const auto kept = c10::static_intrusive_pointer_cast<Kept>(context->saved_data["kept"].toCapsule());
    const LogProbKernels* kernels = rowKernels(hidden[0], bias, head);
    const int64_t rows = hidden[0].size(0), step = chunkRows(weight[0], rows, kernels != nullptr);
    const at::Tensor given = gradients[0].contiguous();
    for (int64_t begin = 0; begin < rows; begin += step) {
      const int64_t end = std::min(rows, begin + step);
      const Rows chunk{normaliser.slice(0, begin, end), targets.slice(0, begin, end), given.slice(0, begin, end)};
      at::Tensor logits = kept->take(static_cast<size_t>(begin / step));
      at::Tensor narrow;
      if (kernels != nullptr) {
        narrow = rowGradient(logits.defined() ? logits : productOf(hidden, weights, begin, end), chunk, head, *kernels);
      } else {
        if (!logits.defined()) logits = logitsOf(hidden, weights, bias, head, begin, end);
        narrow = wideGradient(logits, chunk, head, biasGradient).to(hidden[0].scalar_type());
      }
      for (size_t i = 0; i < pairs; i++) {
        if (hiddenGradients[i].defined()) hiddenGradients[i].slice(0, begin, end).copy_(timesTable(narrow, weights[i]));
        if (weightGradients[i].defined()) addWeightGradient(weightGradients[i], narrow, hidden[i].slice(0, begin, end));
      }
    }
    return inOrder(std::move(hiddenGradients), weightGradients, weight, biasGradient);
  }

  static void addWeightGradient(const at::Tensor& sum, const at::Tensor& gradient, const at::Tensor& hidden) {
    for (int64_t row = 0; row < sum.size(0); row += kWeightRows) {
      const int64_t end = std::min(sum.size(0), row + kWeightRows);
      sum.slice(0, row, end).add_(at::matmul(gradient.slice(1, row, end).t(), hidden));
    }
  }

  // Gradients of all inputs, each in its own type.
  static variable_list inOrder(variable_list hidden, const variable_list& weightGradients, const std::vector<at::Tensor>& weight, const at::Tensor& bias) {
    variable_list result = std::move(hidden);
    for (size_t i = 0; i < weight.size(); i++) {
      result.push_back(weightGradients[i].defined() ? weightGradients[i].to(weight[i].scalar_type()) : at::Tensor());
    }
    result.insert(result.end(), {bias, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()});  // scales, targets, head, isEarly, isRecorded
    return result;
  }
};

bool isTrained(at::TensorList tensors) {
  return at::GradMode::is_enabled() && std::any_of(tensors.begin(), tensors.end(), [](const at::Tensor& x) { return x.requires_grad(); });
}

std::tuple<at::Tensor, at::Tensor> tokenLogProbs(at::TensorList hidden, at::TensorList weight, const std::optional<at::Tensor>& bias,
                                                 const at::Tensor& targets, double softcap, double scale, const std::optional<at::Tensor>& rowScales) {
  TORCH_CHECK(hidden.size() == weight.size() && !hidden.empty(), "token_log_probs wants as many hidden tensors as weights");
  TORCH_CHECK(targets.dim() == 1 && hidden[0].dim() == 2 && targets.size(0) == hidden[0].size(0), "token_log_probs wants hidden [N, D] and targets [N]");
  TORCH_CHECK(targets.scalar_type() == at::kLong, "token_log_probs wants int64 targets");
  const int64_t vocabulary = weight[0].size(0);
  if (isOnCpu(targets) && targets.numel() > 0) {
    const auto [least, most] = at::aminmax(targets);
    TORCH_CHECK(least.item<int64_t>() >= 0 && most.item<int64_t>() < vocabulary, "token_log_probs: a target is not in the vocabulary of ", vocabulary);
  }
  const Head head{softcap, scale};
  const bool isRecorded = isTrained(hidden) || isTrained(weight);
  const bool isEarly = rowKernels(hidden[0], bias.value_or(at::Tensor()), head) != nullptr && isTrained(hidden) && !isTrained(weight);
  const auto outputs = TokenLogProbs::apply(hidden, weight, bias, rowScales, targets.contiguous(), head, isEarly, isRecorded);
  return {outputs[0], outputs[1]};
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(attune, library) {
  library.def(
      "token_log_probs(Tensor[] hidden, Tensor[] weight, Tensor? bias, Tensor targets, *, float softcap=0, float scale=1, "
      "Tensor? row_scales=None) "
      "-> (Tensor log_probs, Tensor hit)");
}

TORCH_LIBRARY_IMPL(attune, CompositeImplicitAutograd, library) { library.impl("token_log_probs", tokenLogProbs); }

}  // namespace attune
