import { chainLengths } from '../../base/chain-lengths.ts';

/** For tokens in a bidirectional part, its first and last position: [N] each. */
export interface Together {
  readonly from: BigInt64Array;
  readonly to: BigInt64Array;
  /** Applies only to attention with a window. */
  readonly inWindows?: true;
  /** A window hides distant tokens of the part, too. */
  readonly isBounded?: true;
}

/**
 * How a flat sequence of tokens [N] divides into segments. Text is never padded: attention reads the layout instead of
 * a mask, which handles packing, mixed lengths, shared prompts and per-row sums alike.
 */
export interface Layout {
  /** Start of each segment, and N at the end: S + 1 numbers. */
  readonly offsets: readonly number[];
  /** Position of each token in its row, for position embeddings and causality: [N]. */
  readonly positions: BigInt64Array;
  /** Row of the batch for each segment: [S]. */
  readonly rowOf: readonly number[];
  /** Parent of each segment, whose tokens (and ancestors') it may attend to as well, or -1: [S]. */
  readonly parents?: readonly number[];
  /** 1 for tokens that no token attends to: padding whose own state a head reads. [N] */
  readonly unseen?: Uint8Array;
  /** Positions along several axes, for multi-axis rotary positions (M-RoPE, image patches): [N] per axis. */
  readonly axes?: readonly BigInt64Array[];
  /** First and last position that each token sees regardless of causality and window (tokens of one image). */
  readonly together?: Together;
  /** Whether tokens see only their own position and earlier ones. */
  readonly causal: boolean;
  /** Length of each segment's row, if the pass does not contain its end: [S]; otherwise derived from the last position. */
  readonly rowLengths?: readonly number[];
}

/** Source of a layer's keys, if not the same tokens: a cache of earlier ones, or an encoder's output. */
export interface KeyLayout {
  offsets: readonly number[];
  positions: BigInt64Array;
}

/** Concatenated rows of the given lengths, each a segment. */
export function layoutOfRows(
  lengths: readonly number[],
  options: { causal: boolean; starts?: readonly number[] },
): Layout {
  const offsets = [0];
  for (const length of lengths) offsets.push(offsets[offsets.length - 1] + length);
  const positions = new BigInt64Array(offsets[offsets.length - 1]);
  for (const [row, length] of lengths.entries()) {
    const start = options.starts?.[row] ?? 0;
    for (let i = 0; i < length; i++) positions[offsets[row] + i] = BigInt(start + i);
  }
  return { offsets, positions, rowOf: lengths.map((_, row) => row), causal: options.causal };
}

/**
 * Concatenated rows with several texts each. Texts do not see each other, but one may continue another of its row:
 * `parents` gives the index of that text in the row, or -1, for each text.
 */
export function layoutOfTexts(
  lengths: readonly (readonly number[])[],
  options: { causal: boolean; parents?: readonly (readonly number[] | undefined)[] },
): Layout {
  const { causal, parents = [] } = options;
  const rowOf = lengths.flatMap((texts, row) => texts.map(() => row));
  if (parents.every((some) => some === undefined)) return { ...layoutOfRows(lengths.flat(), { causal }), rowOf };
  const starts = lengths.flatMap((texts, row) =>
    chainLengths(texts, parents[row]).map((length, text) => length - texts[text]),
  );
  let first = 0;
  const places = lengths.flatMap((texts, row) => {
    const own = texts.map((_, text) => parents[row]?.[text] ?? -1).map((text) => (text < 0 ? -1 : first + text));
    first += texts.length;
    return own;
  });
  return { ...layoutOfRows(lengths.flat(), { causal, starts }), rowOf, parents: places };
}

export function tokenCount(layout: Layout): number {
  return layout.offsets[layout.offsets.length - 1];
}

export function segmentLengths(layout: Layout): number[] {
  return layout.rowOf.map((_, segment) => layout.offsets[segment + 1] - layout.offsets[segment]);
}

/** Length of each segment's row; for rows that share a prompt, the longest: [S]. */
export function lengthsOfRows(layout: Layout): readonly number[] {
  if (layout.rowLengths !== undefined) return layout.rowLengths;
  const { offsets, positions, rowOf, parents } = layout;
  const families: number[] = [];
  for (const [segment, row] of rowOf.entries()) {
    const parent = parents?.[segment] ?? -1;
    families.push(parent < 0 ? row : families[parent]); // parents come first
  }
  const ends = new Map<number, number>();
  for (const [segment, family] of families.entries()) {
    const last = offsets[segment + 1] - 1;
    const end = last < offsets[segment] ? 0 : Number(positions[last]) + 1;
    ends.set(family, Math.max(ends.get(family) ?? 0, end));
  }
  return families.map((family) => ends.get(family) as number);
}

/** Row of each token: [N]. */
export function rowOfTokens(layout: Pick<Layout, 'offsets' | 'rowOf'>): Int32Array {
  const rows = new Int32Array(layout.offsets[layout.offsets.length - 1]);
  for (const [segment, row] of layout.rowOf.entries())
    rows.fill(row, layout.offsets[segment], layout.offsets[segment + 1]);
  return rows;
}

/** Splits segments at multiples of `size` positions, so that no token sees another chunk. */
export function inChunks(layout: Layout, keys: KeyLayout, size: number): { layout: Layout; keys: KeyLayout } {
  const ends = keys.offsets.slice(1);
  if (ends.every((end) => end === 0 || keys.positions[end - 1] < size)) return { layout, keys };
  const [queryEnds, keyEnds] = [[0], [0]];
  const rowOf: number[] = [];
  for (const [segment, row] of layout.rowOf.entries()) {
    for (let place = keys.offsets[segment]; place < ends[segment]; place = keyEnds[keyEnds.length - 1]) {
      const end = (keys.positions[place] / BigInt(size) + 1n) * BigInt(size);
      keyEnds.push(firstFrom(end, keys.positions, place, ends[segment]));
      queryEnds.push(firstFrom(end, layout.positions, queryEnds[queryEnds.length - 1], layout.offsets[segment + 1]));
      rowOf.push(row);
    }
  }
  const own = { ...layout, offsets: queryEnds, rowOf, parents: undefined, rowLengths: undefined };
  return { layout: own, keys: { offsets: keyEnds, positions: keys.positions } };
}

/** First index from `start` on with a position of at least `limit`, or `end`. */
function firstFrom(limit: bigint, positions: BigInt64Array, start: number, end: number): number {
  let place = start;
  while (place < end && positions[place] < limit) place++;
  return place;
}

/** The layout for attention with or without a window. */
export function inWindow(layout: Layout, window: number | undefined): Layout {
  const { together, ...plain } = layout;
  return together?.inWindows === true && window === undefined ? plain : layout;
}
