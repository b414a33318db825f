/** Win rates between systems, with intervals. */
import { mcnemarExact, ScoreStatistics, wilsonInterval, type Interval } from '../statistics/index.ts';
import { bradleyTerry, type Strength } from './bradley-terry.ts';
import type { AnswerPair, Choice } from './answer-pairs.ts';

/** One preference for one pair. */
export interface Preference {
  pair: AnswerPair;
  choice: Choice;
}

export interface WinRate extends Interval {
  /** System whose wins are counted: that of the first pair's first answer. */
  system: string;
  wins: number;
  ties: number;
  losses: number;
  /** Two-sided sign test of equal win rates over pairs; a pair judged several times counts by its majority. */
  p: number;
}

export interface Standing {
  winRate: WinRate;
  /** For three or more systems with enough meetings. */
  bradleyTerry?: Strength[];
}

/** Undefined without preferences. A tie is half a win; preferences for one pair are resampled together. */
export function standing(preferences: readonly Preference[], confidence = 0.95): Standing | undefined {
  if (preferences.length === 0) return undefined;
  const system = preferences[0].pair.systems[0];
  const own = preferences.filter(({ pair }) => pair.systems.includes(system));
  const scores = Float64Array.from(own, ({ pair, choice }) => scoreOf(choice, pair.systems[0] === system));
  const clusters = own.map(({ pair }) => pair.id);
  const [wins, ties, losses] = [1, 0.5, 0].map((value) => scores.filter((score) => score === value).length);
  const p = signTest(scores, clusters);
  const winRate = { system, ...meanScore(scores, { clusters, confidence }), wins, ties, losses, p };
  const systems = new Set(preferences.flatMap(({ pair }) => pair.systems));
  const strengths = systems.size > 2 ? bradleyTerry(preferences.map(meetingOf), confidence) : undefined;
  return { winRate, ...(strengths !== undefined && { bradleyTerry: strengths }) };
}

function signTest(scores: Float64Array, clusters: readonly string[]): number {
  const leads = new Map<string, number>();
  for (const [row, id] of clusters.entries()) leads.set(id, (leads.get(id) ?? 0) + scores[row] - 0.5);
  const [won, lost] = [1, -1].map((sign) => [...leads.values()].filter((lead) => Math.sign(lead) === sign).length);
  return mcnemarExact({ onlyFirst: won, onlySecond: lost });
}

/** Mean of scores from 0 to 1. If all are equal, resampling would claim certainty, so Wilson's interval is used. */
export function meanScore(
  scores: Float64Array,
  { clusters, confidence = 0.95 }: { clusters?: readonly string[]; confidence?: number } = {},
): Interval {
  const isConstant = scores.every((score) => score === scores[0]);
  if (!isConstant) return new ScoreStatistics(scores.length, { clusters, confidence }).interval(measured(scores));
  const rows = clusters === undefined ? scores.length : new Set(clusters).size;
  return { estimate: scores[0], ...wilsonInterval(scores[0] * rows, rows, confidence), confidence };
}

function measured(rows: Float64Array) {
  return { better: 'higher' as const, rows };
}

function meetingOf({ pair: { systems }, choice }: Preference) {
  return { first: systems[0], second: systems[1], score: scoreOf(choice, true) };
}

/** Score of a choice for the pair's first system, or for its second. */
export function scoreOf(choice: Choice, isFirst: boolean): number {
  if (choice === 'tie') return 0.5;
  return (choice === 'a') === isFirst ? 1 : 0;
}
