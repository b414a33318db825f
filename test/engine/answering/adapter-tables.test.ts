import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findSavedTables, tiesTables } from '../../../src/answering/model/adapter-tables.ts';
import type { ResultNotesFile } from '../../../src/answering/model/result-notes.ts';
import { fromArray, scope, writeSafetensors } from '../../../src/engine/tensor/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-tables-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Tensors that are recognised as the token table in an adapter on attune-base, whose head shares that table. */
async function repeated(...names: string[]): Promise<string[]> {
  const weights = join(folder, 'adapter_model.safetensors');
  scope(() =>
    writeSafetensors(weights, new Map(names.map((name) => [name, fromArray(Float32Array.of(1, 2), [1, 2])]))),
  );
  const tables = await findSavedTables(weights, resolve('assets/attune-base'), { task: undefined, modulesToSave: [] });
  return tables.repeated;
}

describe('a head that shares a table which is trained whole', () => {
  const none = { whole: [] };
  const notes = {} as ResultNotesFile;

  it('learns with it in adapters of attune from before their files said so, and in those of PEFT that say so', () => {
    expect(tiesTables({ tiesTables: undefined }, notes, none)).toBe(true);
    expect(tiesTables({ tiesTables: true }, undefined, none)).toBe(true);
    expect(tiesTables({ tiesTables: undefined }, undefined, { whole: ['model.embed_tokens'] })).toBe(true);
  });

  it('stays as it was in others', () => {
    expect(tiesTables({ tiesTables: undefined }, undefined, none)).toBe(false);
    expect(tiesTables({ tiesTables: false }, notes, none)).toBe(false);
  });
});

describe('tables in an adapter of a model with one table for input and head', () => {
  it('are none of the weights of its layers, whatever their method calls them', async () => {
    expect(await repeated('base_model.model.model.layers.0.self_attn.q_proj.oft_R.weight')).toEqual([]);
  });

  it('are those beside the layers, for a head of which the model has none', async () => {
    expect(await repeated('base_model.model.lm_head.weight')).toEqual(['base_model.model.lm_head.weight']);
  });
});
