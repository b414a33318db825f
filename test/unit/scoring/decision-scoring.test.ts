import { describe, expect, test } from 'vitest';
import type { AnsweredQuestion, DecisionExample, DecisionType } from '../../../src/data/kinds/decision.ts';
import { confidenceOf, systemOneAnswers } from '../../../src/scoring/decisions.ts';
import { softmax } from '../../../src/scoring/softmax.ts';
import { metrics, type MetricName } from '../../../src/scoring/metrics/index.ts';

type Asked = [type: DecisionType, target: number[], probabilities: number[]];

function question(type: DecisionType, target: readonly number[], id = 'q'): AnsweredQuestion {
  return { id, type, target, options: target.map((_, i) => ({ key: String(i), description: `level ${i}` })) };
}

/** Value of a metric on rows of questions with answers. */
async function measured(name: MetricName, rows: readonly (readonly Asked[])[]) {
  const metric = (await metrics.load(name)).create();
  for (const row of rows) {
    const questions = row.map(([type, target], i) => question(type, target, `q${i}`));
    const source = { file: 'f', line: 1 };
    const example: DecisionExample = { kind: 'decision', id: 'a', source, state: 's', questions };
    metric.add({ id: 'a', decisions: row.map(([, , probabilities]) => ({ probabilities })) }, example);
  }
  return metric.result();
}

describe('confidence', () => {
  test.each([
    ['choice', [1], 1],
    ['choice', [0.5, 0.5], 0],
    ['choice', [0.7, 0.2, 0.1], (3 * 0.7 - 1) / 2],
    ['score', [0, 1, 0], 1],
    // Spread 0.2 + 0.2, for levels whose mean distance from the middle is 2/3.
    ['score', [0.2, 0.6, 0.2], 1 - 0.4 / (2 / 3)],
    ['score', [0.5, 0, 0.5], 0],
  ] as const)('of a %s with %j is %d', (type, probabilities, expected) => {
    expect(confidenceOf(type, probabilities)).toBeCloseTo(expected, 12);
  });
});

describe('an answer', () => {
  test('keeps names that objects treat in a way of their own', () => {
    const options = ['__proto__', '10', '2'].map((key) => ({ key }));
    const { q } = systemOneAnswers([{ id: 'q', type: 'choice', options }], [{ probabilities: [0.5, 0.2, 0.3] }]);
    expect(q).toMatchObject({ choice: '__proto__' });
    expect(Object.entries((q as { probabilities: object }).probabilities).toSorted()).toEqual([
      ['10', 0.2],
      ['2', 0.3],
      ['__proto__', 0.5],
    ]);
  });

  test('of a score is the expected level', () => {
    const { q } = systemOneAnswers([question('score', [0, 0, 1])], [{ probabilities: [0.1, 0.3, 0.6] }]);
    expect(q).toMatchObject({ score: 1.5, legend: { 0: 'level 0', 2: 'level 2' } });
  });

  test('has the same likeliest option at any temperature', () => {
    const logits = [0.3, 2, -1, 1.9];
    for (const temperature of [0.5, 1, 5]) {
      const probabilities = softmax(logits, temperature);
      expect(probabilities.indexOf(Math.max(...probabilities))).toBe(1);
      expect(probabilities.reduce((sum, p) => sum + p)).toBeCloseTo(1, 12);
    }
    expect(Math.max(...softmax(logits, 5))).toBeLessThan(Math.max(...softmax(logits, 0.5)));
  });
});

describe('metrics of decisions', () => {
  test('count questions, not rows, and tell types and numbers of options apart', async () => {
    const right: Asked = ['choice', [0, 1, 0], [0.1, 0.8, 0.1]];
    const wrong: Asked = ['noul', [1, 0], [0.4, 0.6]];
    const { value, details } = await measured('decision_accuracy', [[right, wrong], [right]]);
    expect(value).toBeCloseTo(2 / 3, 12);
    expect(details.by).toEqual({ 'choice of 3_5': { value: 1, questions: 2 }, noul: { value: 0, questions: 1 } });
  });

  test('have soft targets: one of all weight is the hard one', async () => {
    const { value: soft } = await measured('decision_nll', [[['choice', [0.25, 0.75], [0.4, 0.6]]]]);
    expect(soft).toBeCloseTo(-0.25 * Math.log(0.4) - 0.75 * Math.log(0.6), 12);
    const { value: brier } = await measured('decision_brier', [[['choice', [0, 1, 0], [0.2, 0.5, 0.3]]]]);
    expect(brier).toBeCloseTo(0.04 + 0.25 + 0.09, 12);
  });

  test('rank levels: far off is worse than next to it', async () => {
    const of = (probabilities: number[]) => measured('decision_rps', [[['score', [1, 0, 0], probabilities]]]);
    expect((await of([0, 1, 0])).value).toBeCloseTo(0.5, 12);
    expect((await of([0, 0, 1])).value).toBeCloseTo(1, 12);
    expect((await of([0.5, 0.5, 0])).value).toBeCloseTo(0.125, 12);
  });

  test('calibration compares confidence with the share that is right, in bins closed above', async () => {
    const rows = [1, 1, 0, 1].map((isRight): Asked[] => [['choice', [1 - isRight, isRight], [0.2, 0.8]]]);
    const { value, details } = await measured('decision_ece_15', rows);
    expect(value).toBeCloseTo(0.05, 12);
    // 0.8 is the upper bound of the twelfth bin.
    expect(details.bins).toEqual([expect.objectContaining({ rows: 4, accuracy: 0.75, to: 0.8 })]);
  });

  test('coverage takes the surest decisions until one in twenty is wrong', async () => {
    const rows = Array.from({ length: 40 }, (_, i): Asked[] => {
      const sure = 0.99 - i / 100;
      return [['choice', i === 19 || i === 30 ? [1, 0] : [0, 1], [1 - sure, sure]]];
    });
    // One wrong answer among the first 30, two among 40.
    expect((await measured('decision_coverage_5', rows)).value).toBeCloseTo(1, 12);
    expect((await measured('decision_coverage_5', rows.slice(0, 35))).value).toBeCloseTo(30 / 35, 12);
  });

  test('flips are of the choices that were asked twice', async () => {
    const metric = (await metrics.load('decision_flip_rate')).create();
    const questions = ['a', 'b', 'c'].map((id) => question('choice', [0, 1], id));
    const example: DecisionExample = {
      kind: 'decision',
      id: 'a',
      source: { file: 'f', line: 1 },
      state: 's',
      questions,
    };
    const flips = [true, false, undefined];
    metric.add({ id: 'a', decisions: flips.map((isFlipped) => ({ probabilities: [0.5, 0.5], isFlipped })) }, example);
    expect(metric.result().value).toBe(0.5);
  });

  test('macro F1 has classes of each question', async () => {
    const rows: Asked[][] = [
      [
        ['choice', [1, 0], [0.9, 0.1]],
        ['noul', [1, 0], [0.9, 0.1]],
      ],
      [
        ['choice', [0, 1], [0.9, 0.1]],
        ['noul', [0, 1], [0.1, 0.9]],
      ],
    ];
    // F1 of 2/3 and 0 in the first question, 1 and 1 in the second.
    expect((await measured('decision_macro_f1', rows)).value).toBeCloseTo((2 / 3 + 0 + 1 + 1) / 4, 12);
  });
});
