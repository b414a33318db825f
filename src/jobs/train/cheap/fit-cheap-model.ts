import { AttuneError } from '../../../base/errors.ts';
import type { Example } from '../../../data/index.ts';
import { baselinesOf } from '../../../eval/baselines/cheap-names.ts';
import { baselines } from '../../../eval/baselines/index.ts';
import { isKept, type KeptBaseline, type LearntState } from '../../../eval/baselines/kept.ts';
import { answeredRows, rowsToFit, unfitFor } from '../../../eval/compare/cheap.ts';

export interface FittedCheap {
  baseline: KeptBaseline;
  state: LearntState;
  /** Training rows that it was fitted on. */
  rows: number;
}

/** The baseline that a recipe's name means for these rows. @throws AttuneError E_CHEAP_UNFIT where none can read them */
export async function chooseBaseline(model: string, train: readonly Example[]): Promise<KeptBaseline> {
  const answered = answeredRows(train);
  const reasons: string[] = [];
  const names = baselinesOf(model, baselines) ?? [];
  for (const name of names) {
    const baseline = await baselines.load(name);
    const reason = unfitFor(baseline, answered);
    if (reason === undefined && isKept(baseline)) return baseline;
    if (reason !== undefined) reasons.push(reason);
  }
  throw new AttuneError('E_CHEAP_UNFIT', {
    what: `${model} cannot be trained on these rows`,
    got: [...new Set(reasons)].join('; '),
    // One baseline says itself what it lacks.
    ...(names.length > 1 && { expected: 'texts with a class, with any number of labels, or with a number' }),
    fix: 'attune advise DATA shows what can be fitted on them',
  });
}

/** Fits it on the training rows that have an answer. */
export async function fitKept(
  baseline: KeptBaseline,
  train: readonly Example[],
  signal: AbortSignal,
): Promise<FittedCheap> {
  const rows = rowsToFit(baseline, answeredRows(train));
  return { baseline, state: await baseline.learn(rows, { signal }), rows: rows.length };
}
