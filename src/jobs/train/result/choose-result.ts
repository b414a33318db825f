import type { Metrics, ResultChoice } from '../../../base/events.ts';
import { formatNumber } from '../../../base/format.ts';
import { listCheckpoints } from '../../../store/checkpoints.ts';
import { settleAveraged } from '../../../training/averaged.ts';
import { readTensors, readWeights } from '../../../training/trainer-state.ts';
import type { TrainingRun } from '../training-run.ts';

/** Relative change of the loss by rounding to the saved type that triggers a warning. */
const ROUNDING = 5e-3;

/**
 * Chooses the step whose weights become the result, the one with the lowest validation loss or the last one, and loads
 * them. If the base model scores at least as well, a warning says so, but the result is still a trained step.
 */
export function chooseResult(run: TrainingRun): ResultChoice {
  const { recipe, emit } = run.rows.context;
  const { best, initial, step, evaluated } = run.trainer.state;
  const isLast = !recipe.checkpoints.best || best === null;
  const losses = { lastLoss: evaluated.loss, baseLoss: initial?.loss };
  const choice: ResultChoice = isLast
    ? { step, reason: 'last-step', loss: evaluated.loss, ...losses }
    : { step: best.step, reason: 'lowest-validation-loss', loss: best.loss, ...losses };
  if (choice.step !== step) takeWeights(run, choice.step);
  settleAveraged(run.parts.update);
  const warning = warningOf(choice, {
    isContinued: recipe.continued_from !== null,
    isRewarded: run.parts.objective.production?.evaluate !== undefined,
  });
  if (warning !== undefined) emit({ type: 'warning-raised', code: 'W_BASE_BEST', message: warning });
  return choice;
}

/**
 * Validation metrics of the result's step, measured again if its weights were rounded for saving, so that the record
 * matches the files.
 */
export async function measureResult(run: TrainingRun, { step, loss }: ResultChoice): Promise<Metrics> {
  const { trainer, parts, rows } = run;
  const dtype = parts.tuning.roundToStored();
  if (dtype === undefined || parts.validation.length === 0) return trainer.metricsAt(step);
  const metrics = await trainer.score();
  if (loss !== undefined && Math.abs(metrics.loss - loss) > ROUNDING * Math.max(1, loss)) {
    const losses = `${formatNumber(loss)} as trained, ${formatNumber(metrics.loss)} as saved`;
    const message = `rounding the result to ${dtype}, the base model's type, changed its validation loss: ${losses}`;
    rows.context.emit({ type: 'warning-raised', code: 'W_ROUNDED', message });
  }
  return metrics;
}

function takeWeights({ rows, parts }: TrainingRun, step: number): void {
  const saved = listCheckpoints(rows.context.folder).find((checkpoint) => checkpoint.step === step);
  if (saved === undefined) throw new Error(`the best checkpoint, step ${step}, is missing`);
  if (parts.update.averaged === undefined) readWeights(saved.folder, parts.tuning);
  else readTensors(saved.folder, parts);
}

/** Undefined if the result is better than the model at the start. */
function warningOf(
  { step, loss, baseLoss }: ResultChoice,
  { isContinued, isRewarded }: Record<'isContinued' | 'isRewarded', boolean>,
): string | undefined {
  if (loss === undefined || baseLoss === undefined || loss < baseLoss) return undefined;
  // Rewards are negative losses. Advice on them comes from sampled rewards (recordCourse), since greedy answers change
  // last.
  const [figure, sign] = isRewarded ? (['reward', -1] as const) : (['loss', 1] as const);
  const [before, after] = [baseLoss, loss].map((value) => formatNumber(0 + sign * value));
  if (isContinued)
    return (
      `continuing did not help: validation ${figure} was ${before} at the start and ${after} after step ${step}, ` +
      "which is the result; the earlier run's result is better"
    );
  const advice = isRewarded ? '' : '; try a lower learning rate, fewer epochs or more rows';
  const figures = `validation ${figure} ${before} before training, ${after} after step ${step}`;
  return `training did not improve on the base model: ${figures}, which is the result${advice}`;
}
