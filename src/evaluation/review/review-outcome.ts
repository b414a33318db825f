/** Results of a review: win rates and agreement. */
import {
  cohenKappa,
  fleissKappa,
  gwetAC1,
  krippendorffAlpha,
  percentAgreement,
} from '../../scoring/judges/agreement.ts';
import type { Ratings } from '../../scoring/judges/agreement.ts';
import { decisiveLabels, preferred, type HumanLabel } from '../../scoring/judges/human-labels.ts';
import type { AnswerPair } from '../../scoring/judges/answer-pairs.ts';
import { scoreOf, standing, type Preference, type Standing } from '../../scoring/judges/win-rate.ts';
import { Resampling, spreadInterval, wilsonInterval, type Interval } from '../../scoring/statistics/index.ts';
import { goldAccuracy, type GoldAccuracy } from './gold.ts';
import { plannedMean, type ReviewPlan } from './review-plan.ts';
import { pairHash, type LoggedChoice } from './review-session.ts';

export interface ReviewResults extends Partial<Standing> {
  /** Number of pairs, and of pairs with a choice. */
  pairs: number;
  reviewed: number;
  choices: number;
  /** Whether the win rate is weighted by how pairs were sampled. */
  isWeighted?: true;
  /** Number of pairs by flag. */
  flags?: Record<string, number>;
  /** Choices for texts that have changed since; they do not count. */
  outdated: number;
  reviewers: readonly ReviewerSummary[];
  /** How often the left answer won, ties excluded: a share far from a half is position bias. */
  leftPreferred?: Interval & { choices: number };
  /** Over the pairs that two or more reviewers judged. */
  agreement?: ReviewerAgreement;
  /** Mean ratings by criterion. */
  ratings?: Record<string, { a: number; b: number; choices: number }>;
}

export interface ReviewerSummary {
  name: string;
  choices: number;
  medianSeconds?: number;
  /** Accuracy on gold pairs. */
  gold?: GoldAccuracy;
}

/** NaN if chance explains all agreement. */
export interface ReviewerAgreement {
  pairs: number;
  percent: number;
  /** With two reviewers. */
  cohenKappa?: number;
  /** If every pair has the same number of judgements. */
  fleissKappa?: number;
  krippendorffAlpha: Interval;
  gwetAC1: number;
}

/** Leaves out and counts choices for unknown pairs or changed texts. */
export function reviewResults(
  pairs: readonly AnswerPair[],
  labels: readonly HumanLabel[],
  plan?: ReviewPlan,
): ReviewResults {
  const known = new Map(pairs.map((pair) => [pair.id, pair]));
  const real = labels.filter(({ gold }) => gold === undefined);
  const counted = real.filter((label) => isOf(label, known.get(label.id)));
  const preferences = decisiveLabels(counted).map(({ id, choice }) => ({
    pair: known.get(id)!,
    choice: preferred(choice),
  }));
  const left = leftPreferred(counted);
  const agreement = agreementOf(counted.filter(({ role }) => role !== 'adjudicator'));
  const flags = flagsOf(counted);
  const ratings = ratingsOf(counted);
  return {
    pairs: pairs.length,
    reviewed: new Set(counted.map(({ id }) => id)).size,
    choices: counted.length,
    outdated: real.length - counted.length,
    reviewers: reviewersOf(counted, labels),
    ...(flags !== undefined && { flags }),
    ...withPlan(standing(preferences), preferences, plan),
    ...(left !== undefined && { leftPreferred: left }),
    ...(agreement !== undefined && { agreement }),
    ...(ratings !== undefined && { ratings }),
  };
}

export function isOf(label: HumanLabel, pair: AnswerPair | undefined): boolean {
  const { hash } = label as Partial<LoggedChoice>;
  return pair !== undefined && (hash === undefined || hash === pairHash(pair));
}

