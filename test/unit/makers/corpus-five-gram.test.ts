import { describe, expect, test } from 'vitest';
import { KneserNeyModel, modifiedDiscounts } from '../../../makers/pretrain-base/ngram/kneser-ney.ts';

function fit(order: number, vocabulary: number, sequences: readonly number[][]): KneserNeyModel {
  const model = new KneserNeyModel(order, vocabulary);
  for (const sequence of sequences) model.add(sequence);
  model.finish((take) => sequences.forEach(take));
  return model;
}

/** Probability of `token` after `context`, as the difference of two sums of bits. */
function probability(model: KneserNeyModel, context: readonly number[], token: number): number {
  return 2 ** (model.bits(context) - model.bits([...context, token]));
}

function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the n-gram baseline', () => {
  test('probabilities of all next tokens sum to one in seen, partly seen and unseen contexts', () => {
    const random = pseudoRandom(7);
    const sequences = Array.from({ length: 60 }, () =>
      Array.from({ length: 25 }, () => Math.floor(random() ** 2 * 12)),
    );
    const model = fit(5, 12, sequences);
    for (const context of [[], [0], [11, 11, 11, 11], sequences[3].slice(0, 9), [0, 1, 2, 3, 4, 5]]) {
      const sum = Array.from({ length: 12 }, (_, token) => probability(model, context, token)).reduce(
        (a, b) => a + b,
        0,
      );
      expect(sum).toBeCloseTo(1, 9);
    }
  });

  test('a bigram model gives the values of the formula computed by hand', () => {
    // Sequences ab, ab, cb with the plain discounts .5 .75 .9. Distinct predecessors: a 1 (start), b 2 (a, c), c 1 (start).
    const model = fit(2, 3, [
      [0, 1],
      [0, 1],
      [2, 1],
    ]);
    const unigram = (kept: number): number => (kept + (0.5 + 0.75 + 0.5) / 3) / 4;
    const unigramOfB = unigram(2 - 0.75);
    const unigramOfC = unigram(1 - 0.5);
    expect(probability(model, [0], 1)).toBeCloseTo((2 - 0.75 + 0.75 * unigramOfB) / 2, 12);
    expect(probability(model, [0], 2)).toBeCloseTo((0.75 * unigramOfC) / 2, 12);
    expect(probability(model, [], 2)).toBeCloseTo((1 - 0.5 + (0.75 + 0.5) * unigramOfC) / 3, 12);
  });

  test('a frequent word that follows only one other is not expected elsewhere', () => {
    const sequences = Array.from({ length: 40 }, (_, i) => [0, 1, 2, 3 + (i % 5)]);
    const model = fit(2, 9, sequences);
    // Token 1 is as frequent as 3 to 7 together, but only follows token 0.
    const elsewhere = probability(model, [2], 1);
    expect(elsewhere).toBeLessThan(probability(model, [2], 3) / 3);
  });

  test('a longer context is worth its bits on text with long repeats', () => {
    const random = pseudoRandom(3);
    const phrases = Array.from({ length: 8 }, () => Array.from({ length: 6 }, () => Math.floor(random() * 20)));
    const text = (): number[] => Array.from({ length: 12 }, () => phrases[Math.floor(random() * 8)]).flat();
    const training = Array.from({ length: 30 }, text);
    const heldOut = text();
    expect(fit(5, 20, training).bits(heldOut)).toBeLessThan(0.8 * fit(2, 20, training).bits(heldOut));
  });

  test('discounts follow Chen and Goodman and stay below the count they lower', () => {
    const [one, two, more] = modifiedDiscounts([0, 1000, 400, 200, 120]);
    const y = 1000 / 1800;
    expect(one).toBeCloseTo(1 - 2 * y * 0.4, 12);
    expect(two).toBeCloseTo(2 - 3 * y * 0.5, 12);
    expect(more).toBeCloseTo(3 - 4 * y * 0.6, 12);
    expect(modifiedDiscounts([0, 1, 1000, 1, 1])[0]).toBeGreaterThan(0);
    expect(modifiedDiscounts([0, 5, 0, 0, 0])).toEqual([0.5, 0.75, 0.9]);
  });
});
