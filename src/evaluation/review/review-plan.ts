/**
 * Samples the pairs that people are shown: those whose answers differ most, and a random share of the others. Weights
 * make the estimates valid for all pairs.
 */
import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { shuffled } from '../../base/random.ts';
import { normalWords } from '../../data/index.ts';
import type { AnswerPair } from '../../scoring/judges/answer-pairs.ts';
import { wilsonInterval, type Interval } from '../../scoring/statistics/index.ts';
import { readJson, writeJson } from '../../files/json.ts';

export type Stratum = 'differing' | 'random';

export interface ReviewPlan {
  version: 1;
  seed: number;
  most: number;
  /** Total number of pairs. */
  pairs: number;
  /** Sampled pairs, in the default order of display. */
  chosen: readonly { id: string; stratum: Stratum }[];
}

/** Share of the shown pairs that is sampled at random. */
const RANDOM_SHARE = 0.3;

/** @throws RangeError for fewer than two pairs */
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

/** Share of words that the two answers do not have in common: 0 to 1. */
function differenceOf({ a, b }: AnswerPair): number {
  const [first, second] = [a, b].map((text) => new Set(normalWords(text)));
  const all = first.union(second).size;
  return all === 0 ? 0 : 1 - first.intersection(second).size / all;
}

/**
 * The stored plan of a review, or a new one that is then stored: a review keeps its plan. @throws AttuneError
 * E_REVIEW_PLAN
 */
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
    what: 'This review was started with a different selection of pairs',
    got: `${wanted.most} of ${pairs.length}`,
    expected: `${known.most} of ${known.pairs}, according to ${file}`,
    fix: 'remove the number to continue, or move the file and the choices away to start again',
  });
}

export function readPlan(file: string): ReviewPlan | undefined {
  return existsSync(file) ? readJson<ReviewPlan>(file) : undefined;
}

const STRATA: readonly Stratum[] = ['differing', 'random'];

/**
 * Mean of scores from 0 to 1, estimated for all pairs: each stratum is weighted by its number of pairs. The interval
 * combines the strata's Wilson intervals in quadrature, since a bootstrap would turn a few agreeing pairs into
 * certainty.
 */
export function plannedMean(plan: ReviewPlan, scores: readonly { id: string; score: number }[]): Interval {
  const byPair = Map.groupBy(scores, ({ id }) => id);
  const shareOfDiffering = plan.chosen.filter(({ stratum }) => stratum === 'differing').length / plan.pairs;
  const parts = STRATA.map((name) => {
    const weight = name === 'differing' ? shareOfDiffering : 1 - shareOfDiffering;
    const own = plan.chosen.flatMap(({ id, stratum }) => (stratum === name ? (byPair.get(id) ?? []) : []));
    return { weight, ...meanWithEnds(Map.groupBy(own, ({ id }) => id)) };
  });
  const estimate = parts.reduce((sum, { weight, mean }) => sum + weight * mean, 0);
  const joined = (distances: readonly number[]) => Math.hypot(...distances.map((one, i) => parts[i].weight * one));
  return {
    estimate,
    low: estimate - joined(parts.map(({ mean, low }) => mean - low)),
    high: estimate + joined(parts.map(({ mean, high }) => high - mean)),
    confidence: 0.95,
  };
}

/** A stratum without judged pairs may have any mean. */
function meanWithEnds(byPair: ReadonlyMap<string, readonly { score: number }[]>) {
  if (byPair.size === 0) return { mean: 0.5, low: 0, high: 1 };
  const means = [...byPair.values()].map((own) => own.reduce((sum, { score }) => sum + score, 0) / own.length);
  const total = means.reduce((sum, mean) => sum + mean, 0);
  return { mean: total / means.length, ...wilsonInterval(total, means.length) };
}
