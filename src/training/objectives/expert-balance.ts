// N tokens of a batch, E experts, R rows
import { balanceShares, expertUsage, type ExpertUsage, type RouterBalance } from '../../models/balance.ts';
import type { Model } from '../../models/model.ts';
import { noGrad, type Tensor } from '../../engine/tensor/index.ts';
import type { Batch, Counts } from '../../answering/tasks/rows/prepared-rows.ts';

/** Count names: choices of each expert, and routed tokens times layers. */
const ROUTED = 'routed';
const choicesOf = (expert: number): string => `expert ${expert}`;

/**
 * The load-balancing loss is not a sum over rows, since the share of each expert is over the whole step. A step with
 * several batches counts choices in a separate pass first; undefined if not needed.
 */
export function surveyExperts(model: Model): ((batch: Batch) => Counts) | undefined {
  const { balance } = model.trunk;
  if (balance === undefined) return undefined;
  return (batch) => {
    const aside: Tensor[] = [];
    noGrad(() => model.hidden(batch.input, { aside }));
    return aside.length === 0 ? {} : asCounts(expertUsage(aside, balance));
  };
}

/** Balance loss of each token [N], from the choices of the whole step or, if not counted, of this batch. */
export function balanceOfBatch(
  aside: readonly Tensor[],
  balance: RouterBalance,
  totals: Counts,
): { shares: Tensor; part: number } {
  const own = expertUsage(aside, balance);
  const whole = fromCounts(totals, balance) ?? own;
  return { shares: balanceShares(aside, balance, whole), part: own.routed / whole.routed };
}

function asCounts({ choices, routed }: ExpertUsage): Counts {
  return { [ROUTED]: routed, ...Object.fromEntries(choices.map((count, expert) => [choicesOf(expert), count])) };
}

function fromCounts(counts: Counts, { experts }: RouterBalance): ExpertUsage | undefined {
  if (counts[ROUTED] === undefined) return undefined;
  // own: made from a number
  return { routed: counts[ROUTED], choices: Array.from({ length: experts }, (_, expert) => counts[choicesOf(expert)]) };
}
