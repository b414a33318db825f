import { describe, expect, test } from 'vitest';
import { animalRows, animals, answers, classRow, row } from './baseline-rows.ts';
import { baselines } from '../../../../src/answering/baselines/index.ts';
import { minimise } from '../../../../src/answering/baselines/lbfgs.ts';
import { fitMultinomial, predictMultinomial } from '../../../../src/answering/baselines/multinomial.ts';
import { sparseMatrix } from '../../../../src/answering/baselines/sparse.ts';

const dense = (rows: number[][]) =>
  sparseMatrix(
    rows.map((values) => ({ columns: Int32Array.from(values.keys()), values: Float32Array.from(values) })),
    rows[0].length,
  );

describe('the solver', () => {
  test('finds the minimum of an ill-conditioned quadratic', () => {
    const scales = Float64Array.from({ length: 20 }, (_, i) => 10 ** (i / 5));
    const point = new Float64Array(20);
    minimise(
      (at, gradient) => {
        let value = 0;
        for (let i = 0; i < 20; i++) {
          gradient[i] = scales[i] * (at[i] - i);
          value += (scales[i] * (at[i] - i) ** 2) / 2;
        }
        return value;
      },
      point,
      { tolerance: 1e-9, maxIterations: 500 },
    );
    for (let i = 0; i < 20; i++) expect(point[i]).toBeCloseTo(i, 7);
  });
});

// Finney (1947), vaso-constriction in the skin of the digits: volume, rate, response of 39 tests.
const VOLUME = [
  3.7, 3.5, 1.25, 0.75, 0.8, 0.7, 0.6, 1.1, 0.9, 0.9, 0.8, 0.55, 0.6, 1.4, 0.75, 2.3, 3.2, 0.85, 1.7, 1.8, 0.4, 0.95,
  1.35, 1.5, 1.6, 0.6, 1.8, 0.95, 1.9, 1.6, 2.7, 2.35, 1.1, 1.1, 1.2, 0.8, 0.95, 0.75, 1.3,
];
const RATE = [
  0.825, 1.09, 2.5, 1.5, 3.2, 3.5, 0.75, 1.7, 0.75, 0.45, 0.57, 2.75, 3, 2.33, 3.75, 1.64, 1.6, 1.415, 1.06, 1.8, 2,
  1.36, 1.35, 1.36, 1.78, 1.5, 1.5, 1.9, 0.95, 0.4, 0.75, 0.03, 1.83, 2.2, 2, 3.33, 1.9, 1.9, 1.625,
];
const RESPONSE = [
  1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1,
];

describe('multinomial logistic regression', () => {
  test('gives the published coefficients of the vaso-constriction data', () => {
    const matrix = dense(VOLUME.map((volume, i) => [Math.log(volume), Math.log(RATE[i])]));
    const options = { l2: 1e-10, tolerance: 1e-9, maxIterations: 1000 };
    const { parameters } = fitMultinomial(matrix, Int32Array.from(RESPONSE), 2, options);
    // Of two classes only the difference of the weights is determined. Published: 5.179, 4.562, intercept -2.875.
    expect(parameters[1] - parameters[0]).toBeCloseTo(5.179, 2);
    expect(parameters[3] - parameters[2]).toBeCloseTo(4.562, 2);
    expect(parameters[5] - parameters[4]).toBeCloseTo(-2.875, 2);
  });

  test('with no feature it gives the shares of the classes', () => {
    const matrix = dense(Array.from({ length: 10 }, () => [0]));
    const labels = Int32Array.from([0, 0, 0, 0, 0, 1, 1, 1, 2, 2]);
    const model = fitMultinomial(matrix, labels, 3, { l2: 1, tolerance: 1e-10 });
    const found = predictMultinomial(model, { columns: new Int32Array(0), values: new Float32Array(0) });
    for (const [k, share] of [0.5, 0.3, 0.2].entries()) expect(found[k]).toBeCloseTo(share, 6);
  });

  test('at the optimum, the penalty balances what features expect too much or too little of each class', () => {
    const rows = [
      [1, 0],
      [1, 1],
      [0, 1],
      [0.5, 0.2],
      [0, 0.9],
      [1, 0.4],
    ];
    const labels = Int32Array.from([0, 1, 2, 0, 2, 1]);
    const l2 = 0.1;
    const model = fitMultinomial(dense(rows), labels, 3, { l2, tolerance: 1e-10 });
    for (let feature = 0; feature < 2; feature++) {
      for (let k = 0; k < 3; k++) {
        const excess = rows.reduce((sum, values, i) => {
          const row = { columns: Int32Array.of(0, 1), values: Float32Array.from(values) };
          return sum + values[feature] * (predictMultinomial(model, row)[k] - (labels[i] === k ? 1 : 0));
        }, 0);
        expect(excess / rows.length).toBeCloseTo(-l2 * model.parameters[feature * 3 + k], 6);
      }
    }
  });

  test('separates what can be separated, and says how sure it is', async () => {
    const [prediction] = await answers('logistic_regression', animalRows, [row('Text: it will bark. Animal:', '')]);
    expect(prediction.label).toBe('dog');
    const { scores = {} } = prediction;
    expect(scores.cat + scores.dog).toBeCloseTo(1, 10);
    expect(scores.dog).toBeGreaterThan(0.7);
  });

  test('serves classification rows, and refuses answers that are texts', async () => {
    const train = Array.from({ length: 30 }, (_, i) => classRow(animals[i % 4], ['cat', 'dog'][i % 2], i));
    expect((await answers('logistic_regression', train, [classRow('will meow', '', 0)]))[0].label).toBe('cat');
    const baseline = await baselines.load('logistic_regression');
    expect(baseline.unfit(animals.map((text, i) => row(text, text, i)))).toMatch(/4 distinct answers in 4 rows/);
    expect(baseline.unfit(train.slice(0, 1))).toMatch(/the same answer/);
  });
});
