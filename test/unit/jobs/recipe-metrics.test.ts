import { expect, test } from 'vitest';
import { createMetric } from '../../../src/scoring/metrics/index.ts';
import { loadMetrics } from '../../../src/jobs/evaluate/recipe-metrics.ts';

test('a recipe’s metric may be the mean of others, each with options of its own', async () => {
  const parts = ['category:accuracy', { metric: 'chrf', field: 'summary' }];
  const [spec, plain] = await loadMetrics([{ name: 'record', mean: parts }, 'exact_match']);
  expect(spec).toEqual({
    name: 'record',
    mean: [
      { metric: 'accuracy', field: 'category' },
      { metric: 'chrf', field: 'summary' },
    ],
  });
  expect(plain).toEqual({ metric: 'exact_match' });
  const { metric, definition } = await createMetric(spec);
  const source = { file: 'rows.jsonl', line: 1 };
  const answer = JSON.stringify({ category: 'web', summary: 'a server' });
  metric.add({ id: 'a', text: answer }, { kind: 'completion', id: 'a', source, prompt: '', completion: answer });
  expect(metric.result().value).toBe(1);
  expect(definition).toMatchObject({ better: 'higher', best: 1 });
});
