// N query tokens, M key tokens, H query heads, K key-value heads, D head size
import { attune, type Tensor } from '../tensor/index.ts';
import type { Layout } from './layout.ts';

/** Input of the attention kernels, with the layout's defaults resolved. */
export interface AttentionProblem {
  layout: Layout;
  keys: { readonly offsets: readonly number[]; readonly positions: BigInt64Array };
  causal: boolean;
  window?: number;
  scale: number;
}

export interface Heads {
  /** [N, H, D] */
  q: Tensor;
  /** [M, K, D] */
  k: Tensor;
  v: Tensor;
}

/**
 * Softmax attention by `attune::attention`, for all segments in one call and without copying shared heads. Undefined if
 * that operator should not compute it; then `attention` uses libtorch.
 */
export function fusedAttention({ q, k, v }: Heads, problem: AttentionProblem): Tensor | undefined {
  // f32 keeps libtorch's kernel: parity with the reference's weights is pinned to its rounding (docs/log.md).
  if ([q, k, v].some((x) => x.dtype !== 'bf16') || !areAligned(problem)) return undefined;
  const { layout, keys, causal, window, scale } = problem;
  return attune.attention.default(q, k, v, layout.offsets, keys.offsets, { causal, window, scale });
}

const known = new WeakMap<object, WeakMap<object, boolean>>();

/**
 * Whether each segment's queries are its last keys, at consecutive positions, as the operator requires. Without
 * causality and window, positions do not matter. Cached, since the layers of a pass share their layouts.
 */
function areAligned({ layout, keys, causal, window }: AttentionProblem): boolean {
  if (!causal && window === undefined) return true;
  const answers = known.get(layout) ?? new WeakMap<object, boolean>();
  known.set(layout, answers);
  const answer = answers.get(keys) ?? layout.rowOf.every((_, segment) => isAligned(layout, keys, segment));
  answers.set(keys, answer);
  return answer;
}

function isAligned(layout: Layout, keys: AttentionProblem['keys'], segment: number): boolean {
  const [first, end] = [layout.offsets[segment], layout.offsets[segment + 1]];
  const [firstKey, endKey] = [keys.offsets[segment], keys.offsets[segment + 1]];
  if (end - first > endKey - firstKey) return false;
  for (let key = firstKey + 1; key < endKey; key++) {
    if (keys.positions[key] !== keys.positions[key - 1] + 1n) return false;
  }
  for (let token = first; token < end; token++) {
    if (layout.positions[token] !== keys.positions[endKey - end + token]) return false;
  }
  return true;
}
