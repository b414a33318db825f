// N tokens of a pass, or one vector per row; in and out features
import { aten, zeros, type Tensor } from '../tensor/index.ts';
import type { Parameter } from './module.ts';

/**
 * Factors of a trained weight's gradient in one pass: its input and its output's gradient. The gradient itself is not
 * computed.
 */
export type RowTap = {
  at: Tensor;
  /** Row of each token; undefined for the batch's own tokens, or for its rows. */
  rowOf: ArrayLike<number> | undefined;
  /** All its tensors, for disposal. */
  kept: readonly Tensor[];
} & (LayerTap | ScoresTap);

export type LayerTap =
  | {
      kind: 'product';
      weight: Parameter | undefined;
      bias: Parameter | undefined;
      x: Tensor;
      isTransposed: boolean;
    }
  /** y = x · scale + shift, element by element */
  | { kind: 'scale'; weight: Parameter | undefined; bias: Parameter | undefined; x: Tensor }
  /** y = rows of a table: int64 [N] */
  | { kind: 'rows'; weight: Parameter; x: Tensor };

/** Log-probabilities [N] of targets int64 [N], whose scores are not kept: cap · tanh(scale · (Σ x Wᵀ + bias) / cap). */
export interface ScoresTap {
  kind: 'scores';
  terms: readonly ScoresTerm[];
  bias: Tensor | undefined;
  biasParameter: Parameter | undefined;
  targets: Tensor;
  softcap: number;
  scale: number;
}

interface ScoresTerm {
  /** [N, D] */
  x: Tensor;
  /** [V, D] */
  weight: Tensor;
  /** Present if it is trained. */
  parameter: Parameter | undefined;
}

let current: RowTap[] | undefined;
let rowOf: ArrayLike<number> | undefined;

/** Runs a pass whose trained weights record the factors of their gradients. */
export function withRowTaps<T>(taps: RowTap[], body: () => T): T {
  const before = current;
  current = taps;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** Runs layers whose inputs cannot be attributed to rows: their weights get gradients as usual. */
export function withoutRowTaps<T>(body: () => T): T {
  const before = current;
  current = undefined;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** Runs layers on tokens other than the batch's, which belong to the given rows: an encoder's, or a subset. */
export function withRowsOf<T>(rows: ArrayLike<number> | undefined, body: () => T): T {
  const before = rowOf;
  rowOf = rows;
  try {
    return body();
  } finally {
    rowOf = before;
  }
}

/** Rows of the current tokens. */
export function currentRowsOf(): ArrayLike<number> | undefined {
  return rowOf;
}

/** Whether the current pass records factors; then operators with trained weights are not fused. */
export function notesRows(): boolean {
  return current !== undefined;
}

/** x […, in] × weight [out, in]ᵀ + bias; recorded weights get no gradients. */
export function tappedLinear(x: Tensor, weight: Parameter, bias?: Parameter): Tensor {
  const [w, b] = [weight, bias].map((one) => one?.value(x.dtype));
  const isNoted = weight.trainable || bias?.trainable === true;
  if (current === undefined || !isNoted) return aten.linear.default(x, w as Tensor, { bias: b });
  const y = aten.linear.default(x, (w as Tensor).detach(), { bias: b?.detach() });
  return tapProduct(y, x, { weight, bias, isTransposed: false });
}

/** Records a product with a weight, [out, in] or transposed, that was computed without its gradient. */
export function tapProduct(
  y: Tensor,
  x: Tensor,
  { weight, bias, isTransposed }: { weight: Parameter; bias?: Parameter; isTransposed: boolean },
): Tensor {
  return tapped(y, (keep) => ({
    kind: 'product',
    weight: moving(weight),
    bias: moving(bias),
    x: keep(x),
    isTransposed,
  }));
}

/** Records y = x · scale + shift, where `y` was computed without gradients of scale and shift. */
export function tapScale(y: Tensor, x: Tensor, { weight, bias }: { weight: Parameter; bias?: Parameter }): Tensor {
  return tapped(y, (keep) => ({ kind: 'scale', weight: moving(weight), bias: moving(bias), x: keep(x) }));
}

/** Records table rows, by ids int64 [N]. */
export function tapRows(y: Tensor, ids: Tensor, weight: Parameter): Tensor {
  return tapped(y, (keep) => ({ kind: 'rows', weight, x: keep(ids) }));
}

/** Records log-probabilities that were computed without gradients of the weights. */
export function tapScores(logProbs: Tensor, made: Omit<ScoresTap, 'kind'>): Tensor {
  return tapped(logProbs, (keep) => ({
    ...made,
    kind: 'scores',
    terms: made.terms.map((term) => ({ ...term, x: keep(term.x), weight: keep(term.weight) })),
    bias: made.bias && keep(made.bias),
    targets: keep(made.targets),
  }));
}

function moving(parameter: Parameter | undefined): Parameter | undefined {
  return parameter?.trainable === true ? parameter : undefined;
}

/** y + 0, to observe its gradient; records nothing in a pass without gradients, as before a block is recomputed. */
function tapped(y: Tensor, tap: (keep: (tensor: Tensor) => Tensor) => LayerTap | ScoresTap): Tensor {
  const at = zeros([1], { dtype: y.dtype, device: y.device })
    .expand(...y.shape)
    .detach()
    .setRequiresGrad();
  const output = y.add(at);
  if (!output.requiresGrad) return output;
  const kept = [at.own()];
  const keep = (tensor: Tensor): Tensor => {
    const own = tensor.detach().own();
    kept.push(own);
    return own;
  };
  current!.push({ ...tap(keep), at, rowOf, kept });
  return output;
}
