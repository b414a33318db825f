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
  const warning = recipe.continued_from === null ? baseIsBetter(choice) : earlierIsBetter(choice);
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

function earlierIsBetter({ step, loss, baseLoss }: ResultChoice): string | undefined {
  if (loss === undefined || baseLoss === undefined || loss < baseLoss) return undefined;
  return (
    `continuing did not help: validation loss was ${formatNumber(baseLoss)} at the start and ${formatNumber(loss)} ` +
    `after step ${step}, which is the result; the earlier run's result is better`
  );
}

function baseIsBetter({ step, loss, baseLoss }: ResultChoice): string | undefined {
  if (loss === undefined || baseLoss === undefined || loss < baseLoss) return undefined;
  const losses = `validation loss ${formatNumber(baseLoss)} before training, ${formatNumber(loss)} after step ${step}`;
  return (
    `training did not improve on the base model: ${losses}, which is the result; try a lower learning ` +
    'rate, fewer epochs or more rows'
  );
}
