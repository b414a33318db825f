// The KL term that keeps a language model close to its base, stronger at the first tokens of each answer, compared with
// sums over all logits.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectives } from '../../../src/training/objectives/index.ts';
import { createModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { directRunner } from '../../../src/models/stack.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { aten, fromArray, grad, noGrad, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import type { Objective, PassContext, Processor } from '../../../src/training/objective.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';

const config = {
  model_type: 'llama',
  vocab_size: 31,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  max_position_embeddings: 64,
  initializer_range: 0.3,
  tie_word_embeddings: true,
};

/** A conversation with answers of three and two tokens, and a row whose answer has four. */
const TRAINED = ['001110011', '00001111'];
/** Number of earlier tokens in the answer of each trained token. */
const DEPTHS = [0, 1, 2, 0, 1, 0, 1, 2, 3];

const rows: PreparedRow[] = TRAINED.map((marks, r) => ({
  id: `row ${r}`,
  source: { file: 'rows', line: r + 1 },
  ids: Int32Array.from(marks, (_, t) => (t * 7 + r * 11 + 3) % 31),
  trained: Uint8Array.from(marks, Number),
}));

let model: Model;
let base: Model;
let weights: Tensor[];
beforeAll(async () => {
  [model, base] = await Promise.all([1, 2].map(async (seed) => createModel(config, { dtype: 'f64', seed })));
  const queries = [...model.parameters()].filter(([path]) => path.includes('q_proj'));
  weights = queries.map(([, { tensor }]) => tensor.setRequiresGrad());
});
afterAll(() => {
  for (const one of [model, base]) one.dispose();
});

/** Loss, and gradients of some weights, with the given options. */
async function lossOf(options: object) {
  const objective: Objective = await (await objectives.load('sft')).create(options, { now: new Date(0) } as Processor);
  const batch = objective.collate(rows);
  const context: PassContext = {
    totals: { tokens: 12, rows: 2 },
    runner: directRunner,
    reference: (body) => noGrad(() => body(base)),
  };
  return scope(() => graded(objective.loss(model, batch, context).perRow.sum()));
}

/** For trained tokens: log-probabilities [L, V] of model and base, and those of the tokens themselves [L]. */
function logProbs() {
  const ids = BigInt64Array.from(
    rows.flatMap((row) => [...row.ids]),
    BigInt,
  );
  const layout = layoutOfRows(
    rows.map((row) => row.ids.length),
    { causal: true },
  );
  const marks = TRAINED.join('');
  const trained = [...marks].flatMap((mark, t) => (mark === '1' ? [t] : []));
  const places = fromArray(BigInt64Array.from(trained, (t) => BigInt(t - 1)));
  const of = (one: Model) => one.tokenHead.logits(one.hidden({ ids, layout }).indexSelect(0, places)).logSoftmax(-1);
  const targets = fromArray(BigInt64Array.from(trained, (t) => ids[t])).unsqueeze(1);
  const [own, other] = [of(model), noGrad(() => of(base))];
  return { own, other, chosen: own.gather(1, targets).squeeze(1), chosenBase: other.gather(1, targets).squeeze(1) };
}

function graded(loss: Tensor): { loss: number; gradient: number[] } {
  const gradients = grad([loss], weights);
  return { loss: loss.item(), gradient: gradients.flatMap((one) => one!.toNumbers()) };
}

const perToken = (values: readonly number[]) => fromArray(Float64Array.from(values));

function expectEqual(found: { loss: number; gradient: number[] }, wanted: { loss: number; gradient: number[] }): void {
  expect(found.loss).toBeCloseTo(wanted.loss, 10);
  expect(found.gradient.some((value) => Math.abs(value) > 1e-3)).toBe(true);
  for (const [i, value] of found.gradient.entries()) expect(value).toBeCloseTo(wanted.gradient[i], 10);
}

describe('near the base model', () => {
  it('KL weighs the first tokens of each answer as asked, and all others as usual', async () => {
    const found = await lossOf({ ...DEFAULTS, kl_to_base: 0.25, first_kl_to_base: 5, first_tokens: 2 });
    const wanted = scope(() => {
      const { own, other, chosen } = logProbs();
      const weights = perToken(DEPTHS.map((depth) => (depth < 2 ? 5 : 0.25)));
      const kl = other.exp().mul(other.sub(own)).sum(-1);
      return graded(kl.mul(weights).sub(chosen).sum().div(12));
    });
    expectEqual(found, wanted);
  });

  it('KL at the first tokens alone needs no other', async () => {
    const found = await lossOf({ ...DEFAULTS, first_kl_to_base: 5, first_tokens: 1 });
    const all = await lossOf({ ...DEFAULTS, kl_to_base: 5 });
    const none = await lossOf(DEFAULTS);
    expect(found.loss).toBeGreaterThan(none.loss + 0.01);
    expect(found.loss).toBeLessThan(all.loss - 0.01);
  });

  it('constrained has the gradient of −2/β log σ(β (log p − log p of the base)), with β by a token’s place', async () => {
    const found = await lossOf({ ...DEFAULTS, loss_type: 'constrained', beta: 0.25, first_betas: [0.5, 3] });
    const wanted = scope(() => {
      const { chosen, chosenBase } = logProbs();
      const betas = perToken(DEPTHS.map((depth) => [0.5, 3][depth] ?? 0.25));
      const losses = aten.log_sigmoid.default(chosen.sub(chosenBase).mul(betas)).div(betas).mul(-2);
      return graded(losses.sum().div(12));
    });
    expectEqual({ ...found, loss: 0 }, { ...wanted, loss: 0 });
  });
});

const DEFAULTS = {
  train_on: 'answers',
  loss_type: 'nll',
  label_smoothing: 0,
  beta: 0.1,
  first_betas: [0.5, 2, 2, 2, 2],
  kl_to_base: 0,
  first_kl_to_base: null,
  first_tokens: 5,
};
