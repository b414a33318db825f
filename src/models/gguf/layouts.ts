// H heads, d head size, D width, E experts, G groups
/** Layouts in which llama.cpp stores parameters, and their inverses. */
import { aten, cat, type Tensor } from '../../engine/tensor/index.ts';

export interface TensorLayout {
  /** Full names within a layer; by default the family's name for the parameter. */
  names?: readonly string[];
  /** The parameter's tensors in the file, one for each name. */
  write(x: Tensor): Tensor[];
  /** Inverse of `write`. */
  read(parts: readonly Tensor[]): Tensor;
}

export const unchanged: TensorLayout = { write: (x) => [x], read: ([x]) => x };

/** Reshaped in the file to `wanted`; the parameter's shape is `own`. */
export function reshaped(wanted: readonly number[], own: readonly number[], names?: readonly string[]): TensorLayout {
  return { names, write: (x) => [x.reshape(...wanted)], read: ([x]) => x.reshape(...own) };
}

/** Kernels of a depthwise convolution: [X, 1, k] → [X, k] */
export const kernels: TensorLayout = { write: (x) => [x.squeeze(1)], read: ([x]) => x.unsqueeze(1) };

/** Weights that are offsets from 1; the file's include the 1. */
export const offsets: TensorLayout = { write: (x) => [x.add(1)], read: ([x]) => x.sub(1) };

/** Logarithms of decay rates: the file has the negated rates, [H] or a column [H, 1]. */
export function rates({ isColumn }: { isColumn: boolean }): TensorLayout {
  return {
    names: ['ssm_a'],
    write: (x) => [
      aten.exp
        .default(x)
        .neg()
        .reshape(...(isColumn ? [-1, 1] : [-1])),
    ],
    read: ([x]) => aten.log.default(x.neg()).flatten(),
  };
}

/** Fused gate and up projections, stored as two tensors in the file. `isTransposed`: [E, D, 2F] instead of [E, 2F, D] */
export function halves(names: readonly [string, string], { isTransposed = false } = {}): TensorLayout {
  const turned = (x: Tensor) => (isTransposed ? x.transpose(1, 2) : x);
  return {
    names: names.map((name) => `${name}.weight`),
    write: (x) => turned(x).chunk(2, -2),
    read: (parts) => turned(cat([...parts], -2)),
  };
}

/** Stacked experts; the file splits fused gate and up projections. */
export function mergedExperts(module: string): Record<string, TensorLayout> {
  return {
    [`${module}.gate_up_proj`]: halves(['ffn_gate_exps', 'ffn_up_exps']),
    [`${module}.down_proj`]: { ...unchanged, names: ['ffn_down_exps.weight'] },
  };
}

/** [E, F, D] → [E, D, F] */
export function transposed(name: string): TensorLayout {
  return { names: [`${name}.weight`], write: (x) => [x.transpose(1, 2)], read: ([x]) => x.transpose(1, 2) };
}

/** Reorders rows [H·d, …] from rotated halves to rotated neighbours (llama.cpp's `permute`). */
export function neighbours(heads: number): TensorLayout {
  return { write: (x) => [toNeighbours(x, heads)], read: ([x]) => toHalves(x, heads) };
}

/** Reorders rows [H·d, …] from rotated halves to rotated neighbours. */
export function toNeighbours(rows: Tensor, heads: number): Tensor {
  return exchanged(rows, 0, [heads, 2, rows.shape[0] / heads / 2]);
}

/** Inverse of `toNeighbours`. */
export function toHalves(rows: Tensor, heads: number): Tensor {
  return exchanged(rows, 0, [heads, rows.shape[0] / heads / 2, 2]);
}

/** Exchanges axes within a dimension: [a · b · c · rest] → [a · c · b · rest] */
export function exchanged(x: Tensor, dimension: number, [a, b, c]: readonly [number, number, number]): Tensor {
  const [before, after] = [x.shape.slice(0, dimension), x.shape.slice(dimension + 1)];
  const split = x.reshape(...before, a, b, c, x.shape[dimension] / (a * b * c), ...after);
  return split.transpose(dimension + 1, dimension + 2).reshape(...x.shape);
}
