import { chainLengths } from '../../base/chain-lengths.ts';

/** Parts of rows whose tokens see each other: [N] each. */
export interface Together {
  readonly from: BigInt64Array;
  readonly to: BigInt64Array;
  /** Only where attention has a window. */
  readonly inWindows?: true;
}

/**
 * How a flat row of tokens [N] falls into segments. Text is never padded: attention reads the layout instead of a mask,
 * which gives packing, mixed lengths, shared prompts and sums per row in one way.
 */
export interface Layout {
  /** Where each segment starts, and N at the end: S + 1 numbers. */
  readonly offsets: readonly number[];
  /** Position of each token inside its row, for position embeddings and causality: [N]. */
  readonly positions: BigInt64Array;
  /** The batch's row that each segment belongs to: [S]. */
  readonly rowOf: readonly number[];
  /** The segment whose tokens (and whose parents') a segment may attend to as well, or -1: [S]. */
  readonly parents?: readonly number[];
  /** 1 where no token attends to a token: padding whose own state a head reads. [N] */
  readonly unseen?: Uint8Array;
  /** Positions along several axes, for rotary positions that have some (M-RoPE, patches of an image): [N] for each axis. */
  readonly axes?: readonly BigInt64Array[];
  /** First and last position that each token sees although they may come later or lie outside of a window (tokens of one image). */
  readonly together?: Together;
  /** Whether a token sees only tokens at its own position and before. */
  readonly causal: boolean;
  /** Tokens of each segment's whole row, where the pass does not hold its end: [S]; its last position tells else. */
  readonly rowLengths?: readonly number[];
}

/** Where the keys of a layer come from, when not from the same tokens: a cache of earlier ones, or an encoder's output. */
export interface KeyLayout {
  offsets: readonly number[];
  positions: BigInt64Array;
}

/** Rows of the given lengths side by side, each a segment of its own. */
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
 * Rows of several texts each, of the given lengths, side by side: no text sees another, except that one may continue
 * another of its row. `parents` has the place of that one in the row, or -1, for each text of rows where any does.
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

/** How long the row of each segment is; of rows that share a prompt the longest counts for all of them: [S]. */
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

/** The row of each token: [N]. */
export function rowOfTokens(layout: Pick<Layout, 'offsets' | 'rowOf'>): Int32Array {
  const rows = new Int32Array(layout.offsets[layout.offsets.length - 1]);
  for (const [segment, row] of layout.rowOf.entries())
    rows.fill(row, layout.offsets[segment], layout.offsets[segment + 1]);
  return rows;
}

/** Segments cut at every multiple of `size` positions, so that no token sees those of another chunk. */
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

/** The first place from `start` on with a position of at least `limit`, or `end`. */
function firstFrom(limit: bigint, positions: BigInt64Array, start: number, end: number): number {
  let place = start;
  while (place < end && positions[place] < limit) place++;
  return place;
}

/** The layout as attention with or without a window reads it. */
export function inWindow(layout: Layout, window: number | undefined): Layout {
  const { together, ...plain } = layout;
  return together?.inWindows === true && window === undefined ? plain : layout;
}
