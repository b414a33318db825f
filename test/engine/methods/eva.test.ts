// n vectors, D features
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ExplainedVariance } from '../../../src/methods/tunings/eva.ts';
import { IncrementalPca } from '../../../src/methods/tunings/incremental-pca.ts';
import { create } from '../../../src/methods/tunings/lora.ts';
import { complete, options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { collateRows } from '../../../src/answering/tasks/rows/collate.ts';
import type { LoraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { explainedStart } from '../../../src/methods/tunings/eva-start.ts';
import { createModel, loadModel } from '../../../src/models/load-model.ts';
import {
  aten,
  arange,
  liveTensors,
  noGrad,
  SafetensorsFile,
  scope,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import type { TokenRow } from '../../../src/data/cut-row.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import { inputOf as parityInput } from '../../../tools/parity/input.ts';
import { matrixFolder } from '../matrix-folder.ts';
import { recipeOf, runCell } from '../method-matrix.ts';

/** Vectors whose directions differ in strength: [n, D] */
function vectors(n: number, D: number): Tensor {
  const scales = aten.exp.default(arange(D).to('f32').mul(-0.4));
  return keyedNormal([n, D], { seed: 1, path: 'vectors' }, 1).mul(scales).add(0.5);
}

describe('principal components of batches', () => {
  it('are those of all vectors at once, and explain the same share', () => {
    scope(() => {
      const all = vectors(120, 10);
      const pca = new IncrementalPca(4);
      for (const part of all.split([50, 40, 30])) pca.add(part);
      const centred = all.sub(all.mean(0));
      const [, values, rows] = aten.linalg_svd.default(centred, { full_matrices: false });
      const cosines = pca
        .components!.mul(rows.narrow(0, 0, 4))
        .sum(1)
        .toNumbers();
      for (const cosine of cosines) expect(Math.abs(cosine)).toBeGreaterThan(0.995);
      const squares = [...values.pow(2).toNumbers()];
      const total = squares.reduce((sum, one) => sum + one, 0);
      for (const [i, ratio] of pca.ratios.entries()) expect(ratio).toBeCloseTo(squares[i] / total, 2);
      pca.dispose();
    });
  });

  it('of one batch are exact, and a batch of fewer vectors than components says nothing', () => {
    scope(() => {
      const pca = new IncrementalPca(4);
      pca.add(vectors(3, 10));
      expect(pca.components).toBeUndefined();
      const x = vectors(40, 10);
      pca.add(x);
      const [, , rows] = aten.linalg_svd.default(x.sub(x.mean(0)), { full_matrices: false });
      const cosines = [
        ...pca
          .components!.mul(rows.narrow(0, 0, 4))
          .sum(1)
          .toNumbers(),
      ];
      for (const cosine of cosines) expect(Math.abs(cosine)).toBeCloseTo(1, 5);
      pca.dispose();
    });
  });
});

const fixture = (path: string) => fileURLToPath(new URL(path, import.meta.url));

it('EVA gives layers the ranks and directions that PEFT gives them', async () => {
  const { model } = await loadModel(fixture('../../../fixtures/models/llama'), { dtype: 'f32' });
  using file = new SafetensorsFile(fixture('../../../fixtures/models/llama/train_batch.safetensors'));
  const batch = new Map(file.names.map((name) => [name, file.get(name)]));
  const { input, tokens } = parityInput(model, batch);
  const labels = [...batch.get('labels')!.flatten().toNumbers()];
  const mask = [...batch.get('attention_mask')!.flatten().toNumbers()];
  const own = labels.filter((_, i) => mask[i] === 1);
  const places = own.flatMap((label, i) => (label === -100 ? [] : [BigInt(i)]));
  expect(own).toHaveLength(tokens.layout.positions.length);
  const options = complete(loraOptions.parse({ r: 4, alpha: 8, init_lora_weights: 'eva' }));
  const live = liveTensors();
  const explained = new ExplainedVariance(model, options);
  const pass = () => noGrad(() => scope(() => void model.hidden(input)));
  explained.watch(pass, { places: BigInt64Array.from(places), of: own.length });
  expect(explained.isSettled).toBe(false);
  explained.watch(pass, { places: BigInt64Array.from(places), of: own.length });
  expect(explained.isSettled).toBe(true);
  const { options: settled, starts } = explained.take();
  explained.dispose();
  expect(liveTensors()).toBe(live + starts.size);
  using reference = new SafetensorsFile(fixture('../peft/eva.safetensors'));
  const ranks = Object.fromEntries([...starts].map(([path, { shape }]) => [path, shape[0]]));
  expect(ranks).toEqual(Object.fromEntries(reference.names.map((name) => [name, reference.get(name).shape[0]])));
  for (const [path, directions] of starts) {
    const cosines = scope(() => [...directions.mul(reference.get(path)).sum(1).toNumbers()]);
    for (const cosine of cosines) expect(Math.abs(cosine)).toBeGreaterThan(0.99);
  }
  // The scale of each layer's change remains alpha / r.
  expect(settled.alpha_pattern['model.layers.0.mlp.down_proj']).toBe((8 * 5) / 4);
  const tuning = create(model, settled, { seed: 1, starts });
  const a = tuning.state().get('base_model.model.model.layers.0.mlp.down_proj.lora_A.weight')!;
  expect(a.toNumbers()).toEqual(starts.get('model.layers.0.mlp.down_proj')!.toNumbers());
  tuning.dispose();
  for (const one of [...starts.values(), ...batch.values()]) one.dispose();
  model.dispose();
});

describe('a run that begins with EVA', () => {
  const folder = matrixFolder('eva', ['llama']);

  async function run(changes: Record<string, unknown>, training: Record<string, unknown> = {}) {
    const recipe = await recipeOf({ objective: 'sft', tuning: 'lora', model: 'llama' }, folder);
    const tuning = { ...recipe.tuning, init_lora_weights: 'eva', ...changes };
    return runCell({ ...recipe, tuning, training: { ...recipe.training, ...training } } as Recipe);
  }

  it('begins as the base, learns, and resumes to the byte', async () => {
    const { before, hasMoved, steps, resumed, whole } = await run({ r: 2 });
    expect(before.own).toEqual(before.base);
    expect([hasMoved, steps.length]).toEqual([true, 3]);
    expect(resumed).toEqual(whole);
  });

  it('passes at least as many tokens at once as it takes directions', async () => {
    const raw = { model_type: 'llama', vocab_size: 61, hidden_size: 288, intermediate_size: 8, num_hidden_layers: 1 };
    const heads = { num_attention_heads: 4, num_key_value_heads: 1, max_position_embeddings: 64 };
    const model = await createModel({ ...raw, ...heads }, { task: 'causal-lm', dtype: 'f32', seed: 3 });
    const recipe = await recipeOf({ objective: 'sft', tuning: 'lora', model: 'llama' }, folder);
    const tuning = { ...recipe.tuning, r: 280, eva_rho: 1, target_modules: ['o_proj'], init_lora_weights: 'eva' };
    const rows = Array.from({ length: 30 }, (_, i): PreparedRow => {
      const ids = Int32Array.from({ length: 20 }, (_, t) => (t * t * 13 + i * 7) % 61);
      return { id: String(i), ids, trained: new Uint8Array(20).fill(1), source: { file: '', line: i + 1 } };
    });
    const inputOf = async (some: readonly TokenRow[]) => () =>
      collateRows(some as PreparedRow[], { causal: true }).input;
    const around = { emit: () => undefined, signal: new AbortController().signal };
    const start = await explainedStart(tuning as LoraOptions, model, { inputOf, rows, ...around });
    expect(start.starts.get('model.layers.0.self_attn.o_proj')!.shape).toEqual([280, 288]);
    for (const directions of start.starts.values()) directions.dispose();
    model.dispose();
  });

  it('is refused with fewer tokens than directions, and where steps have to be private', async () => {
    const recipe = await recipeOf({ objective: 'sft', tuning: 'lora', model: 'llama' }, folder);
    const { model } = await loadModel(join(folder, 'llama'), { dtype: 'f32' });
    const options = { ...recipe.tuning, init_lora_weights: 'eva' };
    const input = { ids: BigInt64Array.of(1n, 2n, 3n), layout: layoutOfRows([3], { causal: true }) };
    const rows = [
      { id: '0', ids: Int32Array.of(1, 2, 3), trained: Uint8Array.of(0, 1, 1), source: { file: '', line: 1 } },
    ];
    const passed = { inputOf: () => Promise.resolve(() => input), rows };
    const around = { emit: () => undefined, signal: new AbortController().signal };
    const start = explainedStart(options as LoraOptions, model, { ...passed, ...around });
    await expect(start).rejects.toMatchObject({ code: 'E_START_UNSUPPORTED', got: '2 tokens in the training rows' });
    model.dispose();
    const optimizer = { name: 'dp_sgd', noise_multiplier: 1 };
    await expect(run({ r: 2 }, { optimizer })).rejects.toMatchObject({ code: 'E_START_UNSUPPORTED' });
  });
});
