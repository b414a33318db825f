/** Pads segments to equal length, for attention computed by plain operators. */
import { greatest } from '../../base/many.ts';
import { fromArray, type Tensor } from '../tensor/index.ts';

/** Queries or keys of attention: B segments, padded to the longest, T. */
export interface PaddedSide {
  /** T */
  length: number;
  /** 0 to T - 1. */
  positions: BigInt64Array;
  /** Token at each place; padding repeats the segment's first token: [B · T]. */
  filled: BigInt64Array;
  /** 1 for padding: [B · T]. */
  isFilling: BigInt64Array;
  /** Place of each token: [N]. */
  back: BigInt64Array;
  /** The keys as a single segment. */
  offsets: readonly number[];
}

interface Segments {
  readonly offsets: readonly number[];
  readonly positions: BigInt64Array;
}

/** Limits of padding: ratio of computed to needed scores per head, and total. */
const MOST = { share: 32, scores: 1 << 20 };

const known = new WeakMap<object, PaddedSide | undefined>();

/**
 * Pads both sides; undefined if a segment is empty or does not start its row, or if padding would cost more than one
 * operation per segment. Cached, since the layers of a pass share their layouts.
 */
export function besideEachOther(
  layout: Segments,
  keyLayout: Segments,
): Record<'queries' | 'keys', PaddedSide> | undefined {
  const [queries, keys] = [layout, keyLayout].map((side) => {
    if (!known.has(side)) known.set(side, paddedSide(side));
    return known.get(side);
  });
  if (queries === undefined || keys === undefined) return undefined;
  const padded = queries.filled.length * keys.length;
  let needed = 0;
  for (let segment = 1; segment < layout.offsets.length; segment++) {
    needed += lengthOf(layout, segment) * lengthOf(keyLayout, segment);
  }
  return padded <= MOST.scores && padded <= MOST.share * needed ? { queries, keys } : undefined;
}

function lengthOf({ offsets }: Segments, segment: number): number {
  return offsets[segment] - offsets[segment - 1];
}

function paddedSide({ offsets, positions }: Segments): PaddedSide | undefined {
  const count = offsets.length - 1;
  const lengths = Array.from({ length: count }, (_, segment) => offsets[segment + 1] - offsets[segment]);
  if (lengths.includes(0)) return undefined;
  const length = greatest(lengths);
  const filled = new BigInt64Array(count * length);
  const isFilling = new BigInt64Array(count * length).fill(1n);
  const back = new BigInt64Array(positions.length);
  for (const [segment, own] of lengths.entries()) {
    const [start, place] = [offsets[segment], segment * length];
    filled.fill(BigInt(start), place, place + length);
    for (let i = 0; i < own; i++) {
      if (positions[start + i] !== BigInt(i)) return undefined;
      filled[place + i] = BigInt(start + i);
      isFilling[place + i] = 0n;
      back[start + i] = BigInt(place + i);
    }
  }
  const counted = BigInt64Array.from({ length }, (_, i) => BigInt(i));
  return { length, positions: counted, filled, isFilling, back, offsets: [0, length] };
}

/** As an int64 tensor on the device. */
export function places(values: BigInt64Array, device: string): Tensor {
  return fromArray(values).toDevice(device);
}
