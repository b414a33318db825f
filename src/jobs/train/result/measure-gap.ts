import type { Example } from '../../../data/index.ts';
import { sampledRows } from '../../../evaluation/compare/sampled-rows.ts';
import { lossGap, type GapRow } from '../../../evaluation/overfitting/loss-gap.ts';
import { membershipAuc } from '../../../evaluation/overfitting/membership.ts';
import type { LossGap, Membership } from '../../../evaluation/assessments/overfitting.ts';
import { likelihoods } from '../../../answering/tasks/answers/likelihoods.ts';
import type { OpenModels } from '../../compare/open-models.ts';
import type { FinishedRun } from '../run-context.ts';

/** Maximum rows per set: enough to detect a gap of a tenth of a nat. */
const ROWS = 300;

/** Likelihoods of a row under the result and, if possible, its base. */
interface TwiceRead {
  tuned: GapRow;
  base: GapRow;
}

interface Losses {
  seen: TwiceRead[];
  unseen: TwiceRead[];
}

/** Losses of training and validation rows; undefined if either set has no row that the model can read. */
export async function readLosses(
  { loaded, context }: FinishedRun,
  { result, models }: { result: string; models: OpenModels },
): Promise<Losses | undefined> {
  const { seed } = context.recipe.training;
  const samples = [loaded.splits.train, loaded.splits.validation].map((all) => sampledRows(all, ROWS, seed));
  const read = async (isBase: boolean) => {
    const model = await models.open(result, isBase);
    const found: (GapRow | undefined)[][] = [];
    for (const sample of samples) {
      context.signal.throwIfAborted();
      found.push(asRows(await likelihoods(model, sample), sample));
    }
    return found;
  };
  const [tuned, base] = [await read(false), await read(true)];
  const [seen, unseen] = samples.map((sample, set) =>
    sample.flatMap((_, row): TwiceRead[] => {
      const [ofTuned, ofBase] = [tuned[set][row], base[set][row]];
      return ofTuned === undefined || ofBase === undefined ? [] : [{ tuned: ofTuned, base: ofBase }];
    }),
  );
  return seen.length === 0 || unseen.length === 0 ? undefined : { seen, unseen };
}

function asRows(found: Awaited<ReturnType<typeof likelihoods>>, sample: readonly Example[]): (GapRow | undefined)[] {
  return found.map((likely, row) => (typeof likely === 'object' ? { ...likely, group: sample[row].group } : undefined));
}

/** Undefined if either set has fewer than two rows or groups. */
export function gapOf({ seen, unseen }: Losses, seed: number): LossGap | undefined {
  const [training, validation] = [seen, unseen].map((rows) => rows.map(({ tuned }) => tuned));
  const gap = lossGap(training, validation, { seed });
  return Number.isFinite(gap.low) && Number.isFinite(gap.high) ? gap : undefined;
}

/**
 * Membership inference by losses relative to the base's: rows that are hard for any model say nothing about training.
 */
export function membershipOf({ seen, unseen }: Losses): Membership {
  const perToken = ({ negativeLogLikelihood, tokens }: GapRow) => negativeLogLikelihood / Math.max(1, tokens);
  const [training, others] = [seen, unseen].map((rows) =>
    rows.map(({ tuned, base }) => perToken(tuned) - perToken(base)),
  );
  return membershipAuc(training, others);
}
