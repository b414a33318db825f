// N tokens, S segments, D width
import { aten, cat, fromArray, wideType, type Tensor } from '../../engine/tensor/index.ts';
import { segmentLengths, withTokens, type Layout } from '../../engine/nn/index.ts';

type Pool = (hidden: Tensor, layout: Layout) => Tensor;

const ofSegments = (hidden: Tensor, layout: Layout, one: (segment: Tensor) => Tensor): Tensor =>
  cat(widened(hidden).split(segmentLengths(layout)).map(one));

const restOf = (segment: Tensor): Tensor => segment.narrow(0, 1, segment.shape[0] - 1).mean(0, { keepdim: true });

/** Pools each segment's hidden states: [N, D] → f32 [S, D] (f64 in an f64 pass). */
export const poolings = {
  first: (hidden, layout) => widened(hidden.indexSelect(0, firstTokens(layout, hidden.device))),
  last: (hidden, layout) => widened(hidden.indexSelect(0, lastTokens(layout, hidden.device))),
  mean: (hidden, layout) => ofSegments(hidden, layout, (segment) => segment.mean(0, { keepdim: true })),
  /** Mean of all tokens but the first, which represents the whole row. */
  rest: (hidden, layout) => ofSegments(hidden, layout, restOf),
  /** The first token, and the mean of the others: [S, 2 D] */
  'first-and-rest': (hidden, layout) =>
    ofSegments(hidden, layout, (segment) => cat([segment.narrow(0, 0, 1), restOf(segment)], 1)),
  max: (hidden, layout) =>
    ofSegments(hidden, layout, (segment) => aten.amax.default(segment, { dim: [0], keepdim: true })),
} as const satisfies Record<string, Pool>;

export type Pooling = keyof typeof poolings;

/** Averages rows that were split into several segments: [S, D] → [R, D] */
export function meanOfRows(ofSegments: Tensor, { rowOf }: Layout): Tensor {
  const counts = [...Map.groupBy(rowOf, (row) => row).values()].map(({ length }) => length);
  if (counts.length === rowOf.length) return ofSegments;
  return cat(ofSegments.split(counts).map((some) => some.mean(0, { keepdim: true })));
}

/** Runs layers over one state per segment; random numbers are keyed by the token that it represents. */
export function ofRows<T>(layout: Layout, body: () => T, pool: Pooling = 'first'): T {
  const places = pool === 'last' ? lastTokens : firstTokens;
  return withTokens((tokens) => tokens.indexSelect(0, places(layout, tokens.device)), body);
}

/** Width of a pooled state, given the width of the hidden states. */
export function pooledWidth(pool: Pooling, width: number): number {
  return pool === 'first-and-rest' ? 2 * width : width;
}

/** Index of each segment's first token: int64 [S]. */
export function firstTokens(layout: Layout, device: string): Tensor {
  return fromArray(BigInt64Array.from(layout.rowOf, (_, s) => BigInt(layout.offsets[s]))).toDevice(device);
}

/** Index of each segment's last token: int64 [S]. */
export function lastTokens(layout: Layout, device: string): Tensor {
  return fromArray(BigInt64Array.from(layout.rowOf, (_, s) => BigInt(layout.offsets[s + 1] - 1))).toDevice(device);
}

/** Rows are few and their scores decide, so heads compute in f32. */
export function widened(x: Tensor): Tensor {
  return x.to(wideType(x.dtype));
}
