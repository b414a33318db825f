import { expect, describe, test } from 'vitest';
import { randomUnit, randomUnits } from '../../../../src/base/random.ts';
import { calibrate } from '../../../../src/scoring/judges/judge-calibration.ts';
import { sameFamily } from '../../../../src/scoring/judges/model-families.ts';
import { judgedPair } from '../../../../src/scoring/judges/judge-pairs.ts';
import { lengthControlled } from '../../../../src/scoring/judges/length-control.ts';
import type { AnswerPair, Choice } from '../../../../src/scoring/judges/answer-pairs.ts';
import { predictionPowered } from '../../../../src/scoring/judges/prediction-powered.ts';
import { meanScore, standing } from '../../../../src/scoring/judges/win-rate.ts';

const pairs = Array.from({ length: 400 }, (_, i): AnswerPair => {
  return { id: `${i}`, prompt: 'p', a: 'x', b: 'y', systems: ['mine', 'theirs'] };
});
const truth = pairs.map((_, i): Choice => (randomUnit([0, 'truth', i]) < 0.7 ? 'a' : 'b'));
const human = new Map(truth.slice(0, 60).map((choice, i) => [`${i}`, choice]));

function judgedBy(choiceOf: (i: number) => Choice) {
  return pairs.map(({ id }, i) => judgedPair(id, choiceOf(i), choiceOf(i)));
}

describe('a judge against people', () => {
  test('that is right makes the interval shorter', () => {
    const found = calibrate(
      pairs,
      judgedBy((i) => (i === 3 ? 'tie' : truth[i])),
      human,
    )!;
    expect(found).toMatchObject({ labels: 60, isEnough: true, agreement: { estimate: 59 / 60 } });
    expect(found.kappa.low).toBeGreaterThan(0.7);
    expect(found.combined.helps).toBe(true);
  });

  test('that tosses coins is of no use, and is said to be', () => {
    const found = calibrate(
      pairs,
      judgedBy((i) => (randomUnit([0, 'coin', i]) < 0.5 ? 'a' : 'b')),
      human,
    )!;
    expect(found.kappa.low).toBeLessThan(0.1);
    expect(found.combined.helps).toBe(false);
  });

  test('that favours a system is found out, and one that does not is not', () => {
    const biased = calibrate(
      pairs,
      judgedBy((i) => (randomUnit([0, 'self', i]) < 0.5 ? 'a' : truth[i])),
      human,
    )!;
    expect(biased.leaning).toMatchObject({ system: 'mine' });
    expect(biased.leaning.low).toBeGreaterThan(0);
    const sound = calibrate(
      pairs,
      judgedBy((i) => truth[i]),
      human,
    )!;
    expect(sound.leaning.estimate).toBe(0);
    expect(sound.leaning.low).toBeLessThan(-0.03);
    expect(sound.leaning.high).toBeGreaterThan(0.03);
  });

  test('is not measured without a common pair', () => {
    expect(
      calibrate(
        pairs,
        judgedBy(() => 'a'),
        new Map(),
      ),
    ).toBeUndefined();
  });
});

test('prediction-powered intervals hold what they promise, though the judge is biased', () => {
  let [held, shorter] = [0, 0];
  const draws = 1000;
  for (let draw = 0; draw < draws; draw++) {
    const [unit, biasUnit] = [randomUnits([draw, 'own']), randomUnits([draw, 'bias'])];
    const rows = Array.from({ length: 400 }, (_, i) => {
      const own = unit(i) < 0.6 ? 1 : 0;
      // Mistakes every fifth loss for a win.
      return [own === 1 || biasUnit(i) < 0.2 ? 1 : 0, own] as const;
    });
    const found = predictionPowered({ judged: rows.slice(100).map(([guess]) => guess), labelled: rows.slice(0, 100) });
    if (found.low <= 0.6 && 0.6 <= found.high) held++;
    if (found.helps) shorter++;
  }
  expect(Math.abs(held / draws - 0.95)).toBeLessThan(0.015);
  expect(shorter / draws).toBeGreaterThan(0.95);
});

test('a win rate at equal lengths is that of the logistic model', () => {
  const rows = Array.from({ length: 4000 }, (_, i) => {
    const longer = Math.round(randomUnit([1, 'length', i]) * 200) - 60;
    return { longer, draw: randomUnit([1, 'win', i]) };
  });
  const scale = Math.sqrt(rows.reduce((sum, { longer }) => sum + longer ** 2, 0) / rows.length);
  const scored = rows.map(({ longer, draw }) => {
    const chance = 1 / (1 + Math.exp(-(0.4 + 1.5 * Math.tanh(longer / scale))));
    return { longer, score: draw < chance ? 1 : 0 };
  });
  const found = lengthControlled(scored)!;
  const plain = scored.reduce((sum, { score }) => sum + score, 0) / scored.length;
  expect(found.winRate).toBeCloseTo(1 / (1 + Math.exp(-0.4)), 1);
  expect(found.low < 0.5987 && 0.5987 < found.high).toBe(true);
  expect(found.slopeLow < 1.5 && 1.5 < found.slopeHigh).toBe(true);
  expect(plain).toBeGreaterThan(found.winRate);
});

describe('a win rate', () => {
  test('counts ties half, and keeps doubt where all rows say the same', () => {
    const found = standing(
      [0, 1, 2, 3].map((i) => ({ pair: pairs[i], choice: (['a', 'a', 'tie', 'b'] as const)[i] })),
    )!;
    expect(found.winRate).toMatchObject({ system: 'mine', estimate: 0.625, wins: 2, ties: 1, losses: 1, p: 1 });
    expect(found.bradleyTerry).toBeUndefined();
    expect(meanScore(Float64Array.of(1, 1, 1, 1)).low).toBeCloseTo(0.51, 2);
    expect(standing([])).toBeUndefined();
  });

  test('of three systems comes with their strengths, whichever side they stood on', () => {
    const meet = (a: string, b: string, choice: Choice, n: number) =>
      Array.from({ length: n }, (_, i) => ({
        pair: { ...pairs[0], id: `${a}${b}${choice}${i}`, systems: [a, b] as const },
        choice,
      }));
    const found = standing([
      ...meet('x', 'y', 'a', 6),
      ...meet('y', 'x', 'a', 2),
      ...meet('z', 'y', 'a', 3),
      ...meet('z', 'y', 'b', 5),
    ])!;
    expect(found.winRate).toMatchObject({ system: 'x', wins: 6, losses: 2 });
    const [x, y, z] = found.bradleyTerry!;
    expect([x.system, y.system, z.system]).toEqual(['x', 'y', 'z']);
    expect(y.estimate).toBeCloseTo(Math.log(1 / 3), 10);
    expect(z.estimate).toBeCloseTo(Math.log(1 / 3) + Math.log(3 / 5), 10);
  });
});

test('families are told by names', () => {
  expect(sameFamily('Qwen/Qwen2.5-7B', ['runs/qwen3-tuned', 'gpt-4o', '7b'])).toEqual(['runs/qwen3-tuned']);
});
