/** What reviewers found: who wins, and how far they agree. */
import { cohenKappa, fleissKappa, gwetAC1, krippendorffAlpha, percentAgreement } from '../eval/judges/agreement.ts';
import type { Ratings } from '../eval/judges/agreement.ts';
import { preferred, type HumanLabel } from '../eval/judges/human-labels.ts';
import type { AnswerPair } from '../eval/judges/pairs.ts';
import { standing, type Standing } from '../eval/judges/win-rate.ts';
import { Resampling, spreadInterval, wilsonInterval, type Interval } from '../eval/statistics/index.ts';
import { pairHash, type LoggedChoice } from './session.ts';

export interface ReviewResults extends Partial<Standing> {
  /** Pairs there are, and those with a choice. */
  pairs: number;
  reviewed: number;
  choices: number;
  /** Choices for texts that are no longer these: they do not count. */
  outdated: number;
  reviewers: readonly ReviewerSummary[];
  /** How often what stood on the left won where one won: far from a half is a habit, not a judgement. */
  leftPreferred?: Interval & { choices: number };
  /** Over the pairs that two reviewers or more judged. */
  agreement?: ReviewerAgreement;
  /** Means over choices, by criterion. */
  ratings?: Record<string, { a: number; b: number; choices: number }>;
}

export interface ReviewerSummary {
  name: string;
  choices: number;
  medianSeconds?: number;
}

/** NaN where chance explains all agreement. */
export interface ReviewerAgreement {
  pairs: number;
  percent: number;
  /** Of two reviewers. */
  cohenKappa?: number;
  /** Where as many judged each pair. */
  fleissKappa?: number;
  krippendorffAlpha: Interval;
  gwetAC1: number;
}

/** Choices for pairs that are not there, or for other texts, are left out and counted. */
export function reviewResults(pairs: readonly AnswerPair[], labels: readonly HumanLabel[]): ReviewResults {
  const known = new Map(pairs.map((pair) => [pair.id, pair]));
  const counted = labels.filter((label) => isOf(label, known.get(label.id)));
  const preferences = counted.map(({ id, choice }) => ({ pair: known.get(id)!, choice: preferred(choice) }));
  const left = leftPreferred(counted);
  const agreement = agreementOf(counted);
  const ratings = ratingsOf(counted);
  return {
    pairs: pairs.length,
    reviewed: new Set(counted.map(({ id }) => id)).size,
    choices: counted.length,
    outdated: labels.length - counted.length,
    reviewers: reviewersOf(counted),
    ...standing(preferences),
    ...(left !== undefined && { leftPreferred: left }),
    ...(agreement !== undefined && { agreement }),
    ...(ratings !== undefined && { ratings }),
  };
}

export function isOf(label: HumanLabel, pair: AnswerPair | undefined): boolean {
  const { hash } = label as Partial<LoggedChoice>;
  return pair !== undefined && (hash === undefined || hash === pairHash(pair));
}

function reviewersOf(labels: readonly HumanLabel[]): ReviewerSummary[] {
  const names = [...new Set(labels.map(({ reviewer }) => reviewer))].toSorted();
  return names.map((name) => {
    const own = labels.filter(({ reviewer }) => reviewer === name);
    const seconds = own.flatMap((label) => label.seconds ?? []).toSorted((a, b) => a - b);
    const medianSeconds = seconds.at(Math.floor(seconds.length / 2));
    return { name, choices: own.length, ...(medianSeconds !== undefined && { medianSeconds }) };
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

/** Pairs are resampled. */
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
