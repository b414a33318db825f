// Rows with any number of classes: values from scikit-learn's documentation, or computed by hand.
import { describe, expect, test } from 'vitest';
import type { MultiLabelExample } from '../../../../src/data/example.ts';
import { bestThreshold, f1Of, macroF1Of } from '../../../../src/evaluation/best-threshold.ts';
import { createMetric, type MetricName } from '../../../../src/scoring/metrics/index.ts';
import type { Prediction } from '../../../../src/scoring/predictor.ts';

function row(labels: readonly string[]): MultiLabelExample {
  return { kind: 'multilabel', id: 'a', source: { file: 'rows.jsonl', line: 1 }, text: 'some text', labels };
}

async function measured(name: MetricName, truth: readonly string[][], said: readonly Omit<Prediction, 'id'>[]) {
  const { metric } = await createMetric({ metric: name });
  for (const [i, labels] of truth.entries()) metric.add({ id: 'a', ...said[i] }, row(labels));
  return { ...metric.result(), rows: [...metric.rows], statistic: metric.statistic?.() };
}

// y_true = [[0, 0, 0], [1, 1, 1], [0, 1, 1]], y_pred = [[0, 0, 0], [1, 1, 1], [1, 1, 0]] on the page of f1_score.
const truth = [[], ['a', 'b', 'c'], ['b', 'c']];
const said = [[], ['a', 'b', 'c'], ['a', 'b']].map((labels) => ({ labels }));

describe('chosen classes of rows with several', () => {
  test('are measured as on the page of f1_score', async () => {
    const { details, value, statistic } = await measured('macro_f1', truth, said);
    const { classes } = details as { classes: Record<string, { f1: number }> };
    expect(Object.values(classes).map(({ f1 }) => f1)).toEqual([2 / 3, 1, 2 / 3]);
    expect(value).toBeCloseTo(7 / 9, 12);
    expect(statistic!(Uint32Array.of(1, 1))).toBe(1);
    expect((await measured('micro_f1', truth, said)).value).toBeCloseTo(0.8, 12);
    expect((await measured('accuracy', truth, said)).value).toBeCloseTo(2 / 3, 12);
    expect((await measured('micro_f1', truth, said)).rows).toEqual([1, 1, 0.5]);
  });

  test('may be written as text, in any order', async () => {
    const written = ['', 'c, a; b', 'b\na'].map((text) => ({ text }));
    expect((await measured('micro_f1', truth, written)).value).toBeCloseTo(0.8, 12);
    expect((await measured('accuracy', truth, written)).rows).toEqual([1, 1, 0]);
  });

  test('a class that no row has counts as wrong', async () => {
    const more = said.map(({ labels }) => ({ labels: [...labels, 'z'] }));
    expect((await measured('micro_f1', truth, more)).value).toBeCloseTo(8 / 13, 12);
  });

  test('are no matter for metrics of one class a row, which say so', async () => {
    for (const name of ['confusion', 'mcc', 'top_k_accuracy'] as const)
      await expect(
        measured(
          name,
          truth,
          said.map((one) => ({ ...one, scores: {} })),
        ),
      ).rejects.toThrow(/E_METRIC_ROWS/);
  });
});

describe('probabilities of rows with several classes', () => {
  const scores = [
    { a: 0.2, b: 0.4 },
    { a: 0.9, b: 0.8 },
    { a: 0.3, b: 0.6 },
  ].map((one) => ({ scores: one }));
  const labels = [[], ['a', 'b'], ['a']];

  test('give each class its own part of log-loss, Brier score and areas', async () => {
    const parts = [0.8, 0.6, 0.9, 0.8, 0.3, 0.4];
    const mean = (of: (p: number) => number) => parts.reduce((sum, p) => sum + of(p) / parts.length, 0);
    expect((await measured('log_loss', labels, scores)).value).toBeCloseTo(
      mean((p) => -Math.log(p)),
      12,
    );
    expect((await measured('brier', labels, scores)).value).toBeCloseTo(
      mean((p) => (1 - p) ** 2),
      12,
    );
    expect((await measured('roc_auc', labels, scores)).details.classes).toEqual({ a: 1, b: 1 });
    expect((await measured('average_precision', labels, scores)).value).toBe(1);
  });

  test('are calibrated class by class', async () => {
    const sure = [
      { a: 1, b: 0 },
      { a: 1, b: 0 },
    ].map((one) => ({ scores: one }));
    expect((await measured('ece', [['a'], ['a']], sure)).value).toBe(0);
    expect((await measured('ece', [['a'], ['b']], sure)).value).toBe(0.5);
  });
});

describe('the best threshold', () => {
  const probabilities = [0.9, 0.7, 0.4, 0.35, 0.1];
  const isPositive = [true, false, true, true, false];

  test('lies half way between two rows', () => {
    expect(bestThreshold(probabilities, isPositive, f1Of)).toBeCloseTo(0.225, 12);
    expect(bestThreshold([0.9, 0.8, 0.3, 0.2], [true, true, false, false], macroF1Of)).toBeCloseTo(0.55, 12);
  });

  test('never parts rows that are equal, and is unknown where all rows are of a kind', () => {
    expect(bestThreshold([0.6, 0.6, 0.2], [true, false, false], f1Of)).toBeCloseTo(0.4, 12);
    expect(bestThreshold([0.6, 0.2], [true, true], f1Of)).toBeUndefined();
    expect(bestThreshold([0.6, 0.2], [false, false], f1Of)).toBeUndefined();
  });
});
