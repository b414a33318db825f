import { AttuneError, type Problem } from '../../base/errors.ts';
import type { Example } from '../../data/index.ts';
import { createMetric, type MetricSpec } from '../../scoring/metrics/index.ts';
import { tasks } from '../../answering/tasks/index.ts';
import type { Task } from '../../models/architecture.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { learnsFromRewards } from '../compare/rewarded-answers.ts';

export interface EvaluationPlan {
  recipe: Recipe;
  /** Metrics that the recipe names; undefined for the defaults. */
  metrics: readonly MetricSpec[] | undefined;
  task: Task;
  test: readonly Example[];
  /** Whether the base model can follow instructions or examples. */
  isPromptable: boolean;
}

const LOOKED_AT = 200;

/**
 * Checks before training that the final comparison is possible: that rows and model provide the metrics' inputs,
 * baselines can be prompted, and there are rows to compare on.
 * @throws AttuneError E_EVALUATION_IMPOSSIBLE
 */
export async function checkEvaluation(plan: EvaluationPlan): Promise<void> {
  const problems = [...baselineProblems(plan), ...(await metricProblems(plan))];
  if (problems.length === 0) return;
  throw new AttuneError('E_EVALUATION_IMPOSSIBLE', {
    what: 'The requested evaluation is not possible',
    problems,
    fix: 'change evaluation or data.test as described above; nothing was trained',
  });
}

function baselineProblems({ recipe, test, isPromptable }: EvaluationPlan): Problem[] {
  const { baselines } = recipe.evaluation;
  if (typeof baselines === 'string') return [];
  const field = 'evaluation.baselines';
  if (test.length === 0) {
    const fix = 'set data.test to a share or a file, or remove baselines';
    return [{ field, message: 'there are no test rows, so nothing can be compared', fix }];
  }
  const asked = baselines.filter((name) => name !== 'cheap');
  if (isPromptable || asked.length === 0) return [];
  const message = `${asked.join(' and ')}: a base model of this kind cannot be given instructions or examples`;
  return [{ field, message, fix: 'remove them; cheap is possible' }];
}

async function metricProblems({ metrics = [], recipe, task, test }: EvaluationPlan): Promise<Problem[]> {
  const created = await Promise.all(metrics.map((spec) => createMetric(spec)));
  return created.flatMap(({ name, metric, definition }, index): Problem[] => {
    const field = `evaluation.metrics[${index}]`;
    if (definition.reads === 'likelihood' || (definition.reads === 'reward' && learnsFromRewards(recipe))) return [];
    if (test.length === 0) {
      const fix = 'set data.test to a share or a file, or remove the metric';
      return [{ field, message: `${name} is measured on test rows, but there are none`, fix }];
    }
    const predict = tasks[task].flawless;
    if (predict === undefined) return [];
    try {
      for (const example of test.slice(0, LOOKED_AT)) metric.add(predict(example), example);
      return [];
    } catch (error) {
      if (!(error instanceof AttuneError)) throw error;
      const { what, got, fix } = error;
      return [{ field, message: `${name}: ${what}${got === undefined ? '' : ` (${got})`}`, fix }];
    }
  });
}
