/** Sites with different ranks: a site of rank r trains the first r rows of A and columns of B. */
import { entryOf } from '../base/table.ts';
import type { Matrix } from './flower/npy.ts';
import type { Plan } from './plan.ts';
import type { Weights } from './weights.ts';

const FACTOR = /\.lora_([AB])\.weight$/;

/** Rank that the plan sets for the site of this name; undefined for the recipe's rank, which is the largest. */
export function rankOf({ ranks, recipe: { tuning } }: Plan, name: string): number | undefined {
  const rank = entryOf(ranks, name);
  return typeof tuning === 'object' && tuning.r === rank ? undefined : rank;
}

/** The plan's tuning for a site: with its rank, and alpha scaled to keep alpha / r. */
export function tuningAt(plan: Plan, name: string): { method: string; [option: string]: unknown } {
  const { tuning } = plan.recipe;
  const options = typeof tuning === 'string' ? { method: tuning } : { method: 'lora', ...tuning };
  const rank = rankOf(plan, name);
  if (rank === undefined) return options;
  const { r, alpha } = options as { r?: number; alpha?: number | null };
  return { ...options, r: rank, ...(alpha != null && { alpha: (alpha * rank) / r! }) };
}

/** Part of the weights that each site trains, by site; sites of the same rank share one copy. */
export function partsBySite(weights: Weights, rankAt: (site: string) => number | undefined): (site: string) => Weights {
  const parts = new Map<number | undefined, Weights>([[undefined, weights]]);
  return (site) => {
    const rank = rankAt(site);
    const part = parts.get(rank) ?? narrowed(weights, rank!);
    parts.set(rank, part);
    return part;
  };
}

/** First `rank` rows of A and columns of B: the best approximation if they are sorted by singular value. */
export function narrowed(weights: Weights, rank: number): Weights {
  const part = (name: string, matrix: Matrix): Matrix => {
    const [, factor] = FACTOR.exec(name) ?? [];
    if (factor === 'A') return rowsOf(matrix, 0, rank);
    return factor === 'B' ? transposed(rowsOf(transposed(matrix), 0, rank)) : matrix;
  };
  return new Map([...weights].map(([name, matrix]) => [name, part(name, matrix)]));
}

/** Fills a site's narrowed weights up to full rank with the round's initial values. */
export function widened(own: Weights, before: Weights): Weights {
  const whole = (name: string, matrix: Matrix): Matrix => {
    const [, factor] = FACTOR.exec(name) ?? [];
    if (factor === undefined) return matrix;
    const isA = factor === 'A';
    const [rows, all] = [matrix, before.get(name)!].map((one) => (isA ? one : transposed(one)));
    const joined = joinRows(rows, rowsOf(all, rows.shape[0], all.shape[0]));
    return isA ? joined : transposed(joined);
  };
  return new Map([...own].map(([name, matrix]) => [name, whole(name, matrix)]));
}

function rowsOf({ shape: [, columns], values }: Matrix, from: number, to: number): Matrix {
  return { shape: [to - from, columns], values: values.slice(from * columns, to * columns) };
}

function joinRows(first: Matrix, second: Matrix): Matrix {
  const values = new Float32Array(first.values.length + second.values.length);
  values.set(first.values);
  values.set(second.values, first.values.length);
  return { shape: [first.shape[0] + second.shape[0], first.shape[1]], values };
}

function transposed({ shape: [rows, columns], values }: Matrix): Matrix {
  const turned = Float32Array.from(values, (_, place) => values[(place % rows) * columns + Math.floor(place / rows)]);
  return { shape: [columns, rows], values: turned };
}
