// N tokens of a batch, R rows, n tokens of the longest row, in and out features
import type { LayerTap, Parameter, RowTap } from '../engine/nn/index.ts';
import { aten, zeros, type Tensor } from '../engine/tensor/index.ts';

export type LayerRows = RowTap & LayerTap;

/** Per-row gradients of a weight: gᵀ x, concatenated over all passes that read it. */
export interface RowProducts {
  kind: LayerTap['kind'];
  weight: Parameter | undefined;
  bias: Parameter | undefined;
  /** f32 [R, n, out] */
  g: Tensor;
  /** f32 [R, n, in]; for tables, ids int64 [R, n], padded with -1 */
  x: Tensor;
}

/** Sum over all rows: Σ c gᵀ x, with c f32 [N] or [R]. */
export function addCut(tap: LayerRows, factors: Tensor): void {
  const arrived = tap.at.grad as Tensor;
  const [count, ...rest] = arrived.shape;
  const g = arrived.mul(factors.to(arrived.dtype).reshape(count, ...rest.map(() => 1))).flatten(0, -2); // [N, out]
  const x = tap.kind === 'rows' ? tap.x : tap.x.flatten(0, -2); // [N, in]
  if (tap.kind !== 'rows' && tap.bias !== undefined) give(tap.bias, g.to('f32').sum(0));
  if (tap.weight === undefined) return;
  if (tap.kind === 'rows') return give(tap.weight, sumByIds(g, x, tap.weight));
  if (tap.kind === 'scale') return give(tap.weight, g.to('f32').mul(x).sum(0));
  const [left, right] = tap.isTransposed ? [x, g] : [g, x];
  give(tap.weight, left.transpose(0, 1).matmul(right));
}

/** [V, D] */
function sumByIds(g: Tensor, ids: Tensor, { shape }: Parameter): Tensor {
  return aten.index_add.default(zeros(shape, { device: g.device }), 0, ids, g.to('f32'));
}

export function give({ tensor, shape }: Parameter, gradient: Tensor): void {
  const own = gradient.to(tensor.dtype).reshape(...shape);
  const { grad } = tensor;
  tensor.grad = grad === undefined ? own : grad.add(own);
}

/** f32 [R] */
export function squaresOf({ kind, weight, bias, g, x }: RowProducts): Tensor {
  if (kind === 'rows') return totals(sameIds(x).mul(gram(g)));
  const parts: Tensor[] = [];
  if (bias !== undefined) parts.push(totals(aten.square.default(g.sum(1))));
  if (weight !== undefined)
    parts.push(kind === 'scale' ? totals(aten.square.default(g.mul(x).sum(1))) : productSquares(x, g));
  return parts.reduce((sum, part) => sum.add(part));
}

/** Which tokens of a row have the same id: f32 [R, n, n] */
function sameIds(ids: Tensor): Tensor {
  return aten.eq.Tensor(ids.unsqueeze(2), ids.unsqueeze(1)).to('f32');
}

/** Squared norms of gradients gᵀ x: via products of tokens if a row has fewer tokens than the weight has values, else explicitly. */
export function productSquares(x: Tensor, g: Tensor): Tensor {
  const [, n, width] = x.shape;
  const out = g.shape[2];
  if (n * (width + out) <= width * out) return totals(gram(x).mul(gram(g)));
  return totals(aten.square.default(aten.bmm.default(g.transpose(1, 2), x)));
}

/** [R, n, D] → [R, n, n] */
function gram(x: Tensor): Tensor {
  return aten.bmm.default(x, x.transpose(1, 2));
}

/** [R, …] → [R] */
function totals(x: Tensor): Tensor {
  return x.flatten(1).sum(1);
}

/** Zeros on `meta`, where only memory is counted. */
export function numbersOf(tensor: Tensor): number[] {
  return tensor.device === 'meta' ? Array.from({ length: tensor.size }, () => 0) : [...tensor.toNumbers()];
}
