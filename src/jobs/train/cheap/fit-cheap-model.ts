import { AttuneError } from '../../../base/errors.ts';
import type { Example } from '../../../data/index.ts';
import type { Baseline } from '../../../answering/baselines/baseline.ts';
import { baselinesOf } from '../../../answering/baselines/cheap-names.ts';
import { baselines } from '../../../answering/baselines/index.ts';
import { isKept, type KeptBaseline, type LearntState } from '../../../answering/baselines/kept.ts';
import { answeredRows, rowsToFit, unfitFor, unsuited } from '../../../evaluation/compare/cheap-systems.ts';

export interface FittedCheap {
  baseline: KeptBaseline;
  state: LearntState;
  /** Number of training rows that it was fitted on. */
  rows: number;
}

/** The baseline that a recipe's name selects for these rows. @throws AttuneError E_CHEAP_UNFIT if none applies */
export async function chooseBaseline(model: string, train: readonly Example[]): Promise<KeptBaseline> {
  const answered = answeredRows(train);
  const fix = () => 'attune advise DATA shows which cheap systems fit these rows';
  return firstFit(model, (baseline) => unfitFor(baseline, answered), fix);
}

/**
 * Rejects a baseline that can never apply to such rows, judging by a few of them; `fix` names one that does. @throws
 * AttuneError E_CHEAP_UNFIT
 */
export async function requireCheapFit(
  model: string,
  examples: readonly Example[],
  fix: () => string | Promise<string>,
): Promise<void> {
  await firstFit(model, (baseline) => unsuited(baseline, examples), fix);
}

async function firstFit(
  model: string,
  reasonAgainst: (baseline: Baseline) => string | undefined,
  fix: () => string | Promise<string>,
): Promise<KeptBaseline> {
  const reasons: string[] = [];
  const names = baselinesOf(model, baselines) ?? [];
  for (const name of names) {
    const baseline = await baselines.load(name);
    const reason = reasonAgainst(baseline);
    if (reason === undefined && isKept(baseline)) return baseline;
    if (reason !== undefined) reasons.push(reason);
  }
  throw new AttuneError('E_CHEAP_UNFIT', {
    what: `${model} cannot be trained on these rows`,
    got: [...new Set(reasons)].join('; '),
    // A single baseline states its own requirements.
    ...(names.length > 1 && { expected: 'texts with a class, with any number of labels, or with a number' }),
    fix: await fix(),
  });
}

/** Fits a baseline on the training rows that have an answer. */
export async function fitKept(
  baseline: KeptBaseline,
  train: readonly Example[],
  signal: AbortSignal,
): Promise<FittedCheap> {
  const rows = rowsToFit(baseline, answeredRows(train));
  return { baseline, state: await baseline.learn(rows, { signal }), rows: rows.length };
}
