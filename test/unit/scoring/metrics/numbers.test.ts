// Values printed in scikit-learn's and SciPy's documentation for their own examples.
import { describe, expect, test } from 'vitest';
import type { CompletionExample } from '../../../../src/data/example.ts';
import { createMetric, type MetricName, type MetricSpec } from '../../../../src/scoring/metrics/index.ts';
import type { RowUsage } from '../../../../src/scoring/predictor.ts';

const source = { file: 'rows.jsonl', line: 1 };

function completion(answer: string): CompletionExample {
  return { kind: 'completion', id: 'a', source, prompt: 'question', completion: answer };
}

async function score(spec: MetricName | MetricSpec, truth: readonly unknown[], predicted: readonly unknown[]) {
  const { metric } = await createMetric(typeof spec === 'string' ? { metric: spec } : spec);
  for (const [row, one] of truth.entries()) metric.add({ id: 'a', text: `${predicted[row]}` }, completion(`${one}`));
  return metric.result();
}

describe('numbers', () => {
  const truth = [3, -0.5, 2, 7];
  const predicted = [2.5, 0, 2, 8];

  test('errors are those on the pages of mean_absolute_error, root_mean_squared_error and r2_score', async () => {
    expect((await score('mae', truth, predicted)).value).toBe(0.5);
    expect((await score('rmse', truth, predicted)).value).toBeCloseTo(0.612372, 6);
    expect((await score('r2', truth, predicted)).value).toBeCloseTo(0.948608, 6);
    // r2_score([1, 2, 3], [2, 2, 2]) is 0.0 and r2_score([1, 2, 3], [3, 2, 1]) is -3.0.
    expect((await score('r2', [1, 2, 3], [2, 2, 2])).value).toBeCloseTo(0, 12);
    expect((await score('r2', [1, 2, 3], [3, 2, 1])).value).toBeCloseTo(-3, 12);
  });

  test('correlations are those on the pages of scipy.stats.pearsonr and spearmanr', async () => {
    expect((await score('pearson', [1, 2, 3, 4, 5], [10, 9, 2.5, 6, 4])).value).toBeCloseTo(-0.7426106572325057, 12);
    expect((await score('spearman', [1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).value).toBeCloseTo(0.8207826816681233, 12);
  });

  test('numbers far from 0 keep their digits, and a constant has no correlation', async () => {
    const far = [1, 2, 3, 4, 5].map((x) => x + 1e9);
    const other = [10, 9, 2.5, 6, 4].map((x) => x + 1e9);
    expect((await score('pearson', far, other)).value).toBeCloseTo(-0.7426106572325057, 10);
    for (const name of ['pearson', 'spearman', 'r2'] as const) {
      expect((await score(name, [1, 1, 1], [1, 2, 3])).value).toBeNaN();
    }
  });

  test('an answer that is no number counts as the mean of the true ones, and is counted and listed', async () => {
    // The mean of the true numbers is 2.875: errors are 0.125, 0.5, 0 and 1.
    const told = { rows: 4, notNumbers: 1, notNumberRows: ['a'] };
    expect(await score('mae', truth, ['none', 0, 2, 8])).toEqual({ value: 1.625 / 4, details: told });
    const filled = [2.875, 0, 2, 8];
    for (const name of ['rmse', 'r2', 'pearson', 'spearman'] as const) {
      const { value, details } = await score(name, truth, ['', 0, 2, 8]);
      expect(value, name).toBeCloseTo((await score(name, truth, filled)).value, 12);
      expect(details).toMatchObject(told);
    }
  });

  test('answers that are mostly no numbers are refused, one field of JSON may be the number', async () => {
    await expect(score('mae', [1], ['about 1'])).rejects.toThrow(/E_METRIC_INPUT[^]*1 of 1 rows/);
    await expect(score('mae', ['one'], [1])).rejects.toThrow(/E_METRIC_ROWS[^]*rows\.jsonl:1/);
    await expect(score('mae', [''], [1])).rejects.toThrow(/E_METRIC_ROWS/);
    expect((await score({ metric: 'mae', field: 'n' }, ['{"n": 2}'], ['{"n": 5}'])).value).toBe(3);
  });
});

describe('words', () => {
  test('the word error rate is the one in the documentation of jiwer', async () => {
    expect((await score('word_error_rate', ['hello world'], ['hello duck'])).value).toBe(0.5);
    // Two rows: 1 of 2 and 3 of 4 words.
    expect((await score('word_error_rate', ['a b', 'c d e f'], ['a x', 'c'])).value).toBeCloseTo(4 / 6, 12);
  });
});

describe('what answers cost', () => {
  async function usage(name: MetricName, rows: readonly RowUsage[]) {
    const { metric } = await createMetric({ metric: name });
    for (const one of rows) metric.add({ id: 'a', text: '', usage: one }, completion('x'));
    return metric.result();
  }

  test('is a mean over rows with median and 95th percentile, and cost is told of a thousand', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ seconds: i + 1, cost: 0.002, outputTokens: 7 }));
    const latency = await usage('latency', rows);
    expect(latency).toEqual({ value: 50.5, details: { rows: 100, median: 50, p95: 95 } });
    expect((await usage('cost_per_1000', rows)).value).toBeCloseTo(2, 10);
    expect((await usage('output_tokens', rows)).value).toBe(7);
  });

  test('a system that does not count them is refused by name of what it lacks', async () => {
    await expect(usage('input_tokens', [{ seconds: 1 }])).rejects.toThrow(/E_METRIC_INPUT[^]*usage\.inputTokens/);
  });
});

describe('a JSON schema', () => {
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string' },
      year: { type: 'integer', minimum: 1900 },
      tags: { items: { type: 'string' } },
    },
    required: ['name'],
    additionalProperties: false,
  };

  test('answers meet it or not, and the reasons are counted', async () => {
    const answers = [
      '{"name": "a", "year": 1950}',
      '{"year": 1950}',
      '{"name": "a", "year": 1800}',
      '{"name": "a", "tags": [1]}',
      '{"name": "a", "tags": ["x", 2]}',
      'not json',
    ];
    const spec = { metric: 'schema_validity', schema } as const;
    const found = await score(
      spec,
      Array.from(answers, () => '{}'),
      answers,
    );
    expect(found.value).toBeCloseTo(1 / 6, 12);
    expect(found.details.faults).toEqual({
      "must have required property 'name'": 1,
      '/year must be >= 1900': 1,
      '/tags/* must be string': 2,
      'not JSON': 1,
    });
  });

  test('formats are checked, and what is not known is refused instead of ignored', async () => {
    const date = { metric: 'schema_validity', schema: { type: 'string', format: 'date' } } as const;
    expect((await score(date, ['', ''], ['"2024-02-29"', '"2023-02-29"'])).value).toBe(0.5);
    for (const broken of [{ type: 'strin' }, { requierd: ['a'] }, { format: 'colour' }, { $ref: '#/nowhere' }]) {
      await expect(createMetric({ metric: 'schema_validity', schema: broken })).rejects.toThrow(/E_JSON_SCHEMA/);
    }
  });

  test('older drafts are read as what they are', async () => {
    const old = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'number' }, { type: 'string' }] };
    const spec = { metric: 'schema_validity', schema: old } as const;
    expect((await score(spec, ['', ''], ['[1, "a"]', '["a", 1]'])).value).toBe(0.5);
  });
});
