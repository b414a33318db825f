// Values printed in the documentation of scikit-learn, torchmetrics and others for their own examples.
import { describe, expect, test } from 'vitest';
import type { ClassificationExample } from '../../../../src/data/example.ts';
import { createMetric, type MetricName, type MetricSpec } from '../../../../src/scoring/metrics/index.ts';

type Spec = MetricName | Exclude<MetricSpec, { mean: MetricSpec[] }>;

function labelled(label: string): ClassificationExample {
  return { kind: 'classification', id: 'a', source: { file: 'rows.jsonl', line: 1 }, text: 'some text', label };
}

async function ready(spec: Spec) {
  return (await createMetric(typeof spec === 'string' ? { metric: spec } : spec)).metric;
}

/** Scores chosen classes against true ones. */
async function chosen(spec: Spec, truth: readonly unknown[], choice: readonly unknown[]) {
  const metric = await ready(spec);
  for (const [row, label] of truth.entries()) metric.add({ id: 'a', label: `${choice[row]}` }, labelled(`${label}`));
  return metric.result();
}

/** Scores probabilities by class, in the order of `labels`. */
async function scored(
  spec: Spec,
  labels: readonly string[],
  rows: readonly (readonly [truth: string, scores: readonly number[]])[],
) {
  const metric = await ready(spec);
  for (const [truth, scores] of rows) {
    const byLabel = Object.fromEntries(labels.map((label, i) => [label, scores[i]]));
    metric.add({ id: 'a', scores: byLabel }, labelled(truth));
  }
  return metric.result();
}

describe('chosen classes', () => {
  const truth = [0, 1, 2, 0, 1, 2];
  const choice = [0, 2, 1, 0, 0, 1];

  test('macro and micro averages are those on the pages of f1_score, precision_score and recall_score', async () => {
    expect((await chosen('macro_f1', truth, choice)).value).toBeCloseTo(0.26666666, 7);
    expect((await chosen('micro_f1', truth, choice)).value).toBeCloseTo(0.33333333, 7);
    expect((await chosen('precision', truth, choice)).value).toBeCloseTo(0.22222222, 7);
    expect((await chosen('recall', truth, choice)).value).toBeCloseTo(0.33333333, 7);
    // f1_score(average=None) prints array([0.8, 0. , 0. ]).
    const { classes } = (await chosen('macro_f1', truth, choice)).details as {
      classes: Record<string, { f1: number }>;
    };
    expect(Object.values(classes).map(({ f1 }) => f1)).toEqual([0.8, 0, 0]);
  });

  test('one class alone is measured where it is named, and has to occur', async () => {
    // precision_recall_fscore_support on the same rows: class 0 has precision 0.66…, recall 1, F1 0.8.
    expect((await chosen({ metric: 'precision', positive: '0' }, truth, choice)).value).toBeCloseTo(2 / 3, 12);
    expect((await chosen({ metric: 'recall', positive: '0' }, truth, choice)).value).toBe(1);
    expect((await chosen({ metric: 'macro_f1', positive: '0' }, truth, choice)).value).toBe(0.8);
    await expect(chosen({ metric: 'recall', positive: 'O' }, truth, choice)).rejects.toThrow(
      /E_METRIC_OPTION[^]*0, 1, 2/,
    );
  });

  test('balanced accuracy is that on the page of balanced_accuracy_score', async () => {
    expect((await chosen('balanced_accuracy', [0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1])).value).toBe(0.625);
  });

  test('Matthews correlation is that on the page of matthews_corrcoef', async () => {
    expect((await chosen('mcc', [1, 1, 1, -1], [1, -1, 1, 1])).value).toBeCloseTo(-0.33333333, 7);
    expect((await chosen('mcc', [1, 1, 0, 0], [1, 1, 1, 1])).value).toBe(0);
    // Three classes by hand: 2 of 6 right; (2·6 - 12) / sqrt((36 - 12)(36 - 14)) = 0.
    expect((await chosen('mcc', truth, choice)).value).toBe(0);
  });

  test('classes that are called as parts of every object are classes like others', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const { details } = await chosen('confusion', names, ['__proto__', 'toString', 'toString']);
    expect(JSON.stringify(details.table)).toBe(
      '{"__proto__":{"__proto__":1},"constructor":{"toString":1},"toString":{"toString":1}}',
    );
    expect(({} as Record<string, unknown>).toString).toBe(Object.prototype.toString);
    for (const metric of ['brier', 'roc_auc'] as const) {
      const { value } = await scored(
        metric,
        ['no', 'yes'],
        [
          ['constructor', [0.4, 0.6]],
          ['yes', [0.2, 0.8]],
        ],
      );
      expect(Number.isFinite(value)).toBe(true);
    }
  });

  test('the table is that on the page of confusion_matrix', async () => {
    const { details } = await chosen('confusion', [2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2]);
    expect(details.table).toEqual({ 0: { 0: 2 }, 1: { 2: 1 }, 2: { 0: 1, 2: 2 } });
  });

  test('an answer that is no class costs recall, but is no false find of a class', async () => {
    const found = await chosen('micro_f1', ['a', 'a', 'b', 'b'], ['a', 'I think a', 'b', 'b']);
    // Precision 3/3, recall 3/4.
    expect(found.value).toBeCloseTo(6 / 7, 12);
  });
});

