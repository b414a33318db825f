// What frozen blocks made of rows is kept on disk, and found again for the same rows only.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createModel } from '../../src/models/load.ts';
import { saveModel } from '../../src/models/save.ts';
import type { Model } from '../../src/models/model.ts';
import type { PreparedRow } from '../../src/train/interfaces.ts';
import { withFrozenRows } from '../../src/worker/run/frozen-rows.ts';
import { nextTokenObjective } from './next-token-objective.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-frozen-rows-'));
const home = process.env.ATTUNE_HOME;
let model: Model;
beforeAll(async () => {
  process.env.ATTUNE_HOME = folder;
  const sizes = {
    vocab_size: 61,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 2,
  };
  model = await createModel({ model_type: 'llama', ...sizes, max_position_embeddings: 64 }, { dtype: 'f32', seed: 3 });
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

it('are those of a row as it was cut or tokenised this time', async () => {
  const emitted: string[] = [];
  const resumed = async (one: PreparedRow) => {
    const objective = await withFrozenRows([one], {
      base: join(folder, 'base'),
      model,
      objective: nextTokenObjective,
      blocks: 1,
      microBatchTokens: 64,
      emit: ({ type }) => emitted.push(type),
      signal: new AbortController().signal,
    });
    return (await objective.load!([one]))[0].resumed!;
  };
  expect((await resumed(row(12))).tokens).toBe(12);
  expect((await resumed(row(7))).tokens).toBe(7);
  const other = row(7);
  other.ids[3] = 60;
  expect([...(await resumed(other)).data]).not.toEqual([...(await resumed(row(7))).data]);
  emitted.length = 0;
  await resumed(row(12));
  expect(emitted).toEqual([]);
});
