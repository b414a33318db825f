/**
 * Buckets for texts of one template, where minimum hashes tell too little apart: texts that are alike share one of the
 * rarest shingles of each (the prefix filter of Bayardo et al., "Scaling up all pairs similarity search", 2007), and the
 * rarest that they share has few before it in either (the positional filter of Xiao et al., "Efficient similarity joins
 * for near duplicate detection", 2008), without which all texts meet in the shingles of their template.
 */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { GrowingArray } from '../base/growing-array.ts';
import { PlacedNumbers } from '../base/placed-numbers.ts';
import type { Signatures } from './link-buckets.ts';

/** Shingles are counted by their upper bits: two that are counted as one cost time, never a pair. */
const COUNTED_BITS = 22;
/** Shingles with their texts that are sorted at once: 80 MiB. */
const SORTED = 1 << 22;
const TEXTS_BETWEEN_PAUSES = 4096;

export interface PrefixOptions {
  /** Jaccard similarity from which on two texts are alike. */
  threshold: number;
  signal?: AbortSignal;
  /** Entries sorted at once. */
  sorted?: number;
}

/** Texts that may be alike: each with each, or each with each of the texts `across`. */
export interface PrefixBucket {
  bucket: number[];
  across?: number[];
}

/** Texts by their rare shingles. Every pair that is alike shares a bucket, or is in one across. */
export async function* prefixBuckets(
  texts: readonly number[],
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
  const passes = Math.ceil(expected / sorted);
  for (let pass = 0; pass < passes; pass++) {
    const entries = new Entries(texts, sizes);
    for (const [place, text] of texts.entries()) {
      const rare = rarest(signatures.shingles(text), counts, threshold);
      for (const [position, shingle] of rare.entries()) {
        // Shingles are hashes already: a remainder divides them evenly.
        if (shingle % passes === pass) entries.add(shingle, place, position);
      }
      await pause(place);
    }
    for (const run of entries.runs()) yield* candidates(run, threshold);
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

/** A text that has a shingle, the size of its set, and how many of its shingles are rarer. */
interface Entry {
  text: number;
  size: number;
  position: number;
}

class Entries {
  readonly #texts: readonly number[];
  readonly #sizes: Uint32Array;
  readonly #shingles = new GrowingArray(Uint32Array);
  readonly #places = new GrowingArray(Uint32Array);
  readonly #positions = new GrowingArray(Uint32Array);

  constructor(texts: readonly number[], sizes: Uint32Array) {
    this.#texts = texts;
    this.#sizes = sizes;
  }

  add(shingle: number, place: number, position: number): void {
    this.#shingles.push(shingle);
    this.#places.push(place);
    this.#positions.push(position);
  }

  /** The entries of each shingle that two or more texts have. */
  *runs(): Generator<Entry[]> {
    const count = this.#shingles.length;
    const sorted = new PlacedNumbers(count);
    for (let entry = 0; entry < count; entry++) sorted.add(entry, this.#shingles.at(entry));
    sorted.sort();
    for (let from = 0, to; from < count; from = to) {
      to = sorted.endOfRun(from);
      if (to === from + 1) continue;
      const run: Entry[] = [];
      for (let at = from; at < to; at++) run.push(this.#entry(sorted.place(at)));
      yield run;
    }
  }

  #entry(entry: number): Entry {
    const place = this.#places.at(entry);
    return { text: this.#texts[place], size: this.#sizes[place], position: this.#positions.at(entry) };
  }
}

/**
 * Of texts that share a shingle and none that is rarer, those that can be alike: of both, enough must be left behind it.
 * Texts of one size pass or fail by their own place, whatever the other's.
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