describe('probabilities of classes', () => {
  const binary = [0.1, 0.4, 0.35, 0.8].map((p, row) => [['0', '0', '1', '1'][row], [1 - p, p]] as const);

  test('ROC-AUC and average precision are those on the pages of roc_auc_score and average_precision_score', async () => {
    expect((await scored('roc_auc', ['0', '1'], binary)).value).toBe(0.75);
    expect((await scored({ metric: 'average_precision', positive: '1' }, ['0', '1'], binary)).value).toBeCloseTo(
      0.8333333333,
      10,
    );
  });

  test('ties count half, and a class without rows on either side is left out', async () => {
    const tied = ['1', '1', '0', '0', '0'].map((truth, row) => [truth, [[0.9, 0.5, 0.5, 0.5, 0.1][row]]] as const);
    // Six pairs: the first wins 3; the second ties two and wins one.
    expect((await scored({ metric: 'roc_auc', positive: '1' }, ['1'], tied)).value).toBeCloseTo((3 + 1 + 1) / 6, 12);
    const one = await scored('roc_auc', ['0', '1'], [['0', [0.4, 0.6]]]);
    expect(one.value).toBeNaN();
  });

  test('log-loss is that on the page of log_loss', async () => {
    const rows = [
      ['spam', [0.1, 0.9]],
      ['ham', [0.9, 0.1]],
      ['ham', [0.8, 0.2]],
      ['spam', [0.35, 0.65]],
    ] as const;
    expect((await scored('log_loss', ['ham', 'spam'], rows)).value).toBeCloseTo(0.21616, 5);
    // p = 0 counts as the smallest step of a double.
    expect((await scored('log_loss', ['ham'], [['spam', [1]]])).value).toBeCloseTo(36.0436533891, 9);
  });

  test('the Brier score is that on the page of brier_score_loss, of two and of three classes', async () => {
    const rows = [0.1, 0.9, 0.8, 0.3].map((p, row) => [['0', '1', '1', '0'][row], [1 - p, p]] as const);
    expect((await scored('brier', ['0', '1'], rows)).value).toBeCloseTo(0.0375, 12);
    const three = [
      ['eggs', [0.8, 0.1, 0.1]],
      ['ham', [0.2, 0.7, 0.1]],
      ['spam', [0.2, 0.2, 0.6]],
    ] as const;
    expect((await scored('brier', ['eggs', 'ham', 'spam'], three)).value).toBeCloseTo(0.146666, 5);
  });

  test('the calibration error is that on the page of torchmetrics MulticlassCalibrationError', async () => {
    const rows = [
      ['0', [0.25, 0.2, 0.55]],
      ['1', [0.55, 0.05, 0.4]],
      ['2', [0.1, 0.3, 0.6]],
      ['0', [0.9, 0.05, 0.05]],
    ] as const;
    const found = await scored({ metric: 'ece', bins: 3 }, ['0', '1', '2'], rows);
    expect(found.value).toBeCloseTo(0.2, 6);
    expect(found.details.bins).toMatchObject([
      { from: 1 / 3, to: 2 / 3, rows: 3, accuracy: 1 / 3 },
      { rows: 1, confidence: 0.9, accuracy: 1 },
    ]);
  });

  test('top-k accuracy is that on the page of top_k_accuracy_score', async () => {
    const rows = [
      ['0', [0.5, 0.2, 0.2]],
      ['1', [0.3, 0.4, 0.2]],
      ['2', [0.2, 0.4, 0.3]],
      ['2', [0.7, 0.2, 0.1]],
    ] as const;
    expect((await scored({ metric: 'top_k_accuracy', k: 2 }, ['0', '1', '2'], rows)).value).toBe(0.75);
    expect((await scored({ metric: 'top_k_accuracy', k: 1 }, ['0', '1'], [['1', [0.5, 0.5]]])).value).toBe(0);
  });
});
