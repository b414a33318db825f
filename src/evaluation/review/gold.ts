/** Pairs with a known better answer, hidden among the others to detect reviewers who click at random. */
import { labelFault, type HumanChoice, type HumanLabel } from '../../scoring/judges/human-labels.ts';
import { readPairRows, type AnswerPair } from '../../scoring/judges/answer-pairs.ts';
import { wilsonInterval } from '../../scoring/statistics/index.ts';

export interface GoldPair extends AnswerPair {
  /** The right choice. */
  choice: HumanChoice;
}

/** With fewer gold pairs a reviewer's accuracy is meaningless. */
const ENOUGH = 5;
/** By chance a third are right; below this share a reviewer is hardly better than chance. */
const LEAST_RIGHT = 0.6;

/** Rows {prompt, a, b, choice}; their ids differ from all others. @throws AttuneError E_PAIRS, E_PAIRS_MISSING */
export async function readGold(file: string): Promise<GoldPair[]> {
  const rows = await readPairRows(file, {
    what: `${file} does not contain pairs with a known right choice`,
    expected: 'rows {prompt, a, b, choice}, with a, b, tie or neither as choice',
    faultOf: ({ choice }) => labelFault({ id: '', choice }),
  });
  return rows.map(({ pair, row }) => ({ ...pair, id: `gold ${pair.id}`, choice: row.choice as HumanChoice }));
}

export interface GoldAccuracy {
  right: number;
  rows: number;
  low: number;
  high: number;
  /** Too often wrong to be reliable. */
  isDoubtful: boolean;
}

/** Undefined if a reviewer has judged no gold pair. "Both are bad" counts as agreeing with a tie. */
export function goldAccuracy(labels: readonly HumanLabel[]): GoldAccuracy | undefined {
  const own = labels.filter(({ gold }) => gold !== undefined);
  if (own.length === 0) return undefined;
  const right = own.filter(({ gold, choice }) => gold === choice).length;
  const isDoubtful = own.length >= ENOUGH && right / own.length < LEAST_RIGHT;
  return { right, rows: own.length, ...wilsonInterval(right, own.length), isDoubtful };
}
