import { sha256 } from '../files/hash.ts';
import type { Example } from './example.ts';
import { questionOf, textOf } from './compared-text.ts';
import { findNearDuplicates } from './near-duplicates.ts';
import { normalWords } from './shingles.ts';
import { UnionFind } from './union-find.ts';

export interface ClusterOptions {
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Rows that must stay together, under one of several definitions of "near-duplicate". */
export interface Clustering {
  sets: UnionFind;
  /** Shingles in more than this share of the rows were treated as boilerplate; 1: none were. */
  commonShare: number;
  /** False if the search was abandoned because the rows have too much in common. */
  isComplete: boolean;
}

/** Rows that belong together regardless of similarity: duplicates, groups, and attachments of a mail. */
export function firmClusters(examples: readonly Example[]): UnionFind {
  const sets = new UnionFind(examples.length);
  sets.uniteBy((index) => examples[index].id);
  sets.uniteBy((index) => examples[index].group);
  sets.uniteBy((index) => examples[index].mails);
  return sets;
}

/**
 * Clusters with near-duplicates, strictest definition first. Later ones ignore long text that many rows share (a
 * prompt's template), without which a set made from one template could not be split at all; take the first that works.
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

/** Rows with the same question belong together, unless it is so frequent that it says nothing about the row. */
function uniteQuestions(sets: UnionFind, questions: readonly (string | undefined)[]): void {
  const counts = new Map<string, number>();
  for (const question of questions) if (question !== undefined) counts.set(question, (counts.get(question) ?? 0) + 1);
  const limit = Math.max(4, questions.length / 10);
  sets.uniteBy((index) => {
    const question = questions[index];
    return question !== undefined && counts.get(question)! <= limit ? question : undefined;
  });
}
