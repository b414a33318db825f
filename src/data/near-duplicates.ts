import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { philox4x32 } from '../base/random.ts';
import { sha256 } from '../files/hash.ts';
import { isSimilar, normalWords, shinglesOf } from './shingles.ts';
import { UnionFind } from './union-find.ts';

/** Two texts whose shingle sets have at least this Jaccard similarity are near-duplicates. */
export const NEAR = 0.8;

/** Signatures of 32 bands of 4: a pair at 0.8 shares no band, and is missed, once in 20 million. */
const BANDS = 32;
const ROWS_PER_BAND = 4;
const SAMPLED_TEXTS = 5000;
const TEXTS_BETWEEN_PAUSES = 256;

export interface NearDuplicateOptions {
  /**
   * Shingles in more than this share of all texts are left out as boilerplate: 1 leaves out none. With less, texts that
   * share a long template are told apart by what fills it.
   */
  commonShare: number;
  /** Comparisons after which the search gives up, because the texts share too much. */
  maxComparisons?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export interface NearDuplicates {
  /** Pairs that connect all near-duplicates (not every pair: a chain is enough). */
  links: [number, number][];
  /** False where the search gave up. */
  isComplete: boolean;
}

/**
 * Finds near-duplicates among texts: MinHash signatures put likely pairs into the same bucket of some band, and each
 * pair is checked on its exact shingle sets. Texts with the same words are linked without a check.
 *
 * Memory: the shingle sets and 128 bytes of signature a text; the texts are read once, in order.
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
  const isComplete = await linkBuckets(table, links, options);
  return { links, isComplete };
}

async function pause(done: number, total: number, { onProgress, signal }: NearDuplicateOptions): Promise<void> {
  onProgress?.(done, total);
  await yieldToEvents();
  signal?.throwIfAborted();
}

/** Shingles that a large share of the texts has, estimated on a sample. A handful of texts is never a large share. */
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

/** Each text's shingles and, for each band, a 32-bit key of its minimum hashes. */
class SignatureTable {
  readonly keys: Uint32Array[];
  /** By text; empty where the text is a copy or boilerplate only, and takes no part. */
  readonly shingles: (Uint32Array | undefined)[];
  readonly #multipliers: Uint32Array;
  readonly #addends: Uint32Array;

  constructor(count: number) {
    this.keys = Array.from({ length: BANDS }, () => new Uint32Array(count));
    this.shingles = Array.from({ length: count });
    const words = Array.from({ length: BANDS * ROWS_PER_BAND }, (_, index) => philox4x32([index, 0, 0, 0], [0, 0]));
    // Odd multipliers make each hash function a permutation of the 32-bit numbers.
    this.#multipliers = Uint32Array.from(words, ([word]) => word | 1);
    this.#addends = Uint32Array.from(words, ([, word]) => word);
  }

  add(index: number, shingles: Uint32Array): void {
    if (shingles.length === 0) return;
    this.shingles[index] = shingles;
    for (let band = 0; band < BANDS; band++) {
      let key = 0x811c9dc5;
      for (let row = 0; row < ROWS_PER_BAND; row++) {
        key = Math.imul(key ^ this.#minimum(band * ROWS_PER_BAND + row, shingles), 0x01000193);
        key ^= key >>> 15;
      }
      this.keys[band][index] = key;
    }
  }

  #minimum(permutation: number, shingles: Uint32Array): number {
    const [multiplier, addend] = [this.#multipliers[permutation], this.#addends[permutation]];
    let least = 0xffffffff;
    for (let index = 0; index < shingles.length; index++) {
      const value = (Math.imul(shingles[index], multiplier) + addend) >>> 0;
      if (value < least) least = value;
    }
    return least;
  }
}

/** Checks the pairs of every bucket; false where there were too many. */
async function linkBuckets(
  table: SignatureTable,
  links: [number, number][],
  options: NearDuplicateOptions,
): Promise<boolean> {
  const sets = new UnionFind(table.shingles.length);
  const budget = { left: options.maxComparisons ?? Infinity };
  for (const keys of table.keys) {
    for (const bucket of bucketsOf(keys, table.shingles)) {
      linkBucket(bucket, { sets, links, budget, shingles: table.shingles as Uint32Array[] });
      if (budget.left < 0) return false;
    }
    await yieldToEvents();
    options.signal?.throwIfAborted();
  }
  return true;
}

/** Runs of texts with the same key, found by sorting. */
function* bucketsOf(keys: Uint32Array, shingles: readonly unknown[]): Generator<number[]> {
  const count = keys.length;
  // Key and text share the 53 bits of a double; past two million texts the key gives up its lowest bits.
  const shift = Math.max(0, Math.ceil(Math.log2(count)) - 21);
  const order = Float64Array.from(keys, (key, index) => (key >>> shift) * count + index).sort();
  let bucket: number[] = [];
  let bucketKey = -1;
  for (const entry of order) {
    const index = entry % count;
    if (shingles[index] === undefined) continue;
    const key = (entry - index) / count;
    if (key !== bucketKey) {
      if (bucket.length > 1) yield bucket;
      bucket = [];
      bucketKey = key;
    }
    bucket.push(index);
  }
  if (bucket.length > 1) yield bucket;
}

interface Linking {
  sets: UnionFind;
  links: [number, number][];
  budget: { left: number };
  shingles: readonly Uint32Array[];
}

/** Texts of one bucket that are in the same set. */
interface Group {
  root: number;
  members: number[];
}

/** Links each text of a bucket to a similar one of every set that it does not belong to yet. */
function linkBucket(bucket: readonly number[], { sets, links, budget, shingles }: Linking): void {
  const groups: Group[] = [];
  for (const index of bucket) {
    for (const group of groups) {
      if (sets.find(index) === sets.find(group.root)) continue;
      const match = group.members.find((member) => {
        budget.left--;
        return isSimilar(shingles[index], shingles[member], NEAR);
      });
      if (match === undefined) continue;
      sets.union(index, match);
      links.push([match, index]);
    }
    if (budget.left < 0) return;
    join(groups, index, sets);
  }
}

/** Puts a text into its set's group; groups that it connected become one. */
function join(groups: Group[], index: number, sets: UnionFind): void {
  const root = sets.find(index);
  const own = groups.filter((group) => sets.find(group.root) === root);
  if (own.length === 0) groups.push({ root, members: [index] });
  else own[0].members.push(index);
  for (const group of own.slice(1)) {
    for (const member of group.members) own[0].members.push(member);
    groups.splice(groups.indexOf(group), 1);
  }
}
