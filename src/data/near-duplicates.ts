import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { sha256 } from '../files/hash.ts';
import { linkBuckets } from './link-buckets.ts';
import { BANDS, MinHash } from './min-hash.ts';
import { normalWords, shinglesOf } from './shingles.ts';
import { Sketches } from './sketches.ts';
import type { Signatures } from './prefix-buckets.ts';

/** Two texts whose shingle sets have at least this Jaccard similarity are near-duplicates. */
export const NEAR = 0.8;

const SAMPLED_TEXTS = 5000;
const TEXTS_BETWEEN_PAUSES = 256;

export interface NearDuplicateOptions {
  /**
   * Shingles in more than this share of all texts are ignored as boilerplate; 1 ignores none. With less, texts with a
   * long common template are distinguished by the rest.
   */
  commonShare: number;
  /** Number of comparisons after which the search is abandoned because the texts have too much in common. */
  maxComparisons?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export interface NearDuplicates {
  /** Pairs that connect all near-duplicates (chains rather than every pair). */
  links: [number, number][];
  /** False if the search was abandoned. */
  isComplete: boolean;
}

/**
 * Finds near-duplicates: MinHash signatures put likely pairs into the same bucket of some band, and each pair is
 * verified on its exact shingle sets. Texts with the same words are linked without verification.
 *
 * Memory: the shingle sets and 144 bytes of signature per text; texts are read once, in order.
 */
export async function findNearDuplicates(
  count: number,
  textOf: (index: number) => string,
  options: NearDuplicateOptions,
): Promise<NearDuplicates> {
  const common = commonShingles(count, textOf, options.commonShare);
  const table = new SignatureTable(count);
  const links: [number, number][] = [];
  const firstOf = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const words = normalWords(textOf(index));
    const text = sha256(words.join(' '));
    const first = firstOf.get(text);
    if (first === undefined) {
      firstOf.set(text, index);
      table.add(index, without(shinglesOf(words), common));
    } else links.push([first, index]);
    if (index % TEXTS_BETWEEN_PAUSES === 0) await pause(index, count, options);
  }
  firstOf.clear();
  const onLink = (first: number, other: number): void => void links.push([first, other]);
  const isComplete = await linkBuckets(table, onLink, { ...options, threshold: NEAR });
  return { links, isComplete };
}

async function pause(done: number, total: number, { onProgress, signal }: NearDuplicateOptions): Promise<void> {
  onProgress?.(done, total);
  await yieldToEvents();
  signal?.throwIfAborted();
}

/** Shingles in a large share of the texts, estimated on a sample. A handful of texts never counts as a large share. */
function commonShingles(count: number, textOf: (index: number) => string, share: number): ReadonlySet<number> {
  const common = new Set<number>();
  if (share >= 1) return common;
  const stride = Math.max(1, count / SAMPLED_TEXTS);
  const sampled = Math.min(count, SAMPLED_TEXTS);
  const counts = new Map<number, number>();
  for (let draw = 0; draw < sampled; draw++) {
    const shingles = shinglesOf(normalWords(textOf(Math.floor(draw * stride))));
    for (const shingle of shingles) counts.set(shingle, (counts.get(shingle) ?? 0) + 1);
  }
  const limit = Math.max(share * sampled, Math.min(10, sampled / 2));
  for (const [shingle, texts] of counts) if (texts > limit) common.add(shingle);
  return common;
}

function without(shingles: Uint32Array, common: ReadonlySet<number>): Uint32Array {
  return common.size === 0 ? shingles : shingles.filter((shingle) => !common.has(shingle));
}

/** Each text's shingles, and a 32-bit key of its minimum hashes per band. */
class SignatureTable implements Signatures {
  readonly sketches = new Sketches(Infinity);
  readonly #keys: Uint32Array[];
  /** Per text; empty for copies and pure boilerplate, which are not compared. */
  readonly #shingles: (Uint32Array | undefined)[];
  readonly #minHash = new MinHash();

  constructor(count: number) {
    this.#keys = Array.from({ length: BANDS }, () => new Uint32Array(count));
    this.#shingles = Array.from({ length: count });
  }

  get count(): number {
    return this.#shingles.length;
  }

  add(index: number, shingles: Uint32Array): void {
    if (shingles.length === 0) return;
    this.#shingles[index] = shingles;
    this.#minHash.sign(shingles);
    this.sketches.set(index, this.#minHash.sketch);
    for (let band = 0; band < BANDS; band++) this.#keys[band][index] = this.#minHash.keys[band];
  }

  keys(band: number): Uint32Array[] {
    return [this.#keys[band]];
  }

  takesPart(index: number): boolean {
    return this.#shingles[index] !== undefined;
  }

  shingles(index: number): Uint32Array {
    return this.#shingles[index]!;
  }
}
