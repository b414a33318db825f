/** Removes rows that repeat an earlier row exactly or nearly; the first one stays. */
import { z } from 'zod';
import {
  DiskSignatures,
  isSimilar,
  linkBuckets,
  normalWords,
  packSignature,
  SpilledOrder,
  TextSigner,
  UnionFind,
  unpackSignature,
} from '../../data/index.ts';
import type { Item } from '@attune/documents';
import { DiskItems } from '../disk-items.ts';
import { digitsOf, HashList } from '../hash-list.ts';
import { actionOption, flagRow } from '../judge-rows.ts';
import { columnsOption, textOfRow } from '../row-texts.ts';
import { defineStep, type StepContext } from '../preparation-step.ts';

const options = z.strictObject({
  columns: columnsOption('compare'),
  threshold: z
    .number()
    .min(0.6)
    .max(1)
    .nullable()
    .default(0.8)
    .describe('minimum share of common word pairs (Jaccard) of near-duplicates; null: only rows with the same words'),
  action: actionOption('drop'),
});

type Options = z.output<typeof options>;

export const step = defineStep<Options>({
  summary: 'keep only the first of identical or nearly identical rows; exact comparison, any number of rows',
  takes: ['row'],
  version: 1,
  options,
  look: (given) => Promise.resolve(lookBy(given)),
  open(given, context) {
    return async function* run(items, notes) {
      using signatures = new DiskSignatures(context.folder);
      using hashes = new HashList();
      const look = lookBy(given);
      const rows = await DiskItems.gathered(items, context, (row) => {
        const { words, signature } = (context.seen === undefined ? look(row) : context.seen(row)) as Look;
        signatures.addSigned(unpackSignature(signature));
        hashes.addDigits(words);
      });
      signatures.finish();
      const copies = await findCopies(signatures, hashes, { given, context });
      notes.remark('of similar rows, the first in the order of the sources is kept');
      let index = 0;
      for await (const row of rows.rows()) yield* judged(row, copies[index++]);
      function* judged(row: Parameters<typeof flagRow>[0], copy: number) {
        if (copy === UNIQUE) yield row;
        else if (given.action === 'flag') yield flagRow(row, [NAMES[copy]], notes);
        else notes.leaveOut(row, NAMES[copy]);
      }
    };
  },
});

/** The compared part of a row. Plain data. */
interface Look {
  /** Hash of its words. */
  words: string;
  /** Packed MinHash signature of the text. */
  signature: string;
}

/** Undefined for items that are not rows, which the step leaves out. */
function lookBy({ columns }: Options): (item: Item) => Look | undefined {
  const signer = new TextSigner();
  return (item) => {
    if (item.kind !== 'row') return undefined;
    const text = textOfRow(item, columns);
    signer.sign(text);
    return { words: digitsOf(normalWords(text).join(' ')), signature: packSignature(signer) };
  };
}

const [UNIQUE, EXACT, NEAR] = [0, 1, 2];
const NAMES = ['', 'same words as an earlier row', 'nearly the same as an earlier row'];

/** For each row: unique, or the kind of copy. Each copy is similar to a row that stays, not only to another copy. */
async function findCopies(
  signatures: DiskSignatures,
  hashes: HashList,
  { given, context }: { given: Options; context: StepContext },
): Promise<Uint8Array> {
  const sets = new UnionFind(signatures.count);
  const linked = new Uint8Array(signatures.count);
  const onLink = (first: number, other: number): void => void (linked[first] = linked[other] = 1);
  // Rows with the same words have the same shingle set, so one search finds both kinds of copies.
  await linkBuckets(signatures, onLink, { threshold: given.threshold ?? 1, sets, signal: context.signal });
  using clusters = new SpilledOrder(
    linked.reduce((sum, isLinked) => sum + isLinked, 0),
    { range: signatures.count },
  );
  for (const [member, isLinked] of linked.entries()) if (isLinked === 1) clusters.add(member, sets.find(member));
  const copies = new Uint8Array(signatures.count);
  for (const cluster of clusters.runs()) {
    const kept: number[] = [];
    for (const row of cluster) {
      const kind = copyOf(row, kept, { signatures, hashes, threshold: given.threshold });
      if (kind === UNIQUE) kept.push(row);
      copies[row] = kind;
    }
  }
  return copies;
}

interface Likeness {
  signatures: DiskSignatures;
  hashes: HashList;
  threshold: number | null;
}

function copyOf(row: number, kept: readonly number[], { signatures, hashes, threshold }: Likeness): number {
  if (kept.some((other) => hashes.isSame(other, row))) return EXACT;
  if (threshold === null) return UNIQUE;
  const own = signatures.shingles(row);
  return kept.some((other) => isSimilar(own, signatures.shingles(other), threshold)) ? NEAR : UNIQUE;
}
