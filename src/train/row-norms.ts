// N tokens of a batch, R rows, n tokens of the longest row, in and out features
import { greatest } from '../base/many.ts';
import { rowOfTokens, type Layout, type Parameter, type RowTap } from '../nn/index.ts';
import { aten, cat, fromArray, zeros, type Tensor } from '../tensor/index.ts';

/** What single rows make of the weights, of one batch. */
export interface NotedRows {
  taps: readonly RowTap[];
  layout: Layout;
}

/**
 * Adds up rows' gradients, each times what `factorOf` makes of its norm, where the weights keep theirs; from what a pass
 * noted of them, so that no row's gradient is made where its tokens are few, and no second pass is taken (ghost norms,
 * Li et al., 2022; book-keeping, Bu et al., 2022). Gives the norms. Undefined where a weight was noted more than once: its
 * gradient is then no single product. One that was not noted had no part in the pass.
 */
export function addCutRows(noted: NotedRows, factorOf: (norm: number) => number): number[] | undefined {
  const { taps, layout } = noted;
  if (!areNotedOnce(taps)) return undefined;
  const rows = new RowPlaces(layout, taps[0].at.device);
  const squares = squaredRowNorms(taps, rows);
  if (squares === undefined) return undefined;
  const norms = [...squares.toNumbers()].map(Math.sqrt);
  const factors = rows.factors(norms.map(factorOf));
  for (const tap of taps) addCut(tap, factors);
  return norms;
}

/** f32 [R] */
function squaredRowNorms(taps: readonly RowTap[], rows: RowPlaces): Tensor | undefined {
  let sum: Tensor | undefined;
  for (const tap of taps) {
    const own = squaresOf(tap, rows);
    if (own === undefined) return undefined;
    sum = sum === undefined ? own : sum.add(own);
  }
  return sum;
}

function areNotedOnce(taps: readonly RowTap[]): boolean {
  const noted = taps.flatMap((tap) => ('bias' in tap ? [tap.weight, tap.bias] : [tap.weight]));
  const all = noted.filter((parameter) => parameter !== undefined);
  return all.length > 0 && new Set(all).size === all.length;
}

/** Tokens of a batch by their rows. */
class RowPlaces {
  readonly rows: number;
  readonly tokens: number;
  readonly #places: Tensor;
  readonly #rowOf: ArrayLike<number>;
  readonly #longest: number;

  constructor(layout: Layout, device: string) {
    const of = rowOfTokens(layout);
    this.#rowOf = of;
    this.tokens = of.length;
    this.rows = of.reduce((most, row) => Math.max(most, row + 1), 0);
    const lengths = Array.from({ length: this.rows }, () => 0);
    for (const row of of) lengths[row]++;
    this.#longest = greatest(lengths);
    // Behind the last token lies one of zeros.
    const places = new BigInt64Array(this.rows * this.#longest).fill(BigInt(of.length));
    const filled = Array.from({ length: this.rows }, () => 0);
    for (const [token, row] of of.entries()) places[row * this.#longest + filled[row]++] = BigInt(token);
    this.#places = fromArray(places).toDevice(device);
  }

  /** Values of tokens [N, D], or of rows [R, D] or [R, T, D] → f32 [R, n, D]; undefined where they are of neither. */
  of(values: Tensor): Tensor | undefined {
    const [count, ...rest] = values.shape;
    if (rest.length === 2 && count === this.rows) return values.to('f32');
    if (rest.length !== 1) return undefined;
    if (count !== this.tokens) return count === this.rows ? values.to('f32').unsqueeze(1) : undefined;
    const padded = cat([values.to('f32'), zeros([1, ...rest], { device: values.device })]);
    return padded.indexSelect(0, this.#places).reshape(this.rows, this.#longest, ...rest);
  }

  /** A number for each row as one for each of its tokens, or for each row: f32 [N] or [R] */
  factors(ofRows: readonly number[]): (count: number) => Tensor {
    const make = (values: readonly number[]) => fromArray(Float32Array.from(values)).toDevice(this.#places.device);
    const [byRow, byToken] = [make(ofRows), make(Array.from(this.#rowOf, (row) => ofRows[row]))];
    return (count) => (count === this.tokens ? byToken : byRow);
  }

  /** Which of a row's tokens have the same id: f32 [R, n, n] */
  sameIds(ids: Tensor): Tensor | undefined {
    if (ids.shape.length !== 1 || ids.shape[0] !== this.tokens) return undefined;
    const behind = fromArray(BigInt64Array.of(-1n)).toDevice(ids.device);
    const own = cat([ids, behind]).indexSelect(0, this.#places).reshape(this.rows, this.#longest);
    return aten.eq.Tensor(own.unsqueeze(2), own.unsqueeze(1)).to('f32');
  }
}

/** The sum over all rows: Σ c gᵀ x of products. */
function addCut(tap: RowTap, factors: (count: number) => Tensor): void {
  const arrived = tap.at.grad;
  if (arrived === undefined) return;
  const [count, ...rest] = arrived.shape;
  const by = factors(count);
  const g = arrived.mul(by.to(arrived.dtype).reshape(count, ...rest.map(() => 1))).flatten(0, -2); // [N, out]
  const x = tap.kind === 'rows' ? tap.x : tap.x.flatten(0, -2); // [N, in]
  if ('bias' in tap && tap.bias !== undefined) give(tap.bias, g.to('f32').sum(0));
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

function give({ tensor, shape }: Parameter, gradient: Tensor): void {
  const own = gradient.to(tensor.dtype).reshape(...shape);
  const { grad } = tensor;
  tensor.grad = grad === undefined ? own : grad.add(own);
}

/** f32 [R] */
function squaresOf(tap: RowTap, rows: RowPlaces): Tensor | undefined {
  const arrived = tap.at.grad;
  if (arrived === undefined) return zeros([rows.rows], { device: tap.at.device });
  const g = rows.of(arrived);
  if (g === undefined) return undefined;
  if (tap.kind === 'rows') {
    const same = rows.sameIds(tap.x);
    return same && totals(same.mul(gram(g)));
  }
  const parts: Tensor[] = [];
  if (tap.bias !== undefined) parts.push(totals(aten.square.default(g.sum(1))));
  if (tap.weight !== undefined) {
    const x = rows.of(tap.x);
    if (x === undefined || x.shape[1] !== g.shape[1]) return undefined;
    parts.push(tap.kind === 'scale' ? totals(aten.square.default(g.mul(x).sum(1))) : productSquares(x, g));
  }
  return parts.reduce((sum, part) => sum.add(part));
}

/** Of gradients gᵀ x: by the tokens' products where those are fewer than the weight's values, else by themselves. */
function productSquares(x: Tensor, g: Tensor): Tensor {
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
