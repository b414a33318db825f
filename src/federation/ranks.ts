/** Sites of different ranks: each trains the leading rows of A and columns of B, as many as its rank. */
import { entryOf } from '../base/table.ts';
import type { Matrix } from './flower/npy.ts';
import type { Plan } from './plan.ts';
import type { Weights } from './weights.ts';

const FACTOR = /\.lora_([AB])\.weight$/;

/** Rank that the plan gives a site by its name; undefined: that of its recipe, the largest. */
export function rankOf({ ranks, recipe: { tuning } }: Plan, name: string): number | undefined {
  const rank = entryOf(ranks, name);
  return typeof tuning === 'object' && tuning.r === rank ? undefined : rank;
}

/** The plan's tuning at a site: its rank, with alpha / r as everywhere. */
export function tuningAt(plan: Plan, name: string): { method: string; [option: string]: unknown } {
  const { tuning } = plan.recipe;
  const options = typeof tuning === 'string' ? { method: tuning } : { method: 'lora', ...tuning };
  const rank = rankOf(plan, name);
  if (rank === undefined) return options;
  const { r, alpha } = options as { r?: number; alpha?: number | null };
  return { ...options, r: rank, ...(alpha != null && { alpha: (alpha * rank) / r! }) };
}

/** The part of a round's weights that a site trains; sites of the same rank share it. */
export function partsBySite(weights: Weights, rankAt: (site: string) => number | undefined): (site: string) => Weights {
  const parts = new Map<number | undefined, Weights>([[undefined, weights]]);
  return (site) => {
    const rank = rankAt(site);
    const part = parts.get(rank) ?? narrowed(weights, rank!);
    parts.set(rank, part);
    return part;
  };
}

/** The first `rank` rows of A and columns of B: the best approximation where they are in the order of singular values. */
export function narrowed(weights: Weights, rank: number): Weights {
  const part = (name: string, matrix: Matrix): Matrix => {
    const [, factor] = FACTOR.exec(name) ?? [];
    if (factor === 'A') return rowsOf(matrix, 0, rank);
    return factor === 'B' ? transposed(rowsOf(transposed(matrix), 0, rank)) : matrix;
  };
  return new Map([...weights].map(([name, matrix]) => [name, part(name, matrix)]));
}

/** A site's weights with the rows and columns that it did not receive, as they were before the round. */
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
