import { describe, expect, it } from 'vitest';
import { fitRows } from '../../../src/data/index.ts';
import type { StepwiseExample } from '../../../src/data/example.ts';
import { RowReader } from '../../../src/data/formats/row-reader.ts';
import { stepwise } from '../../../src/data/kinds/stepwise.ts';
import { usualSteps } from '../../../src/answering/baselines/usual-steps.ts';
import { firstErrorF1, stepAccuracy, stepAuc, stepF1 } from '../../../src/scoring/metrics/step-metrics.ts';
import type { MetricDefinition } from '../../../src/scoring/metrics/metric.ts';
import { stepsOf } from '../../../src/answering/tasks/rows/step-rows.ts';

describe('rows of steps', () => {
  it('may have verdicts or probabilities', () => {
    const row = new RowReader({ prompt: '', completions: ['a', 'b', 'c'], labels: [true, 0.25, false] }, place);
    expect(stepwise.formats.stepwise.read(row)).toEqual({
      kind: 'stepwise',
      prompt: '',
      completions: ['a', 'b', 'c'],
      labels: [1, 0.25, 0],
    });
  });

  it.each([
    [{ completions: ['a'], labels: [true, false] }, 'labels', 'has 2 labels for 1 step'],
    [{ completions: ['a', ' '], labels: [true, false] }, 'completions[1]', 'is empty'],
    [{ completions: ['a', 3], labels: [true, false] }, 'completions[1]', 'must be text, not the number 3'],
    [{ completions: 'a', labels: [true] }, 'completions', 'must be a list of steps, not the text "a"'],
    [{ completions: [], labels: [] }, 'completions', 'is empty'],
    [
      { completions: ['a'], labels: ['yes'] },
      'labels[0]',
      'must be true, false, or a number from 0 to 1, not the text "yes"',
    ],
    [
      { completions: ['a'], labels: [-1] },
      'labels[0]',
      'must be true, false, or a number from 0 to 1, not the number -1',
    ],
    [{ completions: ['a'] }, 'labels', 'is missing'],
  ])('%o are refused with their place', (columns, field, message) => {
    const row = new RowReader({ prompt: 'p', ...columns }, place);
    expect(stepwise.formats.stepwise.read(row)).toBeUndefined();
    expect(row.problems[0]).toMatchObject({ file: 'rows.jsonl', line: 7, field, message });
  });

  it('whose answer is longer than it may be lose its end and keep their prompt, and are counted', () => {
    const ids = Int32Array.from({ length: 9 }, (_, i) => i);
    const trained = Uint8Array.of(0, 0, 0, 0, 1, 0, 1, 0, 1);
    const row = { ids, trained, segments: [3, 6], parents: [-1, 0] };
    const origin = { kind: 'stepwise', source: place } as const;
    const fitted = fitRows([row], [origin], { maxLength: 20, maxAnswer: 4, policy: 'truncate' });
    expect(fitted.rows[0]).toMatchObject({ ids: ids.subarray(0, 7), segments: [3, 4] });
    expect(fitted.cuts).toMatchObject([{ action: 'truncated', trainedTokens: 3, keptTrainedTokens: 2 }]);
    const refused = () => fitRows([row], [origin], { maxLength: 20, maxAnswer: 4, policy: 'fail' });
    expect(refused).toThrow('longer than max_completion_length (4 tokens)');
  });

  it('are found in an answer by their separator', () => {
    expect(stepsOf('one\n\n two\n', '\n')).toEqual(['one', ' two']);
    expect(stepsOf('one\n\ntwo', '\n\n')).toEqual(['one', 'two']);
  });
});

describe('metrics of steps', () => {
  /**
   * Two answers with a wrong step, the first of which is found in one of them, and two correct answers, one of which is
   * suspected.
   */
  const judged: [number[], number[]][] = [
    [
      [1, 0, 0],
      [0.9, 0.2, 0.6],
    ],
    [
      [1, 1, 0],
      [0.8, 0.4, 0.1],
    ],
    [
      [1, 1],
      [0.7, 0.95],
    ],
    [[1], [0.3]],
  ];
  const result = (definition: MetricDefinition) => {
    const metric = definition.create();
    for (const [labels, steps] of judged) metric.add({ id: 'a', steps }, exampleOf(labels));
    const all = Uint32Array.from(judged.keys());
    expect(metric.statistic?.()(all)).toBeCloseTo(metric.result().value, 12);
    return metric.result();
  };

  it('are the share that is judged right, and F1 of the wrong ones', () => {
    expect(result(stepAccuracy).value).toBeCloseTo(6 / 9, 12);
    expect(result(stepF1)).toMatchObject({ value: 4 / 7, details: { precision: 0.5, recall: 2 / 3 } });
  });

  it('are how often a right step has a higher probability than a wrong one', () => {
    // 6 right and 3 wrong steps: 0.6 is above 0.4 and 0.3; the other wrong ones are below all right ones.
    expect(result(stepAuc).value).toBeCloseTo(16 / 18, 12);
  });

  it("are ProcessBench's: both kinds of answers count the same", () => {
    expect(result(firstErrorF1)).toMatchObject({ value: 0.5, details: { error_accuracy: 0.5, correct_accuracy: 0.5 } });
  });

  it('have a reliability diagram of the verdicts', () => {
    const { bins } = result(stepAccuracy).details as { bins: { rows: number }[] };
    expect(bins.reduce((sum, { rows }) => sum + rows, 0)).toBe(9);
  });
});

it('a step is judged by its place where nothing better is known', async () => {
  const predictor = await usualSteps.fit([exampleOf([1, 0]), exampleOf([1, 1])]);
  expect((await predictor.predict([exampleOf([0, 0, 0])]))[0].steps).toEqual([1, 0.5, 0.5]);
});

const place = { file: 'rows.jsonl', line: 7 };

function exampleOf(labels: number[]): StepwiseExample {
  return { kind: 'stepwise', id: 'a', source: place, prompt: 'p', completions: labels.map(String), labels };
}
