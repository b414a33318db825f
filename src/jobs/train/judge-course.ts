import { suspicionsOf } from '../../methods/objectives/rewards/habits.ts';
import { readReport } from '../../report/run-report.ts';
import { type CourseAdvice, judgeCourse } from '../../train/course.ts';
import { type Schedule, learningRateAt } from '../../train/schedule.ts';
import type { PreparedRun } from './training-run.ts';

/** Says what to change where the losses of the whole run, its earlier parts included, have not settled. */
export function recordCourse(
  { context, constants, options }: PreparedRun,
  resultStep: number,
): CourseAdvice | undefined {
  const { evaluations, curves, run } = readReport(context.folder);
  const { schedule } = options;
  const { epochs, learning_rate: learningRate } = constants.training;
  const advice = judgeCourse({
    evaluations: evaluations
      .filter(({ split }) => split === 'validation')
      .map(({ step, metrics, change }) => ({ step, loss: metrics.loss, change })),
    trainLosses: curves['train/loss']?.points ?? [],
    rateShareAfter: (step) => rateBetween(schedule, step, run.step) / rateBetween(schedule, 0, run.step),
    resultStep,
    epochs: context.recipe.training.max_steps === null ? epochs : (run.epoch ?? epochs),
    learningRate,
  });
  if (advice !== undefined) context.emit({ type: 'course-judged', ...advice });
  return advice;
}

/** The sum of the learning rates of some steps. */
function rateBetween(schedule: Schedule, from: number, to: number): number {
  let sum = 0;
  for (let step = from; step < to; step++) sum += learningRateAt(schedule, step);
  return sum;
}

/** Says where the reward of a run with rollouts seems to have been earned by something else than meant. */
export function recordRewards({ context, trainer, parts }: PreparedRun, resultStep: number): void {
  if (parts.objective.needs?.rollouts !== true) return;
  const { initial } = trainer.state;
  if (initial === null) return;
  for (const message of suspicionsOf(initial.metrics, trainer.metricsAt(resultStep), parts.validation.length)) {
    context.emit({ type: 'warning-raised', code: 'W_REWARD_HACK', message: `${message}; read some answers` });
  }
}
