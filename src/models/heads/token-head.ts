// N tokens, D width, V vocabulary
import { aten, attune, type Tensor } from '../../engine/tensor/index.ts';
import {
  changedInput,
  Module,
  notesRows,
  Parameter,
  tapScores,
  termsOf,
  weightTerm,
  type LinearLike,
  type Term,
} from '../../engine/nn/index.ts';

export interface TokenLogProbs {
  /** Log-probability of each target, f32 [N]. */
  logProbs: Tensor;
  /** Whether the target is the most probable token, bool [N]. */
  hit: Tensor;
}

/** A head that scores a vocabulary at each token. Logits are only materialised for the tokens asked for. */
export abstract class TokenHead extends Module {
  /** Layers before the output matrix: [N, D] → [N, D]. */
  protected transform(hidden: Tensor): Tensor {
    return hidden;
  }
  /** Products of the transformed hidden states whose sum is the logits. */
  protected abstract terms(hidden: Tensor): Term[];
  protected outputBias(): Parameter | Tensor | undefined {
    return undefined;
  }
  /** logits = cap · tanh(logits / cap); 0 for none. */
  readonly softcap: number = 0;
  readonly scale: number = 1;

  /**
   * Log-probabilities of `targets` int64 [N] given hidden [N, D], differentiable and computed in chunks of rows.
   * `temperature` gives those of the sampling distribution.
   */
  tokenLogProbs(hidden: Tensor, targets: Tensor, temperature = 1): TokenLogProbs {
    const terms = this.terms(this.transform(hidden));
    if (terms.some(({ span }) => span !== undefined))
      throw new Error('tokens can only be scored under one adapter at a time');
    // (cap / t) · tanh((x / t) / (cap / t)) is the capped logit, divided by t.
    const shape = { softcap: this.softcap / temperature, scale: this.scale / temperature };
    const [bias, biasParameter] = biasOf(this.outputBias());
    const isNoted = notesRows() && [...terms, { parameter: biasParameter }].some(isTrained);
    const made = isNoted ? terms.map(asNoted) : terms;
    const [logProbs, hit] = attune.token_log_probs.default(
      made.map((term) => term.hidden),
      made.map((term) => term.weight),
      isNoted ? bias?.detach() : bias,
      targets,
      { ...shape, row_scales: made[0].scales },
    );
    if (!isNoted) return { logProbs, hit };
    const noted = made.map(({ hidden: x, weight, parameter }) => ({ x, weight, parameter }));
    return { logProbs: tapScores(logProbs, { ...shape, terms: noted, bias, biasParameter, targets }), hit };
  }

  /** Logits f32 [N, V], for a few tokens, such as in sampling. */
  logits(hidden: Tensor): Tensor {
    let logits = this.terms(this.transform(hidden)).reduce<Tensor | undefined>(addTerm, undefined) as Tensor;
    if (logits.dtype !== 'f64') logits = logits.to('f32');
    const [bias] = biasOf(this.outputBias());
    if (bias !== undefined) logits = logits.add(bias);
    if (this.scale !== 1) logits = logits.mul(this.scale);
    return this.softcap > 0 ? aten.tanh.default(logits.div(this.softcap)).mul(this.softcap) : logits;
  }
}

/** A linear layer's output as terms, including adapters; adapters on a head must be sums of products. */
export function linearTerms(layer: LinearLike, hidden: Tensor): Term[] {
  const input = changedInput(layer, hidden);
  const added = termsOf(layer.adapters.acting(hidden.shape[0]), hidden);
  return [weightTerm(input, layer.weight), ...added];
}

/** A bias, and its parameter if that is trained. */
function biasOf(bias: Parameter | Tensor | undefined): [Tensor | undefined, Parameter | undefined] {
  if (!(bias instanceof Parameter)) return [bias, undefined];
  return [bias.tensor, bias.trainable ? bias : undefined];
}

function isTrained({ parameter }: Pick<Term, 'parameter'>): boolean {
  return parameter?.trainable === true;
}

/** Detaches a trained weight, whose gradient the tap computes; other terms keep theirs. Taps read dense weights. */
function asNoted(term: Term): Term {
  if (isTrained(term)) return { ...term, weight: term.weight.detach() };
  const weight = term.scales === undefined ? term.weight : term.parameter!.tensor;
  return { ...term, weight, scales: undefined, parameter: undefined };
}

/** Adds a term to the sum so far: [N, V] */
function addTerm(sum: Tensor | undefined, { hidden, weight, scales, span }: Term): Tensor {
  const product =
    scales === undefined
      ? aten.linear.default(hidden, weight.to(hidden.dtype))
      : attune.int8_rows_product.default(hidden, weight, scales);
  if (sum === undefined) return product;
  if (span === undefined) return sum.add(product);
  sum.narrow(0, span.start, span.end - span.start).add_(product);
  return sum;
}
