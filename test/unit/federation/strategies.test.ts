import { describe, expect, it } from 'vitest';
import { randomUnit } from '../../../src/base/random.ts';
import { clipped, strategies } from '../../../src/federation/strategies.ts';
import type { Update } from '../../../src/federation/updates.ts';
import { faultsOf, normOf } from '../../../src/federation/weights.ts';

function matrix(shape: [number, number], seed: number) {
  return {
    shape,
    values: Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => randomUnit([seed, 'value', i]) - 0.5),
  };
}

function site(examples: number, rank: number, seed: number): Update {
  const weights = new Map([
    ['layer.lora_A.weight', matrix([rank, 7], seed)],
    ['layer.lora_B.weight', matrix([5, rank], seed + 1)],
  ]);
  return { examples, weights };
}

/** Σ share · B A, [5, 7]. */
function product(updates: readonly Update[]): number[] {
  const total = updates.reduce((sum, { examples }) => sum + examples, 0);
  return Array.from({ length: 35 }, (_, place) => {
    const [row, column] = [Math.floor(place / 7), place % 7];
    return updates.reduce((sum, { examples, weights }) => {
      const [a, b] = [weights.get('layer.lora_A.weight')!, weights.get('layer.lora_B.weight')!];
      const rank = a.shape[0];
      for (let k = 0; k < rank; k++) sum += (examples / total) * b.values[row * rank + k] * a.values[k * 7 + column];
      return sum;
    }, 0);
  });
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(
    a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.reduce((sum, value) => sum + value ** 2, 0),
  );
}

describe('averages', () => {
  it('weigh sites by their rows', () => {
    const { weights } = strategies.fedavg.average([site(30, 2, 1), site(10, 2, 5)]);
    const [first, second] = [site(30, 2, 1), site(10, 2, 5)].map(
      (each) => each.weights.get('layer.lora_B.weight')!.values,
    );
    const expected = [...first].map((value, i) => Math.fround(0.75 * value + 0.25 * second[i]));
    expect([...weights.get('layer.lora_B.weight')!.values]).toEqual(expected);
  });

  it('of one site are its own weights to the bit', () => {
    const own = site(12, 2, 3);
    for (const strategy of [strategies.ffa, strategies.fedavg])
      expect(strategy.average([own]).weights).toEqual(own.weights);
  });

  it('of products are exact where the rank allows it, also for different ranks', () => {
    const updates = [site(3, 2, 10), site(5, 5, 20)];
    const { weights, error } = strategies.product.average(updates);
    expect(weights.get('layer.lora_A.weight')!.shape).toEqual([5, 7]);
    expect(distance(product(updates), product([{ examples: 1, weights }]))).toBeLessThan(1e-6);
    expect(error).toBeLessThan(1e-6);
  });

  it('of products have the error that they tell otherwise, which is less than that of averaged factors', () => {
    const updates = [site(1, 2, 30), site(1, 2, 40)];
    const { weights, error } = strategies.product.average(updates);
    const found = distance(product(updates), product([{ examples: 1, weights }]));
    expect(found).toBeCloseTo(error, 6);
    const apart = strategies.fedavg.average(updates).weights;
    expect(found).toBeLessThan(distance(product(updates), product([{ examples: 1, weights: apart }])));
  });

  it('of products survive layers that no site has trained yet', () => {
    const still = site(1, 2, 50);
    still.weights.get('layer.lora_B.weight')!.values.fill(0);
    const { weights, error } = strategies.product.average([still, still]);
    expect(product([{ examples: 1, weights }])).toEqual(Array(35).fill(0));
    // With both A and B zero, it could never be trained.
    expect(weights.get('layer.lora_A.weight')).toEqual(still.weights.get('layer.lora_A.weight'));
    expect(error).toBe(0);
  });
});

describe('weights', () => {
  it('are clipped to a norm, and left alone below it', () => {
    const { weights } = site(1, 2, 60);
    expect(normOf(clipped(weights, 0.1))).toBeCloseTo(0.1, 6);
    expect(clipped(weights, 100)).toBe(weights);
  });

  it('are refused by name where they cannot be averaged', () => {
    const { weights } = site(1, 2, 70);
    const other = new Map(site(1, 3, 70).weights);
    other.get('layer.lora_B.weight')!.values[3] = NaN;
    other.set('more', matrix([1, 1], 1));
    expect(faultsOf(other, weights).map(({ field, message }) => `${field} ${message}`)).toEqual([
      'layer.lora_A.weight has shape [3, 7] instead of [2, 7]',
      'layer.lora_B.weight has shape [5, 3] instead of [5, 2]',
      'more is not part of the shared weights',
    ]);
    other.set('layer.lora_B.weight', { shape: [5, 2], values: new Float32Array(10).fill(NaN) });
    expect(faultsOf(other, weights).some(({ message }) => message === 'has the value NaN at index 0')).toBe(true);
  });
});
