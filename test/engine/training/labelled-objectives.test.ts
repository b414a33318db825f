// Losses of labelled rows compared with the reference's formulas, computed from the head's scores.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabelStatistics, Objective, Processor } from '../../../src/training/objective.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import { objectives } from '../../../src/training/objectives/index.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { evaluateRows } from '../../../src/training/evaluate-losses.ts';
import { readScores } from '../../../src/answering/tasks/answers/read-scores.ts';

const folder = fileURLToPath(new URL('../../../fixtures/models/bert_cls', import.meta.url));
const labels = ['LABEL_0', 'LABEL_1', 'LABEL_2'];
const statistics: LabelStatistics = { rows: 12, counts: [6, 4, 2], mean: 100, deviation: 20 };
const processor = { labels, statistics, causal: false } as unknown as Processor;

let model: Model;
beforeAll(async () => {
  ({ model } = await loadModel(folder, { task: 'sequence', dtype: 'f32' }));
});
afterAll(() => model.dispose());

function row<Label extends object>(i: number, label: Label): PreparedRow & Label {
  const ids = Int32Array.from([2, 30 + i, 70 + 3 * i, 100, 3]);
  return { id: `row ${i}`, ids, trained: new Uint8Array(5), source: { file: 'rows', line: i + 1 }, ...label };
}

async function objectiveOf(name: 'classification' | 'multilabel' | 'regression', options: object): Promise<Objective> {
  return (await objectives.load(name)).create(options, processor);
}

/** Scores of the head for each row. */
function scoresOf(objective: Objective, rows: readonly PreparedRow[]): number[][] {
  const { input } = objective.collate(rows);
  const flat = noGrad(() =>
    scope(() => model.sequenceHead.scores(model.hidden(input), model.layoutOf(input)).toNumbers()),
  );
  const width = flat.length / rows.length;
  return rows.map((_, r) => flat.slice(r * width, (r + 1) * width));
}

const lossOf = async (objective: Objective, rows: readonly PreparedRow[]) =>
  (await evaluateRows({ model, objective }, rows, { microBatchTokens: 7 })).metrics.loss;

describe('one label a row', () => {
  const rows = [0, 1, 2, 0].map((label, i) => row(i, { label }));
  const entropy = (scores: number[], label: number) =>
    Math.log(scores.reduce((sum, one) => sum + Math.exp(one), 0)) - scores[label];

  it('weighs rows by their class over the whole training set, whatever the batches', async () => {
    const weights = { balanced: [12 / 18, 12 / 12, 12 / 6], named: [3, 1, 1].map((one) => (one * 12) / 24) };
    for (const [wanted, expected] of [
      ['balanced', weights.balanced] as const,
      [{ LABEL_0: 3 }, weights.named] as const,
    ]) {
      const objective = await objectiveOf('classification', { class_weights: wanted });
      const losses = scoresOf(objective, rows).map((one, i) => expected[rows[i].label] * entropy(one, rows[i].label));
      // A row's weight does not depend on its batch: losses are not divided by the weights in the batch.
      expect(await lossOf(objective, rows)).toBeCloseTo(
        losses.reduce((sum, one) => sum + one / 4, 0),
        5,
      );
      for (const [i, one] of rows.entries()) expect(await lossOf(objective, [one])).toBeCloseTo(losses[i], 5);
    }
    const even = await objectiveOf('classification', { class_weights: { LABEL_1: 1 } });
    const plain = await objectiveOf('classification', { class_weights: null });
    expect(await lossOf(even, rows)).toBeCloseTo(await lossOf(plain, rows), 6);
  });

  it('has over an epoch, in steps of any rows, the gradient of the weighted mean of the training set', async () => {
    // As many rows of each class as in the statistics.
    const all = [6, 4, 2].flatMap((count, label) =>
      Array.from({ length: count }, (_, i) => row(3 * i + label, { label })),
    );
    const objective = await objectiveOf('classification', { class_weights: 'balanced' });
    const weights = [12 / 18, 12 / 12, 12 / 6];
    const total = all.reduce((sum, { label }) => sum + weights[label], 0);
    const whole = scoresOf(objective, all).reduce(
      (sum, one, i) => sum + (weights[all[i].label] * entropy(one, all[i].label)) / total,
      0,
    );
    const steps = [0, 4, 8].map((start) => all.slice(start, start + 4));
    let mean = 0;
    for (const step of steps) mean += (await lossOf(objective, step)) / steps.length;
    expect(mean).toBeCloseTo(whole, 5);
  });

  it('refuses weights of labels that there are not', async () => {
    await expect(objectiveOf('classification', { class_weights: { other: 2 } })).rejects.toThrow(/E_CLASS_WEIGHTS/);
  });
});

describe('several labels a row', () => {
  const wanted = [
    [1, 0, 1],
    [0, 0, 0],
    [1, 1, 1],
  ];
  const rows = wanted.map((values, i) => row(i, { values }));

  it('have binary cross-entropy, as BCEWithLogitsLoss(pos_weight)', async () => {
    for (const balanced of [false, true]) {
      const objective = await objectiveOf('multilabel', { class_weights: balanced ? 'balanced' : null });
      const weights = balanced ? [6 / 6, 8 / 4, 10 / 2] : [1, 1, 1];
      const scores = scoresOf(objective, rows);
      const losses = scores.flatMap((row_, r) =>
        row_.map((x, c) => (wanted[r][c] === 1 ? weights[c] * Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)))),
      );
      const mean = losses.reduce((sum, one) => sum + one / losses.length, 0);
      expect(await lossOf(objective, rows)).toBeCloseTo(mean, 5);
    }
  });

  it('are given from their own threshold', () => {
    const head = { labels, problemType: 'multi_label_classification' } as const;
    const config = { label_thresholds: { LABEL_0: 0.2, LABEL_2: 0.9 } };
    expect(readScores([-1, -0.1, 2], head, config)).toMatchObject({ labels: ['LABEL_0'], text: 'LABEL_0' });
    expect(readScores([-2, 0.1, 3], head, config).labels).toEqual(['LABEL_1', 'LABEL_2']);
  });
});

describe('a number a row', () => {
  it('is learnt in standard deviations from the mean, and read back', async () => {
    const whole = model;
    ({ model } = await loadModel(folder, { task: 'sequence', dtype: 'f32', labels: ['LABEL_0'] }));
    try {
      const rows = [90, 130].map((value, i) => row(i, { values: [value] }));
      for (const standardise of [true, false]) {
        const objective = await objectiveOf('regression', { standardise });
        const scores = scoresOf(objective, rows);
        const wanted = standardise ? [-0.5, 1.5] : [90, 130];
        const mean = scores.reduce((sum, [x], i) => sum + (x - wanted[i]) ** 2 / 2, 0);
        expect((await lossOf(objective, rows)) / mean).toBeCloseTo(1, 5);
        const read = Number(readScores([1.5], { labels, problemType: 'regression' }, { ...objective.config }).text);
        expect(read).toBe(standardise ? 130 : 1.5);
      }
    } finally {
      model.dispose();
      model = whole;
    }
  });
});

it('of two labels, the second is chosen from its threshold', () => {
  const head = { labels: ['ham', 'spam'], problemType: 'single_label_classification' } as const;
  const config = { label_thresholds: { spam: 0.9 } };
  expect(readScores([0, 1], head, config).label).toBe('ham');
  expect(readScores([0, 3], head, config).label).toBe('spam');
  expect(readScores([0, 1], head, {}).label).toBe('spam');
});
