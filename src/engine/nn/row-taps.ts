// N tokens of a pass, or a vector for each of its rows; in and out features
import { aten, zeros, type Tensor } from '../tensor/index.ts';
import type { Parameter } from './module.ts';

/**
 * Factors of a trained weight's gradient in one pass: its input, and the gradient of its output. The gradient itself
 * is not formed.
 */
export type RowTap = {
  at: Tensor;
  /** The row of each of its tokens; undefined where they are the batch's own, or its rows. */
  rowOf: ArrayLike<number> | undefined;
  /** All of its tensors, to be freed. */
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
  /** y = x · scale, value by value, + shift */
  | { kind: 'scale'; weight: Parameter | undefined; bias: Parameter | undefined; x: Tensor }
  /** y = rows of a table: int64 [N] */
  | { kind: 'rows'; weight: Parameter; x: Tensor };

/** Log-probabilities [N] of targets int64 [N] by scores, which are not kept: cap · tanh(scale · (Σ x Wᵀ + bias) / cap). */
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
  /** Where that is trained. */
  parameter: Parameter | undefined;
}

let current: RowTap[] | undefined;
let rowOf: ArrayLike<number> | undefined;

/** Runs a pass whose trained weights note what their gradients are made of. */
export function withRowTaps<T>(taps: RowTap[], body: () => T): T {
  const before = current;
  current = taps;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** Runs what reads no tokens of the pass, of which no row's share could be told: its weights have gradients as usual. */
export function withoutRowTaps<T>(body: () => T): T {
  const before = current;
  current = undefined;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** Runs what reads other tokens than the batch's, which belong to the given rows: an encoder's, or a choice of them. */
export function withRowsOf<T>(rows: ArrayLike<number> | undefined, body: () => T): T {
  const before = rowOf;
  rowOf = rows;
  try {
    return body();
  } finally {
    rowOf = before;
  }
}

/** The rows of the tokens under way. */
export function currentRowsOf(): ArrayLike<number> | undefined {
  return rowOf;
}

/** Whether the pass under way notes that: then nothing is fused that holds trained weights. */
export function notesRows(): boolean {
  return current !== undefined;
}

/** x […, in] × weight [out, in]ᵀ + bias; the weights' own gradients are left out where they are noted. */
export function tappedLinear(x: Tensor, weight: Parameter, bias?: Parameter): Tensor {
  const [w, b] = [weight, bias].map((one) => one?.value(x.dtype));
  const isNoted = weight.trainable || bias?.trainable === true;
  if (current === undefined || !isNoted) return aten.linear.default(x, w as Tensor, { bias: b });
  const y = aten.linear.default(x, (w as Tensor).detach(), { bias: b?.detach() });
  return tapProduct(y, x, { weight, bias, isTransposed: false });
}

/** The same tap on a product with a weight, [out, in] or turned round, that was made without its gradient. */
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

/** y = x · scale + shift, value by value, of which `y` is made without their gradients. */
export function tapScale(y: Tensor, x: Tensor, { weight, bias }: { weight: Parameter; bias?: Parameter }): Tensor {
  return tapped(y, (keep) => ({ kind: 'scale', weight: moving(weight), bias: moving(bias), x: keep(x) }));
}

/** Rows of a table, by ids int64 [N]. */
export function tapRows(y: Tensor, ids: Tensor, weight: Parameter): Tensor {
  return tapped(y, (keep) => ({ kind: 'rows', weight, x: keep(ids) }));
}

/** Log-probabilities that were made without gradients of the weights that scored. */
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

/** y + 0, where its gradient arrives; a pass without gradients, as before a block is computed again, notes nothing. */
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
