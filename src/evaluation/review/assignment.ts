/** Assignment of pairs to reviewers. */
import { randomUnit } from '../../base/random.ts';
import type { HumanLabel } from '../../scoring/judges/human-labels.ts';
import type { AnswerPair } from '../../scoring/judges/answer-pairs.ts';

/** `adjudicator` decides if reviewers disagree; `viewer` only looks, and nothing is saved. */
export const roles = ['reviewer', 'adjudicator', 'viewer'] as const;

export type Role = (typeof roles)[number];

/** Assigns a share of the pairs to all reviewers and each other pair to one of them; deterministic. */
export function assigned(
  pairs: readonly AnswerPair[],
  reviewers: readonly string[],
  { overlap, seed }: { overlap: number; seed: number },
): Map<string, AnswerPair[]> {
  const shares = new Map(reviewers.map((name) => [name, [] as AnswerPair[]]));
  for (const pair of pairs) {
    const isShared = randomUnit([seed, `overlap ${pair.id}`]) < overlap;
    const one = Math.floor(randomUnit([seed, `assigned ${pair.id}`]) * reviewers.length);
    for (const [place, name] of reviewers.entries()) if (isShared || place === one) shares.get(name)!.push(pair);
  }
  return shares;
}

/** Pairs on which reviewers disagree and that are not decided yet. */
export function disputed(pairs: readonly AnswerPair[], labels: readonly HumanLabel[]): AnswerPair[] {
  const byPair = Map.groupBy(
    labels.filter(({ gold }) => gold === undefined),
    ({ id }) => id,
  );
  return pairs.filter(({ id }) => {
    const own = byPair.get(id)?.filter(({ role }) => role !== 'adjudicator') ?? [];
    return new Set(own.map(({ choice }) => choice)).size > 1;
  });
}