/** The win rate estimated for all pairs, if only a sample was shown. */
function withPlan(
  found: Standing | undefined,
  preferences: readonly Preference[],
  plan: ReviewPlan | undefined,
): Partial<Standing> & { isWeighted?: true } {
  if (found === undefined || plan === undefined) return { ...found };
  const { system } = found.winRate;
  const scores = preferences
    .filter(({ pair }) => pair.systems.includes(system))
    .map(({ pair, choice }) => ({ id: pair.id, score: scoreOf(choice, pair.systems[0] === system) }));
  return { ...found, winRate: { ...found.winRate, ...plannedMean(plan, scores) }, isWeighted: true };
}

/** Number of pairs by flag. */
function flagsOf(labels: readonly HumanLabel[]): Record<string, number> | undefined {
  const raised = labels.flatMap(({ id, flags = [] }) => flags.map((flag) => ({ id, flag })));
  if (raised.length === 0) return undefined;
  const byFlag = Map.groupBy(raised, ({ flag }) => flag);
  return Object.fromEntries([...byFlag].map(([flag, own]) => [flag, new Set(own.map(({ id }) => id)).size]));
}

function reviewersOf(labels: readonly HumanLabel[], all: readonly HumanLabel[]): ReviewerSummary[] {
  const names = [...new Set(labels.map(({ reviewer }) => reviewer))].toSorted();
  return names.map((name) => {
    const own = labels.filter(({ reviewer }) => reviewer === name);
    const seconds = own.flatMap((label) => label.seconds ?? []).toSorted((a, b) => a - b);
    const medianSeconds = seconds.at(Math.floor(seconds.length / 2));
    const gold = goldAccuracy(all.filter(({ reviewer }) => reviewer === name));
    return {
      name,
      choices: own.length,
      ...(gold !== undefined && { gold }),
      ...(medianSeconds !== undefined && { medianSeconds }),
    };
  });
}

function leftPreferred(labels: readonly HumanLabel[]): (Interval & { choices: number }) | undefined {
  const decided = labels.filter(({ choice, order }) => order !== undefined && (choice === 'a' || choice === 'b'));
  if (decided.length === 0) return undefined;
  const left = decided.filter(({ choice, order }) => choice === order![0]).length;
  const ends = wilsonInterval(left, decided.length);
  return { estimate: left / decided.length, ...ends, confidence: 0.95, choices: decided.length };
}

function agreementOf(labels: readonly HumanLabel[]): ReviewerAgreement | undefined {
  const reviewers = [...new Set(labels.map(({ reviewer }) => reviewer))].toSorted();
  const ids = [...new Set(labels.map(({ id }) => id))];
  const place = new Map(labels.map(({ id, reviewer, choice }) => [JSON.stringify([id, reviewer]), choice]));
  const table = ids
    .map((id) => reviewers.map((reviewer) => place.get(JSON.stringify([id, reviewer]))))
    .filter((row) => row.filter((choice) => choice !== undefined).length > 1);
  if (table.length === 0) return undefined;
  const isComplete = table.every((row) => !row.includes(undefined));
  return {
    pairs: table.length,
    percent: percentAgreement(table),
    ...(reviewers.length === 2 && {
      cohenKappa: cohenKappa(
        table.map(([first]) => first),
        table.map(([, second]) => second),
      ),
    }),
    ...(isComplete && { fleissKappa: fleissKappa(table) }),
    krippendorffAlpha: alphaInterval(table),
    gwetAC1: gwetAC1(table),
  };
}

/** Bootstrap over pairs. */
function alphaInterval(table: Ratings): Interval {
  const statistic = (rows: Uint32Array) => krippendorffAlpha(Array.from(rows, (row) => table[row]));
  return spreadInterval(new Resampling(table.length, { resamples: 1000 }).spread(statistic));
}

function ratingsOf(labels: readonly HumanLabel[]): ReviewResults['ratings'] {
  const rated = labels.flatMap(({ ratings }) => Object.entries(ratings ?? {}));
  const names = [...new Set(rated.map(([name]) => name))];
  if (names.length === 0) return undefined;
  return Object.fromEntries(
    names.map((name) => {
      const own = rated.filter(([criterion]) => criterion === name).map(([, both]) => both);
      const [a, b] = [0, 1].map((side) => own.reduce((sum, both) => sum + both[side], 0) / own.length);
      return [name, { a, b, choices: own.length }];
    }),
  );
}
