/** Judges pairs in both orders: a win only counts if both orders agree. */
import { wilsonInterval, type Interval } from '../statistics/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { askJudge, requireReadable, type JudgeOptions } from './judge.ts';
import { lengthControlled, type LengthControlled } from './length-control.ts';
import type { AnswerPair, Choice } from './answer-pairs.ts';
import { pairQuestion, readVerdict, VERDICT_FORM } from './judge-prompt.ts';
import { scoreOf, standing, type Preference, type Standing } from './win-rate.ts';

export interface JudgedPair {
  id: string;
  /** A tie if the orders disagree; absent if a verdict could not be parsed. */
  choice?: Choice;
  /** Verdicts with `a` first, and with `b` first. */
  orders: readonly [Choice | undefined, Choice | undefined];
}

export interface PairwiseJudgement extends Partial<Standing> {
  pairs: readonly JudgedPair[];
  /** Pairs with an unreadable verdict, which are not counted. */
  unreadable: number;
  /** Pairs with different verdicts in the two orders, counted as ties. */
  inconsistent: number;
  /** Share of the readable pairs with the same verdict in both orders. */
  positionConsistency: Interval;
  /** Position bias: of the inconsistent pairs with opposite winners, how many preferred the first answer both times. */
  firstPreferred: { pairs: number; first: number };
  /** The estimated win rate at equal lengths; absent if it cannot be estimated. */
  lengthControlled?: LengthControlled;
}

/** @throws AttuneError E_JUDGE_UNREADABLE and those of endpoints */
export async function judgePairs(
  pairs: readonly AnswerPair[],
  endpoint: Endpoint,
  { instruction, ...options }: JudgeOptions & { instruction?: string },
): Promise<PairwiseJudgement> {
  const orders = ['ab', 'ba'] as const;
  const questions = pairs.flatMap((pair) => orders.map((order) => pairQuestion(pair, order, instruction)));
  const answers = await askJudge(endpoint, VERDICT_FORM, questions, options);
  const choices = answers.map((answer, i) =>
    answer === undefined ? undefined : readVerdict(answer, orders[i % orders.length]),
  );
  const judged = pairs.map(({ id }, i) => judgedPair(id, choices[2 * i], choices[2 * i + 1]));
  requireReadable(judged.filter(({ choice }) => choice !== undefined).length, answers, endpoint.model);
  return { ...summaryOf(judged), ...standingOf(pairs, judged) };
}

export function judgedPair(id: string, first: Choice | undefined, second: Choice | undefined): JudgedPair {
  const orders = [first, second] as const;
  if (first === undefined || second === undefined) return { id, orders };
  return { id, choice: first === second ? first : 'tie', orders };
}

export function summaryOf(pairs: readonly JudgedPair[]): Omit<PairwiseJudgement, keyof Counted> {
  const readable = pairs.filter(({ choice }) => choice !== undefined);
  const apart = readable.filter(({ orders: [first, second] }) => first !== second);
  const opposite = apart.filter(({ orders }) => !orders.includes('tie'));
  const same = readable.length - apart.length;
  const positionConsistency = {
    estimate: same / readable.length,
    ...wilsonInterval(same, readable.length),
    confidence: 0.95,
  };
  return {
    pairs,
    unreadable: pairs.length - readable.length,
    inconsistent: apart.length,
    positionConsistency,
    firstPreferred: { pairs: opposite.length, first: opposite.filter(({ orders }) => orders[0] === 'a').length },
  };
}

type Counted = Pick<PairwiseJudgement, 'winRate' | 'bradleyTerry' | 'lengthControlled'>;

function standingOf(pairs: readonly AnswerPair[], judged: readonly JudgedPair[]): Counted {
  const preferences = judged.flatMap(({ choice }, i) => (choice === undefined ? [] : [{ pair: pairs[i], choice }]));
  const controlled = lengthControlled(preferences.map((one) => lengthRow(one, pairs[0].systems[0])));
  return { ...standing(preferences), ...(controlled !== undefined && { lengthControlled: controlled }) };
}

function lengthRow({ pair: { a, b, systems }, choice }: Preference, system: string) {
  const isFirst = systems[0] === system;
  return { score: scoreOf(choice, isFirst), longer: (a.length - b.length) * (isFirst ? 1 : -1) };
}
