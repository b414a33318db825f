// N tokens of a batch, R rows, n tokens of the longest row, in and out features
import type { Layout, Parameter, RowTap, ScoresTap } from '../engine/nn/index.ts';
import { cat, type Tensor } from '../engine/tensor/index.ts';
import { RowPlaces } from './row-places.ts';
import { addCut, numbersOf, squaresOf, type LayerRows, type RowProducts } from './row-products.ts';
import { addScoredRows } from './scored-rows.ts';

/** Per-row gradient records of one batch. */
export interface NotedRows {
  taps: readonly RowTap[];
  layout: Layout;
}

/**
 * Adds up the rows' clipped gradients in the weights: each is scaled by `factorOf` its norm. Uses records of the
 * backward pass, so that neither per-row gradients nor a second pass are needed where rows have few tokens (ghost
 * norms, Li et al., 2022; book-keeping, Bu et al., 2022). Returns the norms; undefined if a weight was recorded in
 * incompatible ways.
 */
export function addCutRows({ taps, layout }: NotedRows, factorOf: (norm: number) => number): number[] | undefined {
  if (taps.length === 0) return undefined;
  const places = new RowPlaces(layout, taps[0].at.device);
  const reached = taps.filter(({ at }) => at.grad !== undefined);
  const scored = reached.filter((tap) => tap.kind === 'scores');
  const products = productsOf(reached.filter(isOfLayer), places);
  if (products === undefined || scored.length > 1 || !areApart(products, scored[0])) return undefined;
  const squares = sumOf(products.map(squaresOf), places);
  const table = products.find(({ kind, weight }) => kind === 'rows' && scored[0]?.terms.some(isOf(weight)));
  const norms = addScoredRows(scored[0], { places, squares, table, factorOf });
  if (norms === undefined) return undefined;
  const factors = places.factors(norms.map(factorOf));
  for (const tap of reached.filter(isOfLayer)) addCut(tap, factors(tap.rowOf, tap.at.shape[0]));
  return norms;
}

function isOfLayer(tap: RowTap): tap is LayerRows {
  return tap.kind !== 'scores';
}

function isOf(weight: Parameter | undefined): (term: { parameter: Parameter | undefined }) => boolean {
  return ({ parameter }) => weight !== undefined && parameter === weight;
}

/** Combines the taps of one weight; undefined if their kinds differ, or if values cannot be assigned to rows. */
function productsOf(taps: readonly LayerRows[], places: RowPlaces): RowProducts[] | undefined {
  const products = new Map<Parameter, RowProducts>();
  for (const tap of taps) {
    const own = productOf(tap, places);
    const key = own?.weight ?? own?.bias;
    if (own === undefined || key === undefined) return undefined;
    const before = products.get(key);
    if (before === undefined) products.set(key, own);
    else if (before.kind !== own.kind) return undefined;
    else products.set(key, { ...before, g: cat([before.g, own.g], 1), x: cat([before.x, own.x], 1) });
  }
  return [...products.values()];
}

function productOf(tap: LayerRows, places: RowPlaces): RowProducts | undefined {
  const g = places.of(tap.at.grad as Tensor, tap.rowOf);
  const x = tap.kind === 'rows' ? places.ofIds(tap.x, tap.rowOf) : places.of(tap.x, tap.rowOf);
  if (g === undefined || x === undefined || x.shape[1] !== g.shape[1]) return undefined;
  return { kind: tap.kind, weight: tap.weight, bias: tap.kind === 'rows' ? undefined : tap.bias, g, x };
}

/** Whether each weight has a single entry, except for a table that also scores the vocabulary. */
function areApart(products: readonly RowProducts[], scored: ScoresTap | undefined): boolean {
  const ofLayers = products.flatMap(({ kind, weight, bias }) => (kind === 'rows' ? [] : [weight, bias]));
  const tables = products.flatMap(({ kind, weight }) => (kind === 'rows' ? [weight] : []));
  const ofScores =
    scored === undefined ? [] : [...scored.terms.map(({ parameter }) => parameter), scored.biasParameter];
  const isOnce = (all: readonly (Parameter | undefined)[]): boolean => {
    const known = all.filter((parameter) => parameter !== undefined);
    return new Set(known).size === known.length;
  };
  return isOnce([...ofLayers, ...tables]) && isOnce([...ofLayers, ...ofScores]);
}

/** [R] */
function sumOf(parts: readonly Tensor[], { rows }: RowPlaces): number[] {
  if (parts.length === 0) return Array.from({ length: rows }, () => 0);
  return numbersOf(parts.reduce((sum, part) => sum.add(part)));
}
