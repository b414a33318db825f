import { describe, expect, test } from 'vitest';
import type { Example } from '../../../src/data/index.ts';
import type { MetricSpec } from '../../../src/scoring/metrics/index.ts';
import { checkEvaluation, type EvaluationPlan } from '../../../src/jobs/evaluate/check-evaluation.ts';

const provenance = (id: string) => ({ id, source: { file: 'rows.jsonl', line: Number(id) + 1 } });
const texts: Example[] = ['a', 'b'].map((completion, i) => ({
  kind: 'completion',
  ...provenance(String(i)),
  prompt: 'x',
  completion,
}));
const classes: Example[] = ['red', 'blue'].map((label, i) => ({
  kind: 'classification',
  ...provenance(String(i)),
  text: 'x',
  label,
}));
const sets: Example[] = [{ kind: 'multilabel', ...provenance('0'), text: 'x', labels: ['a', 'b'] }];

function plan(more: Partial<EvaluationPlan> & { baselines?: unknown }): EvaluationPlan {
  const { baselines = 'auto', ...rest } = more;
  const recipe = { evaluation: { baselines } } as EvaluationPlan['recipe'];
  return { recipe, metrics: undefined, task: 'causal-lm', test: texts, isPromptable: true, ...rest };
}

const named = (...names: string[]) => names.map((metric) => ({ metric }) as MetricSpec);
const problemsOf = (wanted: EvaluationPlan) =>
  checkEvaluation(wanted).then(
    () => [],
    (error: { code: string; problems: { field: string; message: string }[] }) => {
      expect(error.code).toBe('E_EVALUATION_IMPOSSIBLE');
      return error.problems.map(({ field, message }) => `${field}: ${message}`);
    },
  );

describe('an evaluation', () => {
  test.each<[string, Partial<EvaluationPlan> & { baselines?: unknown }]>([
    ['of what suits the answers', {}],
    ['of written texts', { metrics: named('exact_match', 'chrf', 'perplexity', 'output_tokens') }],
    ['of classes', { task: 'sequence', test: classes, metrics: named('accuracy', 'macro_f1', 'log_loss', 'ece') }],
    ['of several classes', { task: 'sequence', test: sets, metrics: named('micro_f1', 'average_precision') }],
    ['without rows for test where none is asked for', { test: [] }],
    ['of likelihood without rows for test', { test: [], metrics: named('perplexity') }],
    ['by cheap baselines of a model that is not asked', { baselines: ['cheap'], isPromptable: false }],
  ])('%s is possible', async (_, more) => {
    expect(await problemsOf(plan(more))).toEqual([]);
  });

  test('of numbers is refused for texts that are none, and of probabilities for models that give none', async () => {
    expect(await problemsOf(plan({ metrics: named('exact_match', 'mae', 'log_loss') }))).toEqual([
      expect.stringMatching(/^evaluation\.metrics\[1\]: mae: /),
      expect.stringMatching(/^evaluation\.metrics\[2\]: log_loss: /),
    ]);
  });

  test('without rows for test is refused where a metric or a baseline needs them', async () => {
    expect(await problemsOf(plan({ test: [], metrics: named('exact_match'), baselines: ['cheap'] }))).toEqual([
      'evaluation.baselines: there are no test rows, so nothing can be compared',
      'evaluation.metrics[0]: exact_match is measured on test rows, but there are none',
    ]);
  });

  test('by a base that cannot be told a task is refused', async () => {
    expect(await problemsOf(plan({ isPromptable: false, baselines: ['prompted', 'cheap'] }))).toEqual([
      'evaluation.baselines: prompted: a base model of this kind cannot be given instructions or examples',
    ]);
  });
});
