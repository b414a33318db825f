/**
 * Which of many pairs people are shown: those whose answers differ most first, and a random share of the others, with
 * weights by which estimates are of all pairs.
 */
import { existsSync } from 'node:fs';
import { AttuneError } from '../base/errors.ts';
import { shuffled } from '../base/random.ts';
import { normalWords } from '../data/index.ts';
import type { AnswerPair } from '../eval/judges/pairs.ts';
import { Resampling, spreadInterval, type Interval } from '../eval/statistics/index.ts';
import { readJson, writeJson } from '../files/json.ts';

export type Stratum = 'differing' | 'random';

export interface ReviewPlan {
  version: 1;
  seed: number;
  most: number;
  /** All pairs that there were. */
  pairs: number;
  /** By id; in the order in which pairs are shown to one who has no order of their own. */
  chosen: readonly { id: string; stratum: Stratum }[];
}

/** Of the pairs that are shown, those drawn by chance. */
const RANDOM_SHARE = 0.3;

/** @throws RangeError for fewer than two */
export function planReview(pairs: readonly AnswerPair[], most: number, seed: number): ReviewPlan {
  if (most < 2) throw new RangeError('a plan has two pairs or more');
  const random = Math.max(1, Math.round(most * RANDOM_SHARE));
  const byDifference = shuffled(pairs, [seed, 'review-ties'])
    .map((pair) => ({ pair, apart: differenceOf(pair) }))
    .toSorted((a, b) => b.apart - a.apart)
    .map(({ pair }) => pair);
  const differing = byDifference.slice(0, Math.max(0, Math.min(pairs.length, most) - random));
  const rest = shuffled(byDifference.slice(differing.length), [seed, 'review-random']).slice(0, random);
  const chosen = [
    ...differing.map(({ id }) => ({ id, stratum: 'differing' as const })),
    ...rest.map(({ id }) => ({ id, stratum: 'random' as const })),
  ];
  return { version: 1, seed, most, pairs: pairs.length, chosen };
}

/** How many of the words of both are not shared: 0 to 1. */
function differenceOf({ a, b }: AnswerPair): number {
  const [first, second] = [a, b].map((text) => new Set(normalWords(text)));
  const all = first.union(second).size;
  return all === 0 ? 0 : 1 - first.intersection(second).size / all;
}

/** The plan that is kept in a file, made where there is none. A review keeps its plan. @throws AttuneError E_REVIEW_PLAN */
export function keptPlan(file: string, pairs: readonly AnswerPair[], wanted?: { most: number; seed: number }) {
  const known = readPlan(file);
  if (known === undefined) {
    if (wanted === undefined || wanted.most >= pairs.length) return undefined;
    const plan = planReview(pairs, wanted.most, wanted.seed);
    writeJson(file, plan);
    return plan;
  }
  if (wanted === undefined || (wanted.most === known.most && pairs.length === known.pairs)) return known;
  throw new AttuneError('E_REVIEW_PLAN', {
    what: 'The review was begun with another choice of pairs',
    got: `${wanted.most} of ${pairs.length}`,
    expected: `${known.most} of ${known.pairs}, as ${file} says`,
    fix: 'leave the number out to go on, or move the file and the choices away to begin anew',
  });
}

export function readPlan(file: string): ReviewPlan | undefined {
  return existsSync(file) ? readJson<ReviewPlan>(file) : undefined;
}

/** The mean of scores as it would be over all pairs: strata count by how many pairs they stand for. */
export function plannedMean(plan: ReviewPlan, scores: readonly { id: string; score: number }[]): Interval {
  const stratumOf = new Map(plan.chosen.map(({ id, stratum }) => [id, stratum]));
  const rows = [...Map.groupBy(scores, ({ id }) => id)].map(([id, own]) => ({
    stratum: stratumOf.get(id),
    score: own.reduce((sum, { score }) => sum + score, 0) / own.length,
  }));
  const differing = plan.chosen.filter(({ stratum }) => stratum === 'differing').length;
  const shares = { differing: differing / plan.pairs, random: 1 - differing / plan.pairs };
  const statistic = (places: Uint32Array): number => {
    const sums = { differing: [0, 0], random: [0, 0] };
    for (const place of places) {
      const { stratum, score } = rows[place];
      if (stratum === undefined) continue;
      sums[stratum][0] += score;
      sums[stratum][1]++;
    }
    return (['differing', 'random'] as const)
      .filter((name) => shares[name] > 0)
      .reduce((sum, name) => sum + shares[name] * (sums[name][0] / sums[name][1]), 0);
  };
  return spreadInterval(new Resampling(rows.length, { resamples: 2000 }).spread(statistic));
}
