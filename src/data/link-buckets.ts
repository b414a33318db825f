/** Compares texts that share a band's key by their exact sets, in memory or on disk. */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { BANDS } from './min-hash.ts';
import { prefixBuckets, type Signatures } from './prefix-buckets.ts';
import { isSimilar } from './shingles.ts';
import { mostDifference } from './sketches.ts';
import { SpilledOrder } from './spilled-order.ts';
import { UnionFind } from './union-find.ts';

export interface LinkOptions {
  /** Minimum Jaccard similarity of linked texts. */
  threshold: number;
  /** Number of comparisons after which the search is abandoned. */
  maxComparisons?: number;
  /** Disjoint sets to merge linked texts in; default: new ones. */
  sets?: UnionFind;
  signal?: AbortSignal;
}

/** Called for two similar texts whose sets have just been merged. */
export type OnLink = (earlier: number, later: number) => void;

/** Comparisons per new text after which a bucket is overfull; copies of one text need one each. */
const COMPARISONS_A_TEXT = 16;
/** Cost of comparing sketches relative to comparing sets. */
const GLANCE = 1 / 16;

/** Checks the pairs of every bucket; false if there were too many. */
export async function linkBuckets(
  signatures: Signatures,
  onLink: OnLink,
  { maxComparisons = Infinity, threshold, signal, sets = new UnionFind(signatures.count) }: LinkOptions,
): Promise<boolean> {
  const budget = { left: maxComparisons };
  const isBound = maxComparisons !== Infinity;
  const linking: Linking = {
    sets,
    onLink,
    signatures,
    threshold,
    budget,
    most: mostDifference(threshold),
    // Abandoning the search must not depend on how cheap comparisons are.
    glance: isBound ? 1 : GLANCE,
  };
  const crowd = new Uint8Array(signatures.count);
  if (!(await linkBands(crowd, linking, { isBound, signal }))) return false;
  await linkCrowd(crowd, linking, signal);
  return true;
}

/** Marks texts in overfull buckets in `crowd`; false if there were too many pairs. Its buffers are free afterwards. */
async function linkBands(
  crowd: Uint8Array,
  linking: Linking,
  { isBound, signal }: { isBound: boolean; signal?: AbortSignal },
): Promise<boolean> {
  const { signatures, budget } = linking;
  using order = new SpilledOrder(signatures.count);
  for (let band = 0; band < BANDS; band++) {
    for (const bucket of bucketsOf(band, signatures, order)) {
      // Texts in the crowd are compared with each other at the end.
      const fresh = bucket.filter((index) => crowd[index] === 0);
      if (fresh.length === 0) continue;
      const own = isBound ? budget : { left: COMPARISONS_A_TEXT * fresh.length };
      const others = fresh.length === bucket.length ? [] : bucket.filter((index) => crowd[index] === 1);
      linkBucket(fresh, { ...linking, budget: own }, others);
      if (budget.left < 0) return false;
      if (own.left < 0) for (const index of bucket) crowd[index] = 1;
    }
    await yieldToEvents();
    signal?.throwIfAborted();
  }
  return true;
}

/**
 * Texts in buckets that are too full for pairwise comparison, such as those of one template, are linked by rare
 * shingles.
 */
async function linkCrowd(crowd: Uint8Array, linking: Linking, signal?: AbortSignal): Promise<void> {
  const texts = new Uint32Array(crowd.reduce((sum, isIn) => sum + isIn, 0));
  if (texts.length === 0) return;
  for (let index = 0, at = 0; index < crowd.length; index++) if (crowd[index] === 1) texts[at++] = index;
  const { signatures, threshold } = linking;
  for await (const { bucket, across } of prefixBuckets(texts, signatures, { threshold, signal })) {
    if (across === undefined) linkBucket(bucket, linking);
    else linkAcross(bucket, across, linking);
  }
}

/** Texts with the same key in a band. @param order buffer for all texts */
function bucketsOf(band: number, signatures: Signatures, order: SpilledOrder): Generator<number[]> {
  order.clear();
  let index = 0;
  for (const keys of signatures.keys(band)) {
    for (const key of keys) {
      if (signatures.takesPart(index)) order.add(index, key);
      index++;
    }
  }
  return order.runs();
}

interface Linking {
  sets: UnionFind;
  onLink: OnLink;
  budget: { left: number };
  signatures: Signatures;
  threshold: number;
  /** Maximum number of sketch bits in which similar texts differ. */
  most: number;
  glance: number;
}

/** Texts of a bucket that belong to the same set. */
interface Group {
  root: number;
  members: number[];
}

/**
 * Links each text of a bucket to a similar one, in the bucket or among the others, for every set it does not belong to
 * yet.
 */
function linkBucket(bucket: readonly number[], linking: Linking, others: readonly number[] = []): void {
  const { sets, budget } = linking;
  const groups = groupsOf(others, sets);
  for (const index of bucket) {
    const linked = linkToGroups(index, groups, linking);
    if (budget.left < 0) return;
    join(groups, { index, ...linked }, sets);
  }
}

/** Links texts of one list to similar ones of another, but not within a list. */
function linkAcross(texts: readonly number[], others: readonly number[], linking: Linking): void {
  const groups = groupsOf(others, linking.sets);
  for (const index of texts) {
    const { isLinked } = linkToGroups(index, groups, linking);
    if (isLinked) for (const group of groups) group.root = linking.sets.find(group.root);
  }
}

function groupsOf(texts: readonly number[], sets: UnionFind): Group[] {
  return [...Map.groupBy(texts, (index) => sets.find(index))].map(([root, members]) => ({ root, members }));
}

function linkToGroups(index: number, groups: readonly Group[], linking: Linking): { root: number; isLinked: boolean } {
  const { sets } = linking;
  let root = sets.find(index);
  let isLinked = false;
  for (const group of groups) {
    // Roots change only when this text has been linked.
    if (group.root === root || (isLinked && sets.find(group.root) === root)) continue;
    if (!linkToGroup(index, group, linking)) continue;
    isLinked = true;
    root = sets.find(index);
  }
  return { root, isLinked };
}

/** Whether a member is similar to the text; if so their sets are merged. */
function linkToGroup(index: number, { members }: Group, linking: Linking): boolean {
  const { sets, onLink, budget, signatures, threshold, most, glance } = linking;
  for (const member of members) {
    if (signatures.sketches.difference(index, member) > most) {
      budget.left -= glance;
      continue;
    }
    budget.left--;
    if (!isSimilar(signatures.shingles(index), signatures.shingles(member), threshold)) continue;
    sets.union(index, member);
    onLink(member, index);
    return true;
  }
  return false;
}

/** Adds a text to its set's group, and merges groups that it connects. */
function join(
  groups: Group[],
  { index, root, isLinked }: { index: number; root: number; isLinked: boolean },
  sets: UnionFind,
): void {
  if (isLinked) for (const group of groups) group.root = sets.find(group.root);
  const own = groups.find((group) => group.root === root);
  if (own === undefined) return void groups.push({ root, members: [index] });
  own.members.push(index);
  if (!isLinked) return;
  for (let at = groups.length - 1; groups[at] !== own; at--) {
    if (groups[at].root !== root) continue;
    for (const member of groups[at].members) own.members.push(member);
    groups.splice(at, 1);
  }
}
