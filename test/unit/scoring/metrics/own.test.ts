import { describe, expect, test } from 'vitest';
import type { CompletionExample } from '../../../../src/data/example.ts';
import { defineMetric, type OwnMetric } from '../../../../src/scoring/metrics/define-metric.ts';
import { rowPredictor } from '../../../../src/scoring/predictor.ts';
import { scorePredictor } from '../../../../src/scoring/score.ts';
import { ScoreStatistics } from '../../../../src/scoring/statistics/index.ts';

const examples = [1, 2, 4, 8].map((length, row): CompletionExample => {
  const source = { file: 'rows.jsonl', line: row + 1 };
  return { kind: 'completion', id: `${row}`, source, prompt: `${length}`, completion: 'x'.repeat(length) };
});
const ofTwo = rowPredictor('two', () => ({ text: ' xx\n' }));

const own: OwnMetric = {
  name: 'length_error',
  better: 'lower',
  best: 0,
  score: ({ predicted, reference }) => Math.abs(predicted.length - reference.length),
};

describe('a metric of the user', () => {
  test('is scored beside the known ones, by the mean of its rows', async () => {
    const { scores } = await scorePredictor(ofTwo, examples, [
      { metric: defineMetric(own) },
      { metric: 'exact_match' },
    ]);
    expect(scores[0]).toMatchObject({ name: 'length_error', title: 'length_error', better: 'lower', value: 9 / 4 });
    expect([...scores[0].rows]).toEqual([1, 0, 2, 6]);
    expect(scores[1].value).toBe(0.25);
  });

  test('may summarise rows in its own way, which the interval then follows', async () => {
    const largest = defineMetric({ ...own, summarise: (rows) => Math.max(...rows) });
    const { scores } = await scorePredictor(ofTwo, examples, [{ metric: largest }]);
    expect(scores[0].value).toBe(6);
    expect(new ScoreStatistics(4).interval(scores[0])).toMatchObject({ estimate: 6, high: 6 });
  });

  test('may say right or wrong, and looks at fields like any other metric', async () => {
    const right = defineMetric({ ...own, score: ({ predicted, example }) => example.id === predicted });
    const json = rowPredictor('json', (example) => ({ text: `{"id": "${example.id}"}` }));
    const rows = examples.map((example) => ({ ...example, completion: '{"id": "0"}' }));
    const { scores } = await scorePredictor(json, rows, [{ metric: right, field: 'id' }]);
    expect(scores[0]).toMatchObject({ name: 'id_length_error', value: 1 });
  });

  test('that gives no number is refused with metric and row', async () => {
    const broken = defineMetric({ ...own, score: ({ example }) => (example.id === '2' ? Number.NaN : 1) });
    await expect(scorePredictor(ofTwo, examples, [{ metric: broken }])).rejects.toThrow(
      /E_METRIC_VALUE[^]*NaN for row rows\.jsonl:3/,
    );
    const later = { ...own, score: async () => 1 } as unknown as OwnMetric;
    await expect(scorePredictor(ofTwo, examples, [{ metric: defineMetric(later) }])).rejects.toThrow(/E_METRIC_VALUE/);
  });

  test('with a broken definition is refused with every defect', () => {
    const broken = { name: 'two words', better: 'more', best: Number.NaN } as unknown as OwnMetric;
    expect(() => defineMetric(broken)).toThrow(
      /E_METRIC_DEFINITION[^]*name must[^]*better must[^]*score must[^]*best must/,
    );
  });
});
