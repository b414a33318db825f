// N tokens, H heads, d head size, D = H · d
import { attention, type AttentionOptions } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Heads, Pass } from '../stack.ts';

/** Self-attention of a block, through the pass's cache if there is one: → [N, D] */
export function attendSelf(pass: Pass, block: number, heads: Heads, options: AttentionOptions): Tensor {
  const request = { ...options, layout: pass.layout };
  const y = pass.cache?.attend(block, heads, request) ?? attention(heads.q, heads.k, heads.v, request);
  return y.flatten(1);
}
