import type { Parameter } from '../engine/nn/index.ts';
import { cat, zeros, type Tensor } from '../engine/tensor/index.ts';

/** Rows of a checkpoint's token tables, and the wanted number. */
export interface Growth {
  from: readonly number[];
  to: number;
}

/** Pads a token table with zero rows for tokens that the checkpoint lacks, and a bias with its mean. */
export function grow(stored: Tensor, parameter: Parameter, { from, to }: Growth): Tensor {
  const [[rows, ...rest], [wanted, ...width]] = [stored.shape, parameter.shape];
  if (!from.includes(rows) || wanted !== to || rest.join() !== width.join()) return stored;
  const added = zeros([to - rows, ...rest], { dtype: stored.dtype });
  return cat([stored, rest.length === 0 ? added.add(stored.mean()) : added]);
}
