import { describe, expect, test } from 'vitest';
import { backward, fromArray, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import {
  brierScore,
  crossEntropy,
  divergenceFrom,
  expectedReward,
  optionLogProbs,
  optionTable,
  rankedScore,
  tableOf,
} from '../../../src/training/objectives/decision-losses.ts';

/** Three questions with 2, 4 and 3 options. */
const COUNTS = [2, 4, 3];
const LOGITS = [0.3, -1.2, 0.8, 0.1, -0.4, 1.5, -0.2, 0.9, 0.4];
const TARGETS = [
  [1, 0],
  [0.1, 0.2, 0.3, 0.4],
  [0, 0.5, 0.5],
];
const REWARDS = [
  [1, -1],
  [0, 2, -0.5, 1],
  [0.25, 0, -3],
];

const losses: Record<string, (logProbs: Tensor) => Tensor> = {
  'cross-entropy': (logProbs) => crossEntropy(logProbs, tableOf(TARGETS, logProbs)),
  Brier: (logProbs) => brierScore(logProbs, tableOf(TARGETS, logProbs)),
  'ranked probability': (logProbs) => rankedScore(logProbs, tableOf(TARGETS, logProbs), COUNTS),
  'expected reward': (logProbs) => expectedReward(logProbs, tableOf(REWARDS, logProbs)),
  divergence: (logProbs) => divergenceFrom(logProbs, tableOf(TARGETS, logProbs)),
};

function lossOf(logits: Tensor, loss: (logProbs: Tensor) => Tensor): Tensor {
  return loss(optionLogProbs(logits, optionTable(COUNTS, logits))).sum();
}

describe('gradients of decisions', () => {
  test.each(Object.keys(losses))('%s falls as differences say', (name) => {
    const at = (values: readonly number[]): number =>
      scope(() => lossOf(fromArray(Float64Array.from(values)), losses[name]).item());
    const gradient = scope(() => {
      const logits = fromArray(Float64Array.from(LOGITS)).setRequiresGrad();
      backward([lossOf(logits, losses[name])]);
      return [...logits.grad!.toNumbers()];
    });
    const step = 1e-5;
    for (const [i, slope] of gradient.entries()) {
      const moved = (by: number) => LOGITS.map((value, k) => (k === i ? value + by : value));
      expect(slope).toBeCloseTo((at(moved(step)) - at(moved(-step))) / (2 * step), 7);
    }
  });

  test('a target of one option costs what its label does', () => {
    const [target, label] = scope(() => {
      const logits = fromArray(Float64Array.from(LOGITS));
      const logProbs = optionLogProbs(logits, optionTable(COUNTS, logits));
      const hard = tableOf(
        [
          [0, 1],
          [0, 0, 1, 0],
          [1, 0, 0],
        ],
        logProbs,
      );
      const labels = [1, 2, 0].map((k, q) => -logProbs.select(0, q).select(0, k).item());
      return [[...crossEntropy(logProbs, hard).toNumbers()], labels];
    });
    for (const [q, value] of target.entries()) expect(value).toBeCloseTo(label[q], 12);
  });
});
