// L scored tokens, l of one row or a part of them, n tokens of a row, D width, V vocabulary, R rows
import type { RowTap, ScoresTap } from '../engine/nn/index.ts';
import { aten, fromArray, ones, scope, type Tensor } from '../engine/tensor/index.ts';
import type { RowPlaces } from './row-places.ts';
import { give, numbersOf, productSquares, type RowProducts } from './row-products.ts';

/** Maximum scores in memory at a time: 64 MiB. */
const SCORES_AT_ONCE = 2 ** 24;

export interface ScoredRequest {
  places: RowPlaces;
  /** Squared norms of the rows' gradients in all other weights: [R] */
  squares: readonly number[];
  /** The rows' contributions to the embedding, if it also scores the vocabulary. */
  table: RowProducts | undefined;
  factorOf(norm: number): number;
}

/** A row's range among the scored tokens. */
interface Span {
  row: number;
  start: number;
  end: number;
}

/**
 * Norms of the rows [R], including the head's weights, whose clipped gradients are added up. Scores are recomputed for
 * a few rows at a time, as all of them would take more memory than the pass itself. Undefined if a row's tokens are not
 * contiguous.
 */
export function addScoredRows(
  tap: (RowTap & ScoresTap) | undefined,
  { places, squares, table, factorOf }: ScoredRequest,
): number[] | undefined {
  const all = [...squares];
  const spans = tap === undefined ? [] : spansOf(places.rowsOf(tap.rowOf));
  if (tap === undefined) return all.map(Math.sqrt);
  if (new Set(spans.map(({ row }) => row)).size < spans.length || spans.at(-1)?.end !== tap.at.shape[0])
    return undefined;
  for (const some of inBatches(spans, tap.terms[0].weight.shape[0])) {
    scope(() => {
      const [start, end] = [some[0].start, some[some.length - 1].end];
      const g = scoreGradients(tap, start, end);
      for (const span of some) {
        const own = g.narrow(0, span.start - start, span.end - span.start);
        all[span.row] += scope(() => squaresOfRow(tap, own, { span, table }));
      }
      const factors = some.map(({ row }) => factorOf(normOf(all[row])));
      const ofTokens = some.flatMap((span, i) => Array.from({ length: span.end - span.start }, () => factors[i]));
      addCutScores(tap, g.mul(columnOf(ofTokens, g)), { start, end });
    });
  }
  return all.map(normOf);
}

/** Rounding may make the sum slightly negative. */
function normOf(squares: number): number {
  return Math.sqrt(Math.max(0, squares));
}

function spansOf(rowOf: ArrayLike<number>): Span[] {
  const spans: Span[] = [];
  for (let token = 0; token < rowOf.length; token++) {
    const last = spans.at(-1);
    if (last?.row === rowOf[token]) last.end++;
    else spans.push({ row: rowOf[token], start: token, end: token + 1 });
  }
  return spans;
}

/** Batches of rows whose scores fit into memory; a larger row is on its own. */
function inBatches(spans: readonly Span[], vocabulary: number): Span[][] {
  const most = SCORES_AT_ONCE / vocabulary;
  const batches: Span[][] = [];
  for (const span of spans) {
    const last = batches.at(-1);
    if (last !== undefined && span.end - last[0].start <= most) last.push(span);
    else batches.push([span]);
  }
  return batches;
}

/** Gradients of the loss with respect to the scores of some tokens: f32 [l, V] */
function scoreGradients({ terms, bias, targets, softcap, scale, at }: RowTap & ScoresTap, start: number, end: number) {
  return scope((): Tensor => {
    const of = (x: Tensor): Tensor => x.narrow(0, start, end - start);
    const products = terms.map(({ x, weight }) => aten.linear.default(of(x).to('f32'), weight.to('f32')));
    const sum = [...products, ...(bias === undefined ? [] : [bias])].reduce((all, part) => all.add(part)).mul(scale);
    const bent = softcap > 0 ? aten.tanh.default(sum.div(softcap)) : undefined;
    const shares = (bent?.mul(softcap) ?? sum).softmax(-1);
    const wanted = of(targets).unsqueeze(1);
    const g = aten.scatter_add.default(shares.neg(), 1, wanted, ones(wanted.shape, { device: at.device }));
    const arrived = g.mul(
      of(at.grad as Tensor)
        .to('f32')
        .mul(scale)
        .unsqueeze(1),
    );
    return bent === undefined ? arrived : arrived.sub(arrived.mul(aten.square.default(bent)));
  });
}

/** Squared norm of one row, from g [l, V], plus twice its inner product with the row's contribution to the embedding as an input. */
function squaresOfRow(
  { terms, biasParameter }: ScoresTap,
  g: Tensor,
  { span: { row, start, end }, table }: { span: Span; table: RowProducts | undefined },
): number {
  const parts: Tensor[] = [];
  if (biasParameter !== undefined) parts.push(aten.square.default(g.sum(0)).sum());
  for (const { x, parameter } of terms) {
    if (parameter === undefined) continue;
    const own = x.narrow(0, start, end - start).to('f32'); // [l, D]
    parts.push(productSquares(own.unsqueeze(0), g.unsqueeze(0)).sum());
    if (parameter !== table?.weight) continue;
    const [ids, read] = [table.x.select(0, row), table.g.select(0, row)]; // [n], [n, D]
    const scores = g.indexSelect(1, aten.clamp_min.default(ids, 0)); // [l, n]; behind a row's end `read` is zero
    parts.push(
      scores
        .mul(own.matmul(read.transpose(0, 1)))
        .sum()
        .mul(2),
    );
  }
  return numbersOf(parts.reduce((sum, part) => sum.add(part)))[0];
}

/** Adds up the clipped gradients of some tokens, given g f32 [l, V]. */
function addCutScores({ terms, biasParameter }: ScoresTap, g: Tensor, { start, end }: Pick<Span, 'start' | 'end'>) {
  if (biasParameter !== undefined) give(biasParameter, g.sum(0));
  for (const { x, parameter } of terms)
    if (parameter !== undefined) give(parameter, g.transpose(0, 1).matmul(x.narrow(0, start, end - start).to('f32')));
}

function columnOf(values: readonly number[], { device }: Tensor): Tensor {
  return fromArray(Float32Array.from(values)).toDevice(device).unsqueeze(1);
}
