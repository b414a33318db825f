import { AttuneError, type Problem } from '../../base/errors.ts';
import type { Example } from '../../data/index.ts';
import { createMetric, type MetricSpec } from '../../eval/metrics/index.ts';
import { expectedText, rowLabels } from '../../eval/example-text.ts';
import type { Prediction } from '../../eval/predictor.ts';
import type { Task } from '../../models/architecture.ts';
import type { Recipe } from '../../methods/recipe.ts';

export interface EvaluationPlan {
  recipe: Recipe;
  /** Those that the recipe names; undefined for what suits the answers. */
  metrics: readonly MetricSpec[] | undefined;
  task: Task;
  test: readonly Example[];
  /** Whether the base model can be told or shown a task. */
  isPromptable: boolean;
}

const LOOKED_AT = 200;

/**
 * Refuses before training what the comparison at the end could not do: metrics that these rows or this kind of model
 * give no values for, baselines that cannot be asked, and either without rows to compare on.
 * @throws AttuneError E_EVALUATION_IMPOSSIBLE
 */
export async function checkEvaluation(plan: EvaluationPlan): Promise<void> {
  const problems = [...baselineProblems(plan), ...(await metricProblems(plan))];
  if (problems.length === 0) return;
  throw new AttuneError('E_EVALUATION_IMPOSSIBLE', {
    what: 'The recipe asks for an evaluation that cannot be done',
    problems,
    fix: 'change evaluation or data.test as named above; nothing was trained',
  });
}

function baselineProblems({ recipe, test, isPromptable }: EvaluationPlan): Problem[] {
  const { baselines } = recipe.evaluation;
  if (typeof baselines === 'string') return [];
  const field = 'evaluation.baselines';
  if (test.length === 0) {
    const fix = 'set data.test to a share or a file, or remove baselines';
    return [{ field, message: 'no rows are kept for test, so nothing is compared', fix }];
  }
  const asked = baselines.filter((name) => name !== 'cheap');
  if (isPromptable || asked.length === 0) return [];
  const message = `${asked.join(' and ')}: a base model of this kind cannot be told or shown a task`;
  return [{ field, message, fix: 'leave them out; cheap is possible' }];
}

async function metricProblems({ metrics = [], task, test }: EvaluationPlan): Promise<Problem[]> {
  const created = await Promise.all(metrics.map((spec) => createMetric(spec)));
  return created.flatMap(({ name, metric, definition }, index): Problem[] => {
    const field = `evaluation.metrics[${index}]`;
    if (definition.reads === 'likelihood') return [];
    if (test.length === 0) {
      const fix = 'set data.test to a share or a file, or remove the metric';
      return [{ field, message: `${name} is measured on test rows, and none are kept`, fix }];
    }
    const predict = predictors[task];
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

/** Perfect predictions for a row, with the fields that a model of the task returns; other tasks are not checked. */
const predictors: Partial<Record<Task, (example: Example) => Prediction>> = {
  'causal-lm': written,
  seq2seq: written,
  sequence: (example) => {
    const labels = rowLabels(example);
    const text = expectedText(example) ?? '';
    if (labels.length === 0 && example.kind !== 'multilabel') return { id: example.id, text };
    const scores = Object.fromEntries(labels.map((label) => [label, 1]));
    return { id: example.id, text, scores, ...(example.kind === 'multilabel' ? { labels } : { label: text }) };
  },
};

function written(example: Example): Prediction {
  const text = expectedText(example) ?? '';
  const usage = { inputTokens: 1, outputTokens: 1, seconds: 0, cost: 0 };
  return { id: example.id, text, likelihood: { negativeLogLikelihood: 1, tokens: 1, bytes: 1 }, usage };
}
