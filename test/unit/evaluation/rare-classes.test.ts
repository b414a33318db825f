// Two per cent fraud: metrics, cost thresholds, cheap rivals, and classes that are never predicted.
import { describe, expect, test } from 'vitest';
import type { ClassificationExample, Example, MultiLabelExample } from '../../../src/data/example.ts';
import { compareAnswers } from '../../../src/evaluation/compare/compare.ts';
import { chooseCheapest, decidingWell, fitCheap } from '../../../src/evaluation/compare/cheap-systems.ts';
import { computableOn, suitableMetrics } from '../../../src/evaluation/compare/suitable-metrics.ts';
import { answerRows } from '../../../src/answering/system.ts';
import { thresholdPlan, thresholdsOn, type ThresholdWish } from '../../../src/evaluation/threshold-plan.ts';
import { createMetric } from '../../../src/scoring/metrics/index.ts';
import type { Prediction } from '../../../src/scoring/predictor.ts';
import { isUneven, labelCounts, rareOfTwo } from '../../../src/evaluation/rare-classes.ts';
import { scorePredictions } from '../../../src/scoring/score.ts';
import { classRow } from '../answering/baselines/baseline-rows.ts';

const counts = new Map([
  ['fraud', 2],
  ['ok', 98],
]);

/** Every fiftieth is fraud; four in five of these look like it, and so does one in twenty of the others. */
function payments(count: number): ClassificationExample[] {
  return Array.from({ length: count }, (_, i) => {
    const isFraud = i % 50 === 0;
    const looks = isFraud ? i % 250 !== 0 : i % 20 === 3;
    const words = ['rent', 'shop', 'card', 'club', 'water', 'gas'];
    const text = [words[i % 6], words[(i * 5 + 1) % 6], looks ? 'urgent crypto' : 'monthly', i].join(' ');
    return classRow(text, isFraud ? 'fraud' : 'ok', i);
  });
}

const scored = (probability: number, i: number): Prediction => ({
  id: `${i}`,
  text: probability > 0.5 ? 'fraud' : 'ok',
  scores: { fraud: probability, ok: 1 - probability },
});

describe('a rare class', () => {
  test('is no metric of rows that have none of it', () => {
    const rows = payments(200);
    const metrics = suitableMetrics(rows);
    expect(computableOn(metrics, rows)).toEqual(metrics);
    const others = computableOn(
      metrics,
      rows.filter(({ label }) => label === 'ok'),
    );
    expect(others).toEqual(metrics.filter(({ positive }) => positive === undefined));
    expect(others.length).toBeGreaterThan(0);
  });

  test('is one of two with less than a tenth of the rows', () => {
    expect(rareOfTwo(counts)).toBe('fraud');
    expect(
      rareOfTwo(
        new Map([
          ['a', 10],
          ['b', 90],
        ]),
      ),
    ).toBeUndefined();
    expect(isUneven(new Map(['a', 'b', 'c', 'd'].map((label) => [label, 25])))).toBe(false);
    expect(
      isUneven(
        new Map([
          ['a', 1],
          ['b', 50],
          ['c', 49],
        ]),
      ),
    ).toBe(true);
  });

  test('decides by how well it is found, in place of accuracy', async () => {
    const specs = suitableMetrics(payments(200));
    expect(specs.slice(0, 4)).toEqual([
      { metric: 'average_precision', positive: 'fraud' },
      { metric: 'macro_f1', positive: 'fraud' },
      { metric: 'recall_at_precision', positive: 'fraud' },
      { metric: 'balanced_accuracy' },
    ]);
    const titles = await Promise.all(
      specs.slice(0, 2).map(async (spec) => (await createMetric(spec)).definition.title),
    );
    expect(titles).toEqual(['average precision of fraud', 'F1 of fraud']);
    const numbered = await createMetric({ metric: 'average_precision', positive: '1' });
    expect(numbered.definition.title).toBe('average precision of class 1');
    const even = ['a', 'b'].flatMap((label, k) =>
      Array.from({ length: 10 }, (_, i) => classRow(label, label, 10 * k + i)),
    );
    expect(suitableMetrics(even)[0]).toEqual({ metric: 'accuracy' });
  });

  test('has a recall where nine in ten are right', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => classRow('', i < 10 && i !== 5 ? 'fraud' : 'ok', i));
    const [{ value }] = await scorePredictions(
      rows.map((_, i) => scored(1 - i / 20, i)),
      rows,
      [{ metric: 'recall_at_precision', positive: 'fraud' }],
    );
    // Nine of the first ten are fraud; five of the first five.
    expect(value).toBe(1);
  });
});

