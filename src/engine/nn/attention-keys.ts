// N query tokens, M key tokens, H query heads, K key-value heads, D head size
import { cat, fromArray } from '../tensor/index.ts';
import type { Heads } from './attention-fused.ts';
import { segmentLengths, type KeyLayout, type Layout } from './layout.ts';

/** Keys of the tokens that may be attended to. */
function onlySeen(heads: Heads, layout: Layout, unseen: Uint8Array): Heads & { keys: KeyLayout } {
  const seen = [...unseen.keys()].filter((place) => unseen[place] === 0);
  const places = fromArray(BigInt64Array.from(seen, BigInt)).toDevice(heads.k.device);
  const [k, v] = [heads.k, heads.v].map((x) => x.indexSelect(0, places));
  const offsets = layout.offsets.map((offset) => seen.filter((place) => place < offset).length);
  const positions = BigInt64Array.from(seen, (place) => layout.positions[place]);
  return { q: heads.q, k, v, keys: { offsets, positions } };
}

/** Keys of a segment with parents: those of its ancestors, oldest first, and its own. */
export function withAncestors(heads: Heads, layout: Layout): Heads & { keys: KeyLayout } {
  const { parents, unseen } = layout;
  if (unseen !== undefined) return onlySeen(heads, layout, unseen);
  if (parents === undefined) return { ...heads, keys: layout };
  const lengths = segmentLengths(layout);
  const chains = lengths.map((_, segment) => ancestry(parents, segment));
  const offsets = [0];
  for (const chain of chains) offsets.push(chain.reduce((sum, s) => sum + lengths[s], offsets[offsets.length - 1]));
  const positions = new BigInt64Array(offsets[offsets.length - 1]);
  let next = 0;
  for (const segment of chains.flat()) {
    positions.set(layout.positions.subarray(layout.offsets[segment], layout.offsets[segment + 1]), next);
    next += lengths[segment];
  }
  const [k, v] = [heads.k, heads.v].map((x) => {
    const parts = x.split(lengths);
    return cat(chains.flat().map((segment) => parts[segment]));
  });
  return { q: heads.q, k, v, keys: { offsets, positions } };
}

function ancestry(parents: readonly number[], segment: number): number[] {
  const chain = [segment];
  for (let parent = parents[segment]; parent >= 0; parent = parents[parent]) chain.unshift(parent);
  return chain;
}
