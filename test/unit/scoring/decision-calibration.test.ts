import { describe, expect, test } from 'vitest';
import { randomUnit } from '../../../src/base/random.ts';
import type { DecisionType } from '../../../src/data/kinds/decision.ts';
import {
  acts,
  actingOf,
  confidenceAtError,
  costOf,
  fitTemperature,
  fitTemperatures,
  rescaled,
  temperatureOf,
  type JudgedQuestion,
} from '../../../src/scoring/temperatures.ts';
import { softmax } from '../../../src/scoring/softmax.ts';

/** A model whose logits are `sharpness` times too large: answers are drawn from the probabilities at temperature 1. */
function overconfident(type: DecisionType, options: number, sharpness: number, count = 2000): JudgedQuestion[] {
  return Array.from({ length: count }, (_, row) => {
    const logits = Array.from({ length: options }, (_, k) => 3 * randomUnit([1, 'logits', row, k, options]));
    let [left, right] = [randomUnit([2, 'answers', row, options]), 0];
    for (const p of softmax(logits)) {
      if (left < p) break;
      left -= p;
      right++;
    }
    const target = logits.map((_, k) => Number(k === Math.min(right, options - 1)));
    const named = logits.map((_, k) => ({ key: String(k) }));
    return {
      question: { id: 'q', type, options: named, target },
      probabilities: softmax(logits.map((logit) => logit * sharpness)),
    };
  });
}

describe('temperatures', () => {
  test('are those that the answers were drawn with', () => {
    for (const sharpness of [1, 2.5]) {
      const fitted = fitTemperature(overconfident('choice', 4, sharpness));
      expect(Math.abs(fitted / sharpness - 1)).toBeLessThan(0.1);
    }
    expect(fitTemperature(overconfident('choice', 3, 20))).toBeCloseTo(5, 2);
  });

  test('differ by type and number of options, where ten questions have it', () => {
    const judged = [
      ...overconfident('choice', 3, 2, 800),
      ...overconfident('choice', 12, 4, 800),
      ...overconfident('choice', 7, 1, 9),
      ...overconfident('noul', 2, 1, 800),
    ];
    const fitted = fitTemperatures(judged);
    expect(Object.keys(fitted.choice!.buckets)).toEqual(['11', '3_5']);
    const of = (type: DecisionType, options: number) =>
      temperatureOf(fitted, { id: 'q', type, options: Array.from({ length: options }, () => ({ key: '' })) });
    expect(of('choice', 20)).toBe(fitted.choice!.buckets['11']);
    expect(of('choice', 7)).toBe(fitted.choice!.all);
    expect(of('choice', 20)).toBeGreaterThan(of('choice', 4));
    expect(of('score', 3)).toBe(1);
  });

  test('keep the likeliest option', () => {
    for (const { probabilities } of overconfident('choice', 5, 3, 50))
      for (const relative of [0.5, 5])
        expect(rescaled(probabilities, relative).indexOf(Math.max(...rescaled(probabilities, relative)))).toBe(
          probabilities.indexOf(Math.max(...probabilities)),
        );
  });
});

describe('thresholds', () => {
  test('cost least when probabilities are right', () => {
    const judged = overconfident('noul', 2, 1);
    for (const costs of [
      { missed: 4, false_alarm: 1 },
      { missed: 5, false_alarm: 5, review: 1 },
      { wrong: 10, review: 2 },
    ]) {
      const acting = actingOf(costs);
      const total = (one: typeof acting) => judged.reduce((sum, judgement) => sum + costOf(costs, one, judgement), 0);
      const others: (typeof acting)[] =
        'least' in acting
          ? [{ least: acting.least - 0.2 }, { least: acting.least + 0.15 }]
          : [
              { low: acting.low * 2, high: Math.max(acting.low * 2, acting.high) },
              { low: acting.low / 4, high: acting.high === acting.low ? acting.low / 4 : acting.high },
            ];
      for (const other of others) expect(total(acting)).toBeLessThan(total(other));
    }
  });

  test('hand what lies between to a person', () => {
    const acting = actingOf({ missed: 10, false_alarm: 10, review: 1 });
    expect(acting).toEqual({ low: 0.1, high: 0.9 });
    expect([0.05, 0.5, 0.95].map((p) => acts(acting, [1 - p, p]))).toEqual([true, false, true]);
    // A review that costs as much as the mistake never pays.
    expect(actingOf({ missed: 1, false_alarm: 1, review: 1 })).toEqual({ low: 0.5, high: 0.5 });
  });

  test('of an error are where that share of the surest is wrong', () => {
    const judged = Array.from({ length: 40 }, (_, i): JudgedQuestion => {
      const sure = 0.99 - i / 100;
      const target = i === 19 || i === 25 ? [1, 0] : [0, 1];
      return {
        question: { id: 'q', type: 'choice', options: [{ key: 'a' }, { key: 'b' }], target },
        probabilities: [1 - sure, sure],
      };
    });
    expect(confidenceAtError(judged, 0.05)).toBeCloseTo(0.6, 9);
    expect(confidenceAtError(judged.slice(0, 30), 0.05)).toBeCloseTo(0.75, 9);
    expect(confidenceAtError(judged.slice(19, 20), 0.05)).toBeUndefined();
  });
});
