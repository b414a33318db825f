// N tokens of a batch, P virtual ones before each segment
import { fromArray, type Tensor } from '../engine/tensor/index.ts';
import type { Layout } from '../engine/nn/index.ts';
import type { StackInput } from './stack.ts';

/** An input with virtual tokens, and its relation to the original one. */
export interface PrefixedInput {
  input: StackInput;
  /** Positions of the original tokens: int64 [N] */
  places: BigInt64Array;
  /** Keys of the random numbers of all tokens, derived from the original tokens' keys [N]. */
  keysOf(tokens: Tensor): Tensor;
}

/**
 * Prepends virtual tokens to every segment without a parent. They count in positions like tokens, and their states are
 * removed from the output. `readsFirst`: a row is represented by its first token, which is then the first virtual one
 * (as in PEFT).
 */
export function withVirtualTokens(
  { ids, layout, tokenTypes, placed: images, ...rest }: StackInput,
  prefix: readonly number[],
  { readsFirst }: { readsFirst: boolean },
): PrefixedInput {
  if (ids === undefined || layout === undefined) throw new Error('virtual tokens can only precede token ids');
  const { sources, offsets, places } = placed(layout, prefix.length, readsFirst);
  const of = (own: (token: number) => bigint, virtual: (place: number) => bigint) =>
    BigInt64Array.from(sources, (source) => (source < 0 ? virtual(source + prefix.length) : own(source)));
  const added = BigInt(prefix.length);
  const moved = (positions: BigInt64Array) => of((t) => positions[t] + added, BigInt);
  const { unseen, rowLengths, axes, together } = layout;
  const longer: Layout = {
    ...layout,
    offsets,
    positions: moved(layout.positions),
    ...(axes && { axes: axes.map(moved) }),
    ...(together && { together: { ...together, from: moved(together.from), to: moved(together.to) } }),
    ...(unseen && { unseen: Uint8Array.from(sources, (source) => (source < 0 ? 0 : unseen[source])) }),
    ...(rowLengths && { rowLengths: rowLengths.map((length) => length + prefix.length) }),
  };
  const input: StackInput = {
    ...rest,
    layout: longer,
    ids: of(
      (t) => ids[t],
      (place) => BigInt(prefix[place]),
    ),
    ...(tokenTypes && {
      tokenTypes: of(
        (t) => tokenTypes[t],
        () => 0n,
      ),
    }),
    ...(images && { placed: { ...images, places: images.places.map((t) => places[Number(t)]) } }),
  };
  return { input, places, keysOf: (tokens) => prefixedKeys(tokens, sources, prefix.length) };
}

/** Maps each place to its original token (negative for virtual ones), and segments and tokens to their new places. */
function placed(layout: Layout, P: number, readsFirst: boolean) {
  const sources: number[] = [];
  const offsets = [0];
  const places = new BigInt64Array(layout.positions.length);
  for (const segment of layout.rowOf.keys()) {
    const [start, end] = [layout.offsets[segment], layout.offsets[segment + 1]];
    const added = (layout.parents?.[segment] ?? -1) < 0 ? P : 0;
    for (let p = 0; p < added; p++) sources.push(p - P);
    for (let t = start; t < end; t++) {
      places[t] = BigInt(sources.length);
      sources.push(t);
    }
    if (readsFirst && added > 0 && end > start) places[start] = BigInt(offsets[segment]);
    offsets.push(sources.length);
  }
  return { sources, offsets, places };
}

/** A virtual token's key is derived from its segment's first token and its own index. */
function prefixedKeys(tokens: Tensor, sources: readonly number[], P: number): Tensor {
  const [from, factors, added] = [sources, sources, sources].map(() => new BigInt64Array(sources.length));
  let first = 0n;
  for (let i = sources.length - 1; i >= 0; i--) {
    const isVirtual = sources[i] < 0;
    if (!isVirtual) first = BigInt(sources[i]);
    from[i] = first;
    // Multiplying by an odd number is injective mod 2^64, and keeps the sums with small indices apart.
    factors[i] = isVirtual ? 6364136223846793005n : 1n;
    added[i] = isVirtual ? BigInt(sources[i] + P + 1) : 0n;
  }
  const [index, factor, sum] = [from, factors, added].map((values) => fromArray(values).toDevice(tokens.device));
  return tokens.indexSelect(0, index).mul(factor).add(sum);
}
