/**
 * Buckets for texts of one template, which minimum hashes hardly distinguish. Similar texts share one of their rarest
 * shingles (the prefix filter of Bayardo et al., "Scaling up all pairs similarity search", 2007), and the rarest shared
 * one has few rarer ones before it in either text (the positional filter of Xiao et al., "Efficient similarity joins
 * for near duplicate detection", 2008); without the latter, all texts would meet in the shingles of their template.
 */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { PlacedNumbers } from '../base/placed-numbers.ts';
import { SpilledNumbers } from './spilled-numbers.ts';
import type { Sketches } from './sketches.ts';

export interface Signatures {
  readonly count: number;
  readonly sketches: Pick<Sketches, 'difference'>;
  /** For each text, the key of its minimum hashes in one band; in pieces, each valid until the next. */
  keys(band: number): Iterable<Uint32Array>;
  /** False for a text that is excluded from comparison. */
  takesPart(index: number): boolean;
  /** The text's distinct shingles, ascending. */
  shingles(index: number): Uint32Array;
}

/** Shingles are counted by their upper bits: collisions cost time, but lose no pair. */
const COUNTED_BITS = 22;
/** Shingle entries sorted at once, 20 bytes each; more are partitioned on disk. */
const SORTED = 1 << 21;
const TEXTS_BETWEEN_PAUSES = 4096;

export interface PrefixOptions {
  /** Minimum Jaccard similarity. */
  threshold: number;
  signal?: AbortSignal;
  /** Number of entries sorted at once. */
  sorted?: number;
}

/** Candidates: all pairs within the bucket, or each text with those in `across`. */
export interface PrefixBucket {
  bucket: number[];
  across?: number[];
}

/** Buckets by rare shingles. Every similar pair shares a bucket, possibly `across`. */
export async function* prefixBuckets(
  texts: Uint32Array,
  signatures: Pick<Signatures, 'shingles'>,
  { threshold, signal, sorted = SORTED }: PrefixOptions,
): AsyncGenerator<PrefixBucket, void, undefined> {
  const pause = async (done: number): Promise<void> => {
    if (done % TEXTS_BETWEEN_PAUSES !== 0) return;
    await yieldToEvents();
    signal?.throwIfAborted();
  };
  const counts = new Uint32Array(2 ** COUNTED_BITS);
  const sizes = new Uint32Array(texts.length);
  let expected = 0;
  for (const [place, text] of texts.entries()) {
    const shingles = signatures.shingles(text);
    for (const shingle of shingles) counts[shingle >>> (32 - COUNTED_BITS)]++;
    sizes[place] = shingles.length;
    expected += prefixLength(shingles.length, threshold);
    await pause(place);
  }
  const parts = Math.max(1, Math.ceil(expected / sorted));
  using entries = new SpilledNumbers(parts);
  for (const [place, text] of texts.entries()) {
    const rare = rarest(signatures.shingles(text), counts, threshold);
    // Shingles are hashes, so a remainder distributes them evenly.
    for (const [position, shingle] of rare.entries()) entries.push(shingle % parts, shingle, place, position);
    await pause(place);
  }
  for (let part = 0; part < parts; part++) {
    for (const run of runsOf(entries.read(part), texts, sizes)) yield* candidates(run, threshold);
    await yieldToEvents();
    signal?.throwIfAborted();
  }
}

/** Prefix length: similar sets must share one of this number of rarest shingles. */
function prefixLength(count: number, threshold: number): number {
  return count - Math.ceil(threshold * count - 1e-9) + 1;
}

function rarest(shingles: Uint32Array, counts: Uint32Array, threshold: number): Uint32Array {
  const countOf = (shingle: number): number => counts[shingle >>> (32 - COUNTED_BITS)];
  const sorted = shingles.slice().sort((a, b) => countOf(a) - countOf(b) || a - b);
  return sorted.subarray(0, prefixLength(shingles.length, threshold));
}

/** A text with a shingle, its set's size, and the number of its rarer shingles. */
interface Entry {
  text: number;
  size: number;
  position: number;
}

/** Entries of each shingle that two or more texts have. @param entries flat list of shingle, text index and position */
function* runsOf(entries: Uint32Array, texts: Uint32Array, sizes: Uint32Array): Generator<Entry[]> {
  const count = entries.length / 3;
  const sorted = new PlacedNumbers(count);
  for (let entry = 0; entry < count; entry++) sorted.add(entry, entries[3 * entry]);
  sorted.sort();
  for (let from = 0, to; from < count; from = to) {
    to = sorted.endOfRun(from);
    if (to === from + 1) continue;
    const run: Entry[] = [];
    for (let at = from; at < to; at++) {
      const entry = 3 * sorted.place(at);
      const place = entries[entry + 1];
      run.push({ text: texts[place], size: sizes[place], position: entries[entry + 2] });
    }
    yield run;
  }
}

/**
 * Candidate pairs among texts with a common shingle and no rarer one: both must have enough shingles after it. For
 * texts of equal size this depends only on their own positions.
 */
function* candidates(run: readonly Entry[], threshold: number): Generator<PrefixBucket> {
  const bySize = [...Map.groupBy(run, ({ size }) => size)].sort(([a], [b]) => a - b);
  for (const [index, [size, entries]] of bySize.entries()) {
    for (const [other, others] of bySize.slice(index)) {
      if (size < threshold * other - 1e-9) break;
      const shared = Math.ceil((threshold * (size + other)) / (1 + threshold) - 1e-9);
      const bucket = textsBefore(entries, size - shared);
      if (bucket.length === 0) break;
      if (other === size) {
        if (bucket.length > 1) yield { bucket };
        continue;
      }
      const across = textsBefore(others, other - shared);
      if (across.length > 0) yield { bucket, across };
    }
  }
}

function textsBefore(entries: readonly Entry[], most: number): number[] {
  return entries.filter(({ position }) => position <= most).map(({ text }) => text);
}
