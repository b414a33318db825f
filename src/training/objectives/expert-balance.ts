// N tokens of a batch, E experts, R rows
import { balanceShares, expertUsage, type ExpertUsage, type RouterBalance } from '../../models/balance.ts';
import type { Model } from '../../models/model.ts';
import { noGrad, type Tensor } from '../../engine/tensor/index.ts';
import type { Batch, Counts } from '../../answering/tasks/rows/prepared-rows.ts';

/** Names of counts: how often an expert was chosen, and by how many tokens times layers. */
const ROUTED = 'routed';
const choicesOf = (expert: number): string => `expert ${expert}`;

/**
 * The balance of experts is not a sum over rows: how often each is chosen counts over the whole step. If a step has
 * several batches, it is counted by a pass of its own before their losses; undefined if not needed.
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

/** Each token's share of the balance loss [N], and that of the step's choices that these logits are. */
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
