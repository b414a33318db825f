// Outputs of frozen blocks are stored on disk, and reused for the same rows only.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attuneCache } from '../../../src/base/home.ts';
import { createModel } from '../../../src/models/load-model.ts';
import { saveModel } from '../../../src/models/save.ts';
import type { Model } from '../../../src/models/model.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import type { Objective } from '../../../src/training/objective.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import type { RunConstants } from '../../../src/training/trainer-state.ts';
import { withFrozenBlocks, withFrozenRows } from '../../../src/jobs/train/frozen-rows.ts';
import type { RunPlan } from '../../../src/jobs/train/run-plan.ts';
import { nextTokenObjective } from '../next-token-objective.ts';
import { scope } from '../../../src/engine/tensor/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-frozen-rows-'));
const home = process.env.ATTUNE_HOME;
const config = {
  model_type: 'llama',
  vocab_size: 61,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  max_position_embeddings: 64,
};
let model: Model;
beforeAll(async () => {
  process.env.ATTUNE_HOME = folder;
  model = await createModel(config, { dtype: 'f32', seed: 3 });
  saveModel(model, join(folder, 'base'), { dtype: 'f32' });
});
afterAll(() => {
  model.dispose();
  if (home === undefined) delete process.env.ATTUNE_HOME;
  else process.env.ATTUNE_HOME = home;
  rmSync(folder, { recursive: true, force: true });
});

function row(length: number): PreparedRow {
  const ids = Int32Array.from({ length }, (_, t) => (t * 13 + 5) % 61);
  return { id: '0123456789abcdef', ids, trained: new Uint8Array(length).fill(1), source: { file: 'rows', line: 1 } };
}

/** Input of the trained blocks for a row. */
function resumedInput(objective: Objective, one: PreparedRow) {
  return scope(() => {
    const { blocks, hidden } = objective.collate([one]).input.resumed!;
    return { blocks, tokens: hidden.shape[0], states: hidden.toNumbers() };
  });
}

const context = () => ({
  base: join(folder, 'base'),
  model,
  objective: nextTokenObjective,
  blocks: 1,
  microBatchTokens: 64,
  signal: new AbortController().signal,
});

/** Leftovers of a run with this process id. */
function left(pid: number): string {
  const path = join(attuneCache(), 'frozen', `abc.${pid}.tmp`);
  writeFileSync(path, 'half');
  return path;
}

it('are those of a row as it was cut or tokenised this time', async () => {
  const emitted: string[] = [];
  const resumed = async (one: PreparedRow) => {
    const objective = await withFrozenRows([one], { ...context(), emit: ({ type }) => emitted.push(type) });
    return resumedInput(objective, one);
  };
  expect((await resumed(row(12))).tokens).toBe(12);
  expect((await resumed(row(7))).tokens).toBe(7);
  const other = row(7);
  other.ids[3] = 60;
  expect((await resumed(other)).states).not.toEqual((await resumed(row(7))).states);
  emitted.length = 0;
  const [gone, running] = [left(2 ** 30), left(process.pid)];
  await resumed(row(12));
  expect(emitted).toEqual([]);
  expect([existsSync(gone), existsSync(running)]).toEqual([false, true]);
});

it('stay readable where another process deletes them', async () => {
  const objective = await withFrozenRows([row(9)], { ...context(), emit: () => {} });
  rmSync(join(attuneCache(), 'frozen'), { recursive: true });
  expect(resumedInput(objective, row(9)).tokens).toBe(9);
});

it('are computed again where another process is just deleting them', async () => {
  await withFrozenRows([row(11)], { ...context(), emit: () => {} });
  const folder = join(attuneCache(), 'frozen');
  for (const end of ['.bin', '.json']) {
    for (const name of readdirSync(folder).filter((one) => one.endsWith(end))) rmSync(join(folder, name));
    const objective = await withFrozenRows([row(11)], { ...context(), emit: () => {} });
    expect(resumedInput(objective, row(11)).tokens).toBe(11);
  }
});

describe('a recipe that asks for blocks to be computed once', () => {
  interface Asked {
    tuning?: string;
    options?: object;
    sharesFrozen?: boolean;
    earlier?: RunConstants;
  }
  const kept = async (
    objective: Objective,
    { tuning = 'lora', options = {}, sharesFrozen = false, earlier }: Asked = {},
  ) => {
    const own = await createModel(config, { dtype: 'f32', seed: 3 });
    await (await tunings.load('lora')).create(own, { r: 2, ...options }, { seed: 5 });
    const recipe = {
      tuning: { method: tuning },
      objective: { name: 'sft' },
      training: { cache_frozen: true },
    } as unknown as Recipe;
    const { signal, microBatchTokens } = context();
    const run = { recipe, earlier, emit: () => {}, signal };
    const read = {
      base: join(folder, 'base'),
      objective,
      context: run,
      train: { rows: [row(10)] },
      validation: { rows: [] },
    };
    const plan = {
      tuned: { rows: read, model: own },
      decided: { microBatchTokens },
      options: { schedule: { totalSteps: 1 } },
      sampler: { batchesPerEpoch: 1 },
    } as unknown as RunPlan;
    return withFrozenBlocks(plan, { sharesFrozen });
  };
  const compared: Objective = { ...nextTokenObjective, reference: {} };
  const refused = expect.objectContaining({
    code: 'E_NOTHING_FROZEN',
    problems: [expect.objectContaining({ field: 'training.cache_frozen' })],
  });

  it('is told where there are none', async () => {
    await expect(kept(nextTokenObjective)).rejects.toEqual(refused);
    await expect(kept(compared, { options: { layers_to_transform: [1] } })).rejects.toEqual(refused);
    // Freeze already reports this.
    expect(await kept(nextTokenObjective, { tuning: 'freeze' })).toBe(nextTokenObjective);
    // Earlier versions left it out silently, and such runs can be resumed.
    expect(await kept(nextTokenObjective, { earlier: {} as RunConstants })).toBe(nextTokenObjective);
  });

  it('gets them for a reference that shares them', async () => {
    const objective = await kept(compared, { options: { layers_to_transform: [1] }, sharesFrozen: true });
    expect(resumedInput(objective, row(10))).toMatchObject({ blocks: 1, tokens: 10 });
  });
});
