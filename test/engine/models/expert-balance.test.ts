// N tokens, E experts, k of them per token
import { describe, expect, it } from 'vitest';
import { balanceShares, expertUsage } from '../../../src/models/balance.ts';
import { createModel } from '../../../src/models/load-model.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import type { RawConfig } from '../../../src/models/raw-config.ts';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { create as createLora } from '../../../src/methods/tunings/lora.ts';
import { options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { create as createAdamw } from '../../../src/training/optimizers/adamw.ts';
import { scope } from '../../../src/engine/tensor/index.ts';
import { evaluateRows } from '../../../src/training/evaluate-losses.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { nextTokenObjective as objective } from '../next-token-objective.ts';
import { tinyConfigs } from '../tiny-models.ts';

const rows: PreparedRow[] = [9, 4, 13, 2, 6].map((length, r) => ({
  id: (0x1234567890abcde0n + BigInt(r)).toString(16),
  ids: Int32Array.from({ length }, (_, t) => (t * 7 + r * 5 + 3) % 17),
  trained: new Uint8Array(length).fill(1),
  source: { file: 'rows.jsonl', line: r + 1 },
}));

const SPLITS = [
  [[0, 1, 2, 3, 4]],
  [[0], [1], [2], [3], [4]],
  [
    [4, 0],
    [2, 3, 1],
  ],
];

interface Variant {
  raw: RawConfig;
  batches: number[][];
  checkpointing?: boolean;
  kind?: 'full' | 'lora';
  dropout?: number;
}

/** Losses of two steps, the balance loss in them, and the weights after them. */
async function train({ raw, batches, checkpointing = false, kind = 'full', dropout = 0 }: Variant) {
  const model = await createModel(raw, { dtype: 'f32', seed: 3 });
  const options = { ...loraOptions.parse({ r: 2, dropout, init_lora_weights: 'gaussian' }), alpha: 4 };
  const tuning = kind === 'full' ? createFull(model, {}) : createLora(model, options, { seed: 5 });
  const update = createAdamw(tuning.trainables, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  const results = [];
  for (let step = 0; step < 2; step++) {
    const microBatches = batches.map((batch) => batch.map((i) => rows[i]));
    const given = { learningRate: 1e-2, weightDecay: 0, maxGradNorm: 0 };
    results.push(
      await trainStep({ model, objective, update }, { microBatches, step, seed: 1, checkpointing, options: given }),
    );
  }
  const { metrics } = await evaluateRows({ model, objective }, rows, { microBatchTokens: 10 });
  const weights = [...tuning.state().values()].flatMap((tensor) => scope(() => tensor.detach().toNumbers()));
  return {
    losses: results.map(({ loss }) => loss),
    balances: results.map(({ metrics: own }) => own.expert_balance),
    weights,
    evaluated: metrics,
  };
}

describe('the balance of experts', () => {
  it('is what its definition says, over all layers together', () => {
    scope(() => {
      const balance = { experts: 3, chosen: 2, weight: 0.5 };
      const logits = [0, 1].map((layer) => keyedNormal([5, 3], { seed: 1, path: `layer ${layer}` }, 1).to('f64'));
      const all = logits.flatMap((own) => Array.from({ length: 5 }, (_, n) => own.select(0, n).toNumbers()));
      const probabilities = all.map((row) => {
        const sum = row.reduce((total, value) => total + Math.exp(value), 0);
        return row.map((value) => Math.exp(value) / sum);
      });
      const isChosen = probabilities.map((row) => row.map((own) => row.filter((other) => other > own).length < 2));
      let expected = 0;
      for (const expert of [0, 1, 2]) {
        const share = isChosen.filter((row) => row[expert]).length / 10;
        const mean = probabilities.reduce((sum, row) => sum + row[expert], 0) / 10;
        expected += 0.5 * 3 * share * mean;
      }
      const shares = balanceShares(logits, balance, expertUsage(logits, balance));
      expect(shares.shape).toEqual([5]);
      expect(shares.sum().item()).toBeCloseTo(expected, 12);
    });
  });

  it.each(['mixtral', 'qwen3_moe'] as const)('of %s is the same for any split into micro-batches', async (type) => {
    const [raw] = tinyConfigs[type];
    const [whole, ...others] = await Promise.all(SPLITS.map((batches) => train({ raw, batches })));
    expect(whole.balances[0]).toBeGreaterThan(0.1);
    for (const { losses, balances, weights } of others) {
      for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(whole.losses[i], 5);
      for (const [i, balance] of balances.entries()) expect(balance).toBeCloseTo(whole.balances[i], 6);
      const furthest = Math.max(...weights.map((value, i) => Math.abs(value - whole.weights[i])));
      expect(furthest).toBeLessThan(2e-4);
    }
  });

  it.each(['full', 'lora'] as const)('trains through checkpointed blocks to the bit, with %s tuning', async (kind) => {
    const [raw] = tinyConfigs.mixtral;
    const plain = await train({ raw, kind, batches: SPLITS[2] });
    const again = await train({ raw, kind, batches: SPLITS[2], checkpointing: true });
    expect([again.losses, again.weights]).toEqual([plain.losses, plain.weights]);
  });

  it('dropout of adapters on experts does not depend on how rows are batched', async () => {
    const [raw] = tinyConfigs.mixtral;
    const [whole, single] = await Promise.all(
      [SPLITS[0], SPLITS[1]].map((batches) => train({ raw, batches, kind: 'lora', dropout: 0.4 })),
    );
    for (const [i, loss] of single.losses.entries()) expect(loss).toBeCloseTo(whole.losses[i], 5);
    const without = await train({ raw, batches: SPLITS[0], kind: 'lora' });
    expect(Math.abs(without.losses[1] - whole.losses[1])).toBeGreaterThan(1e-4);
  });

  it('moves the routers, and is left out where the configuration does not ask for it and in evaluation', async () => {
    const [raw] = tinyConfigs.mixtral;
    const [batches] = SPLITS;
    const balanced = await train({ raw, batches });
    const free = await train({ raw: { ...raw, output_router_logits: false }, batches });
    expect(free.balances).toEqual([undefined, undefined]);
    expect(balanced.losses[0] - balanced.balances[0]).toBeCloseTo(free.losses[0], 5);
    expect(balanced.weights).not.toEqual(free.weights);
    expect(balanced.evaluated.expert_balance).toBeUndefined();
  });
});
