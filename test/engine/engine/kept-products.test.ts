// N tokens, D width
import { describe, expect, it } from 'vitest';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { createModel } from '../../../src/models/load-model.ts';
import { atStageEnd, KeptProducts } from '../../../src/engine/nn/index.ts';
import { keptGroup } from '../../../src/engine/nn/kept-products.ts';
import { liveTensors, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import { Tape } from '../../../src/models/tape.ts';
import { trainedType } from '../../../src/jobs/train/plan-memory.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import { availableBytes, planMemory } from '../../../src/answering/model/resources.ts';

const [N, D] = [5, 6];

function normal(width: number, path: string): Tensor {
  return keyedNormal([N, width], { seed: 3, path }, 1);
}

/** A group with outputs of these widths, which records the known outputs passed to it. */
function groupOf(name: string, widths: readonly number[], told: Map<string, readonly Tensor[]>): Tensor[] {
  const like = normal(1, 'like');
  return keptGroup({ rows: N, widths, like }, (known) => {
    told.set(name, known);
    return known.length > 0 ? [...known] : widths.map((width) => normal(width, `${name} ${width}`));
  });
}

/** Known outputs passed to each group in the second pass. */
function secondPass(allowance: number, body: (told: Map<string, readonly Tensor[]>) => void) {
  const kept = new KeptProducts(allowance);
  const [first, told] = [new Map<string, readonly Tensor[]>(), new Map<string, readonly Tensor[]>()];
  kept.first(() => body(first));
  kept.second(() => body(told));
  expect([...first.values()].flat()).toEqual([]);
  return { told, kept };
}

describe('a stage that runs twice', () => {
  it('keeps the first groups that fit its allowance, each whole', () => {
    scope(() => {
      const { told, kept } = secondPass(N * 9, (names) => {
        groupOf('q, k, v', [4, 2], names);
        groupOf('gate, up', [3, 3], names);
        groupOf('o', [3], names);
      });
      expect(told.get('q, k, v')?.map((y) => y.toNumbers())).toEqual([4, 2].map((width) => normal(width, `q, k, v ${width}`).toNumbers())); // prettier-ignore
      expect(told.get('gate, up')).toEqual([]);
      expect(told.get('o')?.map(({ shape }) => shape)).toEqual([[N, 3]]);
      expect(kept.tensors.map(({ shape }) => shape[1])).toEqual([4, 2, 3]);
    });
  });

  it('does not make the product at its end again, though it keeps nothing of it', () => {
    scope(() => {
      const { told, kept } = secondPass(0, (names) => {
        groupOf('in', [8], names);
        atStageEnd(() => groupOf('out', [D], names));
      });
      expect(told.get('in')).toEqual([]);
      expect(told.get('out')?.map(({ shape }) => shape)).toEqual([[N, D]]);
      expect(kept.tensors).toEqual([]);
    });
  });

  it('makes all groups of its end again where one may read what another gave', () => {
    scope(() => {
      const { told } = secondPass(0, (names) => {
        atStageEnd(() => [groupOf('one', [8], names), groupOf('other', [D], names)]);
      });
      expect([...told.values()]).toEqual([[], []]);
    });
  });
});

describe('a tape', () => {
  it('holds no more of a checkpointed stage than its output and what it keeps, and frees that', () => {
    const before = liveTensors();
    scope(() => {
      const tape = new Tape({ checkpointing: true });
      const body = (x: Tensor) => [x.add(groupOf('o', [D], new Map())[0])];
      const start = tape.stage(() => [normal(D, 'x')], undefined);
      tape.stage(body, start[0]);
      // The embedding, its leaf, and the outputs of the block and the group.
      expect(liveTensors() - before).toBe(4);
      tape.backward();
    });
    expect(liveTensors()).toBe(before);
  });
});

describe('a plan of memory', () => {
  const shape = { hidden_size: 32, intermediate_size: 48, num_hidden_layers: 3, num_attention_heads: 4 };
  const config = { model_type: 'llama', vocab_size: 61, ...shape, max_position_embeddings: 128 };

  it('keeps products where they fit, then only inputs', async () => {
    const model = await createModel(config, { dtype: 'f32', seed: 3 });
    const plan = (longest: number) => planMemory(model, { longest, microBatchTokens: 'auto', checkpointing: true });
    expect(plan(100)).toEqual({ microBatchTokens: 8192, checkpointing: true, fits: true });
    // Inputs take 3 blocks × 32 widths × 4 bytes per token; with products it is five times that.
    const tokens = Math.floor(availableBytes() / 3 / (3 * 32 * 4 * 5));
    expect(plan(tokens)).toMatchObject({ microBatchTokens: tokens, checkpointing: 'least' });
    expect(planMemory(model, { longest: 100, microBatchTokens: tokens, checkpointing: true }).checkpointing).toBe('least'); // prettier-ignore
    expect(planMemory(model, { longest: 100, microBatchTokens: tokens, checkpointing: false }).checkpointing).toBe(false); // prettier-ignore
    const least = planMemory(model, { longest: 100, microBatchTokens: 'auto', checkpointing: 'least' });
    expect(least).toMatchObject({ checkpointing: 'least', fits: true });
  });

  it('computes in bf16 where a limit leaves no room for f32', () => {
    const recipe = (max_memory: string | null, precision = 'auto', storage = 'dense') =>
      ({ training: { max_memory, precision }, storage: { name: storage } }) as unknown as Recipe;
    expect(trainedType(recipe(null), 1e9, 'f32')).toBe('f32');
    expect(trainedType(recipe('8GB'), 1e9, 'f32')).toBe('f32');
    expect(trainedType(recipe('7.9GB'), 1e9, 'f32')).toBe('bf16');
    expect(trainedType(recipe('1GB', 'f32'), 1e9, 'f32')).toBe('f32');
    expect(trainedType(recipe('1GB', 'auto', 'nf4'), 1e9, 'f32')).toBe('f32');
  });

  it('takes fewer tokens at once first, then computes blocks twice, then says that it does not fit', async () => {
    const model = await createModel(config, { dtype: 'f32', seed: 3 });
    const cost = (fixed: number, perToken: number) => ({ fixed, perToken });
    const costs = { kept: cost(100, 10), checkpointing: cost(50, 2), least: cost(50, 1) };
    const plan = (budget: number) =>
      planMemory(model, { longest: 100, microBatchTokens: 'auto', checkpointing: 'auto', budget, costs });
    expect(plan(1e6)).toEqual({ microBatchTokens: 8192, checkpointing: false, fits: true });
    expect(plan(2100)).toEqual({ microBatchTokens: 200, checkpointing: false, fits: true });
    expect(plan(1000)).toEqual({ microBatchTokens: 475, checkpointing: true, fits: true });
    expect(plan(200)).toEqual({ microBatchTokens: 150, checkpointing: 'least', fits: true });
    expect(plan(100)).toEqual({ microBatchTokens: 100, checkpointing: 'least', fits: false });
    model.dispose();
  });
});
