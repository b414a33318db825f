import type { Problem } from '../../base/errors.ts';
import { callTexts } from '../../training/objectives/rewards/sample-text.ts';
import { suspicionsOf } from '../../training/objectives/rewards/habits.ts';
import { readReport, type RunReport } from '../report/run-report.ts';
import { judgeCourse } from '../../training/course.ts';
import { type Schedule, learningRateAt } from '../../methods/recipe/rate-schedule.ts';
import { suggestedTraining } from '../../training/suggested-training.ts';
import type { EvaluatedAnswer } from '../../training/objective.ts';
import { trainingFacts } from './training-facts.ts';
import type { TrainingRun } from './training-run.ts';
import type { CourseAdvice, RewardCurves } from '../../training/reward-course.ts';

/** Suggests changes if the losses of the whole run, including earlier parts, have not converged. */
export async function recordCourse(
  { rows: { context, base, train, objective }, plan, constants }: TrainingRun,
  resultStep: number,
): Promise<CourseAdvice | undefined> {
  const { evaluations, curves, run } = readReport(context.folder);
  const { schedule } = plan.options;
  const facts = await trainingFacts(base, context.recipe);
  const { epochs, learning_rate: learningRate } = constants.training;
  const advice = judgeCourse({
    evaluations: evaluations
      .filter(({ split }) => split === 'validation')
      .map(({ step, metrics, change }) => ({ step, loss: metrics.loss, change })),
    trainLosses: curves['train/loss']?.points ?? [],
    ...(objective.production?.rollsOut === true && { rewards: rewardsOf(curves) }),
    rateShareAfter: (step) => rateBetween(schedule, step, run.step) / rateBetween(schedule, 0, run.step),
    resultStep,
    epochs: context.recipe.training.max_steps === null ? epochs : (run.epoch ?? epochs),
    learningRate,
    usualRate: suggestedTraining({ ...facts, rows: train.rows.length }).learning_rate,
  });
  if (advice !== undefined) context.emit({ type: 'course-judged', ...advice });
  return advice;
}

/** Undefined for objectives without sampled answers. */
function rewardsOf(curves: RunReport['curves']): RewardCurves | undefined {
  const of = (name: string) => curves[`train/${name}`]?.points ?? [];
  const rewards = of('reward');
  if (rewards.length === 0) return undefined;
  const distances = [...of('kl'), ...of('objective/kl')];
  return { rewards, alike: of('frac_reward_zero_std'), entropies: of('entropy'), distances };
}

/** Sum of the learning rates over a range of steps. */
function rateBetween(schedule: Schedule, from: number, to: number): number {
  let sum = 0;
  for (let step = from; step < to; step++) sum += learningRateAt(schedule, step);
  return sum;
}

/** Warns if the reward of a run with rollouts seems to be exploited. */
export function recordRewards({ rows: { context }, trainer, parts }: TrainingRun, resultStep: number): void {
  if (parts.objective.production?.rollsOut !== true) return;
  const { initial } = trainer.state;
  if (initial === null) return;
  const found = suspicionsOf(initial.metrics, trainer.metricsAt(resultStep), {
    rows: parts.validation.length,
    sampled: sampledCorrelation(readReport(context.folder)),
  });
  for (const message of found) {
    const problems = bestAnswers(parts.objective.production.evaluated?.() ?? []);
    context.emit({ type: 'warning-raised', code: 'W_REWARD_HACK', message: `${message}; read some answers`, problems });
  }
}

/** Correlation of reward and length, over the steps whose answers differ in length. */
function sampledCorrelation({ curves }: RunReport): number {
  const values = (curves['train/reward_length_correlation']?.points ?? []).map(({ value }) => value);
  const telling = values.filter((value) => value !== 0);
  return telling.reduce((sum, value) => sum + value, 0) / Math.max(1, telling.length);
}

const SHOWN_ANSWERS = 5;

/** The answers of the last evaluation with the highest rewards, for inspection. */
function bestAnswers(answers: readonly EvaluatedAnswer[]): Problem[] {
  const best = answers.toSorted((a, b) => (b.reward ?? -Infinity) - (a.reward ?? -Infinity)).slice(0, SHOWN_ANSWERS);
  return best.map((answer) => ({ ...answer.source, message: `reward ${answer.reward}: ${callTexts(answer)}` }));
}
