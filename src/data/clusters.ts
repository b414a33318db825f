import { sha256 } from '../files/hash.ts';
import type { Example } from './example.ts';
import { questionOf, textOf } from './example-text.ts';
import { findNearDuplicates } from './near-duplicates.ts';
import { normalWords } from './shingles.ts';
import { UnionFind } from './union-find.ts';

export interface ClusterOptions {
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Rows that must stay together, in one of several readings of "near-duplicate". */
export interface Clustering {
  sets: UnionFind;
  /** Shingles in more than this share of the rows counted as boilerplate; 1: none did. */
  commonShare: number;
  /** False where the rows share so much that the search gave up. */
  isComplete: boolean;
}

/** Rows that belong together whatever their text's likeness: the same row, the same group, or of the same mail. */
export function firmClusters(examples: readonly Example[]): UnionFind {
  const sets = new UnionFind(examples.length);
  sets.uniteBy((index) => examples[index].id);
  sets.uniteBy((index) => examples[index].group);
  sets.uniteBy((index) => examples[index].mails);
  return sets;
}

/**
 * Clusters with near-duplicates, strictest reading first. The later ones overlook long text that many rows share (a
 * prompt's template), without which a set made from one template could not be split at all; take the first that serves.
 */
export async function* clusterings(
  examples: readonly Example[],
  firm: UnionFind,
  options: ClusterOptions,
): AsyncGenerator<Clustering, void, undefined> {
  const questions = examples.map((example) => questionKey(example));
  for (const commonShare of [1, 0.1, 0.01]) {
    const maxComparisons = commonShare === 0.01 ? Infinity : 1e6 + 300 * examples.length;
    const search = { ...options, commonShare, maxComparisons };
    const { links, isComplete } = await findNearDuplicates(examples.length, (index) => textOf(examples[index]), search);
    const sets = firm.clone();
    for (const [a, b] of links) sets.union(a, b);
    uniteQuestions(sets, questions);
    yield { sets, commonShare, isComplete };
  }
}

function questionKey(example: Example): string | undefined {
  const question = questionOf(example)?.trim();
  return question ? sha256(normalWords(question).join(' ')).slice(0, 32) : undefined;
}

/** Rows with the same question belong together, unless it is asked so often that it says nothing about the row. */
function uniteQuestions(sets: UnionFind, questions: readonly (string | undefined)[]): void {
  const counts = new Map<string, number>();
  for (const question of questions) if (question !== undefined) counts.set(question, (counts.get(question) ?? 0) + 1);
  const limit = Math.max(4, questions.length / 10);
  sets.uniteBy((index) => {
    const question = questions[index];
    return question !== undefined && counts.get(question)! <= limit ? question : undefined;
  });
}
