/** Texts that share a band's key, compared on their exact sets; the sets may lie in memory or on disk. */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { BANDS } from './min-hash.ts';
import { prefixBuckets } from './prefix-buckets.ts';
import { isSimilar } from './shingles.ts';
import { UnionFind } from './union-find.ts';

export interface Signatures {
  readonly count: number;
  /** By text, the key of its minimum hashes in one of the bands. */
  keys(band: number): Uint32Array;
  /** False for a text that is not compared. */
  takesPart(index: number): boolean;
  /** The text's shingles, ascending and without repeats. */
  shingles(index: number): Uint32Array;
}

export interface LinkOptions {
  /** Jaccard similarity from which on two texts are linked. */
  threshold: number;
  /** Comparisons after which the search gives up. */
  maxComparisons?: number;
  signal?: AbortSignal;
}

/** Comparisons after which a bucket is too full, for each of its texts; copies of one text need one each. */
const COMPARISONS_A_TEXT = 64;

/** Checks the pairs of every bucket; false where there were too many. */
export async function linkBuckets(
  signatures: Signatures,
  links: [number, number][],
  { maxComparisons = Infinity, threshold, signal }: LinkOptions,
): Promise<boolean> {
  const linking = { sets: new UnionFind(signatures.count), links, signatures, threshold };
  const budget = { left: maxComparisons };
  const crowd = new Uint8Array(signatures.count);
  for (let band = 0; band < BANDS; band++) {
    for (const bucket of bucketsOf(signatures.keys(band), signatures)) {
      if (bucket.every((index) => crowd[index] === 1)) continue;
      const own = maxComparisons === Infinity ? { left: COMPARISONS_A_TEXT * bucket.length } : budget;
      linkBucket(bucket, { ...linking, budget: own });
      if (budget.left < 0) return false;
      if (own.left < 0) for (const index of bucket) crowd[index] = 1;
    }
    await yieldToEvents();
    signal?.throwIfAborted();
  }
  await linkCrowd(crowd, { ...linking, budget }, signal);
  return true;
}

/** Texts of buckets that are too full to be compared pair by pair, as those of one template are, by their rare shingles. */
async function linkCrowd(crowd: Uint8Array, linking: Linking, signal?: AbortSignal): Promise<void> {
  const texts: number[] = [];
  for (const [index, isIn] of crowd.entries()) if (isIn === 1) texts.push(index);
  const { signatures, threshold } = linking;
  for await (const bucket of prefixBuckets(texts, signatures, { threshold, signal })) linkBucket(bucket, linking);
}

/** Runs of texts with the same key, found by sorting. */
function* bucketsOf(keys: Uint32Array, signatures: Signatures): Generator<number[]> {
  const count = keys.length;
  // Key and text share the 53 bits of a double; past two million texts the key gives up its lowest bits.
  const shift = Math.max(0, Math.ceil(Math.log2(count)) - 21);
  const order = Float64Array.from(keys, (key, index) => (key >>> shift) * count + index).sort();
  let bucket: number[] = [];
  let bucketKey = -1;
  for (const entry of order) {
    const index = entry % count;
    if (!signatures.takesPart(index)) continue;
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
  signatures: Signatures;
  threshold: number;
}

/** Texts of one bucket that are in the same set. */
interface Group {
  root: number;
  members: number[];
}

/** Links each text of a bucket to a similar one of every set that it does not belong to yet. */
function linkBucket(bucket: readonly number[], { sets, links, budget, signatures, threshold }: Linking): void {
  const groups: Group[] = [];
  for (const index of bucket) {
    for (const group of groups) {
      if (sets.find(index) === sets.find(group.root)) continue;
      const match = group.members.find((member) => {
        budget.left--;
        return isSimilar(signatures.shingles(index), signatures.shingles(member), threshold);
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