describe('thresholds', () => {
  const plan = (wish: ThresholdWish, kind: Example['kind'] = 'classification', own = counts) =>
    thresholdPlan(wish, { kind, labels: [...own.keys()], counts: own });
  const even = new Map([
    ['ham', 50],
    ['spam', 50],
  ]);

  test('are of the likeliest class, unless one is rare, or something else is wished', () => {
    expect(plan({}, 'classification', even)).toBeUndefined();
    expect(plan({ threshold: 0.3 }, 'classification', even)).toEqual({ fixed: { spam: 0.3 } });
    expect(plan({ threshold: 'auto' }, 'classification', even)).toMatchObject({ judged: [{ label: 'spam' }] });
    expect(plan({})).toMatchObject({ judged: [{ label: 'fraud' }] });
    expect(plan({ threshold: 0.5 })).toEqual({ fixed: { ok: 0.5 } });
  });

  const rows = Array.from({ length: 100 }, (_, i) => classRow('', i < 10 ? 'fraud' : 'ok', i));
  /** Frauds at 0.1 to 0.55, others at 0 to 0.445: they overlap. */
  const predictions = rows.map((_, i) => scored(i < 10 ? 0.1 + i * 0.05 : (i - 10) * 0.005, i));
  const costOf = (threshold: number, missed: number, alarm: number) =>
    rows.reduce((sum, { label }, i) => {
      const isGiven = predictions[i].scores!.fraud >= threshold;
      return sum + (label === 'fraud' ? (isGiven ? 0 : missed) : isGiven ? alarm : 0);
    }, 0);

  test('cost least on validation rows, whatever they are', () => {
    for (const [missed, alarm] of [
      [50, 1],
      [1, 1],
      [1, 50],
    ] as const) {
      const { judged } = plan({ costs: { fraud: { missed, false_alarm: alarm } } }) as never;
      const { thresholds, unsure } = thresholdsOn(judged, predictions, rows);
      const least = Math.min(...Array.from({ length: 201 }, (_, i) => costOf(i / 200, missed, alarm)));
      expect(costOf(thresholds.fraud, missed, alarm)).toBe(least);
      expect(unsure).toEqual([]);
    }
  });

  test('follow from the costs alone where no row tells, which is said', () => {
    const { judged } = plan({ costs: { fraud: { missed: 4, false_alarm: 1 } } }) as never;
    expect(thresholdsOn(judged, predictions.slice(20), rows.slice(20))).toEqual({
      thresholds: { fraud: 0.2 },
      unsure: ['fraud'],
    });
  });

  test('of several labels heed the costs of each, and F1 for the others', () => {
    const sets: MultiLabelExample[] = rows.map((row) => ({
      ...row,
      kind: 'multilabel',
      labels: row.label === 'fraud' ? ['fraud', 'ok'] : ['ok'],
    }));
    const own = labelCounts(sets);
    const { judged } = plan(
      { threshold: 'auto', costs: { fraud: { missed: 50, false_alarm: 1 } } },
      'multilabel',
      own,
    ) as never;
    const { thresholds } = thresholdsOn(judged, predictions, sets);
    expect(costOf(thresholds.fraud, 50, 1)).toBeLessThanOrEqual(costOf(0.3, 50, 1));
    expect(thresholds.ok).toBe(0.5);
  });

  test('refuse costs that cannot be followed, all at once', () => {
    const costs = { frud: { missed: 1, false_alarm: 1 } };
    expect(() => plan({ costs, threshold: 0.3 })).toThrow(/E_COSTS[\s\S]*frud[\s\S]*objective.threshold/);
    const three = new Map(['a', 'b', 'c'].map((label) => [label, 9]));
    expect(() => plan({ costs: { a: { missed: 1, false_alarm: 1 } } }, 'classification', three)).toThrow(/3 classes/);
  });
});

describe('a comparison on rows with a rare class', () => {
  test('leaves out systems without probabilities, and not itself; cheap rivals decide well', async () => {
    const rows = payments(1000);
    const [train, validation, testRows] = [rows.slice(0, 500), rows.slice(500, 800), rows.slice(800)];
    const metrics = suitableMetrics(train).slice(0, 2);
    const fitted = await fitCheap(train);
    const systems = await decidingWell(fitted.systems, { train, validation });
    const choice = await chooseCheapest(systems, validation, metrics[0]);
    expect(choice?.name).toBe('logistic_regression');
    const answered = await Promise.all(systems.map((system) => answerRows(system, testRows)));
    const subject = answered.find(({ name }) => name === 'logistic_regression')!;
    const others = answered.filter((one) => one !== subject);
    const { comparison } = await compareAnswers([subject, ...others], testRows, { split: 'test', metrics, train });
    expect(comparison.skipped.map(({ name }) => name)).toEqual(['nearest']);
    expect(comparison.systems[0].values.macro_f1.value).toBeGreaterThan(0.4);
    expect(comparison.classes).toEqual([
      { label: 'fraud', train: 10, test: 4, given: expect.any(Number) },
      { label: 'ok', train: 490, test: 196, given: expect.any(Number) },
    ]);
    expect(comparison.classes![0].given).toBeGreaterThan(1);
  });
});
