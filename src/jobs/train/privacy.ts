import { randomInt } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { formatNumber, plural } from '../../base/format.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { readJson } from '../../files/json.ts';
import { PRIVATE_FILE } from '../../files/private.ts';
import { runPaths } from '../../store/run-paths.ts';
import type { MixturePart } from '../../data/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { updates } from '../../training/optimizers/index.ts';
import type { Model } from '../../models/model.ts';
import type { Objective } from '../../training/objective.ts';
import type { PrivacySpent, Update } from '../../methods/interfaces.ts';
import { canTellRowsApart } from '../../training/rows-apart.ts';
import type { TrainerParts } from '../../training/trainer-parts.ts';
import type { RunConstants } from '../../training/trainer-state.ts';
import type { RunContext } from './run-context.ts';

/** Whether a recipe's update bounds the influence of single rows. */
export async function isPrivate({ training }: Recipe): Promise<boolean> {
  return (await updates.load(training.optimizer.name)).isPrivate === true;
}

/** Range of random keys that fit in one number. */
const SECRETS = 2 ** 48 - 1;

/**
 * Secret seed of a private run's noise and batches: new for each run, and the same after a resume. It is stored until
 * the run has finished, readable only by its user, since it would allow removing the noise from the result.
 */
export async function secretOf(context: RunContext): Promise<Pick<RunConstants, 'secret'>> {
  const { recipe, folder, isResumed, earlier } = context;
  if (!(await isPrivate(recipe))) return {};
  // Checkpoints do not have it: it comes from the process that leads a shared run.
  if (earlier?.secret !== undefined) return { secret: earlier.secret };
  const { secret: path } = runPaths(folder);
  // Repeating steps with another secret would be just as private.
  if (isResumed === true && existsSync(path)) return { secret: readJson<{ secret: number }>(path).secret };
  return { secret: randomInt(SECRETS) };
}

/** Stores the secret before the first checkpoint that depends on it. */
export function keepSecret(folder: string, { secret }: RunConstants): void {
  if (secret !== undefined) writeFileAtomic(runPaths(folder).secret, JSON.stringify({ secret }), PRIVATE_FILE);
}

/** Deletes the secret once all steps are done. */
export function forgetSecret(folder: string): void {
  rmSync(runPaths(folder).secret, { force: true });
}

/** Whether per-row gradient norms can be computed from batches; decided once and kept after a resume. */
export async function rowsApartOf(
  { earlier }: RunContext,
  { model, tuning, objective, update, reference, train }: Omit<TrainerParts, 'rowsApart'>,
): Promise<boolean | undefined> {
  if (update.needs !== 'row-gradients' || earlier?.rowsApart !== undefined) return earlier?.rowsApart;
  const trainables = [...tuning.trainables, ...(objective.trainables?.(model) ?? [])];
  return canTellRowsApart({ model, objective, reference, trainables }, train);
}

/** @throws E_PRIVACY_UNSUPPORTED if rows affect each other's loss, or are sampled unevenly */
export function refuseUnprivate(run: {
  objective: Objective;
  model: Model;
  mixture: readonly MixturePart[] | undefined;
}): void {
  const { objective, model, mixture } = run;
  const problems: Problem[] = [];
  const add = (field: string, message: string, fix: string) => void problems.push({ field, message, fix });
  if (objective.separable !== true)
    add('objective', objective.separable, 'choose an objective whose loss is a sum over rows');
  else if (objective.joint !== undefined || objective.production !== undefined)
    add('objective', 'generates or scores rows jointly', 'choose sft, a preference objective or a classifier');
  else if (objective.memory !== undefined)
    add('objective', 'carries state of rows from step to step', 'choose another objective');
  if (objective.survey?.(model) !== undefined)
    add('model', 'balances its experts over all rows of a step', 'set the balance term to 0');
  if (mixture !== undefined) add('data.train', 'weighted sets are sampled unevenly', 'remove the weights');
  if (problems.length === 0) return;
  throw new AttuneError('E_PRIVACY_UNSUPPORTED', {
    what: 'dp_sgd bounds the influence of each row, which is impossible in this run',
    problems,
  });
}

/** Reports the privacy spent: "at most (ε 8, δ 1e-5) after 40 steps". */
export function reportPrivacy(update: Update, steps: number, emit: EventSink): void {
  if (update.privacySpent === undefined) return;
  emit({ type: 'phase-started', phase: 'train', message: `computing the privacy cost of ${plural(steps, 'steps')}` });
  const spent = update.privacySpent(steps);
  const { noise_multiplier: noise, sample_rate: rate } = spent;
  const how = `noise ${formatNumber(noise, 4)}, ${formatNumber(rate * 100, 3)} % of the rows per step`;
  const message = `each row is protected with ${boundOf(spent)} after ${steps} steps: ${how}`;
  emit({ type: 'phase-started', phase: 'train', message });
}

export function boundOf({ epsilon, delta }: PrivacySpent): string {
  return `epsilon ${formatNumber(epsilon, 4)}, delta ${formatNumber(delta, 3)}`;
}
