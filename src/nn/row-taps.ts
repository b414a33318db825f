// N tokens of a pass, or a vector for each of its rows; in and out features
import { aten, zeros, type Tensor } from '../tensor/index.ts';
import type { Parameter } from './module.ts';

/**
 * What a trained weight's gradient is made of in one pass: what it was multiplied with, and where the gradient of the
 * product arrives. No gradient of the weight itself is made.
 */
export type RowTap =
  | {
      kind: 'product';
      weight: Parameter | undefined;
      bias: Parameter | undefined;
      x: Tensor;
      at: Tensor;
      isTransposed: boolean;
    }
  /** y = x · scale, value by value, + shift */
  | { kind: 'scale'; weight: Parameter | undefined; bias: Parameter | undefined; x: Tensor; at: Tensor }
  /** y = rows of a table: int64 [N] */
  | { kind: 'rows'; weight: Parameter; x: Tensor; at: Tensor };

let current: RowTap[] | undefined;

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

/** Whether the pass under way notes that: then nothing is fused that holds trained weights. */
export function notesRows(): boolean {
  return current !== undefined;
}

/** x […, in] × weight [out, in]ᵀ + bias; the weights' own gradients are left out where they are noted. */
export function tappedLinear(x: Tensor, weight: Parameter, bias?: Parameter): Tensor {
  const [w, b] = [weight, bias].map((one) => one?.value(x.dtype));
  const isNoted = weight.trainable || bias?.trainable === true;
  if (current === undefined || !isNoted) return aten.linear.default(x, w as Tensor, { bias: b });
  return tapped(aten.linear.default(x, (w as Tensor).detach(), { bias: b?.detach() }), (at) => ({
    kind: 'product',
    weight: moving(weight),
    bias: moving(bias),
    x,
    at,
    isTransposed: false,
  }));
}

/** The same tap on a product with a weight [in, out] that was made without its gradient. */
export function tapTurned(y: Tensor, x: Tensor, { weight, bias }: { weight: Parameter; bias?: Parameter }): Tensor {
  return tapped(y, (at) => ({
    kind: 'product',
    weight: moving(weight),
    bias: moving(bias),
    x,
    at,
    isTransposed: true,
  }));
}

/** y = x · scale + shift, value by value, of which `y` is made without their gradients. */
export function tapScale(y: Tensor, x: Tensor, { weight, bias }: { weight: Parameter; bias?: Parameter }): Tensor {
  return tapped(y, (at) => ({ kind: 'scale', weight: moving(weight), bias: moving(bias), x, at }));
}

/** Rows of a table, by ids int64 [N]. */
export function tapRows(y: Tensor, ids: Tensor, weight: Parameter): Tensor {
  return tapped(y, (at) => ({ kind: 'rows', weight, x: ids, at }));
}

function moving(parameter: Parameter | undefined): Parameter | undefined {
  return parameter?.trainable === true ? parameter : undefined;
}

/** y + 0, where its gradient arrives; a pass without gradients, as before a block is computed again, notes nothing. */
function tapped(y: Tensor, tap: (at: Tensor) => RowTap): Tensor {
  const at = zeros([1], { dtype: y.dtype, device: y.device })
    .expand(...y.shape)
    .detach()
    .setRequiresGrad();
  const output = y.add(at);
  if (!output.requiresGrad) return output;
  const made = tap(at);
  current!.push({ ...made, x: made.x.detach().own(), at: at.own() });
  return output;
}
