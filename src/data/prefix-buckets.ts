/**
 * Buckets for texts of one template, where minimum hashes tell too little apart: texts that are alike share one of the
 * rarest shingles of each (the prefix filter of Bayardo et al., "Scaling up all pairs similarity search", 2007).
 */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type { Signatures } from './link-buckets.ts';

/** Shingles are counted by their upper bits: two that are counted as one cost time, never a pair. */
const COUNTED_BITS = 22;
/** Shingles with their texts that are sorted at once: 32 MiB. */
const SORTED = 1 << 22;
const TEXTS_BETWEEN_PAUSES = 4096;

export interface PrefixOptions {
  /** Jaccard similarity from which on two texts are alike. */
  threshold: number;
  signal?: AbortSignal;
  /** Entries sorted at once. */
  sorted?: number;
}

/** Texts by their rare shingles, in a bucket each. Every pair that is alike shares a bucket. */
export async function* prefixBuckets(
  texts: readonly number[],
  signatures: Pick<Signatures, 'shingles'>,
  { threshold, signal, sorted = SORTED }: PrefixOptions,
): AsyncGenerator<number[], void, undefined> {
  const pause = async (done: number): Promise<void> => {
    if (done % TEXTS_BETWEEN_PAUSES !== 0) return;
    await yieldToEvents();
    signal?.throwIfAborted();
  };
  const counts = new Uint32Array(2 ** COUNTED_BITS);
  let entries = 0;
  for (const [done, text] of texts.entries()) {
    const shingles = signatures.shingles(text);
    for (const shingle of shingles) counts[shingle >>> (32 - COUNTED_BITS)]++;
    entries += prefixLength(shingles.length, threshold);
    await pause(done);
  }
  // Shingle and place share the 53 bits of a double; past two million texts the shingle gives up its lowest bits.
  const shift = Math.max(0, Math.ceil(Math.log2(texts.length)) - 21);
  const passes = Math.ceil(entries / sorted);
  for (let pass = 0; pass < passes; pass++) {
    const found: number[] = [];
    for (const [place, text] of texts.entries()) {
      // Shingles are hashes already: a remainder divides them evenly.
      for (const shingle of rarest(signatures.shingles(text), counts, threshold)) {
        if (shingle % passes === pass) found.push((shingle >>> shift) * texts.length + place);
      }
      await pause(place);
    }
    yield* runs(Float64Array.from(found).sort(), texts);
  }
}

/** How many of a set's shingles, in one order for all sets, a set that is alike must share one of. */
function prefixLength(count: number, threshold: number): number {
  return count - Math.ceil(threshold * count - 1e-9) + 1;
}

function rarest(shingles: Uint32Array, counts: Uint32Array, threshold: number): Uint32Array {
  const countOf = (shingle: number): number => counts[shingle >>> (32 - COUNTED_BITS)];
  const sorted = shingles.slice().sort((a, b) => countOf(a) - countOf(b) || a - b);
  return sorted.subarray(0, prefixLength(shingles.length, threshold));
}

function* runs(sorted: Float64Array, texts: readonly number[]): Generator<number[]> {
  let bucket: number[] = [];
  let bucketShingle = -1;
  for (const entry of sorted) {
    const place = entry % texts.length;
    const shingle = (entry - place) / texts.length;
    if (shingle !== bucketShingle) {
      if (bucket.length > 1) yield bucket;
      bucket = [];
      bucketShingle = shingle;
    }
    bucket.push(texts[place]);
  }
  if (bucket.length > 1) yield bucket;
}
